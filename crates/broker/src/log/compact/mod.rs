//! Compaction: of each key the newest record is kept, older ones go (`cleanup.policy=compact`).
//!
//! A round has two passes. The first reads the *dirty* part of the log, which no round has seen, and notes for each key
//! the offset of its newest record. The second copies the segments from the log's beginning without the records that
//! are older than that, small ones together into one, and swaps each copy for the segments that it replaces. Offsets
//! never change: gaps stay.
//!
//! What stays besides the newest records, as in Kafka's cleaner:
//! - tombstones, until `delete.retention.ms` after a round first saw them. The batch's header then says until when
//!   (KIP-534);
//! - markers of transactions while records of the transaction are there, and then for `delete.retention.ms` too;
//!   records of aborted transactions go;
//! - the batch with a producer's last sequence number, empty if need be, and the last batch of the cleaned part, so
//!   that neither is forgotten.
//!
//! A round works in slices, so that one call reads about a mebibyte. A copy has to be flushed before it is
//! swapped in, since what it replaces was. The active segment is never touched.
//!
//! Not as Kafka: keys are held as they are, not as hashes, and the first pass ends when they take 16 MiB;
//! the rest is for the next round. A batch whose records cannot be decoded is kept as it is.

mod copy;
mod explain;
mod filter;
mod keys;
mod transactions;

use super::{Log, paths};
use crate::{BlobId, Offset, Storage, StorageError, Timestamp};
pub use explain::{CompactionBound, CompactionExplanation, CompactionVerdict};

use copy::Copying;
use filter::Filter;
use keys::Keys;
use std::collections::{BTreeSet, VecDeque};
use transactions::Transactions;

/// How much is done and remembered at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Limits {
    /// Bytes that one call reads, if no batch is larger.
    pub(super) slice_size: u32,
    /// Bytes of keys at which the first pass ends.
    pub(super) keys_size: usize,
}

impl Limits {
    const USUAL: Limits = Limits { slice_size: 1024 * 1024, keys_size: 16 * 1024 * 1024 };
}

/// What a call of [`Log::compact`] came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compaction {
    /// Not enough is dirty, or too young.
    Idle,
    /// A round is under way: call again.
    Working,
    /// A copy must be flushed first: have [`Log::begin_flush`] done, then call again.
    AwaitsFlush,
    /// A round has ended.
    Done(Compacted),
}

/// What a round did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Compacted {
    /// First offset that had not been compacted before.
    pub dirty_from: Offset,
    /// Everything before this offset is compacted.
    pub clean_to: Offset,
    /// Bytes of the segments that were copied.
    pub size_before: u64,
    /// Bytes of the copies.
    pub size_after: u64,
    /// Records that were read in the second pass.
    pub records_before: u64,
    /// Records that were kept.
    pub records_after: u64,
}

/// A round under way.
#[derive(Clone, Debug)]
pub(super) struct Cleaning {
    limits: Limits,
    now: Timestamp,
    /// The first pass reads from here ...
    first_dirty: Offset,
    /// ... to before here: a segment's base offset.
    first_uncleanable: Offset,
    keys: Keys,
    phase: Phase,
    done: Compacted,
}

#[derive(Clone, Debug)]
enum Phase {
    /// Noting keys: the next batch to read lies in the segment `segment`, at `position`.
    Keys { segment: Offset, position: u32, transactions: Transactions },
    /// Copying one group of segments after the other.
    Copy { groups: VecDeque<Vec<Offset>>, filter: Box<Filter>, copying: Option<Box<Copying>> },
    /// A group was copied and must be flushed before it is swapped in.
    Flush { groups: VecDeque<Vec<Offset>>, filter: Box<Filter>, copied: Box<Copying>, awaited: BTreeSet<BlobId> },
}

impl Log {
    /// Does a slice of compaction, or begins a round if enough is dirty. For topics without `compact` in their cleanup
    /// policy there is nothing to do.
    ///
    /// # Errors
    /// The store's refusal; the round is given up then.
    pub fn compact(
        &mut self,
        storage: &mut dyn Storage,
        now: Timestamp,
        last_stable_offset: Offset,
    ) -> Result<Compaction, StorageError> {
        self.compact_within(Limits::USUAL, storage, now, last_stable_offset)
    }

