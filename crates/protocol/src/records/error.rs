//! Why a batch's records cannot be read.

use super::{BatchError, Compression};
use std::fmt;

/// Why a batch's records cannot be read: where, and what was wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordError {
    /// The header is wrong, or the batch is not whole.
    Batch(BatchError),
    /// The records do not follow the format.
    Malformed {
        /// Byte at which reading stopped, counted from the start of the batch; if the batch is compressed, from the
        /// start of the decompressed records.
        at: usize,
        /// What should have stood there.
        wanted: &'static str,
    },
    /// The compressed bytes do not follow their codec's format.
    Compressed {
        /// The codec.
        codec: Compression,
        /// Byte at which reading stopped, counted from the start of the compressed bytes.
        at: usize,
        /// What is wrong, in the decoder's words.
        reason: String,
    },
    /// Decompressed, the records are larger than the caller takes.
    TooLarge {
        /// The codec.
        codec: Compression,
        /// The most bytes that the caller takes.
        size_max: usize,
    },
}

impl From<BatchError> for RecordError {
    fn from(error: BatchError) -> Self {
        RecordError::Batch(error)
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordError::Batch(error) => error.fmt(out),
            RecordError::Malformed { at, wanted } => write!(out, "wanted {wanted} at byte {at} of the records"),
            RecordError::Compressed { codec, at, reason } => {
                write!(out, "broken {codec} stream at byte {at}: {reason}")
            }
            RecordError::TooLarge { codec, size_max } => {
                write!(out, "records in {codec} are larger than {size_max} bytes")
            }
        }
    }
}

impl std::error::Error for RecordError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RecordError::Batch(error) => Some(error),
            RecordError::Malformed { .. } | RecordError::Compressed { .. } | RecordError::TooLarge { .. } => None,
        }
    }
}
