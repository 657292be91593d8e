//! A lesson as it was read: what the page shows, and what the checker needs.

use crate::clause::{Condition, Goal, Quantity};
use crate::error::LessonError;
use crate::text::{Hole, Piece, Text};

/// A lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lesson {
    /// The file that it was read from.
    pub file: String,
    /// Like `4.3`: module and number.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The chapter of the tutorial that it belongs to.
    pub tutorial: Option<String>,
    /// The misconceptions that it undoes, by their numbers.
    pub undoes: Vec<u32>,
    /// Lessons that should come before it.
    pub after: Vec<String>,
    /// Words of the glossary that it introduces.
    pub words: Vec<String>,
    /// What is shown, in its order.
    pub blocks: Vec<Block>,
    /// The script that sets the stage.
    pub scene: String,
    /// What has to be reached, in order.
    pub goals: Vec<Goal>,
    /// Help in steps.
    pub hints: Vec<Text>,
    /// Ways that lead there.
    pub solutions: Vec<Solution>,
    /// Ways that must not lead there.
    pub near_misses: Vec<NearMiss>,
    /// What is said at the end.
    pub debrief: Text,
    /// What must be true wherever the goals were met, since the text says so.
    pub checks: Vec<Check>,
}

/// A part of what is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// Markdown.
    Prose(Text),
    /// Code that is read and not run.
    Code {
        /// What it is written in: `js`, `sh`, `text`.
        language: String,
        /// As it stands.
        text: String,
    },
    /// Lines that the text offers to run on the stage.
    Run {
        /// Where it begins in the file.
        line: u32,
        /// As they are typed into the terminal.
        script: String,
    },
    /// A question before the answer is seen.
    Predict(Prediction),
    /// A goal, by its place among [`Lesson::goals`].
    Goal(usize),
}

/// A question, on which the learner bets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prediction {
    /// What is asked.
    pub question: String,
    /// What may be chosen.
    pub options: Vec<Choice>,
}

/// An answer that may be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it is right.
    pub is_right: bool,
}

/// Lines that a learner may type, with holes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lines(pub Vec<Text>);

/// A way that leads to the goals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Solution {
    /// By which hand: `mouse`, `terminal`.
    pub hand: String,
    /// The line in the file.
    pub line: u32,
    /// What is done.
    pub lines: Lines,
}

/// A way that looks right and is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearMiss {
    /// What is wrong with it.
    pub title: String,
    /// The line in the file.
    pub line: u32,
    /// What is done.
    pub lines: Lines,
}

/// Something that the text states of the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// The line in the file.
    pub line: u32,
    /// The goal at which it has to be true; nothing for the end.
    pub at: Option<String>,
    /// What.
    pub condition: Condition,
}

impl Lesson {
    /// Reads a lesson's file.
    ///
    /// # Errors
    /// The first mistake, with its line.
    pub fn parse(file: &str, text: &str) -> Result<Lesson, LessonError> {
        crate::parse::lesson(file, text).map_err(|mistake| mistake.in_file(file))
    }

    /// How many commands a solution takes; waiting is none. Of several solutions the shortest counts.
    pub fn commands_count(&self) -> u32 {
        let counts = self.solutions.iter().map(|solution| solution.lines.commands_count());
        counts.min().unwrap_or(0)
    }

    /// All texts with holes.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let prose = self.blocks.iter().filter_map(|block| match block {
            Block::Prose(text) => Some(text),
            Block::Code { .. } | Block::Run { .. } | Block::Predict(_) | Block::Goal(_) => None,
        });
        let reasons = self.goals.iter().flat_map(|goal| goal.reasons.iter().map(|reason| &reason.text));
        let solutions = self.solutions.iter().flat_map(|solution| &solution.lines.0);
        let near_misses = self.near_misses.iter().flat_map(|near_miss| &near_miss.lines.0);
        let rest = solutions.chain(near_misses).chain(&self.hints).chain([&self.debrief]);
        prose.chain(reasons).chain(rest)
    }

    /// The peaks that the goals and texts speak of, each once.
    pub(crate) fn peaks(&self) -> Vec<Quantity> {
        let mut found = Vec::new();
        let goals = self.goals.iter().flat_map(|goal| {
            let steps = goal.steps.iter().map(|step| &step.condition);
            steps.chain(&goal.never).chain(goal.reasons.iter().filter_map(|reason| reason.when.as_ref()))
        });
        for condition in goals.chain(self.checks.iter().map(|check| &check.condition)) {
            condition.peaks(&mut found);
        }
        for hole in self.texts().flat_map(Text::holes) {
            if let Hole::Quantity { quantity, .. } = hole {
                quantity.peaks(&mut found);
            }
        }
        let mut peaks: Vec<Quantity> = Vec::new();
        for peak in found {
            if !peaks.contains(peak) {
                peaks.push(peak.clone());
            }
        }
        peaks
    }
}

impl Lines {
    /// How many commands they are; waiting is none.
    pub fn commands_count(&self) -> u32 {
        let is_command = |text: &&Text| {
            let first = match text.pieces.first() {
                Some(Piece::Words(words)) => words.split_whitespace().next().unwrap_or(""),
                Some(Piece::Hole(_)) | None => "",
            };
            !matches!(first, "settle" | "wait")
        };
        u32::try_from(self.0.iter().filter(is_command).count()).unwrap_or(u32::MAX)
    }
}
