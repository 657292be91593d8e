//! The store on a server: each blob is a file below the data folder.
//!
//! What Kafka keeps as a file is a file here, under the same name, so that its tools read ours. Handles are bounded
//! ([`handles`]), names are checked ([`path`]), and what must reach the disk is handed out as a [`FlushJob`], because
//! waiting for a disk is nothing for the thread that runs the core.

mod flush;
mod folder;
mod handles;
mod io;
mod path;
#[cfg(test)]
mod tests;

pub(crate) use flush::FlushJob;
pub(crate) use folder::DataFolder;
pub(crate) use io::read_exact;

use bytes::{Bytes, BytesMut};
use handles::Handles;
use path::{check, is_plain, refused, split};
use runnel_broker::Durability;
use runnel_broker::storage::Entry;
use runnel_broker::{BlobId, Storage, StorageError};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Largest blob that is loaded whole: checkpoints and snapshots are far smaller.
const LOAD_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Files below one folder.
#[derive(Debug)]
pub(crate) struct FileStorage {
    root: PathBuf,
    durability: Durability,
    blobs: BTreeMap<BlobId, Blob>,
    /// Open blobs that have a name.
    by_path: BTreeMap<String, BlobId>,
    handles: RefCell<Handles>,
    blob_next: u64,
    replaced: BTreeSet<PathBuf>,
    folders_changed: BTreeSet<PathBuf>,
}

#[derive(Debug)]
struct Blob {
    /// Its path; the last one it had, once it is removed.
    path: String,
    removed: bool,
    size: u64,
    /// How often it was opened and not yet closed.
    openings: u32,
    /// Why no append is taken any more: one failed half way and could not be undone.
    torn: Option<String>,
}

impl FileStorage {
    /// The store below `root`, which must be there, with at most `handles_max` files held open.
    pub(crate) fn new(root: PathBuf, durability: Durability, handles_max: usize) -> Self {
        FileStorage {
            root,
            durability,
            blobs: BTreeMap::new(),
            by_path: BTreeMap::new(),
            handles: RefCell::new(Handles::new(handles_max)),
            blob_next: 1,
            replaced: BTreeSet::new(),
            folders_changed: BTreeSet::new(),
        }
    }

    /// The file of an open blob. It stays readable for its holder whatever happens to the blob.
    ///
    /// # Errors
    /// The store's refusal.
    pub(crate) fn file(&self, blob: BlobId) -> Result<Arc<File>, StorageError> {
        self.handle("open", blob)
    }

    /// What must be brought to the disk for these blobs, with all names that changed since the last flush.
    ///
    /// # Errors
    /// The store's refusal.
    pub(crate) fn flush(&mut self, blobs: &[BlobId]) -> Result<FlushJob, StorageError> {
        let mut files = Vec::with_capacity(blobs.len());
        for &blob in blobs {
            // A blob that was closed or removed since it was written to is no longer anybody's promise.
            if let Some(Blob { path, removed: false, .. }) = self.blobs.get(&blob) {
                files.push((path.clone(), self.handle("flush", blob)?));
            }
        }
        let replaced = std::mem::take(&mut self.replaced).into_iter().collect();
        let folders = std::mem::take(&mut self.folders_changed).into_iter().collect();
        Ok(FlushJob { files, replaced, folders })
    }

    /// Takes back what a failed flush did not make durable, for the next one to try.
    pub(crate) fn flush_failed(&mut self, job: FlushJob) {
        self.replaced.extend(job.replaced);
        self.folders_changed.extend(job.folders);
    }

    fn blob(&self, operation: &'static str, blob: BlobId) -> Result<&Blob, StorageError> {
        self.blobs.get(&blob).ok_or_else(|| StorageError {
            path: format!("blob {}", blob.0),
            operation,
            reason: "it is not open".to_owned(),
        })
    }

    fn handle(&self, operation: &'static str, blob: BlobId) -> Result<Arc<File>, StorageError> {
        if let Some(file) = self.handles.borrow_mut().find(blob) {
            return Ok(file);
        }
        let path = &self.blob(operation, blob)?.path;
        let file = io::open_existing(&self.root.join(path)).map_err(|error| refused(operation, path, &error))?;
        let file = Arc::new(file);
        self.handles.borrow_mut().insert(blob, file.clone());
        Ok(file)
    }

