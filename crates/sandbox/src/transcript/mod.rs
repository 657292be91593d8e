//! Transcripts: commands and what is seen of them, in a file that tells a story.
//!
//! ```text
//! topic orders partitions=3
//! consumer carl group=billing topics=orders
//! settle
//! ----
//! billing: Empty -> PreparingRebalance -> CompletingRebalance -> Stable
//! carl <- orders-0 orders-1 orders-2
//!
//! crash carl
//! wait 45s
//! ----
//! ...
//! ```
//!
//! A block is commands, a line of four dashes, and the lines that a [`Teller`] tells, up to an
//! empty line. Comments stand among the commands. A command that is refused is told as such and does not end the story:
//! `refused: ...`.

#[cfg(test)]
mod tests;

use crate::history::Story;
use crate::script::{Script, ScriptError};
use crate::telling::Teller;
use crate::world::WorldSettings;
use std::fmt;

/// Commands and what is seen of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The line of the file in which the commands begin, counted from 1.
    pub line: u32,
    /// As they stand in the file.
    pub commands: String,
    /// What is expected, line by line.
    pub expected: Vec<String>,
}

/// A transcript.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transcript {
    /// In their order; they go on from each other.
    pub blocks: Vec<Block>,
}

/// A transcript that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// What was seen of each block.
    pub seen: Vec<Vec<String>>,
    /// The story at its end.
    pub story: Story,
}

impl Transcript {
    /// Cuts a file into blocks.
    pub fn parse(text: &str) -> Transcript {
        let mut blocks: Vec<Block> = Vec::new();
        let mut block = Block { line: 1, commands: String::new(), expected: Vec::new() };
        let mut is_expectation = false;
        for (number, line) in (1..).zip(text.lines()) {
            if line == "----" {
                is_expectation = true;
            } else if is_expectation && line.is_empty() {
                is_expectation = false;
                let next = Block { line: number + 1, commands: String::new(), expected: Vec::new() };
                blocks.push(std::mem::replace(&mut block, next));
            } else if is_expectation {
                block.expected.push(line.to_owned());
            } else {
                block.commands.push_str(line);
                block.commands.push('\n');
            }
        }
        if is_expectation || !block.commands.trim().is_empty() {
            blocks.push(block);
        }
        Transcript { blocks }
    }

    /// All commands as one script.
    ///
    /// # Errors
    /// The first line that is no command, by its number in the file.
    pub fn script(&self) -> Result<Script, ScriptError> {
        let mut all = Script::default();
        for block in &self.blocks {
            let at = |line: u32| block.line + line - 1;
            let script =
                Script::parse(&block.commands).map_err(|error| ScriptError { line: at(error.line), ..error })?;
            let lines = script.lines.into_iter();
            all.lines.extend(lines.map(|line| crate::script::Line { number: at(line.number), ..line }));
        }
        Ok(all)
    }

    /// Plays the transcript in a world of its own.
    ///
    /// # Errors
    /// A line that is no command, or brokers' settings that are not Kafka's, as line 1's.
    pub fn play(&self) -> Result<Played, ScriptError> {
        let script = self.script()?;
        script.check(crate::script::Known::default())?;
        let story = Story::new(WorldSettings::of(&script));
        let mut story = story.map_err(|error| ScriptError {
            line: 1,
            wanted: "settings of brokers".to_owned(),
            found: Some(error.to_string()),
        })?;
        story.set_watched(true);
        let mut teller = Teller::default();
        let mut seen = Vec::new();
        let mut lines = script.lines.into_iter().peekable();
        for (index, _) in self.blocks.iter().enumerate() {
            let end = self.blocks.get(index + 1).map_or(u32::MAX, |next| next.line);
            let mut refusals = Vec::new();
            while let Some(line) = lines.next_if(|line| line.number < end) {
                if let Err(refusal) = story.apply(&line.command) {
                    refusals.push(format!("refused: {}: {refusal}", line.command));
                }
                while let Some(happening) = story.poll_happening() {
                    teller.note(&happening);
                }
            }
            let mut told = teller.take();
            told.extend(refusals);
            seen.push(told);
        }
        Ok(Played { seen, story })
    }

    /// The file with what was seen in place of what was expected.
    pub fn with(&self, seen: &[Vec<String>]) -> String {
        let blocks =
            self.blocks.iter().zip(seen).map(|(block, seen)| Block { expected: seen.clone(), ..block.clone() });
        Transcript { blocks: blocks.collect() }.to_string()
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, block) in self.blocks.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            writeln!(out, "{}----", block.commands)?;
            for line in &block.expected {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }
}
