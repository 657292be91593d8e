//! Something under way between a client and a broker.

use super::Party;
use crate::script::Direction;
use bytes::Bytes;
use runnel_broker::{BrokerId, ConnectionId};
use runnel_protocol::{ApiKey, Timestamp};

/// A packet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet {
    /// Counts all packets of the world, from 1.
    pub id: u64,
    /// On which connection.
    pub connection: ConnectionId,
    /// The client's end.
    pub party: Party,
    /// The broker's end.
    pub broker: BrokerId,
    /// Which way.
    pub direction: Direction,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it comes to the other end.
    pub arrives_at: Timestamp,
    /// Of which API, where it is a frame whose request is known.
    pub api: Option<ApiKey>,
    /// The client's number for the request.
    pub correlation_id: Option<i32>,
    /// What it carries.
    pub cargo: Cargo,
}

/// What a packet carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cargo {
    /// The request to connect.
    Connect,
    /// The broker takes the connection.
    Accept,
    /// Nobody listens there.
    Refuse,
    /// A frame, with its size prefix.
    Frame(Bytes),
    /// The sender's end is closed.
    Close {
        /// Why, in words.
        reason: String,
    },
}

impl Packet {
    /// Bytes of the frame; 0 for what is no frame.
    pub fn size(&self) -> usize {
        match &self.cargo {
            Cargo::Frame(bytes) => bytes.len(),
            Cargo::Connect | Cargo::Accept | Cargo::Refuse | Cargo::Close { .. } => 0,
        }
    }
}
