//! What every broker knows of the cluster: topics, where their partitions live, configs, producer ids.
//!
//! It is a log, `__cluster_metadata-0`, in Kafka's own record format, and an [`Image`]: the log folded. Whoever wants a
//! change makes [`Change`]s; they are written first and applied after, all of one decision in one batch.

mod change;
mod image;
mod journal;

/// The feature whose level says which records the metadata log may hold.
pub(crate) const METADATA_VERSION: &str = "metadata.version";
/// Its level in Kafka 4.3 (`4.3-IV0`).
pub(crate) const METADATA_VERSION_LEVEL: i16 = 30;
/// The lowest level that Kafka 4.3 still reads (`3.3-IV3`).
pub(crate) const METADATA_VERSION_LEVEL_MIN: i16 = 7;

pub(crate) use change::{Change, PartitionDelta};
pub(crate) use image::{Image, PartitionRegistration, Topic};
pub(crate) use journal::{Journal, METADATA_TOPIC, METADATA_TOPIC_ID};
