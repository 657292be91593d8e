//! A broker's copy of a partition: the log, and how far of it is safe to show.
//!
//! Not done: copies on followers. Until they come, every partition has one replica, its leader, and the in-sync set is
//! that one broker; leader epochs, the high watermark and the last stable offset are nevertheless what Kafka's are.

mod partition;
mod partitions;

pub(crate) use partition::{Isolation, Partition};
pub(crate) use partitions::Partitions;