    pub(super) fn compact_within(
        &mut self,
        limits: Limits,
        storage: &mut dyn Storage,
        now: Timestamp,
        last_stable_offset: Offset,
    ) -> Result<Compaction, StorageError> {
        let cleaning = match self.cleaning.take() {
            Some(cleaning) => *cleaning,
            None => match self.begin_cleaning(limits, storage, now, last_stable_offset)? {
                Some(cleaning) => cleaning,
                None => return Ok(Compaction::Idle),
            },
        };
        self.clean(storage, cleaning)
    }

    /// Whether a round of compaction is under way.
    pub fn is_compacting(&self) -> bool {
        self.cleaning.is_some()
    }

    fn begin_cleaning(
        &self,
        limits: Limits,
        storage: &dyn Storage,
        now: Timestamp,
        last_stable_offset: Offset,
    ) -> Result<Option<Cleaning>, StorageError> {
        let look = self.explain_compaction(storage, now, last_stable_offset)?;
        if !look.verdict.begins() {
            return Ok(None);
        }
        let CompactionExplanation { first_dirty, first_uncleanable, .. } = look;
        let mut transactions = Transactions::default();
        transactions.add_aborted(self.aborted_transactions(storage, first_dirty, first_uncleanable)?);
        let segment = &self.segments[self.segment_with(first_dirty)];
        let position = segment.locate(storage, &self.folder, first_dirty)?.map_or(segment.size, |found| found.position);
        Ok(Some(Cleaning {
            limits,
            now,
            first_dirty,
            first_uncleanable,
            keys: Keys::from(first_dirty),
            phase: Phase::Keys { segment: segment.base_offset, position, transactions },
            done: Compacted { dirty_from: first_dirty, ..Compacted::default() },
        }))
    }

    fn clean(&mut self, storage: &mut dyn Storage, cleaning: Cleaning) -> Result<Compaction, StorageError> {
        let Cleaning { limits, now, first_dirty, first_uncleanable, mut keys, phase, mut done } = cleaning;
        let phase = match phase {
            Phase::Keys { segment, position, mut transactions } => {
                let range = first_dirty..first_uncleanable;
                match self.note_keys(storage, limits, range, (segment, position), &mut keys, &mut transactions)? {
                    Some((segment, position)) => Phase::Keys { segment, position, transactions },
                    None => {
                        let groups = self.groups(keys.latest_offset + 1, first_uncleanable);
                        let filter = Box::new(Filter::new(self, now, first_uncleanable));
                        Phase::Copy { groups, filter, copying: None }
                    }
                }
            }
            Phase::Copy { mut groups, mut filter, copying } => {
                let copying = match (copying, groups.pop_front()) {
                    (Some(copying), next) => {
                        next.into_iter().for_each(|next| groups.push_front(next));
                        copying
                    }
                    (None, Some(group)) => Box::new(Copying::begin(storage, &self.folder, group, now)?),
                    (None, None) => {
                        done.clean_to = keys.latest_offset + 1;
                        self.clean_offset = self.clean_offset.max(done.clean_to);
                        return Ok(Compaction::Done(done));
                    }
                };
                let (copying, is_copied) = copying.step(self, storage, limits, &keys, &mut filter, &mut done)?;
                let copying = Box::new(copying);
                if is_copied {
                    let awaited: BTreeSet<BlobId> = copying.blobs().collect();
                    self.unflushed.extend(&awaited);
                    Phase::Flush { groups, filter, copied: copying, awaited }
                } else {
                    Phase::Copy { groups, filter, copying: Some(copying) }
                }
            }
            Phase::Flush { groups, filter, copied, awaited } if awaited.is_empty() => {
                self.swap(storage, *copied)?;
                Phase::Copy { groups, filter, copying: None }
            }
            waiting @ Phase::Flush { .. } => waiting,
        };
        let outcome = match phase {
            Phase::Flush { .. } => Compaction::AwaitsFlush,
            Phase::Keys { .. } | Phase::Copy { .. } => Compaction::Working,
        };
        self.cleaning = Some(Box::new(Cleaning { limits, now, first_dirty, first_uncleanable, keys, phase, done }));
        Ok(outcome)
    }

