//! A lesson's scene, set and watched, and lines that are typed into it.

use crate::lesson::{Lesson, Lines};
use crate::shell;
use crate::text::Text;
use crate::track::{Filled, Tracker};
use runnel_protocol::Timestamp;
use runnel_sandbox::history::{ScriptStop, Story};
use runnel_sandbox::script::Command;
use runnel_sandbox::viewing::{BeginError, Done, Playing, Viewing};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The scene of a lesson, to be set; the lesson's [`Tracker`] follows what is done from there on.
///
/// # Errors
/// A scene with a mistake.
pub fn scene(lesson: &Arc<Lesson>) -> Result<Playing, BeginError> {
    let tracker = Tracker::new(Arc::clone(lesson), Timestamp(i64::MAX));
    Playing::of_scene(&lesson.scene, Box::new(tracker))
}

/// Sets the scene of a lesson at once.
///
/// # Errors
/// A scene that cannot be played.
pub fn begin(lesson: &Arc<Lesson>) -> Result<Viewing, BeginError> {
    scene(lesson)?.whole()
}

/// A story that began with the scene of a lesson, with the lesson's goals: one that was kept, for example.
pub fn follow(lesson: &Arc<Lesson>, story: Story) -> Viewing {
    let begin = begin(lesson).map_or(story.end(), |set| set.now());
    Viewing::of_story_with(story, Box::new(Tracker::new(Arc::clone(lesson), begin)))
}

/// Why lines cannot be played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineStop {
    /// The line in the lesson's file.
    pub line: u32,
    /// What stands there, with its holes filled.
    pub text: String,
    /// Why it cannot be done.
    pub reason: String,
}

impl fmt::Display for LineStop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}: {}", self.line, self.text, self.reason)
    }
}

impl std::error::Error for LineStop {}

/// What a typed line stands for, where a viewing stands.
///
/// # Errors
/// A line that is no command.
pub fn commands(viewing: &Viewing, line: &str) -> Result<Vec<Command>, ScriptStop> {
    let is_taken = |name: &str| viewing.story().world().process(name).is_some();
    shell::commands(line, &is_taken).map_err(ScriptStop::Wrong)
}

/// Does what a learner types: all of it or nothing.
///
/// # Errors
/// A line that is no command, or one that is refused.
pub fn type_line(viewing: &mut Viewing, line: &str) -> Result<Done, ScriptStop> {
    let commands = commands(viewing, line)?;
    let script: String = commands.iter().map(|command| format!("{command}\n")).collect();
    viewing.run_script(&script)
}

/// Plays lines of a lesson; holes in them are filled as they come.
///
/// # Errors
/// The first line that cannot be done.
pub fn play(viewing: &mut Viewing, lines: &Lines) -> Result<(), LineStop> {
    for text in &lines.0 {
        let line = filled(viewing, text)?;
        let done = type_line(viewing, &line);
        done.map_err(|stop| LineStop { line: text.line, text: line, reason: stop.to_string() })?;
    }
    // The last instant is looked at once it is over.
    viewing.run_until(viewing.now() + Duration::from_millis(1));
    Ok(())
}

/// A line with its holes filled: all of them, or it cannot be typed.
///
/// # Errors
/// A hole that the run does not know yet.
pub fn filled(viewing: &Viewing, text: &Text) -> Result<String, LineStop> {
    let stop = |reason: &str| LineStop { line: text.line, text: text.words(), reason: reason.to_owned() };
    let tracker = Tracker::of(viewing).ok_or_else(|| stop("nobody follows the goals"))?;
    // A line may speak of what has just come to be.
    let pieces = tracker.now(viewing.scene()).fill(text, viewing.scene(), None);
    if pieces.contains(&Filled::NotYet) {
        return Err(stop("a hole has no value yet"));
    }
    Ok(pieces.iter().map(Filled::text).collect())
}
