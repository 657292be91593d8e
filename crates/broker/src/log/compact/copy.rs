//! The second pass over one group of segments: what is kept of them goes to one new segment.

use super::filter::Filter;
use super::keys::Keys;
use super::{Compacted, Limits};
use crate::log::scan::Scan;
use crate::log::segment::Segment;
use crate::log::{Log, paths};
use crate::{BlobId, Offset, Storage, StorageError, Timestamp};
use runnel_protocol::records::BatchHeader;

/// A group of segments on its way into one.
#[derive(Clone, Debug)]
pub(super) struct Copying {
    /// Base offsets of the segments that are copied.
    pub(super) group: Vec<Offset>,
    /// The copy: its files have the suffix `.cleaned`.
    pub(super) segment: Segment,
    /// Which segment of the group is being read, and from where.
    reading: usize,
    position: u32,
}

impl Copying {
    pub(super) fn begin(
        storage: &mut dyn Storage,
        folder: &str,
        group: Vec<Offset>,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let segment = Segment::create_cleaned(storage, folder, group[0], now)?;
        Ok(Copying { group, segment, reading: 0, position: 0 })
    }

    /// The blobs of the copy.
    pub(super) fn blobs(&self) -> impl Iterator<Item = BlobId> {
        let Segment { blob, offset_index, time_index, aborted, .. } = &self.segment;
        [*blob, offset_index.blob(), time_index.blob()].into_iter().chain(aborted.blob())
    }

    /// Copies about one slice; true once the group is copied.
    pub(super) fn step(
        mut self,
        log: &Log,
        storage: &mut dyn Storage,
        limits: Limits,
        keys: &Keys,
        filter: &mut Filter,
        done: &mut Compacted,
    ) -> Result<(Self, bool), StorageError> {
        let at = log.segment_with(self.group[self.reading]);
        let source = &log.segments[at];
        if self.position == 0 {
            filter.add_aborted(log.aborted_transactions(storage, source.base_offset, log.end_of(at))?);
            done.size_before += u64::from(source.size);
        }
        let start = self.position;
        let (mut kept, mut headers, mut aborted) = (Vec::new(), Vec::new(), Vec::new());
        let mut scan = Scan::of_batches(storage, source.blob, start, source.size);
        while self.position - start < limits.slice_size {
            let found = scan.next().map_err(|error| error.into_storage_error(&source.path(&log.folder)))?;
            let Some(found) = found else { break };
            self.position = found.end();
            let outcome = filter.apply(&found.header, &scan.read(&found)?, keys);
            done.records_before += outcome.records_before;
            done.records_after += outcome.records_after;
            aborted.extend(outcome.aborted);
            if let Some(bytes) = outcome.kept {
                headers.push(BatchHeader::read(&bytes).expect("a batch that is kept has a header"));
                kept.push(bytes);
            }
        }
        for aborted in aborted {
            self.segment.append_aborted_cleaned(storage, &log.folder, aborted)?;
        }
        let parts: Vec<&[u8]> = kept.iter().map(AsRef::as_ref).collect();
        self.segment.append_all(storage, &log.config, &headers, &parts)?;
        if self.position < source.size {
            return Ok((self, false));
        }
        self.segment.changed_at = source.changed_at;
        self.segment.created_at = source.created_at;
        self.reading += 1;
        self.position = 0;
        let is_copied = self.reading == self.group.len();
        if is_copied {
            self.segment.finish(storage)?;
            done.size_after += u64::from(self.segment.size);
        }
        Ok((self, is_copied))
    }
}

/// Removes the files of copies that were not swapped in.
pub(super) fn remove_files(storage: &mut dyn Storage, folder: &str) -> Result<(), StorageError> {
    for entry in storage.list(folder)? {
        if entry.name.ends_with(paths::CLEANED) {
            storage.remove(&format!("{folder}/{}", entry.name))?;
        }
    }
    Ok(())
}
