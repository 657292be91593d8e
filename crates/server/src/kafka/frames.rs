//! Frames out of a stream of bytes: four bytes of size, then so many bytes.
//!
//! The size comes from whoever connected. Memory grows with the bytes that arrive, never with the size that they
//! promise, and a connection at rest holds no buffer at all.

use bytes::{Buf, Bytes, BytesMut};
use std::fmt;

/// Smallest piece by which the buffer of an unfinished frame grows.
const GROWTH_MIN: usize = 64 * 1024;

/// Cuts one connection's bytes into frames.
#[derive(Debug)]
pub(super) struct FrameReader {
    pending: BytesMut,
    /// Kafka's `socket.request.max.bytes`.
    frame_size_max: usize,
}

/// A size that no frame can have; nothing after it can be understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BadSize {
    prefix: i32,
    size_max: usize,
}

impl FrameReader {
    pub(super) fn new(frame_size_max: usize) -> Self {
        FrameReader { pending: BytesMut::new(), frame_size_max }
    }

    /// Takes in bytes as they came.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.pending.extend_from_slice(bytes);
    }

    /// Room to read straight into, when the frame at hand is so large that going through another buffer would cost.
    /// A caller that gets `None` feeds.
    pub(super) fn room_for_large_frame(&mut self, large: usize) -> Option<&mut BytesMut> {
        let size = self.size_wanted().ok().flatten()?;
        let missing = size.checked_sub(self.pending.len())?;
        if missing < large {
            return None;
        }
        self.reserve(missing.min(self.pending.len().max(GROWTH_MIN)));
        Some(&mut self.pending)
    }

    /// The next whole frame, without its size.
    ///
    /// # Errors
    /// A size that no frame can have, as soon as it is there.
    pub(super) fn next_frame(&mut self) -> Result<Option<Bytes>, BadSize> {
        match self.size_wanted()? {
            Some(size) if self.pending.len() >= size => {
                let mut frame = self.pending.split_to(size).freeze();
                frame.advance(4);
                if self.pending.is_empty() {
                    // The frame keeps the memory for as long as it needs it, and a connection at rest keeps none.
                    self.pending = BytesMut::new();
                }
                Ok(Some(frame))
            }
            _ => Ok(None),
        }
    }

    /// Whether a whole frame is at hand, or a size that no frame can have.
    pub(super) fn has_next(&self) -> bool {
        match self.size_wanted() {
            Ok(Some(size)) => self.pending.len() >= size,
            Ok(None) => false,
            Err(_) => true,
        }
    }

    /// Bytes of a frame that is not complete, or not taken yet.
    pub(super) fn pending_size(&self) -> usize {
        self.pending.len()
    }

    #[cfg(test)]
    fn capacity(&self) -> usize {
        self.pending.capacity()
    }

    /// Size of the frame at hand with its prefix, `None` before the prefix is complete.
    fn size_wanted(&self) -> Result<Option<usize>, BadSize> {
        let Some(prefix) = self.pending.first_chunk::<4>() else { return Ok(None) };
        let prefix = i32::from_be_bytes(*prefix);
        match usize::try_from(prefix) {
            Ok(size) if size > 0 && size <= self.frame_size_max => Ok(Some(size + 4)),
            _ => Err(BadSize { prefix, size_max: self.frame_size_max }),
        }
    }

    /// Makes room without the doubling that would follow from many small steps, and without more than doubling.
    fn reserve(&mut self, more: usize) {
        if self.pending.capacity() - self.pending.len() < more {
            self.pending.reserve(more);
        }
    }
}

impl fmt::Display for BadSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BadSize { prefix, size_max } = self;
        write!(out, "it announced a request of {prefix} bytes, and requests have 1 to {size_max}")?;
        match prefix.to_be_bytes() {
            [b'G', b'E', b'T', b' ']
            | [b'P', b'O', b'S', b'T']
            | [b'P', b'U', b'T', b' ']
            | [b'H', b'E', b'A', b'D'] => out.write_str(": it speaks HTTP, and this is the Kafka port"),
            [0x16, 0x03, _, _] => out.write_str(": it speaks TLS, and this port is plaintext"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Frames in pieces, and what hostile prefixes cost.

    use super::FrameReader;
    use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

    const SIZE_MAX: usize = 100 * 1024 * 1024;

    fn framed(body: &[u8]) -> Vec<u8> {
        let size = i32::try_from(body.len()).unwrap();
        [&size.to_be_bytes(), body].concat()
    }

    #[track_caller]
    fn refusal(prefix: [u8; 4]) -> String {
        let mut reader = FrameReader::new(SIZE_MAX);
        reader.feed(&prefix);
        assert!(reader.has_next());
        reader.next_frame().unwrap_err().to_string()
    }

    #[test]
    fn a_size_that_no_frame_can_have_is_refused_at_once() {
        for prefix in [0, -1, i32::MIN, i32::MAX, i32::try_from(SIZE_MAX).unwrap() + 1] {
            let words = format!("it announced a request of {prefix} bytes, and requests have 1 to 104857600");
            assert_eq!(refusal(prefix.to_be_bytes()), words);
        }
        assert!(refusal(*b"GET ").ends_with("it speaks HTTP, and this is the Kafka port"));
        assert!(refusal([0x16, 0x03, 0x01, 0x02]).ends_with("it speaks TLS, and this port is plaintext"));
    }

    #[test]
    fn memory_follows_the_bytes_and_not_their_promise() {
        let mut reader = FrameReader::new(SIZE_MAX);
        reader.feed(&i32::try_from(SIZE_MAX).unwrap().to_be_bytes());
        assert!(reader.capacity() < 1024, "four bytes cost {}", reader.capacity());
        let room = reader.room_for_large_frame(32 * 1024).unwrap();
        assert!(room.capacity() < 256 * 1024, "four bytes cost {}", room.capacity());
        reader.feed(&vec![0; 1_000_000]);
        assert!(reader.capacity() < 3_000_000, "a million bytes cost {}", reader.capacity());
        assert_eq!(reader.next_frame().unwrap(), None);
    }

    #[test]
    fn a_connection_at_rest_holds_no_buffer() {
        let mut reader = FrameReader::new(SIZE_MAX);
        reader.feed(&framed(&[7; 100_000]));
        assert_eq!(reader.next_frame().unwrap().unwrap().len(), 100_000);
        assert_eq!(reader.capacity(), 0);
        assert!(!reader.has_next());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn frames_come_out_whole_however_they_were_cut(
            bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..200), 1..20),
            step in 1_usize..300,
        ) {
            let stream: Vec<u8> = bodies.iter().flat_map(|body| framed(body)).collect();
            let mut reader = FrameReader::new(SIZE_MAX);
            let mut found = Vec::new();
            for piece in stream.chunks(step) {
                reader.feed(piece);
                while let Some(frame) = reader.next_frame().unwrap() {
                    found.push(frame.to_vec());
                }
            }
            prop_assert_eq!(found, bodies);
            prop_assert_eq!(reader.pending_size(), 0);
        }

        #[test]
        fn rubbish_is_refused_or_waits_for_more(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut reader = FrameReader::new(1000);
            reader.feed(&bytes);
            let mut taken = 0;
            while let Ok(Some(frame)) = reader.next_frame() {
                taken += 4 + frame.len();
            }
            prop_assert!(taken + reader.pending_size() == bytes.len());
        }
    }
}
