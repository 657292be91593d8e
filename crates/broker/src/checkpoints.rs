//! Offsets that a broker writes down for its next start, in Kafka's files beside the partitions' folders.
//!
//! ```text
//! recovery-point-offset-checkpoint   everything before it was flushed
//! log-start-offset-checkpoint        what DeleteRecords and retention have moved
//! replication-offset-checkpoint      high watermarks
//! cleaner-offset-checkpoint          everything before it was compacted
//!
//! 0                                  version
//! 2                                  how many lines follow
//! orders 0 1250                      topic, partition, offset
//! orders 1 998
//! ```

use crate::Offset;
use crate::ids::{BrokerId, PartitionIndex};
use crate::replication::Partition;
use crate::storage::{Storage, StorageError};
use bytestring::ByteString;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Offsets by topic and partition.
pub(crate) type Offsets = BTreeMap<(ByteString, PartitionIndex), Offset>;

/// What was written down at the last checkpoint.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Checkpoints {
    pub(crate) recovery_points: Offsets,
    pub(crate) log_starts: Offsets,
    pub(crate) cleaned: Offsets,
}

const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
const LOG_STARTS: &str = "log-start-offset-checkpoint";
const CLEANED: &str = "cleaner-offset-checkpoint";
const HIGH_WATERMARKS: &str = "replication-offset-checkpoint";

fn path(broker: BrokerId, file: &str) -> String {
    format!("broker-{broker}/{file}")
}

/// Writes all files.
///
/// # Errors
/// The store's.
pub(crate) fn write<'a>(
    storage: &mut dyn Storage,
    broker: BrokerId,
    partitions: impl Iterator<Item = &'a Partition> + Clone,
) -> Result<(), StorageError> {
    let partitions = partitions.filter(|partition| partition.log.has_files());
    let recovery = partitions.clone().map(|partition| (partition, partition.log.recovery_point()));
    storage.replace(&path(broker, RECOVERY_POINTS), text(recovery).as_bytes())?;
    // Kafka writes down a log start only where it is not simply the first segment's.
    let moved = partitions.clone().filter(|partition| {
        partition.log.segments().next().is_some_and(|first| first.base_offset < partition.log.log_start_offset())
    });
    let starts = moved.map(|partition| (partition, partition.log.log_start_offset()));
    storage.replace(&path(broker, LOG_STARTS), text(starts).as_bytes())?;
    let compacted = partitions.clone().filter(|partition| partition.log.config().cleanup_policy.compact);
    let cleaned = compacted.map(|partition| (partition, partition.log.clean_offset()));
    storage.replace(&path(broker, CLEANED), text(cleaned).as_bytes())?;
    let watermarks = partitions.map(|partition| (partition, partition.high_watermark));
    storage.replace(&path(broker, HIGH_WATERMARKS), text(watermarks).as_bytes())
}

fn text<'a>(offsets: impl Iterator<Item = (&'a Partition, Offset)>) -> String {
    let mut lines = String::new();
    let mut count = 0;
    for (partition, offset) in offsets {
        count += 1;
        writeln!(lines, "{} {} {offset}", partition.topic, partition.index).expect("a string takes all text");
    }
    format!("0\n{count}\n{lines}")
}

/// Reads what is there. A file that is damaged says nothing: the logs themselves are looked at instead.
///
/// # Errors
/// The store's.
pub(crate) fn read(storage: &dyn Storage, broker: BrokerId) -> Result<Checkpoints, StorageError> {
    let load = |file| -> Result<Offsets, StorageError> {
        let bytes = storage.load(&path(broker, file))?;
        Ok(bytes.and_then(|bytes| parse(std::str::from_utf8(&bytes).ok()?)).unwrap_or_default())
    };
    Ok(Checkpoints { recovery_points: load(RECOVERY_POINTS)?, log_starts: load(LOG_STARTS)?, cleaned: load(CLEANED)? })
}

fn parse(text: &str) -> Option<Offsets> {
    let mut lines = text.lines();
    if lines.next()?.trim() != "0" {
        return None;
    }
    let count: usize = lines.next()?.trim().parse().ok()?;
    let mut offsets = Offsets::new();
    for line in lines {
        let mut words = line.split_whitespace();
        let (topic, index, offset) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        offsets.insert((ByteString::from(topic), PartitionIndex(index)), offset);
    }
    (offsets.len() == count).then_some(offsets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_read_back_and_damaged_ones_say_nothing() {
        let orders = (ByteString::from_static("orders"), PartitionIndex(1));
        assert_eq!(parse("0\n1\norders 1 998\n"), Some(BTreeMap::from([(orders, 998)])));
        for damaged in ["", "1\n0\n", "0\n2\norders 1 998\n", "0\n1\norders 1\n", "0\nx\n"] {
            assert_eq!(parse(damaged), None, "{damaged:?}");
        }
    }
}
