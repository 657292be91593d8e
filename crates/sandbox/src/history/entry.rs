//! One thing that was done.

use crate::script::Command;
use crate::world::{ForeignId, Refusal, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use runnel_clients::Address;
use runnel_protocol::Timestamp;
use std::fmt;

/// Something that was done, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// When; after all that was due at that instant.
    pub time: Timestamp,
    /// What.
    pub action: Action,
}

/// Something that is done to a world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// A command.
    Command(Command),
    /// A program outside opens a connection. The world numbers them in order.
    ForeignOpen {
        /// Where to.
        address: Address,
    },
    /// It sends a frame.
    ForeignFrame {
        /// On which connection.
        id: ForeignId,
        /// The frame, without its size prefix.
        frame: Bytes,
    },
    /// It closes a connection.
    ForeignClose {
        /// Which.
        id: ForeignId,
    },
}

impl Action {
    /// Bytes of a foreign frame.
    pub(super) fn foreign_size(&self) -> usize {
        match self {
            Action::ForeignFrame { frame, .. } => frame.len(),
            Action::Command(_) | Action::ForeignOpen { .. } | Action::ForeignClose { .. } => 0,
        }
    }

    pub(super) fn perform(&self, world: &mut World) -> Result<Option<ForeignId>, Refusal> {
        match self {
            Action::Command(command) => world.apply(command).map(|()| None),
            Action::ForeignOpen { address } => world.foreign_open(address).map(Some),
            Action::ForeignFrame { id, frame } => world.foreign_frame(*id, frame).map(|()| None),
            Action::ForeignClose { id } => world.foreign_close(*id).map(|()| None),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Command(command) => command.fmt(out),
            Action::ForeignOpen { address } => write!(out, "outside opens {address}"),
            Action::ForeignFrame { id, frame } => write!(out, "outside sends {id} {}", STANDARD.encode(frame)),
            Action::ForeignClose { id } => write!(out, "outside closes {id}"),
        }
    }
}
