//! The schemas as data: what [`describe`](crate::describe) walks, and what a page can show as a reference.
//!
//! Written by the build step from `schema/`, like the types themselves.

use crate::api_key::ApiKey;

/// A range of versions; `last` is `i16::MAX` where it is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Versions {
    /// The first version.
    pub first: i16,
    /// The last version.
    pub last: i16,
}

impl Versions {
    /// Whether the version is in the range.
    pub fn contains(self, version: i16) -> bool {
        self.first <= version && version <= self.last
    }
}

/// A request, a response, or the key or value of a kind of record.
#[derive(Debug)]
pub struct Message {
    /// Its fields.
    pub root: &'static Struct,
    /// Versions that the codec reads and writes.
    pub accepted: Versions,
    /// First version with compact types and tagged fields.
    pub flexible_from: Option<i16>,
    /// What an error says was wanted in place of any other version.
    pub(crate) wanted_versions: &'static str,
}

impl Message {
    /// Whether the version has compact types and tagged fields.
    pub fn is_flexible(&self, version: i16) -> bool {
        self.flexible_from.is_some_and(|from| version >= from)
    }
}

/// A message, or a part of one.
#[derive(Debug)]
pub struct Struct {
    /// Kafka's name, like `FetchTopic`.
    pub name: &'static str,
    /// In the order of the wire.
    pub fields: &'static [Field],
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// In snake_case, as in the type.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// Its type as the schema file names it, like `[]FetchTopic`.
    pub type_name: &'static str,
    /// Versions that have the field.
    pub versions: Versions,
    /// Versions in which it may be null.
    pub nullable: Option<Versions>,
    /// Its tag, and the versions in which it is a tagged field.
    pub tag: Option<(u32, Versions)>,
    /// Its default, where that is not zero or empty.
    pub default: Option<&'static str>,
    /// Whether its value may be dropped where the version lacks the field.
    pub ignorable: bool,
    /// Whether it names an element of its array, alone or with others.
    pub map_key: bool,
    /// Fewest bytes of one element, if this is an array.
    pub(crate) smallest: usize,
    /// What an error says was wanted here.
    pub(crate) wanted: &'static str,
}

/// The type of a field.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names of Kafka's protocol guide")]
pub enum Type {
    Bool,
    Int8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Int64,
    Float64,
    Uuid,
    String,
    Bytes,
    Records,
    Struct(&'static Struct),
    Array(&'static Type),
}

include!(concat!(env!("OUT_DIR"), "/schema.rs"));
