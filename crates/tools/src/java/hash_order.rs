//! The order in which Java's hash maps give their keys: some tools print in it.

/// `String.hashCode`.
pub(crate) fn java_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// The number of buckets of a map that was made for `capacity` keys and holds `count`; 16 where nothing was said.
pub(crate) fn table_size(capacity: Option<usize>, count: usize) -> usize {
    let mut buckets = capacity.map_or(16, |capacity| capacity.max(1).next_power_of_two());
    while count * 4 > buckets * 3 {
        buckets *= 2;
    }
    buckets
}

/// Sorts items as a `HashMap` with so many buckets gives them; those of one bucket keep the order that they have.
pub(crate) fn sort_by_buckets<T>(items: &mut [T], buckets: usize, hash: impl Fn(&T) -> u32) {
    let mask = u32::try_from(buckets - 1).unwrap_or(u32::MAX);
    items.sort_by_cached_key(|item| {
        let hash = hash(item);
        (hash ^ (hash >> 16)) & mask
    });
}

/// Sorts items as a `HashMap` that grew with them gives them.
pub(crate) fn sort_as_java<T>(items: &mut [T], hash: impl Fn(&T) -> u32) {
    let buckets = table_size(None, items.len());
    sort_by_buckets(items, buckets, hash);
}

#[cfg(test)]
mod tests {
    use super::{java_hash, sort_as_java, table_size};

    #[test]
    fn names_come_in_the_order_of_their_buckets() {
        // Printed by `new HashSet<>(List.of(...))` of Java 17.
        let mut names = vec!["orders", "payments", "placed", "by.dots_and_bars"];
        sort_as_java(&mut names, |name| java_hash(name));
        assert_eq!(names, EXPECTED);
    }

    const EXPECTED: [&str; 4] = ["placed", "payments", "orders", "by.dots_and_bars"];

    #[test]
    fn a_table_doubles_when_it_is_three_quarters_full() {
        assert_eq!(table_size(None, 12), 16);
        assert_eq!(table_size(None, 13), 32);
        assert_eq!(table_size(Some(4), 3), 4);
        assert_eq!(table_size(Some(4), 4), 8);
        assert_eq!(table_size(Some(0), 0), 1);
    }
}
