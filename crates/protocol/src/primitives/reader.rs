//! Reads a frame from front to back.
//!
//! ```text
//! value            classic                       flexible (compact)
//! string           i16 length, -1: null          unsigned varint length + 1, 0: null
//! bytes, records   i32 length, -1: null          unsigned varint length + 1, 0: null
//! array            i32 count, -1: null           unsigned varint count + 1, 0: null
//! nullable struct  i8, -1: null, 1: it follows   the same
//! tagged fields    none                          unsigned varint count, then each: tag, size (varints), value
//! ```
//!
//! What does not fit is marked as cold: so many values are read that what is hot should lie close together.

use super::DecodeError;
use crate::chunk::Chunks;
use bytes::Bytes;
use bytestring::ByteString;
use std::hint::cold_path;
use uuid::Uuid;

/// Array elements that one frame may hold, over all its arrays.
pub const MAX_ELEMENTS: usize = 1_000_000;
/// Tagged fields that one section may hold.
pub const MAX_TAGGED_FIELDS: u32 = 10_000;
/// Elements that an array has room for before the first has been read.
const FIRST_CAPACITY: usize = 1_000;
/// Longest string, in both encodings.
const MAX_STRING_SIZE: usize = 0x7fff;

/// Walks a frame; strings, bytes and records that it gives out share the frame's memory.
#[derive(Debug)]
pub struct Reader {
    frame: Bytes,
    at: usize,
    /// Where reading must stop: the frame's end, or that of the tagged field being read.
    end: usize,
    elements_left: usize,
}

impl Reader {
    /// Starts at the first byte of `frame`.
    pub fn new(frame: Bytes) -> Self {
        let end = frame.len();
        Reader { frame, at: 0, end, elements_left: MAX_ELEMENTS }
    }

    /// Position of the next byte, counted from the start of the frame.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Bytes that are left.
    pub fn remaining(&self) -> usize {
        self.end - self.at
    }

    /// An error at the next byte.
    pub fn error(&self, wanted: &'static str) -> DecodeError {
        DecodeError { at: self.at, wanted }
    }

    fn fixed<const N: usize>(&mut self, wanted: &'static str) -> Result<[u8; N], DecodeError> {
        if self.remaining() < N {
            cold_path();
            return Err(self.error(wanted));
        }
        let bytes = self.frame[self.at..self.at + N].try_into().expect("the range is N bytes");
        self.at += N;
        Ok(bytes)
    }

    fn slice(&mut self, size: usize) -> Bytes {
        let bytes = self.frame.slice(self.at..self.at + size);
        self.at += size;
        bytes
    }

    /// Reads a byte; all but 0 is true.
    pub fn bool(&mut self, wanted: &'static str) -> Result<bool, DecodeError> {
        self.i8(wanted).map(|byte| byte != 0)
    }

    /// Reads an int8.
    pub fn i8(&mut self, wanted: &'static str) -> Result<i8, DecodeError> {
        self.fixed(wanted).map(i8::from_be_bytes)
    }

    /// Reads an int16.
    pub fn i16(&mut self, wanted: &'static str) -> Result<i16, DecodeError> {
        self.fixed(wanted).map(i16::from_be_bytes)
    }

    /// Reads a uint16.
    pub fn u16(&mut self, wanted: &'static str) -> Result<u16, DecodeError> {
        self.fixed(wanted).map(u16::from_be_bytes)
    }

    /// Reads an int32.
    pub fn i32(&mut self, wanted: &'static str) -> Result<i32, DecodeError> {
        self.fixed(wanted).map(i32::from_be_bytes)
    }

    /// Reads a uint32.
    pub fn u32(&mut self, wanted: &'static str) -> Result<u32, DecodeError> {
        self.fixed(wanted).map(u32::from_be_bytes)
    }

    /// Reads an int64.
    pub fn i64(&mut self, wanted: &'static str) -> Result<i64, DecodeError> {
        self.fixed(wanted).map(i64::from_be_bytes)
    }

