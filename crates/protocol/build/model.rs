//! What a schema file says, as data.

use std::fmt;

/// A range of versions; `last` is [`Versions::OPEN`] for `3+`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Versions {
    pub(crate) first: i16,
    pub(crate) last: i16,
}

impl Versions {
    pub(crate) const OPEN: i16 = i16::MAX;

    /// The versions in both ranges, if there are any.
    pub(crate) fn and(self, other: Versions) -> Option<Versions> {
        let both = Versions { first: self.first.max(other.first), last: self.last.min(other.last) };
        (both.first <= both.last).then_some(both)
    }

    pub(crate) fn contains(self, version: i16) -> bool {
        self.first <= version && version <= self.last
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (first, Versions::OPEN) => write!(out, "{first}+"),
            (first, last) if first == last => write!(out, "{first}"),
            (first, last) => write!(out, "{first}-{last}"),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Type {
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
    Struct(String),
    Array(Box<Type>),
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// In snake_case.
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) versions: Versions,
    pub(crate) nullable: Option<Versions>,
    pub(crate) tag: Option<(u32, Versions)>,
    /// As written; `None` is the type's own default.
    pub(crate) default: Option<String>,
    pub(crate) ignorable: bool,
    /// Whether the field, alone or with others, names an element of its array.
    pub(crate) map_key: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) versions: Versions,
    pub(crate) fields: Vec<Field>,
}

/// A message, the first of `structs`, with every struct that it alone uses.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) name: String,
    pub(crate) accepted: Versions,
    pub(crate) flexible: Option<Versions>,
}

/// What the file is about.
#[derive(Clone, Debug)]
pub(crate) enum Head {
    Api(Api),
    Kind(Kind),
}

#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) key: i16,
    pub(crate) name: String,
    pub(crate) accepted: Versions,
    pub(crate) advertised: Versions,
    pub(crate) flexible: Option<Versions>,
    /// The response's header, where it does not follow from `flexible`.
    pub(crate) response_header: Option<i16>,
}

#[derive(Clone, Debug)]
pub(crate) struct Kind {
    /// Where records of this kind lie: `consumer-offsets`, `metadata`, `control` or `data`.
    pub(crate) home: String,
    /// The numbers under which they go there.
    pub(crate) numbers: Vec<i16>,
    pub(crate) key: Option<Message>,
    pub(crate) value: Option<Message>,
}

/// One schema file.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    /// The file's name without its end, like `fetch`.
    pub(crate) stem: String,
    /// The text of the comment at its top.
    pub(crate) doc: String,
    pub(crate) head: Head,
    /// Every struct, the messages' own included, in the order of the file.
    pub(crate) structs: Vec<Struct>,
}

impl Schema {
    /// The messages of the file: request and response, or key and value.
    pub(crate) fn messages(&self) -> Vec<Message> {
        match &self.head {
            Head::Api(api) => ["Request", "Response"]
                .into_iter()
                .map(|end| Message {
                    name: format!("{}{end}", api.name),
                    accepted: api.accepted,
                    flexible: api.flexible,
                })
                .collect(),
            Head::Kind(kind) => kind.key.iter().chain(&kind.value).cloned().collect(),
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|one| one.name == name)
    }

    /// Versions and flexible versions that matter to a struct: those of the messages that hold it.
    pub(crate) fn context(&self, name: &str) -> (Versions, Option<Versions>) {
        let holders: Vec<Message> = self.messages().into_iter().filter(|one| self.holds(&one.name, name)).collect();
        let first = holders.iter().map(|one| one.accepted.first).min().unwrap_or(0);
        let last = holders.iter().map(|one| one.accepted.last).max().unwrap_or(0);
        let flexible = holders.first().and_then(|one| one.flexible);
        (Versions { first, last }, flexible)
    }

    fn holds(&self, outer: &str, inner: &str) -> bool {
        outer == inner
            || self.find(outer).is_some_and(|one| {
                one.fields.iter().filter_map(|field| field.ty.struct_name()).any(|name| self.holds(name, inner))
            })
    }
}

impl Type {
    /// The struct that the type is, or is an array of.
    pub(crate) fn struct_name(&self) -> Option<&str> {
        match self {
            Type::Struct(name) => Some(name),
            Type::Array(element) => element.struct_name(),
            Type::Bool
            | Type::Int8
            | Type::Int16
            | Type::Uint16
            | Type::Int32
            | Type::Uint32
            | Type::Int64
            | Type::Float64
            | Type::Uuid
            | Type::String
            | Type::Bytes
            | Type::Records => None,
        }
    }

    /// Whether a value may be null: all that has a length, and structs.
    pub(crate) fn may_be_null(&self) -> bool {
        matches!(self, Type::String | Type::Bytes | Type::Records | Type::Struct(_) | Type::Array(_))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => out.write_str("bool"),
            Type::Int8 => out.write_str("int8"),
            Type::Int16 => out.write_str("int16"),
            Type::Uint16 => out.write_str("uint16"),
            Type::Int32 => out.write_str("int32"),
            Type::Uint32 => out.write_str("uint32"),
            Type::Int64 => out.write_str("int64"),
            Type::Float64 => out.write_str("float64"),
            Type::Uuid => out.write_str("uuid"),
            Type::String => out.write_str("string"),
            Type::Bytes => out.write_str("bytes"),
            Type::Records => out.write_str("records"),
            Type::Struct(name) => out.write_str(name),
            Type::Array(element) => write!(out, "[]{element}"),
        }
    }
}
