//! Zstandard, RFC 8878 (KIP-110).
//!
//! Several frames in a row are one stream, and skippable frames are skipped, as in Kafka's decoder; other bytes after
//! the last frame are an error. Windows up to 128 MiB are taken, as zstd itself takes them by default; the memory grows
//! with what is decoded, not with the window that a frame states. Not done: dictionaries.

use super::{Failure, broken};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

pub(super) fn decompress(bytes: &[u8], size_max: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = |rest: &[u8]| bytes.len() - rest.len();
        // A decoder that was used before would reserve the whole window.
        let mut decoder = FrameDecoder::new();
        match decoder.reset(&mut rest) {
            Ok(()) => {}
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                rest = rest.get(length..).ok_or_else(|| broken(at(rest), "a skippable frame is cut off"))?;
                continue;
            }
            Err(error) => return Err(broken(at(rest), error)),
        }
        let room = size_max - out.len();
        if usize::try_from(decoder.content_size()).map_or(true, |size| size > room) {
            return Err(Failure::TooLarge);
        }
        let strategy = BlockDecodingStrategy::UptoBytes(room.saturating_add(1));
        let is_whole = decoder.decode_blocks(&mut rest, strategy).map_err(|error| broken(at(rest), error))?;
        if !is_whole || decoder.can_collect() > room {
            return Err(Failure::TooLarge);
        }
        // 0 stands for a size that is not stated.
        let (stated, found) = (decoder.content_size(), decoder.can_collect());
        if stated != 0 && u64::try_from(found) != Ok(stated) {
            return Err(broken(at(rest), format!("the content has {found} bytes, the frame says {stated}")));
        }
        decoder.collect_to_writer(&mut out).map_err(|error| broken(at(rest), error))?;
        let stated = decoder.get_checksum_from_data();
        if stated.is_some() && stated != decoder.get_calculated_checksum() {
            return Err(broken(at(rest), "the checksum does not fit the content"));
        }
    }
    Ok(out)
}
