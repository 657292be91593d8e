//! Kafka's wire language: bytes to typed requests and responses and back, and record batches.
//!
//! This crate keeps no state and does no input or output. Everything it decodes is bounded by the bytes at hand:
//! a length read from the wire is never trusted before the bytes that pay for it have been seen.

pub mod chunk;
pub mod error_code;
#[cfg(test)]
mod fuzz;
pub mod records;
#[cfg(test)]
mod testdata;

pub use chunk::{BlobRange, Chunk, Chunks};
pub use error_code::ErrorCode;
