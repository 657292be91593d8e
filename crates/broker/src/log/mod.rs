//! One partition's log, in Kafka's own files.
//!
//! A log is a folder of segments, each named after the offset at which it begins. The last one is *active*: it is the
//! only one that is appended to.
//!
//! ```text
//! broker-1/orders-0/
//!   00000000000000000000.log            record batches, one after the other
//!   00000000000000000000.index          offset to position, sparse
//!   00000000000000000000.timeindex      timestamp to offset, sparse
//!   00000000000000000000.txnindex       aborted transactions, if there are any
//!   00000000000000001250.snapshot       what is known of producers at that offset
//!   leader-epoch-checkpoint             where each leader epoch begins
//!   partition.metadata                  the topic's id
//! ```
//!
//! A log knows nothing of replication: the high watermark and the last stable offset are handed in by who asks. It
//! holds no records in memory, and the indexes only as far as they are not yet written.

mod append;
mod batch;
mod compact;
mod config;
mod epochs;
mod explain;
mod index;
mod metadata;
mod open;
mod paths;
mod read;
mod refusal;
mod retention;
mod scan;
mod search;
mod segment;
mod transactions;
mod truncate;
pub mod validate;

#[cfg(test)]
mod tests;

pub use append::{AppendError, Appended};
pub use batch::{CheckedBatch, Origin};
pub use compact::{Compacted, Compaction, CompactionBound, CompactionExplanation, CompactionVerdict};
pub use config::{CleanupPolicy, LogConfig, TopicCompression};
pub use epochs::{EpochStart, LeaderEpochs};
pub use explain::{KeptReason, RemovedReason, RetentionRules, RetentionVerdict, SegmentFacts, SegmentRetention, judge};
pub use metadata::{id_from_text, id_to_text, topic_id};
pub use open::{Hints, RecoveryNote};
pub use read::{FirstBatch, ReadError, Slice};
pub use refusal::{RecordFault, Refusal};
pub use retention::Removed;
pub use search::FoundTimestamp;
pub use transactions::AbortedTransaction;
pub use validate::{Checks, Rules, validate};

use crate::producers::Producers;
use crate::{BlobId, Offset, Storage, StorageError, Timestamp};
use segment::Segment;
use std::collections::BTreeSet;
use uuid::Uuid;

/// When the files of a new log appear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Files {
    /// At once, as for every topic that somebody creates.
    AtOnce,
    /// At the first append, as for internal topics.
    AtFirstAppend,
}

/// One partition's log.
#[derive(Clone, Debug)]
pub struct Log {
    /// `broker-1/orders-0`.
    folder: String,
    topic_id: Uuid,
    config: LogConfig,
    /// Ascending; the last one is active. Empty while the log has no files.
    segments: Vec<Segment>,
    log_start_offset: Offset,
    log_end_offset: Offset,
    /// Everything before it was flushed.
    recovery_point: Offset,
    /// Everything before it was compacted.
    clean_offset: Offset,
    epochs: LeaderEpochs,
    producers: Producers,
    /// Offsets of the `.snapshot` files.
    snapshots: BTreeSet<Offset>,
    unflushed: BTreeSet<BlobId>,
    /// The round of compaction that is under way.
    cleaning: Option<Box<compact::Cleaning>>,
}

/// What to make durable, and how far the log is safe then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flush {
    /// The blobs to flush.
    pub blobs: Vec<BlobId>,
    /// With them flushed, everything before this offset is safe.
    pub offset: Offset,
}

/// A segment, for who looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentView {
    /// The offset it is named after.
    pub base_offset: Offset,
    /// The offset after its last possible record: the next segment's base offset, or the log's end.
    pub end_offset: Offset,
    /// Bytes of records.
    pub size: u32,
    /// The largest timestamp of a record, in milliseconds; -1 if no record has one.
    pub largest_timestamp: i64,
    /// When it was begun, or its file was opened.
    pub created_at: Timestamp,
    /// Entries of its offset index.
    pub index_entries_count: u32,
    /// Whether it is the one that is appended to.
    pub is_active: bool,
}

impl Log {
    /// A new log in a folder that holds none.
    ///
    /// # Errors
    /// The store's refusal.
    pub fn create(
        storage: &mut dyn Storage,
        folder: &str,
        topic_id: Uuid,
        config: LogConfig,
        files: Files,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let mut log = Log::without_files(folder, topic_id, config);
        match files {
            Files::AtOnce => log.create_files(storage, now)?,
            Files::AtFirstAppend => {}
        }
        Ok(log)
    }

    fn without_files(folder: &str, topic_id: Uuid, config: LogConfig) -> Self {
        Log {
            folder: folder.to_owned(),
            topic_id,
            config,
            segments: Vec::new(),
            log_start_offset: 0,
            log_end_offset: 0,
            recovery_point: 0,
            clean_offset: 0,
            epochs: LeaderEpochs::default(),
            producers: Producers::default(),
            snapshots: BTreeSet::new(),
            unflushed: BTreeSet::new(),
            cleaning: None,
        }
    }

