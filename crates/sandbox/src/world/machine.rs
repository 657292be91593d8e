//! The machine inside a process: one of the clients, or a tool.

use super::Refusal;
use super::happening::{ClientEvent, Stream};
use super::process::Spec;
use crate::script::{ClientPartition, Position, SendSpec};
use runnel_clients::{Address, Carried, Signal};
use runnel_protocol::Timestamp;
use runnel_tools::{Files, Setting, Tool, ToolInput, ToolOutput};
use std::sync::Arc;
use std::time::Duration;

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
pub(super) enum Machine {
    Tool(Box<Tool>),
}

impl Machine {
    pub(super) fn client(
        spec: &Spec,
        bootstrap: Vec<Address>,
        seed: u64,
        now: Timestamp,
        watched: bool,
    ) -> Result<Machine, Refusal> {
        let _ = (spec, bootstrap, seed, now, watched);
        Err(Refusal::new("there are no clients"))
    }

    pub(super) fn tool(
        tool: &str,
        arguments: &[String],
        files: Arc<dyn Files>,
        seed: u64,
        now: Timestamp,
    ) -> Result<Machine, Refusal> {
        let setting = Setting { now, seed, is_interactive: true };
        let tool = Tool::start(tool, arguments, files, &setting).map_err(|error| Refusal::new(error.to_string()))?;
        Ok(Machine::Tool(Box::new(tool)))
    }

    pub(super) fn handle(&mut self, now: Timestamp, input: ProcessInput) {
        match self {
            Machine::Tool(tool) => {
                let input = match input {
                    ProcessInput::Signal(signal) => ToolInput::Signal(signal),
                    ProcessInput::Line(line) => ToolInput::Line(line),
                    ProcessInput::EndOfInput => ToolInput::EndOfInput,
                    ProcessInput::Interrupt => ToolInput::Interrupt,
                };
                tool.handle_input(now, input);
            }
        }
    }

    pub(super) fn poll_output(&mut self) -> Option<ProcessOutput> {
        match self {
            Machine::Tool(tool) => Some(match tool.poll_output()? {
                ToolOutput::Carry(carried) => ProcessOutput::Carry(carried),
                ToolOutput::Out(text) => ProcessOutput::Print(Stream::Out, text),
                ToolOutput::OutBytes(bytes) => {
                    ProcessOutput::Print(Stream::Out, String::from_utf8_lossy(&bytes).into_owned())
                }
                ToolOutput::Err(text) => ProcessOutput::Print(Stream::Err, text),
                ToolOutput::Exit(status) => ProcessOutput::Exit(status),
            }),
        }
    }

    pub(super) fn poll_event(&mut self) -> Option<ClientEvent> {
        match self {
            Machine::Tool(_) => None,
        }
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        match self {
            Machine::Tool(tool) => tool.next_wakeup(),
        }
    }

    pub(super) fn set_watched(&mut self, _watched: bool) {}

    /// Whether it has nothing to do but what is periodic.
    pub(super) fn is_settled(&self, high_watermark: impl Fn(&str, i32) -> Option<i64>) -> bool {
        let _ = high_watermark;
        true
    }

    pub(super) fn send(&mut self, _now: Timestamp, _topic: &str, _spec: &SendSpec, _number: u64, _text: &str) {}

    pub(super) fn flush(&mut self, _now: Timestamp) -> Result<(), Refusal> {
        Ok(())
    }

    pub(super) fn commit(&mut self, _now: Timestamp) -> Result<(), Refusal> {
        Ok(())
    }

    pub(super) fn close(&mut self, _now: Timestamp) {}

    pub(super) fn pause_partition(&mut self, _: Timestamp, _: &ClientPartition, _: bool) -> Result<(), Refusal> {
        Ok(())
    }

    pub(super) fn seek(&mut self, _: Timestamp, _: &ClientPartition, _: Position) -> Result<(), Refusal> {
        Ok(())
    }

    pub(super) fn set_processing(&mut self, _: Duration) -> Result<(), Refusal> {
        Ok(())
    }

    pub(super) fn subscribe(&mut self, _: Timestamp, _: &[String]) -> Result<(), Refusal> {
        Ok(())
    }
}
