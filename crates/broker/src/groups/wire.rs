//! Kafka's primitive types, as far as the records of this room are made of them.

use bytes::{BufMut, Bytes, BytesMut};
use std::fmt;

/// Bytes that are not what they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordError {
    /// Position of the first byte that does not fit.
    pub at: usize,
    /// What was wanted there.
    pub wanted: &'static str,
}

impl fmt::Display for RecordError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "wanted {} at byte {}", self.wanted, self.at)
    }
}

impl std::error::Error for RecordError {}

/// Takes values from the front of some bytes. Nothing is reserved before the bytes that pay for it were seen.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    pub(super) fn error(&self, wanted: &'static str) -> RecordError {
        RecordError { at: self.at, wanted }
    }

    fn take(&mut self, size: usize, wanted: &'static str) -> Result<&'a [u8], RecordError> {
        let end = self.at.checked_add(size).filter(|end| *end <= self.bytes.len());
        let taken = &self.bytes[self.at..end.ok_or(self.error(wanted))?];
        self.at += size;
        Ok(taken)
    }

    fn array<const SIZE: usize>(&mut self, wanted: &'static str) -> Result<[u8; SIZE], RecordError> {
        Ok(self.take(SIZE, wanted)?.try_into().expect("as many bytes were taken as the array has"))
    }

    pub(super) fn i16(&mut self, wanted: &'static str) -> Result<i16, RecordError> {
        Ok(i16::from_be_bytes(self.array(wanted)?))
    }

    pub(super) fn i32(&mut self, wanted: &'static str) -> Result<i32, RecordError> {
        Ok(i32::from_be_bytes(self.array(wanted)?))
    }

    pub(super) fn i64(&mut self, wanted: &'static str) -> Result<i64, RecordError> {
        Ok(i64::from_be_bytes(self.array(wanted)?))
    }

    pub(super) fn uuid(&mut self, wanted: &'static str) -> Result<uuid::Uuid, RecordError> {
        Ok(uuid::Uuid::from_bytes(self.array(wanted)?))
    }

    /// An unsigned number in groups of seven bits, the smallest first.
    pub(super) fn varint(&mut self, wanted: &'static str) -> Result<u32, RecordError> {
        let start = self.error(wanted);
        let mut value: u32 = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array(wanted)?;
            let bits = u32::from(byte & 0x7f);
            value |= bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits).ok_or(start)?;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(start)
    }

    fn text(&mut self, size: usize, wanted: &'static str) -> Result<String, RecordError> {
        let start = self.error(wanted);
        let bytes = self.take(size, wanted)?;
        Ok(std::str::from_utf8(bytes).map_err(|_| start)?.to_owned())
    }

    pub(super) fn string(&mut self, wanted: &'static str) -> Result<String, RecordError> {
        self.nullable_string(wanted)?.ok_or(self.error(wanted))
    }

    pub(super) fn nullable_string(&mut self, wanted: &'static str) -> Result<Option<String>, RecordError> {
        match usize::try_from(self.i16(wanted)?) {
            Ok(size) => self.text(size, wanted).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// A string with its size plus one in front, 0 for null.
    pub(super) fn compact_nullable_string(&mut self, wanted: &'static str) -> Result<Option<String>, RecordError> {
        match self.varint(wanted)?.checked_sub(1).map(usize::try_from) {
            Some(Ok(size)) => self.text(size, wanted).map(Some),
            Some(Err(_)) => Err(self.error(wanted)),
            None => Ok(None),
        }
    }

    pub(super) fn compact_string(&mut self, wanted: &'static str) -> Result<String, RecordError> {
        self.compact_nullable_string(wanted)?.ok_or(self.error(wanted))
    }

    pub(super) fn bytes(&mut self, wanted: &'static str) -> Result<Bytes, RecordError> {
        let size = usize::try_from(self.i32(wanted)?).map_err(|_| self.error(wanted))?;
        Ok(Bytes::copy_from_slice(self.take(size, wanted)?))
    }

    pub(super) fn compact_bytes(&mut self, wanted: &'static str) -> Result<Bytes, RecordError> {
        let size = self.varint(wanted)?.checked_sub(1).and_then(|size| usize::try_from(size).ok());
        let size = size.ok_or(self.error(wanted))?;
        Ok(Bytes::copy_from_slice(self.take(size, wanted)?))
    }

    /// The tagged fields at the end of a flexible structure; `read` gets each tag with its bytes.
    pub(super) fn tagged_fields(
        &mut self,
        mut read: impl FnMut(u32, &mut Reader<'_>) -> Result<(), RecordError>,
    ) -> Result<(), RecordError> {
        let count = self.varint("number of tagged fields")?;
        for _ in 0..count {
            let tag = self.varint("tag")?;
            let size = usize::try_from(self.varint("size of a tagged field")?).unwrap_or(usize::MAX);
            read(tag, &mut Reader::new(self.take(size, "tagged field")?))?;
        }
        Ok(())
    }
}

/// The longest string that has a size of two bytes.
pub(super) const STRING_SIZE_MAX: usize = 0x7fff;

/// Writes values one after the other.
#[derive(Default)]
pub(super) struct Writer {
    bytes: BytesMut,
}

impl Writer {
    pub(super) fn finish(self) -> Bytes {
        self.bytes.freeze()
    }

    pub(super) fn i16(&mut self, value: i16) {
        self.bytes.put_i16(value);
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.bytes.put_i32(value);
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.bytes.put_i64(value);
    }

    pub(super) fn varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.bytes.put_u8(u8::try_from(value & 0x7f).expect("seven bits fit") | 0x80);
            value >>= 7;
        }
        self.bytes.put_u8(u8::try_from(value).expect("seven bits are left"));
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.put_slice(bytes);
    }

    pub(super) fn string(&mut self, text: &str) {
        self.i16(i16::try_from(text.len()).expect("strings were measured when they came in"));
        self.raw(text.as_bytes());
    }

    pub(super) fn nullable_string(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.i16(-1),
        }
    }

    pub(super) fn compact_string(&mut self, text: &str) {
        self.varint(u32::try_from(text.len()).expect("strings were measured when they came in") + 1);
        self.raw(text.as_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.i32(i32::try_from(bytes.len()).expect("a frame has less than 2 GiB"));
        self.raw(bytes);
    }
}