    fn create_files(&mut self, storage: &mut dyn Storage, now: Timestamp) -> Result<(), StorageError> {
        metadata::write(storage, &self.folder, self.topic_id)?;
        self.epochs.write(storage, &self.folder)?;
        let segment = Segment::create(storage, &self.folder, self.log_end_offset, now)?;
        self.unflushed.insert(segment.blob);
        self.segments.push(segment);
        Ok(())
    }

    /// The folder with its files.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// `TOPIC-PARTITION`, as Kafka's messages name a partition.
    pub fn name(&self) -> &str {
        self.folder.rsplit_once('/').map_or(&self.folder, |(_, name)| name)
    }

    /// The topic's id.
    pub fn topic_id(&self) -> Uuid {
        self.topic_id
    }

    /// What the log goes by.
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Goes by another configuration from here on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    /// The first offset that can be read.
    pub fn log_start_offset(&self) -> Offset {
        self.log_start_offset
    }

    /// The next offset to hand out.
    pub fn log_end_offset(&self) -> Offset {
        self.log_end_offset
    }

    /// Everything before it was flushed; after a crash, recovery begins in its segment.
    pub fn recovery_point(&self) -> Offset {
        self.recovery_point
    }

    /// Everything before it was compacted, for `cleaner-offset-checkpoint`.
    pub fn clean_offset(&self) -> Offset {
        self.clean_offset
    }

    /// Bytes of records, in all segments.
    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.size)).sum()
    }

    /// Whether the files are there.
    pub fn has_files(&self) -> bool {
        !self.segments.is_empty()
    }

    /// The segments, oldest first.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = SegmentView> {
        self.segments.iter().enumerate().map(|(at, segment)| SegmentView {
            base_offset: segment.base_offset,
            end_offset: self.end_of(at),
            size: segment.size,
            largest_timestamp: segment.largest_timestamp(),
            created_at: segment.created_at,
            index_entries_count: segment.offset_index.count(),
            is_active: at + 1 == self.segments.len(),
        })
    }

    /// The offset after the last one that the segment number `at` can hold.
    fn end_of(&self, at: usize) -> Offset {
        self.segments.get(at + 1).map_or(self.log_end_offset, |next| next.base_offset)
    }

    /// Number of the segment in which `offset` lies or would lie.
    fn segment_with(&self, offset: Offset) -> usize {
        self.segments.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1)
    }

    /// Where the leader epochs begin.
    pub fn epochs(&self) -> &LeaderEpochs {
        &self.epochs
    }

    /// Notes that the leader epoch `epoch` begins at the log's end.
    ///
    /// # Errors
    /// The store's refusal to write the checkpoint.
    pub fn assign_epoch(&mut self, storage: &mut dyn Storage, epoch: i32) -> Result<(), StorageError> {
        if self.epochs.assign(epoch, self.log_end_offset) && self.has_files() {
            self.epochs.write(storage, &self.folder)?;
        }
        Ok(())
    }

    /// The largest epoch not after `epoch` and the offset after its last record, as OffsetForLeaderEpoch answers.
    pub fn end_offset_for_epoch(&self, epoch: i32) -> Option<(i32, Offset)> {
        self.epochs.end_offset_for(epoch, self.log_end_offset)
    }

    /// What is known of the producers that write here.
    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    /// Takes note of the high watermark: transactions whose markers lie below it are settled. To be called whenever
    /// it moves.
    pub fn note_high_watermark(&mut self, high_watermark: Offset) {
        self.producers.note_high_watermark(high_watermark);
    }

    /// First offset of the oldest transaction that is open or not settled.
    pub fn first_unstable_offset(&self) -> Option<Offset> {
        self.producers.first_unstable_offset().map(|offset| offset.max(self.log_start_offset))
    }

    /// Up to where readers of committed records may read.
    pub fn last_stable_offset(&self, high_watermark: Offset) -> Offset {
        self.first_unstable_offset().map_or(high_watermark, |unstable| unstable.min(high_watermark))
    }

    /// Whether something was written since the last flush began.
    pub fn has_unflushed(&self) -> bool {
        !self.unflushed.is_empty()
    }

    /// Begins a flush of what was written since the last one began; `None` if that is nothing. The caller has the
    /// blobs flushed and then says so with [`Log::flushed`].
    pub fn begin_flush(&mut self) -> Option<Flush> {
        if self.unflushed.is_empty() {
            return None;
        }
        let blobs = std::mem::take(&mut self.unflushed).into_iter().collect();
        Some(Flush { blobs, offset: self.log_end_offset })
    }

    /// Takes note that a flush is done.
    pub fn flushed(&mut self, flush: &Flush) {
        self.recovery_point = self.recovery_point.max(flush.offset.min(self.log_end_offset));
        self.note_flushed(&flush.blobs);
    }
}
