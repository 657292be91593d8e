//! A whole Kafka cluster, one to n brokers, as one deterministic state machine.
//!
//! The law: *one input, then drain outputs until `None`, then the next input.* Time enters with each input and never
//! decreases; randomness enters as a seed; bytes at rest live behind [`Storage`]. Nothing here reads a clock, opens a
//! socket or starts a thread, so the same seed and inputs give the same frames, byte for byte.

pub mod log;
pub mod producers;
pub mod random;
pub mod storage;
pub mod time;

pub use log::{Log, LogConfig};
pub use random::Random;
pub use storage::{BlobId, FaultyStorage, MemoryStorage, Storage, StorageError};
pub use time::Timestamp;

/// A position in a partition's log: the number of the record, counted from 0 at the topic's creation.
pub type Offset = i64;