    /// The segments that begin before `end`, in groups that fit in one segment each.
    fn groups(&self, end: Offset, first_uncleanable: Offset) -> VecDeque<Vec<Offset>> {
        let size_max = u64::from(self.config.segment_size_max());
        let mut groups: VecDeque<Vec<Offset>> = VecDeque::new();
        let (mut size, mut offset_entries, mut time_entries) = (0, 0, 0);
        for (at, segment) in self.segments.iter().enumerate() {
            if segment.base_offset >= end.min(first_uncleanable) {
                break;
            }
            let last_offset = self.end_of(at).min(first_uncleanable) - 1;
            size += u64::from(segment.size);
            offset_entries += segment.offset_index.count();
            time_entries += segment.time_index.count();
            let fits = |first: Offset| {
                size <= size_max
                    && self.indexes_hold(offset_entries, time_entries)
                    && (segment.size == 0 || last_offset - first <= i64::from(i32::MAX))
            };
            match groups.back_mut() {
                Some(group) if fits(group[0]) => group.push(segment.base_offset),
                _ => {
                    groups.push_back(vec![segment.base_offset]);
                    size = u64::from(segment.size);
                    (offset_entries, time_entries) = (segment.offset_index.count(), segment.time_index.count());
                }
            }
        }
        groups
    }

    fn indexes_hold(&self, offset_entries: u32, time_entries: u32) -> bool {
        offset_entries <= self.config.index_entries_max(super::index::OFFSET_ENTRY_SIZE)
            && time_entries <= self.config.index_entries_max(super::index::TIME_ENTRY_SIZE)
    }

    /// Puts a copy in the place of the segments that it was made of. After a crash at any point in between, opening the
    /// log ends or undoes it: see `open/files.rs`.
    fn swap(&mut self, storage: &mut dyn Storage, copied: Copying) -> Result<(), StorageError> {
        let Copying { group, segment, .. } = copied;
        let kinds = paths::SEGMENT_FILES
            .into_iter()
            .filter(|kind| *kind != paths::TXN_INDEX || segment.aborted.blob().is_some());
        let path =
            |kind: &str, suffix: &str| format!("{}{suffix}", paths::file(&self.folder, segment.base_offset, kind));
        for kind in kinds.clone() {
            storage.rename(&path(kind, paths::CLEANED), &path(kind, paths::SWAP))?;
        }
        let first = self.segments.partition_point(|old| old.base_offset < segment.base_offset);
        for old in self.segments.drain(first..first + group.len()) {
            for blob in [old.blob, old.offset_index.blob(), old.time_index.blob()].into_iter().chain(old.aborted.blob())
            {
                self.unflushed.remove(&blob);
            }
            old.remove(storage, &self.folder)?;
        }
        for kind in kinds {
            storage.rename(&path(kind, paths::SWAP), &path(kind, ""))?;
        }
        self.segments.insert(first, segment);
        let bases: BTreeSet<Offset> = self.segments.iter().map(|segment| segment.base_offset).collect();
        self.remove_snapshots(storage, |offset| group[1..].contains(&offset) && !bases.contains(&offset))
    }

    /// Notes that blobs were flushed for which a copy may wait.
    pub(super) fn note_flushed(&mut self, blobs: &[BlobId]) {
        if let Some(Phase::Flush { awaited, .. }) = self.cleaning.as_mut().map(|cleaning| &mut cleaning.phase) {
            awaited.retain(|blob| !blobs.contains(blob));
        }
    }

    /// Closes the files of a copy that is being made.
    pub(super) fn close_copies(&self, storage: &mut dyn Storage) {
        let copying = self.cleaning.as_ref().and_then(|cleaning| match &cleaning.phase {
            Phase::Keys { .. } => None,
            Phase::Copy { copying, .. } => copying.as_deref(),
            Phase::Flush { copied, .. } => Some(&**copied),
        });
        copying.into_iter().flat_map(Copying::blobs).for_each(|blob| storage.close(blob));
    }

    /// Gives up the round that is under way, since the segments that it works on change.
    pub(super) fn abort_cleaning(&mut self, storage: &mut dyn Storage) -> Result<(), StorageError> {
        let Some(cleaning) = self.cleaning.take() else { return Ok(()) };
        let copying = match cleaning.phase {
            Phase::Keys { .. } => None,
            Phase::Copy { copying, .. } => copying,
            Phase::Flush { copied, .. } => Some(copied),
        };
        if let Some(copying) = copying {
            for blob in copying.blobs() {
                self.unflushed.remove(&blob);
                storage.close(blob);
            }
            copy::remove_files(storage, &self.folder)?;
        }
        Ok(())
    }
}
