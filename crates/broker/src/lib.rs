//! A whole Kafka cluster, one to n brokers, as one deterministic state machine.
//!
//! The law: *one input, then drain outputs until `None`, then the next input.* Time enters with each input and never
//! decreases; randomness enters as a seed; bytes at rest live behind [`Storage`]. Nothing here reads a clock, opens a
//! socket or starts a thread, so the same seed and inputs give the same frames, byte for byte.
//!
//! The front door is [`Cluster`].

mod checkpoints;
mod cluster;
pub mod config;
pub mod configs;
mod connection;
mod core;
pub mod event;
mod explanation;
pub mod groups;
mod handlers;
pub mod ids;
mod input;
pub mod log;
mod metadata;
mod output;
mod preview;
pub mod producers;
mod properties;
mod purgatory;
mod replication;
mod snapshot;
pub mod storage;
#[cfg(test)]
mod tests;
mod timers;
pub mod topics;

pub use cluster::Cluster;
pub use config::{BrokerSettings, ClusterConfig, Durability, Endpoint, Profile};
pub use core::{ApiCounters, Metrics, OpenError, TopicCounters};
pub use event::{Event, EventKind, PartitionPlace, RemovalReason, SCHEMA_VERSION};
pub use explanation::RetentionExplanation;
pub use handlers::RareHandlers;
pub use ids::{BrokerId, ConnectionId, FlushId, PartitionIndex};
pub use input::Input;
pub use log::{Log, LogConfig};
pub use output::Output;
pub use preview::{BytesPreview, KeyPreview, PreviewEncoding, RecordPreview};
pub use runnel_protocol::{Random, Timestamp};
pub use snapshot::{
    BrokerSnapshot, BrokerState, ConnectionSnapshot, FileSnapshot, PartitionSnapshot, SegmentSnapshot, Snapshot,
    TopicSnapshot,
};
pub use storage::{BlobId, FaultyStorage, MemoryStorage, Storage, StorageError};

/// A position in a partition's log: the number of the record, counted from 0 at the topic's creation.
pub type Offset = i64;
