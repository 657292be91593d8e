//! A topic, and each of its partitions as a lane: offsets, records, segments.

use super::look::Look;
use runnel_broker::{KeyPreview, PreviewEncoding, RecordPreview};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Records at the start of a log that are kept.
const FIRST_RECORDS: usize = 20;

/// Records at the end of a log that are kept.
const LAST_RECORDS: i64 = 100;

/// Segments of a lane that are listed; of more the oldest and the newest, as in a snapshot.
const SEGMENTS_MAX: usize = 200;

/// Why a partition takes no requests while nobody leads it.
pub(super) const LEADERLESS: &str = "no broker that is alive has a copy";

/// A topic.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Topic {
    /// Its identifier, as Kafka prints it.
    pub topic_id: String,
    /// Whether it is one of Kafka's own.
    pub internal: bool,
    /// Configs that were set.
    pub configs: BTreeMap<String, String>,
    /// By partition.
    pub lanes: Vec<Lane>,
}

/// A partition.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Lane {
    /// Its number.
    pub partition: i32,
    /// The broker that takes writes for it; -1 if none does.
    pub leader: i32,
    /// Counts its leaders.
    pub leader_epoch: i32,
    /// The brokers that keep a copy.
    pub replicas: Vec<i32>,
    /// Those that have caught up with the leader.
    pub in_sync_replicas: Vec<i32>,
    /// First readable offset.
    pub log_start_offset: i64,
    /// Where consumers that read committed records only stop.
    pub last_stable_offset: i64,
    /// Where consumers stop.
    pub high_watermark: i64,
    /// Next offset to hand out.
    pub log_end_offset: i64,
    /// Bytes of records in all segments.
    pub size: u64,
    /// Why it takes no requests, if it does not.
    pub offline: Option<String>,
    /// Oldest first; of very many the oldest and the newest.
    pub segments: Vec<Segment>,
    /// By offset: those at the start and those at the end of the log.
    pub records: BTreeMap<i64, Record>,
}

/// A segment of a log.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Segment {
    /// The offset that it is named after.
    pub base_offset: i64,
    /// Bytes of records.
    pub size: u64,
    /// The largest timestamp of its records in milliseconds, -1 if none has one: by it retention goes.
    pub newest_timestamp: i64,
    /// Whether it is the one that is appended to.
    pub active: bool,
}

/// A record, as much of it as is shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The look of its key.
    pub look: Look,
    /// What it says, cut to what fits.
    #[serde(flatten)]
    pub preview: RecordPreview,
}

impl Record {
    /// The record with the look of its key.
    pub fn of(preview: &RecordPreview) -> Self {
        let look = preview.key.as_ref().map_or(Look::KEYLESS, look_of_preview);
        Record { look, preview: preview.clone() }
    }
}

/// The look of a key of which the first bytes are known, and a checksum of all.
fn look_of_preview(key: &KeyPreview) -> Look {
    Lane::whole_key(key).map_or_else(|| Look::of_checksum(key.hash), |bytes| Look::of_key(&bytes))
}

/// The bytes that hexadecimal digits stand for.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

impl Segment {
    /// A segment that is appended to and has nothing yet.
    pub(super) fn begun_at(base_offset: i64) -> Self {
        Segment { base_offset, size: 0, newest_timestamp: -1, active: true }
    }
}

impl Lane {
    /// All bytes of a key; nothing if only its first ones are known.
    pub(super) fn whole_key(key: &KeyPreview) -> Option<Vec<u8>> {
        let bytes = match key.encoding {
            PreviewEncoding::Text => Some(key.text.as_bytes().to_vec()),
            PreviewEncoding::Hex => from_hex(&key.text),
        };
        bytes.filter(|bytes| u32::try_from(bytes.len()) == Ok(key.size))
    }

    /// How many offsets lie between its start and its end.
    pub fn offsets_count(&self) -> i64 {
        self.log_end_offset.saturating_sub(self.log_start_offset).max(0)
    }

    /// Takes over records that were appended, and forgets those that are not at an end of the log.
    pub(super) fn append(&mut self, previews: &[RecordPreview], last_offset: i64) {
        self.log_end_offset = self.log_end_offset.max(last_offset.saturating_add(1));
        self.records.extend(previews.iter().map(|preview| (preview.offset, Record::of(preview))));
        self.forget_middle();
    }

    /// Forgets records before the start of the log and between its two ends.
    pub(super) fn forget_middle(&mut self) {
        let last = self.log_end_offset.saturating_sub(LAST_RECORDS);
        while let Some(first) = self.records.first_entry().filter(|first| *first.key() < self.log_start_offset) {
            first.remove();
        }
        let Some(first_after) = self.records.keys().nth(FIRST_RECORDS).copied() else { return };
        while let Some((&middle, _)) = self.records.range(first_after..last.max(first_after)).next() {
            self.records.remove(&middle);
        }
    }

    /// The segment that is appended to.
    pub(super) fn active_segment(&mut self) -> &mut Segment {
        if self.segments.is_empty() {
            let base_offset = self.log_end_offset;
            self.segments.push(Segment::begun_at(base_offset));
        }
        let last = self.segments.len() - 1;
        &mut self.segments[last]
    }

    /// Begins a new segment.
    pub(super) fn roll(&mut self, base_offset: i64) {
        for segment in &mut self.segments {
            segment.active = false;
        }
        self.segments.push(Segment::begun_at(base_offset));
        if self.segments.len() > SEGMENTS_MAX {
            self.segments.remove(SEGMENTS_MAX / 4);
        }
    }
}
