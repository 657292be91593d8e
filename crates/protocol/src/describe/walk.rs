//! Walks a frame along a schema.

use super::{Description, Field, MAX_FIELDS, TAGGED_FIELDS, Value};
use crate::primitives::{DecodeError, Reader};
use crate::schema::{self, Message, Struct, Type};
use bytes::Bytes;

/// The index of a field that the full list has no place for.
const NOT_LISTED: usize = usize::MAX;

/// A walk under way.
pub(super) struct Walk {
    frame: Bytes,
    reader: Reader,
    fields: Vec<Field>,
    /// The fields that hold what is read next, outermost first.
    holders: Vec<usize>,
    /// Whether the list has all the fields that it may have.
    is_full: bool,
}

/// What is known of a field before its bytes are read.
#[derive(Clone, Copy)]
struct Slot {
    name: &'static str,
    type_name: &'static str,
    index: Option<usize>,
    tag: Option<u32>,
    /// Where its own bytes begin.
    start: usize,
}

impl Slot {
    fn of(field: &schema::Field, start: usize) -> Self {
        Slot { name: field.name, type_name: field.type_name, index: None, tag: None, start }
    }
}

impl Walk {
    pub(super) fn new(frame: Bytes) -> Self {
        let reader = Reader::new(frame.clone());
        Walk { frame, reader, fields: Vec::new(), holders: Vec::new(), is_full: false }
    }

    /// Closes the list: what was not read, or not listed, is its last field.
    pub(super) fn finish(mut self, outcome: Result<(), DecodeError>) -> Description {
        let listed = self.fields.last().map_or(0, |field| field.bytes.end);
        for holder in std::mem::take(&mut self.holders) {
            self.end_at(holder, listed);
        }
        if listed < self.frame.len() {
            let name = if self.is_full { "unlisted" } else { "unread" };
            let slot = Slot { name, type_name: "bytes", index: None, tag: None, start: listed };
            self.list(slot, 0, self.frame.len(), Value::Bytes(self.frame.slice(listed..)));
        }
        Description { fields: self.fields, error: outcome.err() }
    }

    /// Key and version, once the header of a request has been walked.
    pub(super) fn key_and_version(&self) -> (i16, i16) {
        let number = |at: usize| i16::from_be_bytes([self.frame[at], self.frame[at + 1]]);
        (number(0), number(2))
    }

    /// Walks a message.
    pub(super) fn message(&mut self, message: &'static Message, version: i16) -> Result<(), DecodeError> {
        if !message.accepted.contains(version) {
            return Err(self.reader.error(message.wanted_versions));
        }
        self.fields(message.root, version, message.is_flexible(version))
    }

    /// Walks the fields of a struct.
    pub(super) fn fields(&mut self, walked: &'static Struct, version: i16, flexible: bool) -> Result<(), DecodeError> {
        for field in walked.fields {
            let is_tagged = field.tag.is_some_and(|(_, versions)| versions.contains(version));
            if field.versions.contains(version) && !is_tagged {
                let slot = Slot::of(field, self.reader.at());
                self.field(field, slot, version, flexible)?;
            }
        }
        if flexible { self.tagged_fields(walked.fields, version) } else { Ok(()) }
    }

    /// Walks a section of tagged fields.
    pub(super) fn tagged_fields(&mut self, known: &'static [schema::Field], version: i16) -> Result<(), DecodeError> {
        let start = self.reader.at();
        let count = self.reader.tagged_count()?;
        let slot = Slot { name: TAGGED_FIELDS, type_name: TAGGED_FIELDS, index: None, tag: None, start };
        let size = self.reader.at() - start;
        let count_field = self.push(slot, size, self.reader.at(), Value::Count(usize::try_from(count).unwrap_or(0)));
        self.holders.push(count_field);
        for _ in 0..count {
            self.tagged_field(known, version)?;
        }
        self.close();
        Ok(())
    }

    fn tagged_field(&mut self, known: &'static [schema::Field], version: i16) -> Result<(), DecodeError> {
        let start = self.reader.at();
        // The reader bounds what is read inside the field, so it is lent out to the closure and put back.
        let mut reader = std::mem::replace(&mut self.reader, Reader::new(Bytes::new()));
        let outcome = reader.tagged_field(|inner, tag| {
            let field = known.iter().find(|field| {
                field.versions.contains(version)
                    && field.tag.is_some_and(|(number, versions)| number == tag && versions.contains(version))
            });
            match field {
                Some(field) => {
                    std::mem::swap(&mut self.reader, inner);
                    let slot = Slot { tag: Some(tag), ..Slot::of(field, start) };
                    let outcome = self.field(field, slot, version, true);
                    std::mem::swap(&mut self.reader, inner);
                    outcome.map(|()| true)
                }
                None => {
                    let at = inner.at();
                    let end = at + inner.remaining();
                    let slot = Slot { name: "unknown", type_name: "bytes", index: None, tag: Some(tag), start };
                    self.push(slot, at - start, end, Value::Bytes(self.frame.slice(at..end)));
                    Ok(false)
                }
            }
        });
        self.reader = reader;
        outcome
    }

