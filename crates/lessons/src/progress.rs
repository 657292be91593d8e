//! How far a learner has come, and a file of it.

use crate::lesson::Lesson;
use crate::track::Tracker;
use runnel_sandbox::history::Action;
use runnel_sandbox::script::Command;
use runnel_sandbox::viewing::Viewing;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What the file says that it is.
const FORMAT: &str = "runnel-progress";
/// The version of the file; it grows when a field changes its meaning.
pub const VERSION: u32 = 1;
/// Most bytes of a file.
const SIZE_MAX: usize = 1024 * 1024;
/// Most lessons in a file.
const LESSONS_MAX: usize = 1_000;

/// How far a learner has come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// By a lesson's id. One that this course does not have is kept as it is.
    pub lessons: BTreeMap<String, LessonProgress>,
    /// The lesson where she left off.
    pub current: Option<String>,
}

/// How far she has come in a lesson.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonProgress {
    /// Goals that were ever met, by name.
    pub goals: BTreeSet<String>,
    /// The answer that she bet on, by its place.
    pub bet: Option<u32>,
    /// Hints that she has seen.
    pub hints: u32,
    /// Commands since the scene was last set; waiting is none.
    pub commands: u32,
    /// Fewest commands with which all goals were met at once.
    pub best: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    current: Option<String>,
    lessons: BTreeMap<String, LessonProgress>,
}

/// Why a file is not taken over. Nothing of it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProgressError {
    /// What would have been right.
    pub wanted: String,
    /// What came.
    pub found: String,
}

impl fmt::Display for ProgressError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "wanted {}, found {}", self.wanted, self.found)
    }
}

impl std::error::Error for ProgressError {}

impl LessonProgress {
    /// Takes over the goals that are met where a viewing stands. One that was ever met stays met.
    pub fn note_goals(&mut self, tracker: &Tracker) {
        let goals = tracker.lesson().goals.iter().filter(|goal| tracker.met(&goal.name).is_some());
        self.goals.extend(goals.map(|goal| goal.name.clone()));
        if tracker.is_done() && self.best.is_none_or(|best| self.commands < best) {
            self.best = Some(self.commands);
        }
    }

    /// The scene is set anew: commands count from nothing; what was reached stays.
    pub fn reset(&mut self) {
        self.commands = 0;
    }

    /// Whether every goal of the lesson was met.
    pub fn is_done(&self, lesson: &Lesson) -> bool {
        lesson.goals.iter().all(|goal| self.goals.contains(&goal.name))
    }
}

/// How many commands the learner has used where a viewing of a lesson stands, behind those that set the scene.
pub fn commands_count(viewing: &Viewing) -> u32 {
    let Some(begin) = Tracker::of(viewing).map(Tracker::begins_at) else { return 0 };
    let entries = viewing.story().entries().iter();
    let own = entries.filter(|entry| entry.time >= begin && entry.time <= viewing.now());
    let counted = own.filter(|entry| match &entry.action {
        Action::Command(command) => counts(command),
        Action::ForeignOpen { .. } | Action::ForeignFrame { .. } | Action::ForeignClose { .. } => false,
    });
    u32::try_from(counted.count()).unwrap_or(u32::MAX)
}

/// Whether a command counts: letting time pass and moving things about do not.
fn counts(command: &Command) -> bool {
    !matches!(command, Command::Wait(_) | Command::Settle | Command::Place { .. })
}

impl Progress {
    /// A lesson's progress.
    pub fn lesson(&mut self, id: &str) -> &mut LessonProgress {
        self.lessons.entry(id.to_owned()).or_default()
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let file = File {
            format: FORMAT.to_owned(),
            version: VERSION,
            current: self.current.clone(),
            lessons: self.lessons.clone(),
        };
        // Text, numbers and maps with text as keys are always written.
        serde_json::to_string_pretty(&file).unwrap_or_default()
    }

