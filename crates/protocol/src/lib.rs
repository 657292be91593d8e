//! Kafka's wire language: bytes to typed requests and responses and back, and record batches.
//!
//! Beside it stands what every machine above shares: [`Timestamp`], which enters with each input, and [`Random`], which
//! follows from a seed, and the small ordered maps in which they keep what they know.
//!
//! This crate keeps no state and does no input or output. Everything it decodes is bounded by the bytes at hand:
//! a length read from the wire is never trusted before the bytes that pay for it have been seen.

pub mod api_key;
#[cfg(any(test, feature = "arbitrary"))]
pub mod arbitrary;
pub mod chunk;
pub mod describe;
pub mod error_code;
pub mod frame;
#[cfg(test)]
mod fuzz;
pub mod kinds;
pub mod messages;
#[cfg(test)]
mod notation_tests;
pub mod primitives;
pub mod random;
pub mod records;
pub mod schema;
pub mod small;
#[cfg(test)]
mod testdata;
pub mod time;

pub use api_key::ApiKey;
pub use chunk::{BlobRange, Chunk, Chunks};
pub use error_code::ErrorCode;
pub use messages::{Request, Response};
pub use primitives::{DecodeError, EncodeError, Message, Reader, Writer};
pub use random::Random;
pub use small::{SmallMap, SmallSet};
pub use time::Timestamp;
