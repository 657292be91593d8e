//! Why a record goes where it goes.

use serde::Serialize;

/// The partition of one record, and the reason: what "why here?" shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartitionChoice {
    /// The partition's index.
    pub partition: i32,
    /// Why this one.
    #[serde(flatten)]
    pub reason: PartitionReason,
}

/// Why a partition was chosen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum PartitionReason {
    /// The program named it; keys play no part.
    Explicit,
    /// The key's hash, modulo the number of partitions.
    KeyHash {
        /// Which hash.
        hash: HashName,
        /// The first bytes of the key, in hexadecimal.
        key_start: String,
        /// How many bytes the key has.
        key_size: usize,
        /// The hash of the key.
        hash_value: u32,
        /// The hash with its sign bit cleared, so that it is no negative number; `None` where the library has no need.
        sign_cleared: Option<u32>,
        /// Divided by this; what remains is the partition.
        partitions_count: i32,
    },
    /// No key: the partition that the producer keeps to until it has filled a batch (Java, KIP-794) or until some
    /// milliseconds are over (librdkafka).
    Sticky {
        /// Whether this record is the first on this partition.
        is_new: bool,
        /// What was drawn at random when the partition was taken.
        drawn: u32,
        /// Among so many partitions, those that have a leader.
        available_count: i32,
        /// What the producer has put there before this record, in bytes; Java's measure for leaving it.
        produced_bytes: Option<u64>,
    },
    /// No key: each record goes to the next partition (kafkajs).
    RoundRobin {
        /// The counter of the topic, which began at random.
        counter: u32,
        /// Divided by this: how many partitions have a leader.
        available_count: i32,
    },
    /// No key, or a partitioner that does not look at it: any partition.
    Random {
        /// Among so many.
        partitions_count: i32,
    },
}

/// The name of a hash of keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HashName {
    /// murmur2 as Java computes it.
    Murmur2,
    /// murmur2 in JavaScript's doubles, as kafkajs computed it before version 2.
    Murmur2Legacy,
    /// CRC-32.
    Crc32,
    /// FNV-1a.
    Fnv1a,
}

/// How many bytes of a key a choice shows.
const KEY_START_MAX: usize = 32;

impl PartitionChoice {
    /// The choice by a key's hash. With `clears_sign` the sign bit is cleared before the division.
    pub(super) fn by_key(hash: HashName, key: &[u8], partitions_count: i32, clears_sign: bool) -> Self {
        let hash_value = match hash {
            HashName::Murmur2 => super::murmur2(key),
            HashName::Murmur2Legacy => super::murmur2_of_kafkajs_1(key),
            HashName::Crc32 => super::crc32(key),
            HashName::Fnv1a => super::fnv1a(key),
        };
        let sign_cleared = clears_sign.then_some(hash_value & 0x7fff_ffff);
        let partition = remainder(sign_cleared.unwrap_or(hash_value), partitions_count);
        let key_start = hexadecimal(&key[..key.len().min(KEY_START_MAX)]);
        let reason = PartitionReason::KeyHash {
            hash,
            key_start,
            key_size: key.len(),
            hash_value,
            sign_cleared,
            partitions_count,
        };
        PartitionChoice { partition, reason }
    }
}

/// Two digits a byte.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).expect("half a byte is a digit");
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0xf));
    }
    text
}

/// What remains of a number divided by a count that is at least 1.
pub(super) fn remainder(number: u32, count: i32) -> i32 {
    i32::try_from(i64::from(number) % i64::from(count.max(1))).expect("a remainder is below its divisor")
}
