//! The four codecs of record batches, in Rust alone, so that they also run in the browser.
//!
//! Decompression has a hard cap: it stops at `size_max` bytes, and the memory that it takes meanwhile follows from the
//! cap and from the bytes at hand, never from a size that a frame states.

mod gzip;
mod lz4;
mod snappy;
#[cfg(test)]
mod tests;
mod zstd;

use super::{Compression, RecordError};

/// Compresses a batch's records in the form that Kafka's own clients write: one gzip member, snappy in xerial's
/// framing, one LZ4 frame of independent 64 KiB blocks, one Zstandard frame.
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
    let decompressed = match codec {
        Compression::None if bytes.len() > size_max => Err(Failure::TooLarge),
        Compression::None => Ok(bytes.to_vec()),
        Compression::Gzip => gzip::decompress(bytes, size_max),
        Compression::Snappy => snappy::decompress(bytes, size_max),
        Compression::Lz4 => lz4::decompress(bytes, size_max),
        Compression::Zstd => zstd::decompress(bytes, size_max),
    };
    decompressed.map_err(|failure| match failure {
        Failure::TooLarge => RecordError::TooLarge { codec, size_max },
        Failure::Broken { at, reason } => RecordError::Compressed { codec, at, reason },
    })
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
