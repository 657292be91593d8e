//! The first pass: which offset is the newest of each key.

use super::Limits;
use super::transactions::Transactions;
use crate::log::Log;
use crate::log::batch::read_marker;
use crate::log::scan::Scan;
use crate::log::validate::DECOMPRESSED_SIZE_MAX;
use crate::{Offset, Storage, StorageError};
use bytes::Bytes;
use runnel_protocol::records::{self, BatchHeader};
use std::collections::BTreeMap;
use std::ops::Range;

/// What an entry costs besides the key's own bytes.
const ENTRY_SIZE: usize = 64;

/// The newest offset of each key.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    newest: BTreeMap<Bytes, Offset>,
    size: usize,
    /// Everything up to this offset was seen.
    pub(super) latest_offset: Offset,
}

impl Keys {
    /// Nothing seen before `offset`.
    pub(super) fn from(offset: Offset) -> Self {
        Keys { newest: BTreeMap::new(), size: 0, latest_offset: offset - 1 }
    }

    fn note(&mut self, key: &Bytes, offset: Offset) {
        match self.newest.get_mut(key) {
            Some(newest) => *newest = offset,
            None => {
                self.size += key.len() + ENTRY_SIZE;
                // A copy: the slice would keep its whole batch.
                self.newest.insert(Bytes::copy_from_slice(key), offset);
            }
        }
    }

    /// Whether a newer record with the key was seen.
    pub(super) fn is_outdated(&self, key: &Bytes, offset: Offset) -> bool {
        self.newest.get(key).is_some_and(|newest| offset < *newest)
    }
}

impl Log {
    /// Notes the keys of about one slice from `next` on: a segment and a position in it. Returns where the next slice
    /// begins; `None` at the end of `range` and when there are enough keys.
    pub(super) fn note_keys(
        &self,
        storage: &dyn Storage,
        limits: Limits,
        range: Range<Offset>,
        next: (Offset, u32),
        keys: &mut Keys,
        transactions: &mut Transactions,
    ) -> Result<Option<(Offset, u32)>, StorageError> {
        let at = self.segment_with(next.0);
        let segment = &self.segments[at];
        let mut scan = Scan::of_batches(storage, segment.blob, next.1, segment.size);
        let mut position = next.1;
        while position - next.1 < limits.slice_size {
            let found = scan.next().map_err(|error| error.into_storage_error(&segment.path(&self.folder)))?;
            let Some(found) = found else {
                let end = self.end_of(at);
                keys.latest_offset = keys.latest_offset.max(end - 1);
                return Ok((end < range.end).then_some((end, 0)));
            };
            let bytes = scan.read(&found)?;
            note_batch(&found.header, &bytes, range.start, keys, transactions);
            keys.latest_offset = keys.latest_offset.max(found.header.last_offset());
            if keys.size >= limits.keys_size {
                return Ok(None);
            }
            position = found.end();
        }
        Ok(Some((next.0, position)))
    }
}

fn note_batch(header: &BatchHeader, bytes: &Bytes, start: Offset, keys: &mut Keys, transactions: &mut Transactions) {
    if header.attributes.is_control() {
        transactions.note_control(header, read_marker(bytes).ok().flatten());
        return;
    }
    if transactions.note_batch(header) || header.records_count == 0 {
        return;
    }
    let Ok(records) = records::iterate(bytes, DECOMPRESSED_SIZE_MAX) else { return };
    for record in records.flatten() {
        if let Some(key) = record.key.as_ref().filter(|_| record.offset >= start) {
            keys.note(key, record.offset);
        }
    }
}
