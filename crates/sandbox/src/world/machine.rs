//! The machine inside a process: one of the clients, or a tool.

use super::happening::{ClientEvent, Stream};
use runnel_clients::{Carried, Signal};
use runnel_protocol::Timestamp;

/// What a process is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ProcessInput {
    /// From its connections and its clock.
    Signal(Signal),
    /// A line of its standard input.
    Line(String),
    /// Its standard input is over.
    EndOfInput,
    /// Ctrl-C.
    Interrupt,
}

/// What a process wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ProcessOutput {
    /// For its cables.
    Carry(Carried),
    /// For the person who looks at it.
    Print(Stream, String),
    /// A tool has ended with this status.
    Exit(i32),
    /// A client has said goodbye.
    Closed,
    /// A client's library gave up.
    Failed,
}

/// The machine.
#[derive(Clone, Debug)]
pub(super) enum Machine {}

impl Machine {
    pub(super) fn handle(&mut self, _now: Timestamp, _input: ProcessInput) {
        match *self {}
    }

    pub(super) fn poll_output(&mut self) -> Option<ProcessOutput> {
        match *self {}
    }

    pub(super) fn poll_event(&mut self) -> Option<ClientEvent> {
        match *self {}
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        match *self {}
    }

    pub(super) fn set_watched(&mut self, _watched: bool) {
        match *self {}
    }
}
