//! What goes into a tool and what comes out of it.

use runnel_clients::{Carried, Signal};
use runnel_protocol::Timestamp;

/// What a tool is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToolInput {
    /// From the carrier of its connections; [`Signal::Timer`] where only time has passed.
    Signal(Signal),
    /// A line of its standard input, without the line's end.
    Line(String),
    /// Its standard input is over.
    EndOfInput,
    /// Ctrl-C.
    Interrupt,
}

/// What a tool wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToolOutput {
    /// For the carrier of its connections.
    Carry(Carried),
    /// Text for its standard output: whole lines with their ends, or a piece like the prompt `>`.
    Out(String),
    /// Bytes for its standard output, of records that may be no text.
    OutBytes(bytes::Bytes),
    /// Text for its standard error, like [`ToolOutput::Out`].
    Err(String),
    /// It has ended, with this status. Nothing comes after it.
    Exit(i32),
}

/// What surrounds a tool when it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// The time.
    pub now: Timestamp,
    /// What its random draws follow from.
    pub seed: u64,
    /// Whether its standard input is a person at a terminal.
    pub is_interactive: bool,
}
