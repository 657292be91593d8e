//! Gzip, RFC 1952.
//!
//! Several members in a row are one stream; what follows the last and does not begin like another is passed over. Both
//! are as in Java's `GZIPInputStream`, which Kafka uses.

use super::{Failure, broken};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

const MAGIC: &[u8] = &[0x1f, 0x8b];

pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("writing into memory does not fail");
    encoder.finish().expect("writing into memory does not fail")
}

pub(super) fn decompress(bytes: &[u8], size_max: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut rest = bytes;
    loop {
        // One byte more than allowed tells a stream that is too large from one that just fits.
        let room = u64::try_from(size_max - out.len()).unwrap_or(u64::MAX).saturating_add(1);
        let mut member = GzDecoder::new(rest).take(room);
        let outcome = member.read_to_end(&mut out);
        rest = member.into_inner().into_inner();
        if out.len() > size_max {
            return Err(Failure::TooLarge);
        }
        outcome.map_err(|error| broken(bytes.len() - rest.len(), error))?;
        if !rest.starts_with(MAGIC) {
            return Ok(out);
        }
    }
}