    fn field(
        &mut self,
        field: &'static schema::Field,
        slot: Slot,
        version: i16,
        flexible: bool,
    ) -> Result<(), DecodeError> {
        let nullable = field.nullable.is_some_and(|versions| versions.contains(version));
        match field.ty {
            Type::Array(element) => self.array(field, element, slot, nullable, version, flexible),
            Type::Struct(inner) => {
                if nullable {
                    let mark = if slot.tag.is_some() {
                        self.reader.tagged_nullable(field.wanted, |_| Ok(()))?
                    } else {
                        self.reader.nullable(field.wanted, |_| Ok(()))?
                    };
                    if mark.is_none() {
                        let end = self.reader.at();
                        self.push(slot, end - slot.start, end, Value::Null);
                        return Ok(());
                    }
                }
                self.inner(inner, slot, version, flexible)
            }
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
            | Type::Records => self.simple(field.ty, field.wanted, slot, nullable, flexible),
        }
    }

    fn inner(&mut self, inner: &'static Struct, slot: Slot, version: i16, flexible: bool) -> Result<(), DecodeError> {
        let at = self.reader.at();
        let holder = self.push(slot, at - slot.start, at, Value::Struct);
        self.holders.push(holder);
        self.fields(inner, version, flexible)?;
        self.close();
        Ok(())
    }

    fn array(
        &mut self,
        field: &'static schema::Field,
        element: &'static Type,
        slot: Slot,
        nullable: bool,
        version: i16,
        flexible: bool,
    ) -> Result<(), DecodeError> {
        let at = self.reader.at();
        let count = self.reader.array_length(flexible, field.smallest, field.wanted)?;
        let end = self.reader.at();
        let Some(count) = count else {
            if !nullable {
                return Err(DecodeError { at, wanted: field.wanted });
            }
            self.push(slot, end - slot.start, end, Value::Null);
            return Ok(());
        };
        let holder = self.push(slot, end - slot.start, end, Value::Count(count));
        self.holders.push(holder);
        let type_name = field.type_name.trim_start_matches("[]");
        for index in 0..count {
            let slot = Slot { name: field.name, type_name, index: Some(index), tag: None, start: self.reader.at() };
            if let Type::Struct(inner) = element {
                self.inner(inner, slot, version, flexible)?;
            } else {
                self.simple(*element, field.wanted, slot, false, flexible)?;
            }
        }
        self.close();
        Ok(())
    }

    /// Walks a value that holds no others.
    fn simple(
        &mut self,
        ty: Type,
        wanted: &'static str,
        slot: Slot,
        nullable: bool,
        flexible: bool,
    ) -> Result<(), DecodeError> {
        let at = self.reader.at();
        let not_null = |is_null: bool| if is_null && !nullable { Err(DecodeError { at, wanted }) } else { Ok(()) };
        let reader = &mut self.reader;
        let (value, size) = match ty {
            Type::Bool => (Value::Bool(reader.bool(wanted)?), None),
            Type::Int8 => (Value::Integer(reader.i8(wanted)?.into()), None),
            Type::Int16 => (Value::Integer(reader.i16(wanted)?.into()), None),
            Type::Uint16 => (Value::Integer(reader.u16(wanted)?.into()), None),
            Type::Int32 => (Value::Integer(reader.i32(wanted)?.into()), None),
            Type::Uint32 => (Value::Integer(reader.u32(wanted)?.into()), None),
            Type::Int64 => (Value::Integer(reader.i64(wanted)?), None),
            Type::Float64 => (Value::Float(reader.f64(wanted)?), None),
            Type::Uuid => (Value::Uuid(reader.uuid(wanted)?), None),
            Type::String => {
                let text = reader.nullable_string(flexible, wanted)?;
                not_null(text.is_none())?;
                let size = text.as_ref().map_or(0, |text| text.len());
                (text.map_or(Value::Null, Value::String), Some(size))
            }
            Type::Bytes | Type::Records => {
                let bytes = reader.nullable_bytes(flexible, wanted)?;
                not_null(bytes.is_none())?;
                let size = bytes.as_ref().map_or(0, Bytes::len);
                let of = if matches!(ty, Type::Records) { Value::Records } else { Value::Bytes };
                (bytes.map_or(Value::Null, of), Some(size))
            }
            Type::Struct(_) | Type::Array(_) => unreachable!("structs and arrays hold others"),
        };
        let end = self.reader.at();
        let prefix = size.map_or(at, |size| end - size) - slot.start;
        self.push(slot, prefix, end, value);
        Ok(())
    }

    /// Lists a field whose own bytes end at `end`, and returns its index, unless the list is full.
    fn push(&mut self, slot: Slot, prefix_size: usize, end: usize, value: Value) -> usize {
        self.is_full = self.fields.len() >= MAX_FIELDS;
        if self.is_full { NOT_LISTED } else { self.list(slot, prefix_size, end, value) }
    }

    fn list(&mut self, slot: Slot, prefix_size: usize, end: usize, value: Value) -> usize {
        let bytes = slot.start..end;
        self.fields.push(Field {
            name: slot.name,
            index: slot.index,
            type_name: slot.type_name,
            depth: self.holders.len(),
            parent: self.holders.last().copied(),
            tag: slot.tag,
            whole: bytes.clone(),
            bytes,
            prefix_size,
            value,
        });
        self.fields.len() - 1
    }

    /// Ends the innermost holder at the reader's position.
    fn close(&mut self) {
        if let Some(holder) = self.holders.pop() {
            self.end_at(holder, self.reader.at());
        }
    }

    fn end_at(&mut self, holder: usize, end: usize) {
        if let Some(field) = self.fields.get_mut(holder) {
            field.whole.end = end.max(field.whole.end);
        }
    }
}
