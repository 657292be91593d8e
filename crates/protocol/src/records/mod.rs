//! Record batches, version 2 (KIP-98): the unit in which records travel, are checked and are stored.
//!
//! A broker reads the [`BatchHeader`] and leaves the records alone; only compaction, strict validation, a topic's own
//! `compression.type` and people who look decode them.

mod header;

pub use header::{Attributes, BatchError, BatchHeader, Compression, TimestampType};
