//! One connection: its two ends, its two pipes, and the requests that are not answered yet.

use super::Tap;
use crate::script::Direction;
use bytes::Bytes;
use runnel_broker::{BrokerId, ConnectionId};
use runnel_clients::LinkId;
use runnel_protocol::{ApiKey, Timestamp};
use std::collections::VecDeque;

/// Most requests of a connection that are remembered until they are answered. Brokers keep as many in line.
const ASKED_MAX: usize = 1_000;

/// Who is at a client's end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// A process of this world.
    Process(u32),
    /// A program outside.
    Foreign(u32),
}

/// A request that has no answer yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The API as it stood in the header.
    pub api_key: i16,
    /// The version as it stood in the header.
    pub api_version: i16,
    /// The client's number for it.
    pub correlation_id: i32,
}

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pipe {
    /// Nothing arrives before what was sent earlier.
    pub(super) last_arrival: Timestamp,
    /// Something was lost.
    pub(super) has_hole: bool,
}

/// A connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its number, in the cluster too.
    pub id: ConnectionId,
    /// Who opened it.
    pub party: Party,
    /// That party's number for it.
    pub link: LinkId,
    /// Where it leads.
    pub broker: BrokerId,
    /// Whether the client's end is open, or wants to be.
    pub client_open: bool,
    /// Whether the broker has taken it and not closed it.
    pub broker_open: bool,
    /// Whether the client knows that the broker has taken it.
    pub is_accepted: bool,
    pub(super) is_reset: bool,
    asked: VecDeque<Asked>,
    up: Pipe,
    down: Pipe,
    pub(super) tap: Option<Tap>,
}

impl Connection {
    pub(super) fn new(id: ConnectionId, party: Party, link: LinkId, broker: BrokerId) -> Self {
        Connection {
            id,
            party,
            link,
            broker,
            client_open: true,
            broker_open: false,
            is_accepted: false,
            is_reset: false,
            asked: VecDeque::new(),
            up: Pipe::default(),
            down: Pipe::default(),
            tap: None,
        }
    }

    /// Requests without an answer, the oldest first.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.asked.iter()
    }

    /// The frames that were kept, if the connection is tapped.
    pub fn tap(&self) -> Option<&Tap> {
        self.tap.as_ref()
    }

    pub(super) fn pipe_mut(&mut self, direction: Direction) -> &mut Pipe {
        match direction {
            Direction::Request => &mut self.up,
            Direction::Answer => &mut self.down,
        }
    }

    /// Reads the head of a request: size, API, version, correlation id.
    pub(super) fn note_request(&mut self, frame: &Bytes) -> Option<Asked> {
        let head: [u8; 8] = frame.get(4..12)?.try_into().ok()?;
        let [a, b, c, d, e, f, g, h] = head;
        let asked = Asked {
            api_key: i16::from_be_bytes([a, b]),
            api_version: i16::from_be_bytes([c, d]),
            correlation_id: i32::from_be_bytes([e, f, g, h]),
        };
        if !(asked.api_key == ApiKey::Produce.number() && wants_no_answer(frame, asked.api_version)) {
            if self.asked.len() == ASKED_MAX {
                self.asked.pop_front();
            }
            self.asked.push_back(asked);
        }
        Some(asked)
    }

    /// Finds the request that an answer belongs to. Brokers answer in order.
    pub(super) fn note_answer(&mut self, frame: &Bytes) -> Option<Asked> {
        let head: [u8; 4] = frame.get(4..8)?.try_into().ok()?;
        let correlation_id = i32::from_be_bytes(head);
        if self.asked.front().is_some_and(|asked| asked.correlation_id == correlation_id) {
            return self.asked.pop_front();
        }
        let place = self.asked.iter().position(|asked| asked.correlation_id == correlation_id)?;
        self.asked.drain(..=place).next_back()
    }
}

/// Whether a Produce says `acks=0`. Its body begins with the transactional id and acks.
fn wants_no_answer(frame: &Bytes, api_version: i16) -> bool {
    let body = runnel_protocol::frame::decode_request_header(&frame.slice(4..));
    let Ok((_, mut reader)) = body else { return false };
    let flexible = ApiKey::Produce.is_flexible(api_version);
    let skipped = reader.nullable_string(flexible, "transactional_id: string or null");
    skipped.is_ok() && reader.i16("acks: int16").is_ok_and(|acks| acks == 0)
}
