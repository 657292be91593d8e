//! The order in which Java's and Scala's hash maps give their keys: Kafka's answers show it, in lists of configs and
//! in messages that name several.

/// `String.hashCode`.
fn java_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// Both libraries mix the upper half into the lower one.
fn spread(text: &str) -> u32 {
    let hash = java_hash(text);
    hash ^ (hash >> 16)
}

/// The number of buckets of a `java.util.HashMap` that grew to hold `count` keys one by one.
fn grown(count: usize) -> usize {
    let mut buckets = 16;
    while count > buckets / 4 * 3 {
        buckets *= 2;
    }
    buckets
}

/// Sorts names as a `java.util.HashMap` or `HashSet` that grew with them gives them.
pub(super) fn sort_as_java(names: &mut [&str]) {
    sort_as_java_among(names, names.len());
}

/// Sorts names as a `java.util.HashMap` that grew to hold them and others, `count` in all, gives them.
pub(super) fn sort_as_java_among(names: &mut [&str], count: usize) {
    sort_by_bucket(names, grown(count));
}

/// Sorts names by their bucket in a table of Java's. Names in one bucket keep the order that they have.
pub(super) fn sort_by_bucket(names: &mut [&str], buckets: usize) {
    let mask = u32::try_from(buckets - 1).expect("tables are small");
    names.sort_by_cached_key(|name| spread(name) & mask);
}

/// Sorts names as a `scala.collection.mutable.HashMap` that grew with them gives them: within a bucket by hash.
pub(super) fn sort_as_scala(names: &mut [&str]) {
    let mut buckets = 16;
    while names.len() >= buckets / 4 * 3 {
        buckets *= 2;
    }
    let mask = u32::try_from(buckets - 1).expect("tables are small");
    names.sort_by_cached_key(|name| (spread(name) & mask, spread(name).cast_signed()));
}
