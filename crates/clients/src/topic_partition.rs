//! The name of one partition.

use bytestring::ByteString;
use std::cmp::Ordering;
use std::fmt;

/// One partition of one topic; ordered by topic, then by number. Copies share the name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize)]
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

impl Ord for TopicPartition {
    fn cmp(&self, other: &Self) -> Ordering {
        // Copies share the name, and most that are compared are of one topic: then it need not be read.
        let is_shared =
            std::ptr::eq(self.topic.as_ptr(), other.topic.as_ptr()) && self.topic.len() == other.topic.len();
        let by_topic = if is_shared { Ordering::Equal } else { self.topic.cmp(&other.topic) };
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
