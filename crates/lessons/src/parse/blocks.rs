//! Prose and fenced blocks, and what stands in the plainer ones.

use crate::error::Mistake;
use crate::lesson::{Choice, Lines, Prediction};
use crate::text::Text;

/// A fenced block.
pub(super) struct Fence<'a> {
    /// The line of its opening.
    pub(super) line: u32,
    /// What stands behind the three backticks.
    pub(super) info: &'a str,
    pub(super) body: Vec<(u32, &'a str)>,
}

impl Fence<'_> {
    pub(super) fn text(&self) -> String {
        self.body.iter().map(|(_, text)| format!("{text}\n")).collect()
    }
}

/// A part of a lesson's body.
pub(super) enum Part<'a> {
    Prose { line: u32, text: String },
    Fence(Fence<'a>),
}

/// Cuts the body.
pub(super) fn parts<'a>(body: &[(u32, &'a str)]) -> Result<Vec<Part<'a>>, Mistake> {
    let mut parts = Vec::new();
    let mut prose: Vec<(u32, &str)> = Vec::new();
    let mut lines = body.iter();
    while let Some((line, text)) = lines.next() {
        let Some(info) = text.strip_prefix("```") else {
            prose.push((*line, text));
            continue;
        };
        parts.extend(prose_of(&mut prose));
        let mut fence = Fence { line: *line, info: info.trim(), body: Vec::new() };
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((line, text)) if text.starts_with("```") => {
                    return Err(Mistake::found(*line, format!("``` behind the block of line {}", fence.line), text));
                }
                Some((line, text)) => fence.body.push((*line, text)),
                None => return Err(Mistake::end(fence.line, "``` behind this block")),
            }
        }
        parts.push(Part::Fence(fence));
    }
    parts.extend(prose_of(&mut prose));
    Ok(parts)
}

/// The prose that has gathered, without empty lines around it.
fn prose_of<'a>(lines: &mut Vec<(u32, &str)>) -> Option<Part<'a>> {
    let lines = std::mem::take(lines);
    let first = lines.iter().position(|(_, text)| !text.trim().is_empty())?;
    let last = lines.iter().rposition(|(_, text)| !text.trim().is_empty())?;
    let text: Vec<&str> = lines[first..=last].iter().map(|(_, text)| *text).collect();
    Some(Part::Prose { line: lines[first].0, text: text.join("\n") })
}

/// A question and its answers.
pub(super) fn prediction(fence: &Fence<'_>) -> Result<Prediction, Mistake> {
    let mut question = String::new();
    let mut options: Vec<Choice> = Vec::new();
    for (line, text) in fence.body.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let option = text.strip_prefix("- ").map(|text| (text, false));
        match option.or_else(|| text.strip_prefix("+ ").map(|text| (text, true))) {
            Some((text, is_right)) => options.push(Choice { text: text.trim().to_owned(), is_right }),
            None if options.is_empty() => {
                if !question.is_empty() {
                    question.push(' ');
                }
                question.push_str(text.trim());
            }
            None => return Err(Mistake::found(*line, "`- ` or `+ ` and an answer", text)),
        }
    }
    if question.is_empty() {
        return Err(Mistake::end(fence.line, "a question"));
    }
    if options.len() < 2 {
        return Err(Mistake::end(fence.line, "at least two answers"));
    }
    match options.iter().filter(|option| option.is_right).count() {
        1 => Ok(Prediction { question, options }),
        count => Err(Mistake::found(fence.line, "one right answer, marked with +", &format!("{count} of them"))),
    }
}

/// One hint a line.
pub(super) fn hints(fence: &Fence<'_>) -> Result<Vec<Text>, Mistake> {
    let lines = fence.body.iter().filter(|(_, text)| !text.trim().is_empty());
    let hints: Result<Vec<Text>, Mistake> = lines
        .map(|(line, text)| match text.strip_prefix("- ") {
            Some(hint) => Ok(Text::raw(*line, hint.trim())),
            None => Err(Mistake::found(*line, "`- ` and a hint", text)),
        })
        .collect();
    let hints = hints?;
    if hints.is_empty() { Err(Mistake::end(fence.line, "a hint")) } else { Ok(hints) }
}

/// What is typed, without empty lines and lines that are comments.
pub(super) fn lines(fence: &Fence<'_>) -> Result<Lines, Mistake> {
    let typed = fence.body.iter().filter(|(_, text)| {
        let text = text.trim();
        !text.is_empty() && !text.starts_with('#')
    });
    let lines: Vec<Text> = typed.map(|(line, text)| Text::raw(*line, text.trim())).collect();
    if lines.is_empty() { Err(Mistake::end(fence.line, "a line to type")) } else { Ok(Lines(lines)) }
}