    /// Makes the folder of a path with all above it, and remembers in which folders a name came.
    fn make_folder(&mut self, operation: &'static str, folder: &str) -> Result<(), StorageError> {
        let mut path = self.root.clone();
        for name in folder.split('/').filter(|name| !name.is_empty()) {
            let above = path.clone();
            path.push(name);
            match fs::create_dir(&path) {
                Ok(()) => {
                    self.folders_changed.insert(above);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(refused(operation, folder, &error)),
            }
        }
        Ok(())
    }

    /// Size of the file at `path`, which is made if it is not there.
    fn find_or_create(&mut self, path: &str) -> Result<(u64, Option<File>), StorageError> {
        let full = self.root.join(path);
        match fs::metadata(&full) {
            Ok(metadata) if metadata.is_file() => return Ok((metadata.len(), None)),
            Ok(_) => return Err(refused("open", path, &ErrorKind::IsADirectory.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(refused("open", path, &error)),
        }
        let mut created = io::create(&full);
        if created.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            self.make_folder("open", split(path).0)?;
            created = io::create(&full);
        }
        let file = created.map_err(|error| refused("open", path, &error))?;
        self.folder_changed(path);
        Ok((0, Some(file)))
    }

    /// Remembers that a name came, changed or went in the folder of this path.
    fn folder_changed(&mut self, path: &str) {
        self.folders_changed.insert(self.root.join(split(path).0));
    }

    /// Open blobs at this path and below it.
    fn open_below(&self, path: &str) -> Vec<(String, BlobId)> {
        let below = format!("{path}/");
        let exact = self.by_path.get_key_value(path);
        let range = self.by_path.range(below.clone()..).take_while(|(name, _)| name.starts_with(&below));
        exact.into_iter().chain(range).map(|(name, blob)| (name.clone(), *blob)).collect()
    }

    /// Lets open blobs live on without a name, before whatever holds their names goes.
    fn unname(&mut self, operation: &'static str, path: &str) -> Result<(), StorageError> {
        for (name, id) in self.open_below(path) {
            self.handle(operation, id)?;
            self.handles.borrow_mut().pin(id);
            self.by_path.remove(&name);
            if let Some(blob) = self.blobs.get_mut(&id) {
                blob.removed = true;
            }
        }
        Ok(())
    }

    fn sync_folders(&mut self, path: &str) -> Result<(), StorageError> {
        for folder in std::mem::take(&mut self.folders_changed) {
            io::sync_folder(&folder).map_err(|error| refused("flush", path, &error))?;
        }
        Ok(())
    }
}

impl Storage for FileStorage {
    fn open(&mut self, path: &str) -> Result<BlobId, StorageError> {
        check("open", path)?;
        if let Some(id) = self.by_path.get(path)
            && let Some(blob) = self.blobs.get_mut(id)
        {
            blob.openings += 1;
            return Ok(*id);
        }
        let (size, file) = self.find_or_create(path)?;
        let id = BlobId(self.blob_next);
        self.blob_next += 1;
        self.blobs.insert(id, Blob { path: path.to_owned(), removed: false, size, openings: 1, torn: None });
        self.by_path.insert(path.to_owned(), id);
        if let Some(file) = file {
            self.handles.borrow_mut().insert(id, Arc::new(file));
        }
        Ok(id)
    }

    fn close(&mut self, id: BlobId) {
        let Some(blob) = self.blobs.get_mut(&id) else { return };
        blob.openings -= 1;
        if blob.openings > 0 {
            return;
        }
        if !blob.removed {
            self.by_path.remove(&blob.path);
        }
        self.blobs.remove(&id);
        self.handles.borrow_mut().remove(id);
    }

    fn size(&self, blob: BlobId) -> Result<u64, StorageError> {
        Ok(self.blob("size", blob)?.size)
    }

    fn append(&mut self, id: BlobId, parts: &[&[u8]]) -> Result<(), StorageError> {
        let file = self.handle("append", id)?;
        let Some(blob) = self.blobs.get_mut(&id) else { return self.blob("append", id).map(|_| ()) };
        if let Some(reason) = &blob.torn {
            return Err(StorageError { path: blob.path.clone(), operation: "append", reason: reason.clone() });
        }
        match io::append(&file, blob.size, parts) {
            Ok(()) => {
                blob.size += parts.iter().map(|part| part.len() as u64).sum::<u64>();
                Ok(())
            }
            Err(error) => {
                if let Err(second) = file.set_len(blob.size) {
                    blob.torn = Some(format!("an append failed half way ({error}) and could not be undone ({second})"));
                }
                Err(refused("append", &blob.path, &error))
            }
        }
    }

    fn read(&self, id: BlobId, position: u64, size: usize) -> Result<Bytes, StorageError> {
        let blob = self.blob("read", id)?;
        // Checked before memory is taken for it.
        if position.checked_add(size as u64).is_none_or(|end| end > blob.size) {
            let reason = format!("{size} bytes from {position} reach past its {} bytes", blob.size);
            return Err(StorageError { path: blob.path.clone(), operation: "read", reason });
        }
        let mut buffer = BytesMut::zeroed(size);
        io::read_exact(&*self.handle("read", id)?, &mut buffer, position)
            .map_err(|error| refused("read", &blob.path, &error))?;
        Ok(buffer.freeze())
    }

    fn truncate(&mut self, id: BlobId, size: u64) -> Result<(), StorageError> {
        let file = self.handle("truncate", id)?;
        let Some(blob) = self.blobs.get_mut(&id) else { return self.blob("truncate", id).map(|_| ()) };
        // A blob that is shorter already has nothing to cut, but what a failed append left behind it goes.
        let size = size.min(blob.size);
        file.set_len(size).map_err(|error| refused("truncate", &blob.path, &error))?;
        blob.size = size;
        blob.torn = None;
        Ok(())
    }

    fn replace(&mut self, path: &str, bytes: &[u8]) -> Result<(), StorageError> {
        check("replace", path)?;
        let failed = |error: std::io::Error| refused("replace", path, &error);
        let full = self.root.join(path);
        let beside = self.root.join(format!("{path}.tmp"));
        let mut file = match File::create(&beside) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.make_folder("replace", split(path).0)?;
                File::create(&beside).map_err(failed)?
            }
            other => other.map_err(failed)?,
        };
        let written = file.write_all(bytes).and_then(|()| match self.durability {
            Durability::Always => file.sync_data(),
            Durability::Interval => Ok(()),
        });
        drop(file);
        if let Err(error) = written {
            // The space that a failed try took is given back; if that fails too, the first error says more.
            let _ = fs::remove_file(&beside);
            return Err(failed(error));
        }
        self.unname("replace", path)?;
        fs::rename(&beside, &full).map_err(failed)?;
        self.folder_changed(path);
        match self.durability {
            Durability::Always => self.sync_folders(path),
            Durability::Interval => {
                self.replaced.insert(full);
                Ok(())
            }
        }
    }

