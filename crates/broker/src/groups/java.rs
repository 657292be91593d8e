//! Two habits of Java that Kafka's answers show: how it hashes text, and the order in which its hash tables hand out
//! their keys.

/// Java's `String.hashCode`: over UTF-16 units.
pub(super) fn string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// Where a `HashMap` with `count` keys keeps this one. The table doubles when it is three quarters full.
pub(super) fn hash_table_bucket(key: &str, count: usize) -> u32 {
    let hash = string_hash(key).cast_unsigned();
    let mut buckets: u32 = 16;
    while usize::try_from(buckets / 4 * 3).is_ok_and(|full| full < count) && buckets < 1 << 30 {
        buckets *= 2;
    }
    (hash ^ (hash >> 16)) & (buckets - 1)
}

/// The partition of `__consumer_offsets` that keeps a group, and so says which broker coordinates it.
pub fn partition_for(group_id: &str, partition_count: i32) -> i32 {
    let hash = string_hash(group_id);
    // The smallest number has no positive twin; Kafka takes 0 for it.
    hash.checked_abs().unwrap_or(0) % partition_count.max(1)
}
