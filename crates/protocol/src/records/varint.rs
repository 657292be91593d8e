//! Variable-length integers of KIP-98: zigzag (0, -1, 1, -2, ...), then seven bits a byte, lowest first; the top bit
//! says that more follow. 32-bit values take one to five bytes, 64-bit values one to ten.
//!
//! What reads a record is inlined always: the compiler by itself does not, and validation then takes twice the time.

use super::RecordError;

/// Reads a piece of a batch from front to back.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from position `at` to the end; positions in errors are positions in `bytes`.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Reader { bytes, at }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn malformed(&self, wanted: &'static str) -> RecordError {
        RecordError::Malformed { at: self.at, wanted }
    }

    /// The next `size` bytes as a reader of their own, which this one then has passed.
    #[inline(always)]
    pub(super) fn within(&mut self, size: usize, wanted: &'static str) -> Result<Reader<'a>, RecordError> {
        if size > self.remaining() {
            return Err(self.malformed(wanted));
        }
        let inner = Reader { bytes: &self.bytes[..self.at + size], at: self.at };
        self.at += size;
        Ok(inner)
    }

    /// Passes `size` bytes and returns the position at which they begin.
    #[inline(always)]
    pub(super) fn skip(&mut self, size: usize, wanted: &'static str) -> Result<usize, RecordError> {
        if size > self.remaining() {
            return Err(self.malformed(wanted));
        }
        let start = self.at;
        self.at += size;
        Ok(start)
    }

    #[inline(always)]
    pub(super) fn varint(&mut self, wanted: &'static str) -> Result<i32, RecordError> {
        let raw = match self.short() {
            Some(raw) => raw,
            None => u32::try_from(self.unsigned(5, wanted)?).map_err(|_| self.malformed(wanted))?,
        };
        Ok((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
    }

    #[inline(always)]
    pub(super) fn varlong(&mut self, wanted: &'static str) -> Result<i64, RecordError> {
        let raw = match self.short() {
            Some(raw) => u64::from(raw),
            None => self.unsigned(10, wanted)?,
        };
        Ok((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
    }

    /// A value of one or two bytes, as most are.
    #[inline(always)]
    fn short(&mut self) -> Option<u32> {
        match *self.bytes.get(self.at..)? {
            [low, ..] if low < 0x80 => {
                self.at += 1;
                Some(u32::from(low))
            }
            [low, high, ..] if high < 0x80 => {
                self.at += 2;
                Some(u32::from(low & 0x7f) | u32::from(high) << 7)
            }
            _ => None,
        }
    }

    #[inline(never)]
    fn unsigned(&mut self, size_max: usize, wanted: &'static str) -> Result<u64, RecordError> {
        let mut value = 0;
        for (index, &byte) in self.bytes[self.at..].iter().take(size_max).enumerate() {
            let bits = u64::from(byte & 0x7f);
            let shift = 7 * index;
            if bits << shift >> shift != bits {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                self.at += index + 1;
                return Ok(value);
            }
        }
        Err(self.malformed(wanted))
    }
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

/// Appends a value; 32-bit and 64-bit values of the same size have the same bytes.
pub(super) fn write(out: &mut Vec<u8>, value: i64) {
    let mut rest = zigzag(value);
    while rest >= 0x80 {
        out.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    out.push(rest.to_le_bytes()[0]);
}

/// How many bytes [`write`] takes.
pub(super) fn size(value: i64) -> usize {
    let bits = 64 - (zigzag(value) | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: i64) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, value);
        assert_eq!(out.len(), size(value));
        out
    }

    #[test]
    fn values_are_written_as_kip_98_says() {
        assert_eq!(written(0), [0x00]);
        assert_eq!(written(-1), [0x01]);
        assert_eq!(written(63), [0x7e]);
        assert_eq!(written(-64), [0x7f]);
        assert_eq!(written(64), [0x80, 0x01]);
        assert_eq!(written(i64::from(i32::MAX)), [0xfe, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(written(i64::MIN), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    }

    #[test]
    fn a_value_that_does_not_end_or_does_not_fit_is_refused() {
        let refused = |bytes: &[u8]| Reader::new(bytes, 0).varint("a number").is_err();
        assert!(refused(&[]));
        assert!(refused(&[0x80]));
        assert!(refused(&[0xff, 0xff, 0xff, 0xff, 0x1f]));
        assert!(refused(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00]));
        let mut ten = [0xff; 10];
        ten[9] = 0x02;
        assert!(Reader::new(&ten, 0).varlong("a number").is_err());
        assert!(Reader::new(&[0x80; 11], 0).varlong("a number").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(long: i64, int: i32) {
            prop_assert_eq!(Reader::new(&written(long), 0).varlong("").ok(), Some(long));
            prop_assert_eq!(Reader::new(&written(i64::from(int)), 0).varint("").ok(), Some(int));
        }
    }
}
