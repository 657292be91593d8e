//! Whom a client asks, and what becomes of it.

use crate::carrier::Address;
use runnel_protocol::{ApiKey, DecodeError, Response};
use std::fmt;

/// Whom to ask. Two peers are two connections, also where they lead to the same broker.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Peer {
    /// An address of `bootstrap.servers`, by position.
    Bootstrap(usize),
    /// A broker that metadata told of ([`Network::learn`](super::Network::learn)).
    Node {
        /// The broker's number.
        node_id: i32,
        /// Which of the client's connections to it: 0 where it has only one. Java keeps one more for the coordinator,
        /// kafkajs one more for Fetch.
        lane: u8,
    },
}

/// One request, numbered by the network; never used again within a client's life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RequestId(pub u64);

/// What became of a request.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    /// Which.
    pub id: RequestId,
    /// Who was asked.
    pub peer: Peer,
    /// The answer.
    pub outcome: Result<Response, Failure>,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// No connection could be made.
    NotConnected {
        /// Where to.
        address: Option<Address>,
        /// Why, in words.
        reason: String,
    },
    /// The connection ended before the answer came; the request may have been carried out.
    Disconnected {
        /// Why, in words.
        reason: String,
    },
    /// The answer did not come in time; the connection was closed, since an answer may come yet.
    TimedOut,
    /// Client and broker have no version of the API in common.
    UnsupportedVersion {
        /// The API.
        api: ApiKey,
    },
    /// The request cannot be said in the version that both speak.
    Encode(String),
    /// The answer is not what it should be; the connection was closed.
    Decode(DecodeError),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotConnected { address: Some(address), reason } => {
                write!(out, "no connection to {address}: {reason}")
            }
            Failure::NotConnected { address: None, reason } => write!(out, "no connection: {reason}"),
            Failure::Disconnected { reason } => write!(out, "the connection ended: {reason}"),
            Failure::TimedOut => out.write_str("no answer in time"),
            Failure::UnsupportedVersion { api } => write!(out, "the broker speaks no version of {api} that we do"),
            Failure::Encode(reason) => out.write_str(reason),
            Failure::Decode(error) => error.fmt(out),
        }
    }
}