    /// Reads a float64.
    pub fn f64(&mut self, wanted: &'static str) -> Result<f64, DecodeError> {
        self.fixed(wanted).map(f64::from_be_bytes)
    }

    /// Reads a UUID.
    pub fn uuid(&mut self, wanted: &'static str) -> Result<Uuid, DecodeError> {
        self.fixed(wanted).map(Uuid::from_bytes)
    }

    /// Reads a varint of up to five bytes, seven bits in each, lowest first.
    pub fn unsigned_varint(&mut self, wanted: &'static str) -> Result<u32, DecodeError> {
        let start = self.at;
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.fixed(wanted)?;
            let bits = u32::from(byte & 0x7f);
            if shift == 28 && byte > 0x0f {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError { at: start, wanted })
    }

    /// Reads the count before bytes or elements; `None` is null.
    fn length(&mut self, flexible: bool, wanted: &'static str) -> Result<Option<usize>, DecodeError> {
        let start = self.at;
        let length = if flexible { i64::from(self.unsigned_varint(wanted)?) - 1 } else { i64::from(self.i32(wanted)?) };
        sized(length, start, wanted)
    }

    /// Cuts `size` bytes off; `start` is where their length stood.
    fn counted(&mut self, size: usize, start: usize, wanted: &'static str) -> Result<Bytes, DecodeError> {
        if size > self.remaining() {
            cold_path();
            return Err(DecodeError { at: start, wanted });
        }
        Ok(self.slice(size))
    }

    /// Reads a string that may be null.
    pub fn nullable_string(&mut self, flexible: bool, wanted: &'static str) -> Result<Option<ByteString>, DecodeError> {
        let start = self.at;
        let length =
            if flexible { self.length(true, wanted)? } else { sized(i64::from(self.i16(wanted)?), start, wanted)? };
        let Some(size) = length else { return Ok(None) };
        if size > MAX_STRING_SIZE {
            cold_path();
            return Err(DecodeError { at: start, wanted });
        }
        let text = self.at;
        let bytes = self.counted(size, start, wanted)?;
        ByteString::try_from(bytes).map(Some).map_err(|_| {
            cold_path();
            DecodeError { at: text, wanted }
        })
    }

    /// Reads a string.
    pub fn string(&mut self, flexible: bool, wanted: &'static str) -> Result<ByteString, DecodeError> {
        let at = self.at;
        self.nullable_string(flexible, wanted)?.ok_or(DecodeError { at, wanted })
    }

    /// Reads bytes that may be null.
    pub fn nullable_bytes(&mut self, flexible: bool, wanted: &'static str) -> Result<Option<Bytes>, DecodeError> {
        let start = self.at;
        match self.length(flexible, wanted)? {
            Some(size) => self.counted(size, start, wanted).map(Some),
            None => Ok(None),
        }
    }

    /// Reads bytes.
    pub fn bytes(&mut self, flexible: bool, wanted: &'static str) -> Result<Bytes, DecodeError> {
        let at = self.at;
        self.nullable_bytes(flexible, wanted)?.ok_or(DecodeError { at, wanted })
    }

    /// Reads records that may be null, as they stand.
    pub fn nullable_records(&mut self, flexible: bool, wanted: &'static str) -> Result<Option<Chunks>, DecodeError> {
        let records = self.nullable_bytes(flexible, wanted)?;
        Ok(records.map(|bytes| if bytes.is_empty() { Chunks::default() } else { Chunks::from(bytes) }))
    }

    /// Reads records, as they stand.
    pub fn records(&mut self, flexible: bool, wanted: &'static str) -> Result<Chunks, DecodeError> {
        let at = self.at;
        self.nullable_records(flexible, wanted)?.ok_or(DecodeError { at, wanted })
    }

