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
mod storage;
#[cfg(test)]
mod tests;

pub(crate) use flush::FlushJob;
pub(crate) use folder::DataFolder;
pub(crate) use io::read_exact;

use handles::Handles;
use path::{refused, split};
use runnel_broker::Durability;
use runnel_broker::{BlobId, StorageError};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

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
