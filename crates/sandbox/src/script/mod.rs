//! The command language: one command a line, the same words on the stage, in the terminal, in links, lessons and
//! transcripts.
//!
//! A script is read and checked as a whole before any of it runs ([`Script::parse`], [`Script::check`]); the first
//! mistake is a [`ScriptError`] that says in which line what was wanted and what came. Printing a command gives a line
//! that reads back to the same command.
#![doc = include_str!("grammar.md")]

mod arguments;
mod change;
mod check;
mod clients;
mod command;
mod error;
mod faults;
pub mod grammar;
mod parse;
mod print;
mod records;
#[cfg(test)]
mod tests;
mod tools;
mod value;
mod words;

pub use change::{Clearing, ClientChange, Setting};
pub(crate) use check::CLIENTS_MAX;
pub use check::{ClientRole, Known};
pub use command::{
    Acks, Assignor, ClientPartition, Command, CommitPolicy, ConsumerSpec, Node, Payload, Position, ProducerSpec,
    Profile, SendSpec,
};
pub use error::ScriptError;
pub use faults::{Cable, Direction, MessageMatch};
pub(crate) use parse::BROKERS_MAX;
pub use value::{Keys, Per, Rate};
pub use words::quote;

use std::fmt;
use std::str::FromStr;

/// Most commands of a script.
const COMMANDS_MAX: usize = 10_000;
/// Most bytes of a script.
const SIZE_MAX: usize = 16 * 1024 * 1024;

/// A script: commands with the lines in which they stand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Script {
    /// In their order.
    pub lines: Vec<Line>,
}

/// A command and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Counted from 1, as an editor does.
    pub number: u32,
    /// What it says.
    pub command: Command,
}

impl Script {
    /// Reads a script.
    ///
    /// ```
    /// use runnel_sandbox::script::Script;
    /// let script = Script::parse("topic orders partitions=3\nproducer shop kind=java # one of three kinds\n")?;
    /// assert_eq!(script.to_string(), "topic orders partitions=3\nproducer shop kind=java\n");
    /// let error = Script::parse("topic orders partitions=0").unwrap_err();
    /// assert_eq!(error.to_string(), "line 1: wanted a number of partitions from 1 to 1000, found \"0\"");
    /// # Ok::<(), runnel_sandbox::script::ScriptError>(())
    /// ```
    ///
    /// # Errors
    /// The first line that is no command.
    pub fn parse(text: &str) -> Result<Script, ScriptError> {
        if text.len() > SIZE_MAX {
            let wanted = format!("a script of at most {SIZE_MAX} bytes");
            return Err(ScriptError { line: 1, wanted, found: Some(format!("{} bytes", text.len())) });
        }
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.split('\n')) {
            let command = parse::command(line.strip_suffix('\r').unwrap_or(line)).map_err(|error| error.at(number))?;
            if command.is_some() && lines.len() == COMMANDS_MAX {
                let wanted = format!("at most {COMMANDS_MAX} commands");
                return Err(ScriptError { line: number, wanted, found: Some(line.chars().take(60).collect()) });
            }
            lines.extend(command.map(|command| Line { number, command }));
        }
        Ok(Script { lines })
    }

    /// Checks the names of a whole script against those that are known where it begins.
    ///
    /// # Errors
    /// The first line with a name that clashes or that nobody bears.
    pub fn check(&self, known: Known) -> Result<(), ScriptError> {
        check::check(&self.lines, known)
    }
}

/// Cuts a line into words as commands are cut: blanks, quotes, escapes, comments.
///
/// # Errors
/// A quote that is not closed, an escape that is none.
pub fn split_words(line: &str) -> Result<Vec<String>, ScriptError> {
    words::split(line).map_err(|mistake| mistake.at(1))
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(out, "{}", line.command))
    }
}

impl FromStr for Command {
    type Err = ScriptError;

    /// Reads one line, as it comes from a terminal.
    fn from_str(line: &str) -> Result<Command, ScriptError> {
        let command = match line.split_once('\n') {
            Some((_, more)) => Err(error::Mistake::found("one line", more)),
            None => parse::command(line),
        };
        let wanted = || error::Mistake::end("a command");
        command.and_then(|command| command.ok_or_else(wanted)).map_err(|mistake| mistake.at(1))
    }
}
