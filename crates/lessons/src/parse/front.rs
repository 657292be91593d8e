//! Front matter: `name = value` between two lines of `+++`.

use crate::error::Mistake;

const WANTED: &str = "id, title, tutorial, undoes, after or words, then = and a value";

/// Lines with their numbers.
type Numbered<'a> = Vec<(u32, &'a str)>;

/// What stands in it.
#[derive(Default)]
pub(super) struct Front {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) tutorial: Option<String>,
    pub(super) undoes: Vec<u32>,
    pub(super) after: Vec<String>,
    pub(super) words: Vec<String>,
}

/// Reads it; gives back the lines behind it.
pub(super) fn read<'a>(lines: &[(u32, &'a str)]) -> Result<(Front, Numbered<'a>), Mistake> {
    match lines.first() {
        Some((_, "+++")) => {}
        Some((line, found)) => return Err(Mistake::found(*line, "+++ before the front matter", found)),
        None => return Err(Mistake::end(1, "+++ before the front matter")),
    }
    let end = lines.iter().skip(1).position(|(_, text)| *text == "+++");
    let last = lines.last().map_or(1, |(line, _)| *line);
    let end = end.ok_or_else(|| Mistake::end(last, "+++ behind the front matter"))? + 1;
    let mut front = Front::default();
    let mut seen = Vec::new();
    for (line, text) in &lines[1..end] {
        let text = without_comment(text);
        if text.is_empty() {
            continue;
        }
        let (name, value) = text.split_once('=').ok_or_else(|| Mistake::found(*line, WANTED, text))?;
        let (name, value) = (name.trim(), value.trim());
        if seen.contains(&name) {
            return Err(Mistake::found(*line, "each name once", name));
        }
        seen.push(name);
        match name {
            "id" => front.id = id(*line, value)?,
            "title" => front.title = string(*line, value)?,
            "tutorial" => front.tutorial = Some(string(*line, value)?),
            "undoes" => {
                let number =
                    |item: &str| item.parse().map_err(|_| Mistake::found(*line, "a misconception's number", item));
                front.undoes = list(*line, value)?.into_iter().map(number).collect::<Result<_, _>>()?;
            }
            "after" => {
                front.after = list(*line, value)?.into_iter().map(|item| id(*line, item)).collect::<Result<_, _>>()?
            }
            "words" => {
                front.words =
                    list(*line, value)?.into_iter().map(|item| string(*line, item)).collect::<Result<_, _>>()?;
            }
            other => return Err(Mistake::found(*line, WANTED, other)),
        }
    }
    let (close, _) = lines[end];
    for (value, name) in [(&front.id, "id"), (&front.title, "title")] {
        if value.is_empty() {
            return Err(Mistake::end(close, format!("{name} = \"...\"")));
        }
    }
    Ok((front, lines[end + 1..].to_vec()))
}

/// A line up to a `#` that stands in no quotes.
fn without_comment(text: &str) -> &str {
    let mut is_quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '#' if !is_quoted => return text[..at].trim(),
            _other => {}
        }
    }
    text.trim()
}

fn string(line: u32, value: &str) -> Result<String, Mistake> {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|inner| !inner.contains('"'));
    inner.map(str::to_owned).ok_or_else(|| Mistake::found(line, "a text in quotes", value))
}

/// A lesson's id: module, dot, number.
fn id(line: u32, value: &str) -> Result<String, Mistake> {
    let text = string(line, value)?;
    let is_number =
        |part: &str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|digit| digit.is_ascii_digit());
    match text.split_once('.') {
        Some((module, number)) if is_number(module) && is_number(number) => Ok(text),
        Some(_) | None => Err(Mistake::found(line, "an id like \"4.3\"", &text)),
    }
}

fn list(line: u32, value: &str) -> Result<Vec<&str>, Mistake> {
    let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.ok_or_else(|| Mistake::found(line, "a list in brackets", value))?;
    Ok(inner.split(',').map(str::trim).filter(|item| !item.is_empty()).collect())
}
