//! What a learner types: the sandbox's commands, Kafka's tools, the tutorial's `npm run ...`, a few words of the
//! terminal's own, and what the tutorial has one type where there is a real machine.
//!
//! Nothing here runs anything: [`read`] says what a line means, [`complete`] how it may go on.

mod answers;
mod complete;
mod help;
mod names;
mod npm;

pub use complete::{Candidate, Completion, complete};

use runnel_sandbox::script::grammar;
use runnel_sandbox::script::{Command, ScriptError, split_words};
use runnel_sandbox::viewing::Viewing;
use runnel_tools::nearest;

/// What a line means.
#[derive(Clone, PartialEq, Debug)]
pub enum Typed {
    /// It says nothing: it is blank, or a comment.
    Nothing,
    /// It is done on the stage, all of it or nothing.
    Commands(Vec<Command>),
    /// The same, and the client that the last of them is about is a program that runs in the terminal.
    Program(Vec<Command>),
    /// Nothing is done; this is said.
    Answer(String),
    /// The page does it.
    Page(PageWord),
}

/// What the terminal itself, or the page around it, does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageWord {
    /// The terminal is emptied.
    Clear,
    /// The terminal is closed.
    Exit,
    /// The next hint of the lesson.
    Hint,
    /// The lines that were typed.
    History,
    /// What was undone is done again.
    Redo,
    /// The last thing that was done is undone.
    Undo,
}

impl PageWord {
    /// All, as they are typed, with what they do.
    pub const ALL: [(&'static str, PageWord, &'static str); 6] = [
        ("clear", PageWord::Clear, "empties this terminal"),
        ("exit", PageWord::Exit, "closes this terminal"),
        ("hint", PageWord::Hint, "the next hint of the lesson"),
        ("history", PageWord::History, "the lines that you have typed"),
        ("redo", PageWord::Redo, "does again what was undone"),
        ("undo", PageWord::Undo, "takes back what was done last, by hand or here"),
    ];

    fn of(word: &str) -> Option<PageWord> {
        PageWord::ALL.into_iter().find(|(name, ..)| *name == word).map(|(_, word, _)| word)
    }
}

/// The commands that a line stands for, as lessons have them. `is_taken` says whether a client of that name is there.
///
/// # Errors
/// A line that is no command.
pub fn commands(line: &str, is_taken: &dyn Fn(&str) -> bool) -> Result<Vec<Command>, ScriptError> {
    match npm::read(&split_words(line)?, is_taken)? {
        Some(commands) => Ok(commands),
        None => line.parse().map(|command| vec![command]),
    }
}

/// What a line means, where a viewing stands.
///
/// # Errors
/// A line that means nothing: what was wanted, and what is near to it.
pub fn read(viewing: &Viewing, line: &str) -> Result<Typed, ScriptError> {
    let words = split_words(line)?;
    let Some(first) = words.first() else { return Ok(Typed::Nothing) };
    let rest = &words[1..];
    if let Some(word) = PageWord::of(first).filter(|_| rest.is_empty()) {
        return Ok(Typed::Page(word));
    }
    match (first.as_str(), rest) {
        ("help" | "man", [about, ..]) => return help::about(about).map(Typed::Answer).ok_or_else(|| unknown(about)),
        ("help", []) => return Ok(Typed::Answer(help::overview())),
        (word, [only]) if only == "--help" => {
            if let Some(help) = help::of_command(word) {
                return Ok(Typed::Answer(help));
            }
        }
        _ => {}
    }
    if let Some(answer) = answers::answer(viewing.scene(), &words) {
        return Ok(Typed::Answer(answer));
    }
    let is_taken = |name: &str| viewing.story().world().process(name).is_some();
    if let Some(commands) = npm::read(&words, &is_taken)? {
        return Ok(Typed::Program(commands));
    }
    if !help::first_words().contains(first) && names::tool(first).is_none() {
        return Err(unknown(first));
    }
    line.parse().map(|command| Typed::Commands(vec![command]))
}

fn unknown(word: &str) -> ScriptError {
    let commands = help::first_words();
    let all = commands.iter().map(String::as_str).chain(PageWord::ALL.iter().map(|(name, ..)| *name));
    let near = nearest(word, all.chain(["npm", "help"])).filter(|near| near.len() > 2 && word.len() > 2);
    let wanted = match near {
        Some(near) => format!("a command (is {near} meant? help lists all)"),
        None => "a command (help lists all), or a tool of Kafka's like kafka-topics.sh".to_owned(),
    };
    ScriptError { line: 1, wanted, found: Some(word.chars().take(60).collect()) }
}

/// The rows of the grammar that begin with a word.
fn rows_of(word: &str) -> Vec<grammar::Row> {
    let begins = |usage: &String| usage.split(' ').next() == Some(word);
    grammar::commands().into_iter().filter(|row| row.usages.iter().any(begins)).collect()
}

#[cfg(test)]
mod tests;
