//! The little that a coordinator reads of what consumers say to each other.
//!
//! A subscription begins, in every version, like this:
//!
//! | bytes | what |
//! | --- | --- |
//! | 2 | version |
//! | 4 | number of topics |
//! | 2 + n each | topic |
//!
//! and an assignment like this:
//!
//! | bytes | what |
//! | --- | --- |
//! | 2 | version |
//! | 4 | number of topics |
//! | 2 + n, 4, 4 each | topic, number of partitions, partitions |
//!
//! Spec: <https://kafka.apache.org/protocol>, `ConsumerProtocolSubscription` and `ConsumerProtocolAssignment`.

use super::wire::Reader;
use std::collections::BTreeSet;

/// Larger assignments are not read for watchers.
const SHOWN_ASSIGNMENT_SIZE_MAX: usize = 1 << 20;

/// The topics of a subscription; `None` if it is not one.
pub(super) fn topics(subscription: &[u8]) -> Option<BTreeSet<String>> {
    let mut reader = Reader::new(subscription);
    reader.i16("version").ok().filter(|version| *version >= 0)?;
    let count = reader.i32("number of topics").ok()?;
    let mut topics = BTreeSet::new();
    for _ in 0..count.max(0) {
        topics.insert(reader.string("topic").ok()?);
    }
    Some(topics)
}

/// The partitions of an assignment, by topic; nothing if it is not one.
pub(super) fn assigned_partitions(assignment: &[u8]) -> Vec<(String, Vec<i32>)> {
    Some(assignment)
        .filter(|bytes| bytes.len() <= SHOWN_ASSIGNMENT_SIZE_MAX)
        .and_then(read_assignment)
        .unwrap_or_default()
}

fn read_assignment(assignment: &[u8]) -> Option<Vec<(String, Vec<i32>)>> {
    let mut reader = Reader::new(assignment);
    reader.i16("version").ok()?;
    let count = reader.i32("number of topics").ok()?;
    let mut topics = Vec::new();
    for _ in 0..count.max(0) {
        let topic = reader.string("topic").ok()?;
        let mut partitions = Vec::new();
        for _ in 0..reader.i32("number of partitions").ok()?.max(0) {
            partitions.push(reader.i32("partition").ok()?);
        }
        topics.push((topic, partitions));
    }
    Some(topics)
}
