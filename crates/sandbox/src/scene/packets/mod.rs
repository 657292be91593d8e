//! The packets of a tapped connection: every frame with its fields and their bytes, answers beside their requests.
//!
//! This stands beside the scene: frames are no events, and nobody sees them who has not put a tap on.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use runnel_broker::Timestamp;
use runnel_protocol::describe::{Description, describe_request, describe_response};
use runnel_protocol::{ApiKey, frame};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};

/// Packets that are listed.
const PACKETS_MAX: usize = 500;

/// Bytes of frames that are kept, so that they can be looked into.
const KEPT_SIZE_MAX: usize = 4 * 1024 * 1024;

/// Fields that one packet lists.
const FIELDS_MAX: usize = 5_000;

/// Requests that wait for their answers at most; Kafka's clients have five under way.
const OPEN_MAX: usize = 1_000;

/// A frame.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Packet {
    /// Counts the packets of this tap from 1.
    pub number: u64,
    /// When it was seen.
    pub time: Timestamp,
    /// Whether it goes from the broker to the client.
    pub is_answer: bool,
    /// The API's name, like `Produce`; empty if it is none that we know.
    pub api: &'static str,
    /// The API's key; -1 for an answer to a request that was not seen.
    pub api_key: i16,
    /// The API's version; -1 for an answer to a request that was not seen.
    pub api_version: i16,
    /// By which an answer is told from others.
    pub correlation_id: i32,
    /// Bytes, without the four of its size.
    pub size: usize,
    /// The request's number for an answer, the answer's number for a request, once both were seen.
    pub counterpart: Option<u64>,
    /// For an answer, microseconds since its request.
    pub answered_after_us: Option<i64>,
}

/// One field of a packet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Field {
    /// Where it stands, like `topics[0].partitions[2].fetch_offset`.
    pub path: String,
    /// Its name.
    pub name: &'static str,
    /// Its type, like `int32`.
    pub type_name: &'static str,
    /// What it says.
    pub value: String,
    /// How many fields hold it.
    pub depth: usize,
    /// The first of its own bytes.
    pub start: usize,
    /// The byte after the last of its own.
    pub end: usize,
    /// How many bytes at its front state tag, size, length or count.
    pub prefix_size: usize,
    /// The first byte of it and of all that it holds.
    pub whole_start: usize,
    /// The byte after the last of it and of all that it holds.
    pub whole_end: usize,
}

/// A packet that was looked into.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Opened {
    /// Its fields in the order of the wire.
    pub fields: Vec<Field>,
    /// How many more there are.
    pub fields_left_out: usize,
    /// Where it is not what it should be, in words.
    pub error: Option<String>,
}

/// A tap on one connection.
#[derive(Clone, Debug, Default)]
pub struct Tap {
    packets: VecDeque<Packet>,
    /// The bytes of the latest packets, by number.
    bytes: BTreeMap<u64, Bytes>,
    kept_size: usize,
    last_number: u64,
    /// Requests that wait for their answers, by correlation id.
    open: BTreeMap<i32, (u64, ApiKey, i16, Timestamp)>,
}

impl Tap {
    /// A frame from the client. It comes without its size.
    pub fn request(&mut self, time: Timestamp, bytes: Bytes) {
        let header = frame::decode_request_header(&bytes).ok().map(|(header, _)| header);
        let api = header.as_ref().and_then(|header| ApiKey::from_number(header.api_key));
        let packet = Packet {
            number: 0,
            time,
            is_answer: false,
            api: api.map_or("", ApiKey::name),
            api_key: header.as_ref().map_or(-1, |header| header.api_key),
            api_version: header.as_ref().map_or(-1, |header| header.api_version),
            correlation_id: header.as_ref().map_or(0, |header| header.correlation_id),
            size: bytes.len(),
            counterpart: None,
            answered_after_us: None,
        };
        let (correlation_id, api_version) = (packet.correlation_id, packet.api_version);
        let number = self.keep(packet, bytes);
        if let Some(api) = api {
            self.open.insert(correlation_id, (number, api, api_version, time));
        }
        if self.open.len() > OPEN_MAX {
            self.open.pop_first();
        }
    }

