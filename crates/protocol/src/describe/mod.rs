//! Any frame as a list of fields: what a packet lens shows.
//!
//! The walk follows the same schemas as the types do, and comes to the same end: where a frame cannot be decoded, it
//! lists the fields up to there and says the same as the decoder.
//!
//! The fields' own bytes tile the frame: each byte belongs to exactly one field, the length before a string to the
//! string, the count before an array to the array, and a last field named `unread` holds whatever comes after the
//! message or the error. So a click on a byte finds its field, and a click on a field its bytes.
//!
//! ```
//! use bytes::Bytes;
//! let frame = Bytes::from_static(&[0, 18, 0, 0, 0, 0, 0, 7, 0, 2, b'm', b'e']);
//! let description = runnel_protocol::describe::describe_request(&frame);
//! let lines: Vec<String> = (0..description.fields.len()).map(|index| description.line(index)).collect();
//! assert_eq!(
//!     lines,
//!     [
//!         "0..2 api_key int16 18",
//!         "2..4 api_version int16 0",
//!         "4..8 correlation_id int32 7",
//!         "8..12 client_id string \"me\"",
//!     ]
//! );
//! ```

mod header;
#[cfg(test)]
mod tests;
mod walk;

use crate::api_key::ApiKey;
use crate::primitives::DecodeError;
use crate::schema::{self, Message};
use bytes::Bytes;
use bytestring::ByteString;
use std::fmt;
use std::ops::Range;
use uuid::Uuid;
use walk::Walk;

/// Fields that one description lists at most; what follows is one field named `unlisted`.
pub const MAX_FIELDS: usize = 100_000;

/// A frame, field by field.
#[derive(Clone, PartialEq, Debug)]
pub struct Description {
    /// In the order of the wire; a field that holds others comes before them.
    pub fields: Vec<Field>,
    /// Where the frame is not what it should be, and what was wanted there.
    pub error: Option<DecodeError>,
}

/// One field of a frame.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Its name, like `fetch_offset`; elements have the name of their array.
    pub name: &'static str,
    /// Which element of its array it is.
    pub index: Option<usize>,
    /// Its type, like `int32` or `[]FetchTopic`.
    pub type_name: &'static str,
    /// How many fields hold it.
    pub depth: usize,
    /// The field that holds it, as an index of [`Description::fields`].
    pub parent: Option<usize>,
    /// Its tag, if it is a tagged field.
    pub tag: Option<u32>,
    /// Its own bytes, without those of the fields that it holds.
    pub bytes: Range<usize>,
    /// How many of its own bytes, at their front, state tag, size, length or count.
    pub prefix_size: usize,
    /// Its own bytes and those of all that it holds.
    pub whole: Range<usize>,
    /// What it says.
    pub value: Value,
}

/// What a field says.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Nothing: it may be null, and is.
    Null,
    /// `bool`.
    Bool(bool),
    /// Any type of integer.
    Integer(i64),
    /// `float64`.
    Float(f64),
    /// `uuid`.
    Uuid(Uuid),
    /// `string`.
    String(ByteString),
    /// `bytes`, and a tagged field whose tag is unknown.
    Bytes(Bytes),
    /// `records`, which the walk does not look into.
    Records(Bytes),
    /// An array or a section of tagged fields: how many there are. They follow.
    Count(usize),
    /// A struct: its fields follow.
    Struct,
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => out.write_str("null"),
            Value::Bool(value) => write!(out, "{value}"),
            Value::Integer(value) => write!(out, "{value}"),
            Value::Float(value) => write!(out, "{value}"),
            Value::Uuid(value) => write!(out, "{value}"),
            Value::String(value) => write!(out, "{:?}", &**value),
            Value::Bytes(bytes) | Value::Records(bytes) if bytes.len() == 1 => out.write_str("1 byte"),
            Value::Bytes(bytes) | Value::Records(bytes) => write!(out, "{} bytes", bytes.len()),
            Value::Count(count) => write!(out, "{count}"),
            Value::Struct => Ok(()),
        }
    }
}

impl Description {
    /// Where a field stands, like `topics[0].partitions[2].fetch_offset`.
    pub fn path(&self, index: usize) -> String {
        let Some(field) = self.fields.get(index) else { return String::new() };
        match (field.index, field.parent) {
            (Some(element), Some(array)) => format!("{}[{element}]", self.path(array)),
            (_, Some(parent)) if self.fields[parent].type_name != TAGGED_FIELDS => {
                format!("{}.{}", self.path(parent), field.name)
            }
            (_, Some(section)) => match self.fields[section].parent {
                Some(parent) => format!("{}.{}", self.path(parent), field.name),
                None => field.name.to_owned(),
            },
            (_, None) => field.name.to_owned(),
        }
    }

    /// A field as one line: its bytes, path, type and value.
    pub fn line(&self, index: usize) -> String {
        let Some(field) = self.fields.get(index) else { return String::new() };
        let line = format!(
            "{}..{} {} {} {}",
            field.bytes.start,
            field.bytes.end,
            self.path(index),
            field.type_name,
            field.value
        );
        line.trim_end().to_owned()
    }

    /// The field that a byte belongs to.
    pub fn field_at(&self, position: usize) -> Option<usize> {
        // Own bytes are in order, and fields without any own none.
        let after = self.fields.partition_point(|field| field.bytes.end <= position);
        self.fields.get(after).filter(|field| field.bytes.contains(&position)).map(|_| after)
    }
}

/// The type of a section of tagged fields.
const TAGGED_FIELDS: &str = "tagged fields";

/// Describes a request, header included. The frame comes without its size.
pub fn describe_request(frame: &Bytes) -> Description {
    let mut walk = Walk::new(frame.clone());
    let outcome = request(&mut walk);
    walk.finish(outcome)
}

fn request(walk: &mut Walk) -> Result<(), DecodeError> {
    walk.fields(&header::REQUEST, 0, false)?;
    let (key, version) = walk.key_and_version();
    let known = ApiKey::from_number(key);
    let key = known.ok_or(DecodeError { at: 0, wanted: "the key of a known API" })?;
    if key.accepted().contains(&version) && key.request_header_version(version) >= 2 {
        walk.tagged_fields(&[], version)?;
    }
    walk.message(schema::request(key), version)
}

/// Describes a response to a request of the given API and version, header included. The frame comes without its size.
pub fn describe_response(key: ApiKey, api_version: i16, frame: &Bytes) -> Description {
    let mut walk = Walk::new(frame.clone());
    let outcome = response(&mut walk, key, api_version);
    walk.finish(outcome)
}

fn response(walk: &mut Walk, key: ApiKey, api_version: i16) -> Result<(), DecodeError> {
    walk.fields(&header::RESPONSE, 0, false)?;
    if key.response_header_version(api_version) >= 1 {
        walk.tagged_fields(&[], api_version)?;
    }
    walk.message(schema::response(key), api_version)
}

/// Describes one message that stands alone, such as the value of a record whose version is known.
pub fn describe_message(message: &'static Message, version: i16, bytes: &Bytes) -> Description {
    let mut walk = Walk::new(bytes.clone());
    let outcome = walk.message(message, version);
    walk.finish(outcome)
}
