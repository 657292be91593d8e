//! What every broker knows of the cluster: topics, where their partitions live, configs, producer ids.
//!
//! It is a log, `__cluster_metadata-0`, in Kafka's own record format, and an [`Image`]: the log folded. Whoever wants a
//! change makes [`Change`]s; they are written first and applied after, all of one decision in one batch.

mod change;
mod image;
mod journal;

pub(crate) use change::Change;
pub(crate) use image::{Image, PartitionRegistration, Topic};
pub(crate) use journal::{CONTROLLER_EPOCH, Journal, METADATA_TOPIC, METADATA_TOPIC_ID};
