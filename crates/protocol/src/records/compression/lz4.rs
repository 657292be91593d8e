//! The LZ4 frame format.
//!
//! ```text
//! magic            04 22 4d 18
//! flags            bits 7-6 version (01), 5 blocks are independent, 4 block checksums, 3 content size,
//!                  2 content checksum, 0 dictionary
//! block size       bits 6-4: 4 to 7 for 64 KiB, 256 KiB, 1 MiB, 4 MiB
//! content size     u64, if its flag is set
//! header checksum  second byte of the xxHash-32 of the fields after the magic
//! blocks           size u32 (top bit: not compressed), bytes, xxHash-32 if its flag is set; size 0 ends
//! content checksum xxHash-32, if its flag is set
//! ```
//!
//! All numbers are little-endian. Bytes after the frame are passed over, as in Kafka. Linked blocks are read too, which
//! Kafka's Java decoder does not. Not done: dictionaries, the header checksum of magic 0 and 1 (KIP-57).
//!
//! Source: <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>

use super::{Failure, broken};
use lz4_flex::block;
use twox_hash::XxHash32;

const MAGIC: &[u8] = &[0x04, 0x22, 0x4d, 0x18];
/// Magic, version 1 with independent blocks, blocks of 64 KiB, checksum.
const HEADER: &[u8] = &[0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const BLOCK_SIZE: usize = 64 * 1024;
const UNCOMPRESSED: u32 = 0x8000_0000;
/// How far back a linked block may reach.
const WINDOW_SIZE: usize = 64 * 1024;
/// No byte of a block makes more.
const EXPANSION_MAX: usize = 255;

pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    let mut buffer = vec![0; block::get_maximum_output_size(BLOCK_SIZE.min(bytes.len()))];
    for chunk in bytes.chunks(BLOCK_SIZE) {
        let size = block::compress_into(chunk, &mut buffer).expect("the buffer has the size that the codec wants");
        let (flag, stored) = if size < chunk.len() { (0, &buffer[..size]) } else { (UNCOMPRESSED, chunk) };
        let size = u32::try_from(stored.len()).expect("a block is small");
        out.extend_from_slice(&(size | flag).to_le_bytes());
        out.extend_from_slice(stored);
    }
    out.extend_from_slice(&[0; 4]);
    out
}

pub(super) fn decompress(bytes: &[u8], size_max: usize) -> Result<Vec<u8>, Failure> {
    let mut input = Input { bytes, at: 0 };
    let frame = Frame::read(&mut input)?;
    if frame.content_size.is_some_and(|size| usize::try_from(size).map_or(true, |size| size > size_max)) {
        return Err(Failure::TooLarge);
    }
    let mut out = Vec::new();
    loop {
        let size = u32::from_le_bytes(input.array("the size of a block")?);
        if size == 0 {
            break;
        }
        let at = input.at;
        let stored = usize::try_from(size & !UNCOMPRESSED).unwrap_or(usize::MAX);
        if stored > frame.block_size_max {
            return Err(broken(at, format!("a block of {stored} bytes is larger than the frame says")));
        }
        let block = input.take(stored, "as many bytes as the block's size says")?;
        if frame.has_block_checksums {
            let stated = u32::from_le_bytes(input.array("the checksum of a block")?);
            same_checksum(stated, block, at)?;
        }
        if size & UNCOMPRESSED == 0 {
            frame.decompress_block(block, at, &mut out, size_max)?;
        } else if stored > size_max - out.len() {
            return Err(Failure::TooLarge);
        } else {
            out.extend_from_slice(block);
        }
    }
    if frame.content_size.is_some_and(|size| u64::try_from(out.len()) != Ok(size)) {
        return Err(broken(input.at, format!("the content has {} bytes, which is not what the frame says", out.len())));
    }
    if frame.has_content_checksum {
        let at = input.at;
        let stated = u32::from_le_bytes(input.array("the checksum of the content")?);
        same_checksum(stated, &out, at)?;
    }
    Ok(out)
}

/// What a frame says about itself.
struct Frame {
    is_linked: bool,
    has_block_checksums: bool,
    has_content_checksum: bool,
    content_size: Option<u64>,
    block_size_max: usize,
}

impl Frame {
    fn read(input: &mut Input<'_>) -> Result<Self, Failure> {
        if input.take(4, "a magic number")? != MAGIC {
            return Err(broken(0, "wanted the magic number 04 22 4d 18"));
        }
        let [flags, block_size] = input.array("flags and block size")?;
        if flags & 0xc0 != 0x40 || flags & 0x02 != 0 {
            return Err(broken(4, format!("flags {flags:#04x} are of another version")));
        }
        if flags & 0x01 != 0 {
            return Err(broken(4, "the frame wants a dictionary"));
        }
        let block_size_max = match block_size {
            0x40 => 64 * 1024,
            0x50 => 256 * 1024,
            0x60 => 1024 * 1024,
            0x70 => 4 * 1024 * 1024,
            other => return Err(broken(5, format!("block size {other:#04x} is unknown"))),
        };
        let content_size = match flags & 0x08 {
            0 => None,
            _ => Some(u64::from_le_bytes(input.array("the content's size")?)),
        };
        let described = &input.bytes[4..input.at];
        let [stated] = input.array("the checksum of the frame's header")?;
        let [_, computed, ..] = XxHash32::oneshot(0, described).to_le_bytes();
        if stated != computed {
            return Err(broken(input.at - 1, format!("wanted header checksum {computed:#04x}, found {stated:#04x}")));
        }
        Ok(Frame {
            is_linked: flags & 0x20 == 0,
            has_block_checksums: flags & 0x10 != 0,
            has_content_checksum: flags & 0x04 != 0,
            content_size,
            block_size_max,
        })
    }

    fn decompress_block(&self, block: &[u8], at: usize, out: &mut Vec<u8>, size_max: usize) -> Result<(), Failure> {
        let start = out.len();
        let wanted = self.block_size_max.min(block.len().saturating_mul(EXPANSION_MAX));
        let room = wanted.min(size_max - start);
        out.resize(start + room, 0);
        let (before, target) = out.split_at_mut(start);
        let window = if self.is_linked { &before[start.saturating_sub(WINDOW_SIZE)..] } else { &[] };
        match block::decompress_into_with_dict(block, target, window) {
            Ok(size) => {
                out.truncate(start + size);
                Ok(())
            }
            Err(block::DecompressError::OutputTooSmall { .. }) if room < wanted => Err(Failure::TooLarge),
            Err(error) => Err(broken(at, error)),
        }
    }
}

fn same_checksum(stated: u32, bytes: &[u8], at: usize) -> Result<(), Failure> {
    let computed = XxHash32::oneshot(0, bytes);
    if stated == computed {
        return Ok(());
    }
    Err(broken(at, format!("wanted checksum {stated:#010x}, found {computed:#010x}")))
}

/// The compressed bytes, read from front to back.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, size: usize, wanted: &str) -> Result<&'a [u8], Failure> {
        let taken = self.bytes[self.at..].get(..size).ok_or_else(|| broken(self.at, format!("wanted {wanted}")))?;
        self.at += size;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, wanted: &str) -> Result<[u8; N], Failure> {
        Ok(self.take(N, wanted)?.try_into().expect("as many bytes were taken"))
    }
}
