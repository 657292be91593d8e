//! A store that fails as disks do, for simulations: it loses what was not flushed, and it can be full.
//!
//! It works in memory and remembers beside it what a disk would hold after a power cut. Appends and cuts become durable
//! when their blob is flushed; renames, removals and replacements when any blob is, in the order in which they were
//! made, as on a journaling file system.

use super::{BlobId, Entry, MemoryStorage, Storage, StorageError};
use crate::Random;
use bytes::Bytes;
use std::collections::BTreeMap;

/// A store that fails as disks do.
#[derive(Clone, Debug, Default)]
pub struct FaultyStorage {
    live: MemoryStorage,
    /// Names as the disk has them.
    names: BTreeMap<String, FileId>,
    /// What was done to names since the last flush.
    journal: Vec<NameChange>,
    live_names: BTreeMap<String, FileId>,
    files: BTreeMap<FileId, File>,
    open: BTreeMap<BlobId, FileId>,
    next_file: u64,
    bytes_left: Option<u64>,
}

/// A file keeps its number when its name changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct FileId(u64);

#[derive(Clone, Debug, Default)]
struct File {
    /// What the disk has of it.
    durable: Bytes,
    /// The bytes at its start that both the disk and the live file have.
    common: u64,
}

#[derive(Clone, Debug)]
enum NameChange {
    /// The name stands for the file, and for no other.
    Link(String, FileId),
    /// The name stands for nothing.
    Unlink(String),
    /// Several changes that are made as one.
    Rename(Vec<(String, String)>),
}

impl FaultyStorage {
    /// An empty store.
    pub fn new() -> Self {
        FaultyStorage::default()
    }

    /// What processes see: everything that was written.
    pub fn live(&self) -> &MemoryStorage {
        &self.live
    }

    /// Makes durable what the blobs hold, and every change of names so far, as a driver does before it says
    /// `Input::Flushed`.
    pub fn flushed(&mut self, blobs: &[BlobId]) {
        for blob in blobs {
            let Some(id) = self.open.get(blob) else { continue };
            let size = self.live.size(*blob).unwrap_or(0);
            let bytes = usize::try_from(size).ok().and_then(|size| self.live.read(*blob, 0, size).ok());
            self.files.insert(*id, File { durable: bytes.unwrap_or_default(), common: size });
        }
        self.journal.clear();
        self.names = self.live_names.clone();
    }

    /// Refuses appends and replacements once they have written so many bytes more, as a full disk does; `None` for as
    /// much room as one likes.
    pub fn set_bytes_left(&mut self, bytes_left: Option<u64>) {
        self.bytes_left = bytes_left;
    }

    /// The power goes and comes back: open blobs are gone, and of what was not flushed chance decides how much is
    /// kept. Of each file that may be nothing, a part from the front, or a part whose end is garbage; of the changes of
    /// names the first ones.
    pub fn power_cut(&mut self, random: &mut Random) {
        let kept = random.below(self.journal.len() as u64 + 1);
        let mut names = std::mem::take(&mut self.names);
        for change in self.journal.iter().take(usize::try_from(kept).unwrap_or(0)) {
            apply(&mut names, change);
        }
        let live: BTreeMap<FileId, Bytes> =
            self.live_names.iter().filter_map(|(name, id)| Some((*id, self.live.load(name).ok().flatten()?))).collect();
        let mut after = FaultyStorage::new();
        for (name, id) in &names {
            let file = self.files.get(id).cloned().unwrap_or_default();
            let bytes = survivor(&file, live.get(id), random);
            after.write(name, &bytes);
        }
        after.names = after.live_names.clone();
        after.journal.clear();
        *self = after;
    }

    fn write(&mut self, name: &str, bytes: &[u8]) {
        self.live.replace(name, bytes).expect("memory refuses nothing");
        let id = self.new_file();
        self.files.insert(id, File { durable: Bytes::copy_from_slice(bytes), common: bytes.len() as u64 });
        self.change(NameChange::Link(name.to_owned(), id));
    }

    fn new_file(&mut self) -> FileId {
        self.next_file += 1;
        FileId(self.next_file)
    }

    fn change(&mut self, change: NameChange) {
        apply(&mut self.live_names, &change);
        self.journal.push(change);
    }

