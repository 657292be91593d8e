//! The orders in which Java walks its collections of strings.
//!
//! A `HashMap` is walked bucket by bucket, and within a bucket in the order of insertion. With how many partitions a
//! sticky member may stay above its quota depends on who is looked at first, so an assignment is only Java's if the
//! walk is Java's.

use crate::TopicPartition;
use std::cmp::Ordering;

/// Java's `String.hashCode`, over UTF-16 units.
pub(super) fn string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// Java's `TopicPartition.hashCode`.
pub(super) fn partition_hash(partition: &TopicPartition) -> i32 {
    let prefix = 31_i32.wrapping_add(partition.partition);
    prefix.wrapping_mul(31).wrapping_add(string_hash(&partition.topic))
}

/// Buckets of a hash table that was made empty and has held up to `count` entries.
pub(super) fn capacity(count: usize) -> usize {
    let mut capacity = 16;
    while count > capacity / 4 * 3 {
        capacity *= 2;
    }
    capacity
}

/// The bucket in which a hash lands.
pub(super) fn bucket(hash: i32, capacity: usize) -> usize {
    let bits = hash.cast_unsigned();
    usize::try_from(bits ^ (bits >> 16)).unwrap_or(0) & (capacity - 1)
}

/// Different strings, put one after the other into an empty `HashMap` or `HashSet`, in the order in which it is walked.
pub(super) fn walk<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut keys: Vec<&str> = keys.into_iter().collect();
    let capacity = capacity(keys.len());
    keys.sort_by_cached_key(|key| bucket(string_hash(key), capacity));
    keys
}

/// Java's and JavaScript's order of strings: by UTF-16 units.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}
