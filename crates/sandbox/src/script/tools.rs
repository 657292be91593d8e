//! Kafka's command-line tools as commands, and what a person types into one that runs.

use super::arguments::Arguments;
use super::command::Command;
use super::error::Mistake;
use super::value;

/// Longest line that is typed.
const LINE_MAX: usize = 2 * 1024 * 1024;
/// Largest file that a script makes.
const FILE_MAX: usize = 64 * 1024;
/// Most words behind a tool's name.
const ARGUMENTS_MAX: usize = 1_000;

/// The tool that a line's first word names: `kafka-topics.sh`, `./kafka-topics.sh`, `bin/kafka-topics`.
pub(super) fn name_of(word: &str) -> Option<&str> {
    let name = word.rsplit('/').next().unwrap_or(word);
    let name = name.strip_suffix(".sh").unwrap_or(name);
    let rest = name.strip_prefix("kafka-")?;
    let fits = !rest.is_empty() && rest.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-');
    fits.then_some(name)
}

pub(super) fn command(tool: &str, arguments: Vec<String>) -> Result<Command, Mistake> {
    if arguments.len() > ARGUMENTS_MAX {
        return Err(Mistake::found(format!("at most {ARGUMENTS_MAX} words"), &arguments.len().to_string()));
    }
    Ok(Command::Tool { tool: tool.to_owned(), arguments })
}

/// `type [tool=NAME|--] LINE`
pub(super) fn typed(words: Vec<String>) -> Result<Command, Mistake> {
    let mut words = words.into_iter().peekable();
    let name = words.next_if(|word| word.starts_with("tool="));
    let tool = name.map(|word| value::name(&word["tool=".len()..], "a tool's name")).transpose()?;
    if tool.is_none() {
        words.next_if(|word| word == "--");
    }
    let line = words.next().ok_or_else(|| Mistake::end("a line in quotes"))?;
    if let Some(more) = words.next() {
        return Err(Mistake::found("one line, in quotes if it has blanks", &more));
    }
    if line.contains(['\n', '\r']) {
        return Err(Mistake::found("one line", &line));
    }
    Ok(Command::Type { tool, line: value::text(&line, "a line", LINE_MAX)? })
}

/// `file NAME TEXT`
pub(super) fn file(words: Vec<String>) -> Result<Command, Mistake> {
    let mut words = words.into_iter();
    let name = words.next().ok_or_else(|| Mistake::end("a file's name"))?;
    let text = words.next().ok_or_else(|| Mistake::end("the file's text in quotes"))?;
    if let Some(more) = words.next() {
        return Err(Mistake::found("the file's text in quotes", &more));
    }
    if name.is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
        return Err(Mistake::found("a file's name of at most 200 bytes", &name));
    }
    Ok(Command::File { name, text: value::text(&text, "a file", FILE_MAX)? })
}

/// `[tool=NAME]`
pub(super) fn which(arguments: &mut Arguments) -> Result<Option<String>, Mistake> {
    arguments.option("tool", |text| value::name(text, "a tool's name"))
}
