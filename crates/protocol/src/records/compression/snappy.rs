//! Snappy: one raw block, as librdkafka and franz-go write it, or many of them in the framing of Java's xerial library.
//!
//! ```text
//! xerial: magic 82 53 4e 41 50 50 59 00, version i32, oldest version that can read it i32,
//!         then blocks: size i32, raw block
//! raw:    decompressed size as an unsigned varint, then literals and copies
//! ```
//!
//! No raw block can begin with the magic: its first element would be a copy from before the start. Both versions are
//! passed over, since some writers put them in the other byte order (dpkp/kafka-python#2414). The header may come again
//! between blocks, where streams were put one after the other.

use super::{Failure, broken};

const MAGIC: &[u8] = &[0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const HEADER_SIZE: usize = 16;
/// What Java's writer puts into one block.
const BLOCK_SIZE: usize = 32 * 1024;
/// No element turns fewer bytes into more: a copy of three bytes makes 64.
const EXPANSION_MAX: usize = 22;

pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&1_i32.to_be_bytes());
    out.extend_from_slice(&1_i32.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    let mut block = vec![0; snap::raw::max_compress_len(BLOCK_SIZE.min(bytes.len()))];
    for chunk in bytes.chunks(BLOCK_SIZE) {
        let size = encoder.compress(chunk, &mut block).expect("the buffer has the size that the codec wants");
        out.extend_from_slice(&u32::try_from(size).expect("a block is small").to_be_bytes());
        out.extend_from_slice(&block[..size]);
    }
    out
}

pub(super) fn decompress(bytes: &[u8], size_max: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    if !bytes.starts_with(MAGIC) {
        decompress_block(bytes, 0, &mut out, size_max)?;
        return Ok(out);
    }
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(MAGIC) {
            at += HEADER_SIZE;
            if at > bytes.len() {
                return Err(broken(bytes.len(), "wanted the versions after the magic"));
            }
            continue;
        }
        let size = bytes[at..].first_chunk().ok_or_else(|| broken(at, "wanted the size of a block"))?;
        let size = usize::try_from(i32::from_be_bytes(*size)).map_err(|_| broken(at, "a block's size is negative"))?;
        at += 4;
        let block = bytes[at..].get(..size).ok_or_else(|| broken(at, format!("wanted a block of {size} bytes")))?;
        decompress_block(block, at, &mut out, size_max)?;
        at += size;
    }
    Ok(out)
}

/// Appends what a raw block holds. The size that it states is believed only as far as its bytes can pay for it.
fn decompress_block(block: &[u8], at: usize, out: &mut Vec<u8>, size_max: usize) -> Result<(), Failure> {
    let size = snap::raw::decompress_len(block).map_err(|error| broken(at, error))?;
    if size > block.len().saturating_mul(EXPANSION_MAX) {
        return Err(broken(at, format!("a block of {} bytes cannot hold {size}", block.len())));
    }
    let start = out.len();
    if size > size_max - start {
        return Err(Failure::TooLarge);
    }
    out.resize(start + size, 0);
    snap::raw::Decoder::new().decompress(block, &mut out[start..]).map_err(|error| broken(at, error))?;
    Ok(())
}
