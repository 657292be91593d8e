//! Writes a frame as a list of chunks.
//!
//! Small values gather in one buffer; records and large bytes are passed on as they are. The layouts are those of the
//! table in `reader.rs`.

use super::EncodeError;
use crate::chunk::{Chunk, Chunks};
use bytes::{BufMut, Bytes, BytesMut};
use uuid::Uuid;

/// Bytes up to this size are copied into the buffer; longer ones become a chunk of their own.
const COPIED_UP_TO: usize = 4096;

/// Room of a frame before its first byte is written: most frames need no more.
const FRAME_CAPACITY: usize = 256;
/// Room of a part of a frame, or of a record's key or value.
const PART_CAPACITY: usize = 64;

/// One piece of what has been written.
#[derive(Debug)]
enum Piece {
    Own(BytesMut),
    Given(Chunk),
}

/// Collects what is written.
#[derive(Debug, Default)]
pub struct Writer {
    pieces: Vec<Piece>,
    buffer: BytesMut,
    /// Bytes in `pieces`.
    size: usize,
}

impl Writer {
    /// A writer with nothing in it.
    pub fn new() -> Self {
        Writer { buffer: BytesMut::with_capacity(PART_CAPACITY), ..Writer::default() }
    }

    /// Bytes written so far.
    pub fn size(&self) -> usize {
        self.size + self.buffer.len()
    }

    /// What was written.
    pub fn into_chunks(mut self) -> Chunks {
        self.close_buffer();
        let chunk = |piece| match piece {
            Piece::Own(bytes) => Chunk::Bytes(bytes.freeze()),
            Piece::Given(chunk) => chunk,
        };
        Chunks(self.pieces.into_iter().map(chunk).collect())
    }

    /// What was written, as one piece; `None` if a part of it lies in a store.
    pub fn into_bytes(self) -> Option<Bytes> {
        self.into_chunks().into_gathered(|_| Err(())).ok()
    }

    /// A writer that begins with four bytes for the frame's size, which [`Writer::into_frame`] fills in.
    pub(crate) fn for_frame() -> Self {
        let mut writer = Writer { buffer: BytesMut::with_capacity(FRAME_CAPACITY), ..Writer::default() };
        writer.i32(0);
        writer
    }

