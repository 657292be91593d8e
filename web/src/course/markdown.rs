//! Lessons' Markdown as HTML, with what the run filled in marked as such.

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, html};
use runnel_lessons::glossary::Glossary;
use runnel_lessons::track::Filled;
use std::collections::BTreeSet;

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
    written(events)
}

fn written<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let mut out = String::new();
    html::push_html(&mut out, events);
    out.replace(VALUE.0, "<span class=\"filled\">").replace(VALUE.1, "</span>")
}

/// The same with words that are explained at a press: those of the glossary, each where it stands first. `seen` are those
/// that stood before, and then those that stand here too.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is no text goes through as it is")]
pub(super) fn to_html_with_words(text: &str, glossary: &Glossary, seen: &mut BTreeSet<usize>) -> String {
    let mut out = Vec::new();
    // Inside of code and links words are names.
    let mut depth = 0_usize;
    for event in Parser::new(text) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => out.push(Event::Text(text)),
            Event::Text(text) if depth == 0 => mark(&text, glossary, seen, &mut out),
            event => {
                match &event {
                    Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Heading { .. }) => depth += 1,
                    Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Heading(_)) => {
                        depth = depth.saturating_sub(1)
                    }
                    _other => {}
                }
                out.push(event);
            }
        }
    }
    written(out.into_iter())
}

fn mark<'a>(text: &CowStr<'a>, glossary: &Glossary, seen: &mut BTreeSet<usize>, out: &mut Vec<Event<'a>>) {
    let mut end = 0;
    for (range, index) in glossary.mentions(text) {
        if !seen.insert(index) {
            continue;
        }
        out.push(Event::Text(text[end..range.start].to_owned().into()));
        out.push(Event::InlineHtml(format!("<button type=\"button\" class=\"word\" data-word=\"{index}\">").into()));
        out.push(Event::Text(text[range.clone()].to_owned().into()));
        out.push(Event::InlineHtml("</button>".into()));
        end = range.end;
    }
    out.push(Event::Text(text[end..].to_owned().into()));
}
