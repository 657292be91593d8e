//! The name of one partition.

use bytestring::ByteString;
use std::cmp::Ordering;
use std::fmt;

/// One partition of one topic; ordered by topic, then by number. Copies share the name.
#[derive(Clone, Eq, Debug, serde::Serialize)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: ByteString,
    /// The partition's number.
    pub partition: i32,
}

impl TopicPartition {
    /// Partition `partition` of `topic`.
    pub fn new(topic: impl Into<ByteString>, partition: i32) -> Self {
        TopicPartition { topic: topic.into(), partition }
    }
}

/// Whether two names are one and the same piece of memory. Copies share the name, and most that are compared are of one
/// topic: then it need not be read.
fn is_shared(one: &ByteString, other: &ByteString) -> bool {
    std::ptr::eq(one.as_ptr(), other.as_ptr()) && one.len() == other.len()
}

impl PartialEq for TopicPartition {
    fn eq(&self, other: &Self) -> bool {
        self.partition == other.partition && (is_shared(&self.topic, &other.topic) || self.topic == other.topic)
    }
}

impl Ord for TopicPartition {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_topic =
            if is_shared(&self.topic, &other.topic) { Ordering::Equal } else { self.topic.cmp(&other.topic) };
        by_topic.then(self.partition.cmp(&other.partition))
    }
}

impl PartialOrd for TopicPartition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.topic, self.partition)
    }
}