    /// Reads what [`Progress::to_json`] has written.
    ///
    /// # Errors
    /// Why it is not taken over.
    pub fn from_json(text: &str) -> Result<Progress, ProgressError> {
        let error = |wanted: &str, found: String| ProgressError { wanted: wanted.to_owned(), found };
        if text.len() > SIZE_MAX {
            return Err(error(&format!("a file of at most {SIZE_MAX} bytes"), format!("{} bytes", text.len())));
        }
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|mistake| error("a file of progress in JSON", mistake.to_string()))?;
        let format = value.get("format").and_then(serde_json::Value::as_str);
        if format != Some(FORMAT) {
            let found = format.map_or_else(|| "another file".to_owned(), |format| format!("{format:?}"));
            return Err(error(&format!("a file whose format is {FORMAT:?}"), found));
        }
        // A version from before the first, or one that a later page has written.
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version != Some(u64::from(VERSION)) {
            let found = version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"));
            return Err(error(&format!("progress of version {VERSION}"), found));
        }
        let file: File = serde_json::from_value(value).map_err(|mistake| error("progress", mistake.to_string()))?;
        if file.lessons.len() > LESSONS_MAX {
            return Err(error(&format!("at most {LESSONS_MAX} lessons"), file.lessons.len().to_string()));
        }
        Ok(Progress { lessons: file.lessons, current: file.current })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn some() -> Progress {
        let mut progress = Progress { current: Some("4.3".to_owned()), ..Progress::default() };
        let lesson = progress.lesson("4.3");
        lesson.goals.insert("four".to_owned());
        lesson.bet = Some(2);
        lesson.commands = 1;
        progress
    }

    #[test]
    fn what_was_written_is_read_back() {
        let progress = some();
        assert_eq!(Progress::from_json(&progress.to_json()), Ok(progress));
    }

    #[test]
    fn commands_count_behind_the_scene_and_up_to_where_one_stands() {
        let text = "+++\nid = \"9.9\"\ntitle = \"One record\"\n+++\nSend a record to `orders`.\n\
                    ```scene\ntopic orders\nproducer shop\nsend shop orders\nsettle\n```\n\
                    ```goal sent \"a second record is there\"\nrecords of orders >= 2\n```\n\
                    ```solution mouse\nsend shop orders\nsettle\n```\n\
                    ```near-miss \"another topic\"\nsend shop payments\nsettle\n```\n```debrief\nThere.\n```\n";
        let lesson = Arc::new(Lesson::parse("nine.md", text).unwrap());
        let mut viewing = crate::play::begin(&lesson).unwrap();
        let begin = viewing.now();
        assert_eq!(commands_count(&viewing), 0, "the scene's commands are not the learner's");
        viewing.run_script("send shop orders").unwrap();
        assert_eq!(commands_count(&viewing), 1, "at the very instant at which she begins, too");
        viewing.run_script("settle\nwait 5s\nsend shop orders\nwait 5s").unwrap();
        assert_eq!(commands_count(&viewing), 2, "waiting is none");
        viewing.seek(begin);
        assert_eq!(commands_count(&viewing), 1, "what is done later is not done yet");
    }

    #[test]
    fn waiting_is_no_command_and_a_reset_keeps_what_was_reached() {
        let counts = |command: &str| counts(&command.parse().unwrap());
        assert!(counts("crash anna") && !counts("wait 5s"));
        let mut progress = some();
        let lesson = progress.lesson("4.3");
        assert_eq!(lesson.commands, 1);
        lesson.reset();
        assert_eq!((lesson.commands, lesson.goals.len(), lesson.bet), (0, 1, Some(2)));
    }

    #[test]
    fn a_file_of_another_version_or_kind_is_refused_as_a_whole_with_a_reason() {
        let text = some().to_json();
        let refused = |text: &str| Progress::from_json(text).unwrap_err().to_string();
        let later = text.replace("\"version\": 1", "\"version\": 2");
        assert_eq!(refused(&later), "wanted progress of version 1, found version 2");
        assert_eq!(refused("{}"), "wanted a file whose format is \"runnel-progress\", found another file");
        assert!(refused("{").starts_with("wanted a file of progress in JSON, found EOF"));
        let odd = text.replace("\"hints\"", "\"hintz\"");
        assert!(refused(&odd).starts_with("wanted progress, found unknown field `hintz`"));
        let large = " ".repeat(SIZE_MAX + 1);
        assert_eq!(refused(&large), "wanted a file of at most 1048576 bytes, found 1048577 bytes");
    }
}
