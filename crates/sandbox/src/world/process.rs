//! A process of the world: a client or a tool, with its connections.

use super::happening::{End, Role};
use super::machine::{Machine, ProcessInput};
use super::printout::Printout;
use crate::script::{ConsumerSpec, ProducerSpec};
use runnel_broker::ConnectionId;
use runnel_clients::LinkId;
use runnel_protocol::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// What a process was started as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Spec {
    Producer(ProducerSpec),
    Consumer(ConsumerSpec),
    Tool { tool: String, arguments: Vec<String> },
}

impl Spec {
    pub(super) fn role(&self) -> Role {
        match self {
            Spec::Producer(_) => Role::Producer,
            Spec::Consumer(_) => Role::Consumer,
            Spec::Tool { .. } => Role::Tool,
        }
    }

    /// The process as a script would start it.
    pub(super) fn command(&self) -> String {
        use crate::script::Command;
        match self {
            Spec::Producer(spec) => spec.to_string(),
            Spec::Consumer(spec) => spec.to_string(),
            Spec::Tool { tool, arguments } => {
                Command::Tool { tool: tool.clone(), arguments: arguments.clone() }.to_string()
            }
        }
    }
}

/// How a process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessState {
    /// It runs.
    Running,
    /// A person stopped it, as by SIGSTOP.
    Paused,
    /// It says goodbye.
    Leaving,
    /// It is over.
    Ended(End),
}

/// What happens when a process has said goodbye.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Afterwards {
    /// It stays on the stage as one that is over.
    #[default]
    Stays,
    /// A new process starts under its name.
    StartsAnew,
    /// It is taken off the stage.
    Vanishes,
}

/// One process.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) name: String,
    pub(super) spec: Spec,
    pub(super) machine: Option<Machine>,
    pub(super) state: ProcessState,
    pub(super) then: Afterwards,
    /// Counts the starts under this name, from 1.
    pub(super) incarnation: u32,
    pub(super) links: BTreeMap<LinkId, ConnectionId>,
    /// What came while it was stopped.
    pub(super) mailbox: VecDeque<ProcessInput>,
    pub(super) wakeup: Option<Timestamp>,
    /// Of a tool.
    pub(super) printout: Arc<Printout>,
    /// Records without a value of their own that it was told to send.
    pub(super) numbered: u64,
}

impl Process {
    pub(super) fn set_watched(&mut self, watched: bool) {
        if let Some(machine) = &mut self.machine {
            machine.set_watched(watched);
        }
    }
}

/// A process as the stage may show it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ProcessView {
    /// The party at its connections' end.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// How it is.
    pub state: ProcessState,
    /// The command that starts it.
    pub command: String,
    /// Counts the starts under this name, from 1.
    pub incarnation: u32,
    /// Its connections.
    pub connections: Vec<ConnectionId>,
}
