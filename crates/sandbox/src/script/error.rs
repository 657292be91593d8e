//! A script that cannot be read: always where, what was wanted, and what came.

use std::fmt;

/// The first mistake of a script. Nothing of the script is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptError {
    /// The line, counted from 1.
    pub line: u32,
    /// What would have been right there.
    pub wanted: String,
    /// What stands there; `None` where the line, or the script, ends too early.
    pub found: Option<String>,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: wanted {}, found ", self.line, self.wanted)?;
        match &self.found {
            Some(found) => write!(out, "{found:?}"),
            None => out.write_str("the end of the line"),
        }
    }
}

impl std::error::Error for ScriptError {}

/// A mistake whose line is not known yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mistake {
    pub(super) wanted: String,
    pub(super) found: Option<String>,
}

impl Mistake {
    /// Something else stands where `wanted` was expected.
    pub(super) fn found(wanted: impl Into<String>, found: &str) -> Mistake {
        // A message shows so much of what came, and no more.
        let shown = match found.char_indices().nth(60) {
            Some((end, _)) => format!("{}...", &found[..end]),
            None => found.to_owned(),
        };
        Mistake { wanted: wanted.into(), found: Some(shown) }
    }

    /// The line ends where `wanted` was expected.
    pub(super) fn end(wanted: impl Into<String>) -> Mistake {
        Mistake { wanted: wanted.into(), found: None }
    }

    pub(super) fn at(self, line: u32) -> ScriptError {
        ScriptError { line, wanted: self.wanted, found: self.found }
    }
}
