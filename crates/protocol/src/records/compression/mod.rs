//! The four codecs of record batches, in Rust alone, so that they also run in the browser.
//!
//! Decompression has a hard cap: it stops at `size_max` bytes, and the memory that it takes meanwhile follows from the
//! cap and from the bytes at hand, never from a size that a frame states.

mod brought;
mod gzip;
mod lz4;
mod snappy;
#[cfg(test)]
mod tests;
mod zstd;

use super::{Compression, RecordError};

pub use brought::Codecs;

/// Compresses a batch's records in the form that Kafka's own clients write: one gzip member, snappy in xerial's
/// framing, one LZ4 frame of independent 64 KiB blocks, one Zstandard frame. `None` while [`Codecs`] are not brought.
pub(super) fn compress_if_there(codec: Compression, bytes: &[u8]) -> Option<Vec<u8>> {
    if codec == Compression::None {
        return Some(bytes.to_vec());
    }
    Codecs::there().map(|codecs| (codecs.compress)(codec, bytes))
}

/// The same, with codecs that are there always.
pub fn compress(codec: Compression, bytes: &[u8]) -> Vec<u8> {
    match codec {
        Compression::None => bytes.to_vec(),
        Compression::Gzip => gzip::compress(bytes),
        Compression::Snappy => snappy::compress(bytes),
        Compression::Lz4 => lz4::compress(bytes),
        Compression::Zstd => zstd::compress(bytes),
    }
}

/// Decompresses a batch's records, `size_max` bytes at most.
///
/// # Errors
/// [`RecordError::TooLarge`] if there would be more, [`RecordError::Compressed`] if the stream is broken.
pub fn decompress(codec: Compression, bytes: &[u8], size_max: usize) -> Result<Vec<u8>, RecordError> {
    let decompressed = match Codecs::there() {
        _ if codec == Compression::None && bytes.len() > size_max => Err(Failure::TooLarge),
        _ if codec == Compression::None => Ok(bytes.to_vec()),
        Some(codecs) => (codecs.decompress)(codec, bytes, size_max),
        None => Err(broken(0, "the codecs are not loaded")),
    };
    decompressed.map_err(|failure| match failure {
        Failure::TooLarge => RecordError::TooLarge { codec, size_max },
        Failure::Broken { at, reason } => RecordError::Compressed { codec, at, reason },
    })
}

fn decompress_by_any(codec: Compression, bytes: &[u8], size_max: usize) -> Result<Vec<u8>, Failure> {
    match codec {
        Compression::None => Ok(bytes.to_vec()),
        Compression::Gzip => gzip::decompress(bytes, size_max),
        Compression::Snappy => snappy::decompress(bytes, size_max),
        Compression::Lz4 => lz4::decompress(bytes, size_max),
        Compression::Zstd => zstd::decompress(bytes, size_max),
    }
}

/// Why a codec stopped.
#[derive(Debug)]
enum Failure {
    /// At the cap.
    TooLarge,
    /// At a byte of the stream that does not follow the format.
    Broken { at: usize, reason: String },
}

fn broken(at: usize, reason: impl ToString) -> Failure {
    Failure::Broken { at, reason: reason.to_string() }
}
