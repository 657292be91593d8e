//! How a key looks: one of eight colours and one of six shapes, so that colour never carries meaning alone.

use serde::{Deserialize, Serialize};

/// Colours for keys, numbered from 1; 0 is for records without a key.
pub const COLOURS: u8 = 8;

/// Shapes for keys, numbered from 1; 0 is for records without a key.
pub const SHAPES: u8 = 6;

/// Keys up to this size in bytes are told whole by events.
const WHOLE_KEY_SIZE_MAX: usize = 64;

/// The look of a key: which colour and which shape. The page decides what number 3 looks like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Look {
    /// 1 to [`COLOURS`]; 0 without a key.
    pub colour: u8,
    /// 1 to [`SHAPES`]; 0 without a key.
    pub shape: u8,
}

impl Look {
    /// The look of a record without a key.
    pub const KEYLESS: Look = Look { colour: 0, shape: 0 };

    /// The look of a key, the same for the same bytes for ever.
    ///
    /// The hash is FNV-1a, whose lowest bits differ for keys that differ in their last byte only, so `user1` to `user8`
    /// have eight colours.
    ///
    /// Of a long key only the checksum counts, which is all that an event tells of it.
    pub fn of_key(key: &[u8]) -> Look {
        if key.len() > WHOLE_KEY_SIZE_MAX {
            return Look::of_checksum(crc32c::crc32c(key));
        }
        let mut hash: u32 = 0x811c_9dc5;
        for byte in key {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        let colour = hash % u32::from(COLOURS);
        let shape = (hash >> 11) % u32::from(SHAPES);
        Look { colour: 1 + small(colour), shape: 1 + small(shape) }
    }

    /// The look of a key of which not all bytes are at hand: by the checksum that is.
    pub fn of_checksum(checksum: u32) -> Look {
        Look::of_key(&checksum.to_be_bytes())
    }

    /// The look of a record.
    pub fn of(key: Option<&[u8]>) -> Look {
        key.map_or(Look::KEYLESS, Look::of_key)
    }
}

fn small(number: u32) -> u8 {
    u8::try_from(number).expect("a remainder is smaller than its divisor")
}
