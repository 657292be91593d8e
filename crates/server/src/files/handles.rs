//! A bounded number of open file handles, whatever the number of open blobs.
//!
//! A topic with many segments has three files for each; the system's limit on open files is often 1024. So a blob
//! that is open for the core need not be open for the system: the handle that was used longest ago is let go of, and
//! opened again when it is wanted.

use runnel_broker::BlobId;
use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

/// Open handles by blob, in the order of their last use.
#[derive(Debug)]
pub(super) struct Handles {
    capacity: usize,
    open: BTreeMap<BlobId, Held>,
    /// Blobs by the count of uses at their last one; without the pinned ones.
    by_use: BTreeMap<u64, BlobId>,
    uses: u64,
}

#[derive(Debug)]
struct Held {
    file: Arc<File>,
    /// `None` for a pinned handle.
    used: Option<u64>,
}

impl Handles {
    pub(super) fn new(capacity: usize) -> Self {
        Handles { capacity: capacity.max(1), open: BTreeMap::new(), by_use: BTreeMap::new(), uses: 0 }
    }

    /// The handle, if the system still holds it open, marked as used.
    pub(super) fn find(&mut self, blob: BlobId) -> Option<Arc<File>> {
        let held = self.open.get_mut(&blob)?;
        if let Some(used) = held.used
            && used != self.uses
        {
            self.by_use.remove(&used);
            self.uses += 1;
            held.used = Some(self.uses);
            self.by_use.insert(self.uses, blob);
        }
        Some(held.file.clone())
    }

    /// Takes in a fresh handle, and lets go of the one used longest ago if there are too many.
    pub(super) fn insert(&mut self, blob: BlobId, file: Arc<File>) {
        self.remove(blob);
        while self.by_use.len() >= self.capacity
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.open.remove(&oldest);
        }
        self.uses += 1;
        self.by_use.insert(self.uses, blob);
        self.open.insert(blob, Held { file, used: Some(self.uses) });
    }

    /// Keeps a handle until its blob is closed: its file has no name any more, so it could not be opened again.
    pub(super) fn pin(&mut self, blob: BlobId) {
        if let Some(held) = self.open.get_mut(&blob)
            && let Some(used) = held.used.take()
        {
            self.by_use.remove(&used);
        }
    }

    pub(super) fn remove(&mut self, blob: BlobId) {
        if let Some(Held { used: Some(used), .. }) = self.open.remove(&blob) {
            self.by_use.remove(&used);
        }
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.open.len()
    }
}
