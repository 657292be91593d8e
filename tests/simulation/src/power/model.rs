//! What was promised, and what is allowed.

use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A partition by its topic's name.
pub(crate) type Place = (&'static str, i32);

/// What is known of one partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promised {
    /// Records that were acknowledged, or that a consumer has seen, by offset.
    pub(crate) records: BTreeMap<i64, String>,
    /// The largest offset that DeleteRecords was asked for, answered or not.
    pub(crate) deleted_to: i64,
    /// Offsets in the order in which the group committed them; the place in the list is the offset that was committed.
    pub(crate) commits_sent: i64,
    /// The last commit that was acknowledged.
    pub(crate) commit_acknowledged: Option<i64>,
}

/// All that was promised.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) places: BTreeMap<Place, Promised>,
    /// Topics whose creation was acknowledged, without those whose deletion was asked for.
    pub(crate) topics: BTreeMap<String, Uuid>,
    /// Identifiers of topics whose deletion was acknowledged.
    pub(crate) deleted: BTreeSet<Uuid>,
    /// Producer ids that were given out.
    pub(crate) producer_ids: BTreeSet<i64>,
}

/// `checkout:17` is the eighteenth record of the producer `checkout` in its partition.
pub(crate) fn value_of(producer: &str, number: u64) -> String {
    format!("{producer}:{number}")
}

/// The producer and the number in a value, without what fills it up.
pub(crate) fn parse_value(value: &str) -> Option<(&str, u64)> {
    let (producer, number) = value.split_once(':')?;
    Some((producer, number.parse().ok()?))
}

/// The key of a record in a compacted topic.
pub(crate) fn key_of(value: &str) -> u64 {
    parse_value(value).map_or(0, |(_, number)| number % 5)
}

impl Promised {
    /// Compares a partition that was read from its log start to its end with what was promised, and answers how many
    /// records are missing.
    ///
    /// # Errors
    /// What may never be: gaps, records out of order or twice, others than were acknowledged.
    pub(crate) fn check(&self, log_start: i64, found: &[(i64, String)], is_compacted: bool) -> Result<u64, String> {
        let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
        let mut last = log_start - 1;
        for (offset, value) in found {
            if *offset <= last || (!is_compacted && *offset != last + 1) {
                return Err(format!("offset {offset} comes after {last}"));
            }
            last = *offset;
            let (producer, number) = parse_value(value).ok_or_else(|| format!("{value:?} at {offset} is nobody's"))?;
            match numbers.insert(producer, number) {
                Some(before) if before >= number => {
                    return Err(format!("{value} at {offset} comes after {producer}:{before}"));
                }
                Some(before) if producer.starts_with("exact") && !is_compacted && before + 1 != number => {
                    return Err(format!("{value} at {offset} comes right after {producer}:{before}"));
                }
                _ => {}
            }
        }
        let found: BTreeMap<i64, &String> = found.iter().map(|(offset, value)| (*offset, value)).collect();
        let is_there = |(offset, value): &(&i64, &String)| found.get(*offset) == Some(value);
        // Compaction may take a record when a later one has its key.
        let has_successor = |(offset, value): &(&i64, &String)| {
            let later = found.range(*offset + 1..);
            is_compacted
                && !found.contains_key(*offset)
                && later.into_iter().any(|(_, other)| key_of(other) == key_of(value))
        };
        let promised = self.records.range(log_start..);
        Ok(promised.filter(|record| !is_there(record) && !has_successor(record)).count() as u64)
    }
}