    fn take_room(&mut self, path: &str, operation: &'static str, size: usize) -> Result<(), StorageError> {
        let Some(left) = self.bytes_left else { return Ok(()) };
        match left.checked_sub(size as u64) {
            Some(left) => {
                self.bytes_left = Some(left);
                Ok(())
            }
            None => {
                Err(StorageError { path: path.to_owned(), operation, reason: "no space left on device".to_owned() })
            }
        }
    }
}

fn apply(names: &mut BTreeMap<String, FileId>, change: &NameChange) {
    match change {
        NameChange::Link(name, id) => {
            names.insert(name.clone(), *id);
        }
        NameChange::Unlink(name) => {
            names.remove(name);
        }
        NameChange::Rename(moves) => {
            for (from, to) in moves {
                if let Some(id) = names.remove(from) {
                    names.insert(to.clone(), id);
                }
            }
        }
    }
}

/// What the disk has of a file after a power cut. `live` is `None` if nobody can see it any more.
fn survivor(file: &File, live: Option<&Bytes>, random: &mut Random) -> Vec<u8> {
    let Some(live) = live.filter(|_| random.below(4) > 0) else { return file.durable.to_vec() };
    let common = usize::try_from(file.common).unwrap_or(0).min(live.len());
    let fresh = (live.len() - common) as u64;
    let kept = common + usize::try_from(random.below(fresh + 1)).unwrap_or(0);
    let mut bytes = live[..kept].to_vec();
    if random.below(3) == 0 {
        let garbage = usize::try_from(random.below((kept - common) as u64 + 1)).unwrap_or(0);
        let zeros = random.below(2) == 0;
        for byte in bytes.iter_mut().skip(kept - garbage) {
            *byte = if zeros { 0 } else { random.next_u64().to_be_bytes()[0] };
        }
    }
    bytes
}

impl Storage for FaultyStorage {
    fn open(&mut self, path: &str) -> Result<BlobId, StorageError> {
        let blob = self.live.open(path)?;
        let id = match self.live_names.get(path) {
            Some(id) => *id,
            None => {
                let id = self.new_file();
                self.files.insert(id, File::default());
                self.change(NameChange::Link(path.to_owned(), id));
                id
            }
        };
        self.open.insert(blob, id);
        Ok(blob)
    }

    fn close(&mut self, blob: BlobId) {
        self.open.remove(&blob);
        self.live.close(blob);
    }

    fn size(&self, blob: BlobId) -> Result<u64, StorageError> {
        self.live.size(blob)
    }

    fn append(&mut self, blob: BlobId, parts: &[&[u8]]) -> Result<(), StorageError> {
        let size = parts.iter().map(|part| part.len()).sum();
        self.take_room(&format!("blob {}", blob.0), "append", size)?;
        self.live.append(blob, parts)
    }

    fn read(&self, blob: BlobId, position: u64, size: usize) -> Result<Bytes, StorageError> {
        self.live.read(blob, position, size)
    }

    fn truncate(&mut self, blob: BlobId, size: u64) -> Result<(), StorageError> {
        self.live.truncate(blob, size)?;
        if let Some(file) = self.open.get(&blob).and_then(|id| self.files.get_mut(id)) {
            file.common = file.common.min(size);
        }
        Ok(())
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.take_room(path, "replace", bytes.len())?;
        self.write(path, bytes);
        Ok(())
    }

    fn load(&self, path: &str) -> Result<Option<Bytes>, StorageError> {
        self.live.load(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), StorageError> {
        self.live.rename(from, to)?;
        let below = format!("{from}/");
        let is_moved = |name: &&String| *name == from || name.starts_with(&below);
        let moved = self.live_names.keys().filter(is_moved);
        let moves: Vec<(String, String)> =
            moved.map(|name| (name.clone(), format!("{to}{}", &name[from.len()..]))).collect();
        self.change(NameChange::Rename(moves));
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), StorageError> {
        self.live.remove(path)?;
        let below = format!("{path}/");
        let is_gone = |name: &&String| *name == path || name.starts_with(&below);
        let gone: Vec<String> = self.live_names.keys().filter(is_gone).cloned().collect();
        for name in gone {
            self.change(NameChange::Unlink(name));
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, StorageError> {
        self.live.list(folder)
    }
}
