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

impl Promised {
    /// Compares a partition that was read from its log start to its end with what was promised, and answers how many
    /// records are missing.
    ///
    /// # Errors
    /// What may never be: gaps, records out of order or twice, others than were acknowledged.
    pub(crate) fn check(&self, log_start: i64, found: &[(i64, String)]) -> Result<u64, String> {
        let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
        for ((offset, value), expected) in found.iter().zip(log_start..) {
            if *offset != expected {
                return Err(format!("wanted offset {expected}, found {offset}"));
            }
            let (producer, number) = parse_value(value).ok_or_else(|| format!("{value:?} at {offset} is nobody's"))?;
            match numbers.insert(producer, number) {
                Some(before) if before >= number => {
                    return Err(format!("{value} at {offset} comes after {producer}:{before}"));
                }
                Some(before) if producer.starts_with("exact") && before + 1 != number => {
                    return Err(format!("{value} at {offset} comes right after {producer}:{before}"));
                }
                _ => {}
            }
        }
        let mut lost = 0;
        for (offset, value) in self.records.range(log_start..) {
            let at = usize::try_from(offset - log_start).expect("the range begins there");
            match found.get(at) {
                Some((_, other)) if other == value => {}
                _ => lost += 1,
            }
        }
        Ok(lost)
    }
}
