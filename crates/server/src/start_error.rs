//! Why `runnel` does not start: one line for the person at the terminal.

use std::fmt;

/// A mistake, of the command line or of the machine, with which there is nothing to serve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StartError(String);

impl StartError {
    /// What is wrong, in one line: lower case, no full stop.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        StartError(reason.into())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}
