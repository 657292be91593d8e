//! The codecs as something that a program may bring later: with the feature `late-codecs` they are there once somebody
//! has called [`Codecs::bring`], and without it always.

use super::{Compression, Failure, compress, decompress_by_any};
use std::sync::OnceLock;

pub(super) type Decompress = fn(Compression, &[u8], usize) -> Result<Vec<u8>, Failure>;

/// All codecs.
#[derive(Clone, Copy, Debug)]
pub struct Codecs {
    pub(super) compress: fn(Compression, &[u8]) -> Vec<u8>,
    pub(super) decompress: Decompress,
}

/// Those that were brought.
static BROUGHT: OnceLock<Codecs> = OnceLock::new();

impl Codecs {
    /// The four of Kafka. What names them has them with it.
    pub const KAFKAS: Codecs = Codecs { compress, decompress: decompress_by_any };

    /// Compresses and decompresses with these from now on; the first that are brought stay.
    pub fn bring(self) {
        BROUGHT.get_or_init(|| self);
    }

    pub(super) fn there() -> Option<Codecs> {
        if cfg!(feature = "late-codecs") { BROUGHT.get().copied() } else { Some(Codecs::KAFKAS) }
    }
}