    /// A frame from the broker. It comes without its size.
    pub fn answer(&mut self, time: Timestamp, bytes: Bytes) {
        let correlation_id = bytes.first_chunk().map_or(0, |first| i32::from_be_bytes(*first));
        let request = self.open.remove(&correlation_id);
        let packet = Packet {
            number: 0,
            time,
            is_answer: true,
            api: request.map_or("", |(_, api, _, _)| api.name()),
            api_key: request.map_or(-1, |(_, api, _, _)| api.number()),
            api_version: request.map_or(-1, |(_, _, api_version, _)| api_version),
            correlation_id,
            size: bytes.len(),
            counterpart: request.map(|(number, ..)| number),
            answered_after_us: request.map(|(_, _, _, asked)| time.0.saturating_sub(asked.0)),
        };
        let number = self.keep(packet, bytes);
        if let Some((asked, ..)) = request
            && let Some(asked) = self.packets.iter_mut().rev().find(|packet| packet.number == asked)
        {
            asked.counterpart = Some(number);
        }
    }

    /// The latest packets, oldest first.
    pub fn packets(&self) -> impl DoubleEndedIterator<Item = &Packet> {
        self.packets.iter()
    }

    /// A packet by its number.
    pub fn packet(&self, number: u64) -> Option<&Packet> {
        self.packets.iter().rev().find(|packet| packet.number == number)
    }

    /// The bytes of a packet, without its size; nothing if they are not kept any more.
    pub fn bytes(&self, number: u64) -> Option<&Bytes> {
        self.bytes.get(&number)
    }

    /// Looks into a packet; nothing if its bytes are not kept, or it answers a request that was not seen.
    pub fn open(&self, number: u64) -> Option<Opened> {
        let (packet, bytes) = (self.packet(number)?, self.bytes.get(&number)?);
        let description = if packet.is_answer {
            describe_response(ApiKey::from_number(packet.api_key)?, packet.api_version, bytes)
        } else {
            describe_request(bytes)
        };
        Some(Opened::of(&description))
    }

    fn keep(&mut self, packet: Packet, bytes: Bytes) -> u64 {
        self.last_number += 1;
        let number = self.last_number;
        self.packets.push_back(Packet { number, ..packet });
        self.kept_size += bytes.len();
        self.bytes.insert(number, bytes);
        if self.packets.len() > PACKETS_MAX
            && let Some(gone) = self.packets.pop_front()
        {
            self.forget_bytes(gone.number);
        }
        while self.kept_size > KEPT_SIZE_MAX
            && let Some((&oldest, _)) = self.bytes.first_key_value()
        {
            self.forget_bytes(oldest);
        }
        number
    }

    fn forget_bytes(&mut self, number: u64) {
        if let Some(bytes) = self.bytes.remove(&number) {
            self.kept_size -= bytes.len();
        }
    }
}

impl Opened {
    fn of(description: &Description) -> Self {
        let shown = description.fields.iter().enumerate().take(FIELDS_MAX).map(|(index, field)| Field {
            path: description.path(index),
            name: field.name,
            type_name: field.type_name,
            value: field.value.to_string(),
            depth: field.depth,
            start: field.bytes.start,
            end: field.bytes.end,
            prefix_size: field.prefix_size,
            whole_start: field.whole.start,
            whole_end: field.whole.end,
        });
        Opened {
            fields: shown.collect(),
            fields_left_out: description.fields.len().saturating_sub(FIELDS_MAX),
            error: description.error.as_ref().map(ToString::to_string),
        }
    }

    /// The field that a byte belongs to.
    pub fn field_at(&self, position: usize) -> Option<&Field> {
        self.fields.iter().find(|field| (field.start..field.end).contains(&position))
    }
}
