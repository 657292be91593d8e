//! Where each leader epoch begins, as `leader-epoch-checkpoint` keeps it.
//!
//! ```text
//! 0          version
//! 2          entries
//! 0 0        epoch, start offset
//! 3 1250
//! ```
//!
//! With it a reader learns how far its own past and the leader's agree (KIP-101, KIP-320).

use super::paths;
use crate::{Offset, Storage, StorageError};
use std::fmt::Write as _;

/// An epoch and the offset of its first record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EpochStart {
    /// The leader epoch.
    pub epoch: i32,
    /// Offset of its first record.
    pub start_offset: Offset,
}

/// Epochs and their first offsets, both ascending.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LeaderEpochs {
    starts: Vec<EpochStart>,
}

impl LeaderEpochs {
    /// All entries, oldest first.
    pub fn entries(&self) -> &[EpochStart] {
        &self.starts
    }

    /// The newest epoch.
    pub fn latest(&self) -> Option<i32> {
        self.starts.last().map(|start| start.epoch)
    }

    /// The epoch of the record at `offset`.
    pub fn epoch_of(&self, offset: Offset) -> Option<i32> {
        let before = self.starts.partition_point(|start| start.start_offset <= offset);
        before.checked_sub(1).map(|last| self.starts[last].epoch)
    }

    /// The largest epoch not after the asked one and the offset after its last record; `None` if it is not known.
    ///
    /// An epoch older than all known ones is answered with itself and the first offset there is, as Kafka does.
    pub fn end_offset_for(&self, epoch: i32, log_end_offset: Offset) -> Option<(i32, Offset)> {
        if self.latest() == Some(epoch) {
            return Some((epoch, log_end_offset));
        }
        let higher = self.starts.partition_point(|start| start.epoch <= epoch);
        let end_offset = self.starts.get(higher)?.start_offset;
        let found = higher.checked_sub(1).map_or(epoch, |floor| self.starts[floor].epoch);
        (epoch >= 0).then_some((found, end_offset))
    }

    /// Notes that `epoch` begins at `start_offset`; true if that is news. Entries that contradict it are dropped.
    pub(super) fn assign(&mut self, epoch: i32, start_offset: Offset) -> bool {
        if let Some(last) = self.starts.last()
            && last.epoch == epoch
            && last.start_offset <= start_offset
        {
            return false;
        }
        while self.starts.last().is_some_and(|last| last.epoch >= epoch || last.start_offset >= start_offset) {
            self.starts.pop();
        }
        self.starts.push(EpochStart { epoch, start_offset });
        true
    }

    /// Drops epochs that begin at `end_offset` or after it; true if there were any.
    pub(super) fn truncate_from_end(&mut self, end_offset: Offset) -> bool {
        let before = self.starts.len();
        self.starts.retain(|start| start.start_offset < end_offset);
        self.starts.len() != before
    }

    /// Drops epochs that end before `start_offset` and lets the one that holds it begin there; true if that changed
    /// anything.
    pub(super) fn truncate_from_start(&mut self, start_offset: Offset) -> bool {
        let before = self.starts.partition_point(|start| start.start_offset <= start_offset);
        let Some(last) = before.checked_sub(1) else { return false };
        let changed = last > 0 || self.starts[last].start_offset != start_offset;
        self.starts[last].start_offset = start_offset;
        self.starts.drain(..last);
        changed
    }

    pub(super) fn clear(&mut self) {
        self.starts.clear();
    }

    pub(super) fn write(&self, storage: &mut dyn Storage, folder: &str) -> Result<(), StorageError> {
        let mut text = format!("0\n{}\n", self.starts.len());
        for start in &self.starts {
            let _ = writeln!(text, "{} {}", start.epoch, start.start_offset);
        }
        storage.replace(&format!("{folder}/{}", paths::LEADER_EPOCHS), text.as_bytes())
    }

    /// Reads the checkpoint; `Ok(Err)` says in which line it is not one.
    pub(super) fn load(storage: &dyn Storage, folder: &str) -> Result<Result<Self, String>, StorageError> {
        let bytes = storage.load(&format!("{folder}/{}", paths::LEADER_EPOCHS))?;
        Ok(bytes.map_or(Ok(LeaderEpochs::default()), |bytes| LeaderEpochs::parse(&bytes)))
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
        let mut lines = text.lines();
        if lines.next() != Some("0") {
            return Err("line 1: wanted version 0".to_owned());
        }
        let count: usize = lines.next().and_then(|line| line.parse().ok()).ok_or("line 2: wanted a count")?;
        let mut epochs = LeaderEpochs::default();
        for (at, line) in lines.enumerate() {
            let entry =
                line.split_once(' ').and_then(|(epoch, start)| Some((epoch.parse().ok()?, start.parse().ok()?)));
            let Some((epoch, start_offset)) = entry.filter(|(epoch, start): &(i32, Offset)| *epoch >= 0 && *start >= 0)
            else {
                return Err(format!("line {}: wanted an epoch and an offset, found {line:?}", at + 3));
            };
            epochs.assign(epoch, start_offset);
        }
        let found = text.lines().count().saturating_sub(2);
        if found != count { Err(format!("wanted {count} entries, found {found}")) } else { Ok(epochs) }
    }
}
