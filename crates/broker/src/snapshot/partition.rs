//! A partition in a snapshot: where it stands, its first and last records, its segments and files.

use crate::core::Core;
use crate::ids::TopicPartition;
use crate::log::{Log, SegmentView};
use crate::metadata::PartitionRegistration;
use crate::preview::{self, RecordPreview};
use crate::replication::Partition;
use crate::storage::Storage;
use crate::{Offset, Timestamp};
use std::collections::BTreeMap;

/// Segments of a log that are shown: the oldest and the newest.
const SHOWN_SEGMENTS_MAX: usize = 200;
/// Of these, the oldest.
const SHOWN_OLDEST_SEGMENTS: usize = 50;

/// A partition.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "fields carry Kafka's own names")]
pub struct PartitionSnapshot {
    pub partition: i32,
    /// -1 if there is none.
    pub leader: i32,
    pub leader_epoch: i32,
    pub replicas: Vec<i32>,
    pub in_sync_replicas: Vec<i32>,
    pub log_start_offset: i64,
    pub last_stable_offset: i64,
    pub high_watermark: i64,
    pub log_end_offset: i64,
    /// Bytes of records in all segments.
    pub size: u64,
    /// How many segments there are.
    pub segments: u32,
    /// Why it takes no requests, if it does not.
    pub offline: Option<String>,
    /// The first 20 records and the last 100, in order; fewer where they are large or a snapshot has very many.
    pub previews: Vec<RecordPreview>,
    /// The segments, oldest first; of more than 200 the oldest 50 and the newest 150.
    pub segment_list: Vec<SegmentSnapshot>,
    /// The files of the partition's folder that belong to no segment that is shown.
    pub files: Vec<FileSnapshot>,
}

/// A segment of a log.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SegmentSnapshot {
    /// The offset that it is named after.
    pub base_offset: Offset,
    /// The offset after the last one that it can hold.
    pub next_offset: Offset,
    /// Bytes of records.
    pub size: u32,
    /// The largest timestamp of its records in milliseconds, -1 if none has one: by it retention goes.
    pub newest_timestamp: i64,
    /// When it was begun, or its file was opened: by it `segment.ms` goes while no record has a timestamp.
    pub created_at: Timestamp,
    /// Whether it is the one that is appended to.
    pub active: bool,
    /// Its files.
    pub files: Vec<FileSnapshot>,
}

/// A file.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct FileSnapshot {
    /// Its name in the partition's folder.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// What one snapshot may still show and read.
#[derive(Debug)]
pub(super) struct Budget {
    records: usize,
    partitions: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { records: 5_000, partitions: 200 }
    }
}

impl PartitionSnapshot {
    pub(super) fn of(
        core: &Core,
        key: TopicPartition,
        registration: &PartitionRegistration,
        storage: Option<&dyn Storage>,
        budget: &mut Budget,
    ) -> Self {
        // The files of a broker that is down are still there to be looked at.
        let keeper = registration.leader.or_else(|| registration.replicas.first().copied());
        let held = keeper.and_then(|keeper| core.partition(keeper, key));
        let mut shown = PartitionSnapshot {
            partition: key.index.0,
            leader: registration.leader.map_or(-1, |leader| leader.0),
            leader_epoch: registration.leader_epoch,
            replicas: registration.replicas.iter().map(|broker| broker.0).collect(),
            in_sync_replicas: registration.in_sync_replicas.iter().map(|broker| broker.0).collect(),
            ..held.map(of_log).unwrap_or_default()
        };
        if registration.leader.is_none() && shown.offline.is_none() {
            shown.offline = Some("no broker that is alive has a copy".to_owned());
        }
        if let (Some(partition), Some(storage)) = (held, storage)
            && partition.log.has_files()
            && budget.partitions > 0
        {
            budget.partitions -= 1;
            if budget.records > 0 {
                shown.previews = preview::of_log(&partition.log, storage);
                budget.records = budget.records.saturating_sub(shown.previews.len());
            }
            (shown.segment_list, shown.files) = segments(&partition.log, storage);
        }
        shown
    }
}

impl Default for PartitionSnapshot {
    /// A partition of which nothing is known.
    fn default() -> Self {
        PartitionSnapshot {
            partition: 0,
            leader: -1,
            leader_epoch: 0,
            replicas: Vec::new(),
            in_sync_replicas: Vec::new(),
            log_start_offset: -1,
            last_stable_offset: -1,
            high_watermark: -1,
            log_end_offset: -1,
            size: 0,
            segments: 0,
            offline: None,
            previews: Vec::new(),
            segment_list: Vec::new(),
            files: Vec::new(),
        }
    }
}

fn of_log(partition: &Partition) -> PartitionSnapshot {
    PartitionSnapshot {
        log_start_offset: partition.log.log_start_offset(),
        last_stable_offset: partition.last_stable_offset(),
        high_watermark: partition.high_watermark,
        log_end_offset: partition.log.log_end_offset(),
        size: partition.log.size_bytes(),
        segments: u32::try_from(partition.log.segments().len()).unwrap_or(u32::MAX),
        offline: partition.offline.as_ref().map(ToString::to_string),
        ..Default::default()
    }
}

/// The segments of a log with their files.
pub(crate) fn segment_list(log: &Log, storage: &dyn Storage) -> Vec<SegmentSnapshot> {
    segments(log, storage).0
}

/// The segments with their files, and the files that are of no segment.
fn segments(log: &Log, storage: &dyn Storage) -> (Vec<SegmentSnapshot>, Vec<FileSnapshot>) {
    let count = log.segments().len();
    let newest = count.saturating_sub(SHOWN_SEGMENTS_MAX - SHOWN_OLDEST_SEGMENTS);
    let is_shown = |at: usize| count <= SHOWN_SEGMENTS_MAX || at < SHOWN_OLDEST_SEGMENTS || at >= newest;
    let views = log.segments().enumerate().filter(|(at, _)| is_shown(*at)).map(|(_, view)| view);
    let mut by_base: BTreeMap<String, SegmentSnapshot> =
        views.map(|view| (format!("{:020}", view.base_offset), of_segment(&view))).collect();
    let mut others = Vec::new();
    for entry in storage.list(log.folder()).unwrap_or_default() {
        let file = FileSnapshot { name: entry.name, size: entry.size };
        match file.name.split_once('.').and_then(|(base, _)| by_base.get_mut(base)) {
            Some(segment) => segment.files.push(file),
            // Of a log with very many segments not every file is shown.
            None if others.len() < SHOWN_SEGMENTS_MAX => others.push(file),
            None => {}
        }
    }
    (by_base.into_values().collect(), others)
}

fn of_segment(view: &SegmentView) -> SegmentSnapshot {
    SegmentSnapshot {
        base_offset: view.base_offset,
        next_offset: view.end_offset,
        size: view.size,
        newest_timestamp: view.largest_timestamp,
        created_at: view.created_at,
        active: view.is_active,
        files: Vec::new(),
    }
}