    fn load(&self, path: &str) -> Result<Option<Bytes>, StorageError> {
        check("load", path)?;
        let full = self.root.join(path);
        match fs::metadata(&full) {
            Ok(metadata) if metadata.len() > LOAD_BYTES_MAX => {
                let reason = format!("{} bytes are more than {LOAD_BYTES_MAX}", metadata.len());
                return Err(StorageError { path: path.to_owned(), operation: "load", reason });
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused("load", path, &error)),
        }
        match fs::read(&full) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused("load", path, &error)),
        }
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), StorageError> {
        check("rename", from)?;
        check("rename", to)?;
        if from == to {
            return Ok(());
        }
        let full = self.root.join(from);
        fs::metadata(&full).map_err(|error| refused("rename", from, &error))?;
        self.make_folder("rename", split(to).0)?;
        self.unname("rename", to)?;
        let target = self.root.join(to);
        if target.is_dir() {
            fs::remove_dir_all(&target).map_err(|error| refused("rename", to, &error))?;
        }
        fs::rename(&full, &target).map_err(|error| refused("rename", from, &error))?;
        for (name, id) in self.open_below(from) {
            let moved = format!("{to}{}", &name[from.len()..]);
            self.by_path.remove(&name);
            if let Some(blob) = self.blobs.get_mut(&id) {
                blob.path.clone_from(&moved);
            }
            self.by_path.insert(moved, id);
        }
        self.folder_changed(from);
        self.folder_changed(to);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), StorageError> {
        check("remove", path)?;
        let full = self.root.join(path);
        let is_folder = match fs::symlink_metadata(&full) {
            Ok(metadata) => metadata.is_dir(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(refused("remove", path, &error)),
        };
        self.unname("remove", path)?;
        let removed = if is_folder { fs::remove_dir_all(&full) } else { fs::remove_file(&full) };
        removed.map_err(|error| refused("remove", path, &error))?;
        self.folder_changed(path);
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, StorageError> {
        if !folder.is_empty() {
            check("list", folder)?;
        }
        let failed = |error: std::io::Error| refused("list", folder, &error);
        let found = match fs::read_dir(self.root.join(folder)) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut entries = Vec::new();
        for entry in found {
            let entry = entry.map_err(failed)?;
            // A name that no path can carry is none of the core's.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !is_plain(&name) {
                continue;
            }
            let metadata = match fs::metadata(entry.path()) {
                Ok(metadata) => metadata,
                // A dangling link, or a file that somebody removed just now.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(error)),
            };
            let is_folder = metadata.is_dir();
            entries.push(Entry { name, is_folder, size: if is_folder { 0 } else { metadata.len() } });
        }
        entries.sort();
        Ok(entries)
    }
}