    /// What was written into [`Writer::for_frame`].
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] if four bytes cannot say the size.
    pub(crate) fn into_frame(mut self) -> Result<Chunks, EncodeError> {
        let size = self.size() - size_of::<i32>();
        let stated = i32::try_from(size).map_err(|_| too_long("the frame", size))?;
        if self.pieces.is_empty() {
            self.buffer[..size_of::<i32>()].copy_from_slice(&stated.to_be_bytes());
            return Ok(Chunks::from(self.buffer.freeze()));
        }
        self.close_buffer();
        if let Some(Piece::Own(bytes)) = self.pieces.first_mut() {
            bytes[..size_of::<i32>()].copy_from_slice(&stated.to_be_bytes());
        }
        Ok(self.into_chunks())
    }

    fn close_buffer(&mut self) {
        if !self.buffer.is_empty() {
            let own = std::mem::take(&mut self.buffer);
            self.size += own.len();
            self.pieces.push(Piece::Own(own));
        }
    }

    fn give(&mut self, chunk: Chunk) {
        match chunk {
            Chunk::Bytes(bytes) if bytes.len() <= COPIED_UP_TO => self.buffer.put_slice(&bytes),
            Chunk::Bytes(_) | Chunk::Range(_) => {
                self.close_buffer();
                self.size += chunk.size();
                self.pieces.push(Piece::Given(chunk));
            }
        }
    }

    /// Adds all that another writer has.
    fn append(&mut self, other: Writer) {
        for piece in other.pieces {
            match piece {
                Piece::Own(bytes) => self.buffer.put_slice(&bytes),
                Piece::Given(chunk) => self.give(chunk),
            }
        }
        self.buffer.put_slice(&other.buffer);
    }

    /// Writes 1 or 0.
    pub fn bool(&mut self, value: bool) {
        self.buffer.put_u8(u8::from(value));
    }

    /// Writes an int8.
    pub fn i8(&mut self, value: i8) {
        self.buffer.put_i8(value);
    }

    /// Writes an int16.
    pub fn i16(&mut self, value: i16) {
        self.buffer.put_i16(value);
    }

    /// Writes a uint16.
    pub fn u16(&mut self, value: u16) {
        self.buffer.put_u16(value);
    }

    /// Writes an int32.
    pub fn i32(&mut self, value: i32) {
        self.buffer.put_i32(value);
    }

    /// Writes a uint32.
    pub fn u32(&mut self, value: u32) {
        self.buffer.put_u32(value);
    }

    /// Writes an int64.
    pub fn i64(&mut self, value: i64) {
        self.buffer.put_i64(value);
    }

    /// Writes a float64.
    pub fn f64(&mut self, value: f64) {
        self.buffer.put_f64(value);
    }

    /// Writes a UUID.
    pub fn uuid(&mut self, value: Uuid) {
        self.buffer.put_slice(value.as_bytes());
    }

    /// Writes a varint: seven bits in each byte, lowest first.
    pub fn unsigned_varint(&mut self, value: u32) {
        let mut rest = value;
        loop {
            let [bits, ..] = rest.to_le_bytes();
            rest >>= 7;
            if rest == 0 {
                self.buffer.put_u8(bits & 0x7f);
                return;
            }
            self.buffer.put_u8(bits | 0x80);
        }
    }

    /// Writes the count before bytes or elements.
    fn length(&mut self, length: usize, flexible: bool, field: &'static str) -> Result<(), EncodeError> {
        let fits = i32::try_from(length).map_err(|_| too_long(field, length))?;
        if flexible {
            self.unsigned_varint(fits.unsigned_abs() + 1);
        } else {
            self.i32(fits);
        }
        Ok(())
    }

    /// Writes a string.
    pub fn string(&mut self, value: &str, flexible: bool, field: &'static str) -> Result<(), EncodeError> {
        let size = i16::try_from(value.len()).map_err(|_| too_long(field, value.len()))?;
        if flexible {
            self.unsigned_varint(u32::from(size.unsigned_abs()) + 1);
        } else {
            self.i16(size);
        }
        self.buffer.put_slice(value.as_bytes());
        Ok(())
    }

    /// Writes a null string.
    pub fn null_string(&mut self, flexible: bool) {
        if flexible { self.unsigned_varint(0) } else { self.i16(-1) }
    }

    /// Writes bytes.
    pub fn bytes(&mut self, value: &Bytes, flexible: bool, field: &'static str) -> Result<(), EncodeError> {
        self.length(value.len(), flexible, field)?;
        self.give(Chunk::Bytes(value.clone()));
        Ok(())
    }

    /// Writes null bytes, or null records.
    pub fn null_bytes(&mut self, flexible: bool) {
        if flexible { self.unsigned_varint(0) } else { self.i32(-1) }
    }

    /// Writes records as they stand.
    pub fn records(&mut self, value: &Chunks, flexible: bool, field: &'static str) -> Result<(), EncodeError> {
        self.length(value.size(), flexible, field)?;
        for chunk in &value.0 {
            self.give(chunk.clone());
        }
        Ok(())
    }

    /// Writes the count before an array's elements.
    pub fn array_length(&mut self, count: usize, flexible: bool, field: &'static str) -> Result<(), EncodeError> {
        self.length(count, flexible, field)
    }

    /// Writes a null array.
    pub fn null_array(&mut self, flexible: bool) {
        self.null_bytes(flexible);
    }

    /// Writes one tagged field: its tag, its size, and the value that `write` writes.
    pub fn tagged_field(
        &mut self,
        tag: u32,
        write: impl FnOnce(&mut Writer) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let mut value = Writer::new();
        write(&mut value)?;
        let size = value.size();
        let stated = u32::try_from(size).map_err(|_| too_long("a tagged field", size))?;
        self.unsigned_varint(tag);
        self.unsigned_varint(stated);
        self.append(value);
        Ok(())
    }
}

#[cold]
fn too_long(field: &'static str, size: usize) -> EncodeError {
    EncodeError::TooLong { field, size }
}