    /// Reads the count of an array; `None` is null. No element is smaller than `smallest` bytes: a count that the
    /// bytes left cannot hold is refused before any memory is given out.
    pub fn array_length(
        &mut self,
        flexible: bool,
        smallest: usize,
        wanted: &'static str,
    ) -> Result<Option<usize>, DecodeError> {
        let start = self.at;
        let Some(count) = self.length(flexible, wanted)? else { return Ok(None) };
        if count > self.elements_left || count > self.remaining() / smallest.max(1) {
            cold_path();
            return Err(DecodeError { at: start, wanted });
        }
        self.elements_left -= count;
        Ok(Some(count))
    }

    /// Reads an array that may be null, none of whose elements is smaller than `smallest` bytes.
    pub fn nullable_array<T>(
        &mut self,
        flexible: bool,
        smallest: usize,
        wanted: &'static str,
        mut read: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.array_length(flexible, smallest, wanted)? else { return Ok(None) };
        let mut elements = Vec::with_capacity(count.min(FIRST_CAPACITY));
        for _ in 0..count {
            elements.push(read(self)?);
        }
        Ok(Some(elements))
    }

    /// Reads an array: see [`Reader::nullable_array`].
    pub fn array<T>(
        &mut self,
        flexible: bool,
        smallest: usize,
        wanted: &'static str,
        read: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let at = self.at;
        self.nullable_array(flexible, smallest, wanted, read)?.ok_or(DecodeError { at, wanted })
    }

    /// Reads a struct that may be null.
    pub fn nullable<T>(
        &mut self,
        wanted: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        let at = self.at;
        match self.i8(wanted)? {
            -1 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(DecodeError { at, wanted }),
        }
    }

    /// Reads a struct that may be null as a tagged field has it: there the mark is a varint, 0 for null.
    pub fn tagged_nullable<T>(
        &mut self,
        wanted: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        let at = self.at;
        match self.unsigned_varint(wanted)? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(DecodeError { at, wanted }),
        }
    }

    /// Reads the count of a section of tagged fields.
    pub fn tagged_count(&mut self) -> Result<u32, DecodeError> {
        let at = self.at;
        let count = self.unsigned_varint("count of tagged fields: varint")?;
        if count > MAX_TAGGED_FIELDS {
            cold_path();
            return Err(DecodeError { at, wanted: "at most 10,000 tagged fields" });
        }
        Ok(count)
    }

    /// Reads one tagged field. `read` gets the tag, with the reader at the value and bounded by it, and says whether
    /// it knows the tag; what it does not know is skipped and not kept.
    pub fn tagged_field(
        &mut self,
        read: impl FnOnce(&mut Self, u32) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        let tag = self.unsigned_varint("tag of a tagged field: varint")?;
        let at = self.at;
        let wanted = "size of a tagged field: varint";
        let size = usize::try_from(self.unsigned_varint(wanted)?).unwrap_or(usize::MAX);
        if size > self.remaining() {
            return Err(DecodeError { at, wanted });
        }
        let outer_end = std::mem::replace(&mut self.end, self.at + size);
        if !read(self, tag)? {
            self.at = self.end;
        }
        if self.remaining() > 0 {
            return Err(self.error("the end of a tagged field"));
        }
        self.end = outer_end;
        Ok(())
    }

    /// Reads a section of tagged fields: see [`Reader::tagged_field`].
    pub fn tagged_fields(
        &mut self,
        mut read: impl FnMut(&mut Self, u32) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        for _ in 0..self.tagged_count()? {
            self.tagged_field(&mut read)?;
        }
        Ok(())
    }

    /// Skips a section of tagged fields in which none is known.
    pub fn skip_tagged_fields(&mut self) -> Result<(), DecodeError> {
        self.tagged_fields(|_, _| Ok(false))
    }
}

fn sized(length: i64, at: usize, wanted: &'static str) -> Result<Option<usize>, DecodeError> {
    match usize::try_from(length) {
        Ok(size) => Ok(Some(size)),
        Err(_) if length == -1 => Ok(None),
        Err(_) => {
            cold_path();
            Err(DecodeError { at, wanted })
        }
    }
}
