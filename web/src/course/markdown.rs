//! Lessons' Markdown as HTML, with what the run filled in marked as such.

use pulldown_cmark::{Event, Parser, html};
use runnel_lessons::track::Filled;

/// Around what the run filled in, until it is HTML. No text has these letters: they are of Unicode's private area.
const VALUE: (char, char) = ('\u{e000}', '\u{e001}');

/// A text whose holes are filled, as Markdown.
pub(super) fn joined(pieces: &[Filled]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Filled::Words(words) => text.push_str(words),
            Filled::Value(value) => {
                text.push(VALUE.0);
                for letter in value.chars() {
                    if "\\`*_[]<>&".contains(letter) {
                        text.push('\\');
                    }
                    text.push(letter);
                }
                text.push(VALUE.1);
            }
            Filled::NotYet => text.extend([VALUE.0, '…', VALUE.1]),
        }
    }
    text
}

/// Markdown as HTML. HTML in it stays text: a lesson may come from anywhere.
pub(super) fn to_html(text: &str) -> String {
    let events = Parser::new(text)
        .map(|event| if let Event::Html(text) | Event::InlineHtml(text) = event { Event::Text(text) } else { event });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out.replace(VALUE.0, "<span class=\"filled\">").replace(VALUE.1, "</span>")
}
