//! A lesson that cannot be read: always in which file, where, what was wanted, and what came.

use runnel_sandbox::script::ScriptError;
use std::fmt;

/// The first mistake of a lesson's file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LessonError {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// What would have been right there.
    pub wanted: String,
    /// What stands there; nothing where the line, or the file, ends too early.
    pub found: Option<String>,
}

impl fmt::Display for LessonError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: wanted {}, found ", self.file, self.line, self.wanted)?;
        match &self.found {
            Some(found) => write!(out, "{found:?}"),
            None => out.write_str("the end"),
        }
    }
}

impl std::error::Error for LessonError {}

/// A mistake in a certain line of a file that is not named yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mistake {
    pub(crate) line: u32,
    pub(crate) wanted: String,
    pub(crate) found: Option<String>,
}

impl Mistake {
    /// Something else stands where `wanted` was expected.
    pub(crate) fn found(line: u32, wanted: impl Into<String>, found: &str) -> Mistake {
        // A message shows so much of what came, and no more.
        let shown = match found.char_indices().nth(80) {
            Some((end, _)) => format!("{}...", &found[..end]),
            None => found.to_owned(),
        };
        Mistake { line, wanted: wanted.into(), found: Some(shown) }
    }

    /// It ends where `wanted` was expected.
    pub(crate) fn end(line: u32, wanted: impl Into<String>) -> Mistake {
        Mistake { line, wanted: wanted.into(), found: None }
    }

    /// A mistake in a script that begins behind a line of the file.
    pub(crate) fn of_script(behind: u32, error: ScriptError) -> Mistake {
        Mistake { line: behind + error.line, wanted: error.wanted, found: error.found }
    }

    pub(crate) fn in_file(self, file: &str) -> LessonError {
        LessonError { file: file.to_owned(), line: self.line, wanted: self.wanted, found: self.found }
    }
}
