//! The numbers that name brokers, partitions and connections.

use base64::engine::{GeneralPurpose, general_purpose};
use base64::{Engine, alphabet};
use bytestring::ByteString;
use std::cmp::Ordering;
use std::fmt;
use uuid::Uuid;

/// A broker's number, `node.id` in Kafka's words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct BrokerId(pub i32);

/// A partition of a topic, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct PartitionIndex(pub i32);

/// One client's connection to one broker, numbered by the driver; never used again within a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct ConnectionId(pub u64);

/// One request to make blobs durable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FlushId(pub u64);

/// A partition by its topic's identifier: a topic that is deleted and made again is another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TopicPartition {
    /// The topic.
    pub topic_id: Uuid,
    /// The partition.
    pub index: PartitionIndex,
}

impl Ord for TopicPartition {
    fn cmp(&self, other: &Self) -> Ordering {
        // As the bytes of the identifier compare, which as two numbers takes no call.
        self.topic_id.as_u128().cmp(&other.topic_id.as_u128()).then(self.index.cmp(&other.index))
    }
}

impl PartialOrd for TopicPartition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for BrokerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for PartitionIndex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// The folder of a partition's files, below the data folder: `broker-1/orders-0`.
pub(crate) fn partition_folder(broker: BrokerId, topic: &ByteString, index: PartitionIndex) -> String {
    format!("broker-{broker}/{topic}-{index}")
}

/// Splits `orders-0` into topic and partition.
pub(crate) fn parse_partition_folder(name: &str) -> Option<(ByteString, PartitionIndex)> {
    let (topic, index) = name.rsplit_once('-')?;
    let number = index.parse::<i32>().ok().filter(|number| *number >= 0 && number.to_string() == index)?;
    (!topic.is_empty()).then(|| (ByteString::from(topic), PartitionIndex(number)))
}

/// Kafka's text of an identifier. Java reads it whatever the bits say that no byte needs.
const UUID_TEXT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::URL_SAFE, general_purpose::NO_PAD.with_decode_allow_trailing_bits(true));

/// An identifier as Kafka prints it: 22 characters of URL-safe base64.
pub fn uuid_text(uuid: Uuid) -> String {
    UUID_TEXT.encode(uuid.as_bytes())
}

/// The identifier that Kafka prints as `text`.
pub fn parse_uuid_text(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&UUID_TEXT.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_back_from_kafkas_text() {
        let metadata_topic = Uuid::from_u128(1);
        assert_eq!(uuid_text(metadata_topic), "AAAAAAAAAAAAAAAAAAAAAQ");
        for bits in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210] {
            let uuid = Uuid::from_u128(bits);
            assert_eq!(parse_uuid_text(&uuid_text(uuid)), Some(uuid));
        }
        for other in ["", "too short", "AAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA+Q", "AAAAAAAAAAAAAAAAAAAAAQ=="]
        {
            assert_eq!(parse_uuid_text(other), None, "{other}");
        }
        assert_eq!(parse_uuid_text("AAAAAAAAAAAAAAAAAAAAAf"), Some(metadata_topic), "bits that no byte needs");
    }

    #[test]
    fn partition_folders_split_at_the_last_dash() {
        assert_eq!(parse_partition_folder("my-topic-12"), Some((ByteString::from("my-topic"), PartitionIndex(12))));
        for other in ["orders", "orders-", "-0", "orders-01", "orders--1x", "orders-0.abc-delete"] {
            assert_eq!(parse_partition_folder(other), None, "{other}");
        }
    }
}
