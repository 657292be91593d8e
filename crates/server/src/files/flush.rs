//! A flush as a piece of work that a blocking thread can carry out.

use super::io::sync_folder;
use super::path::refused;
use runnel_broker::StorageError;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What one flush has to bring to the disk: first bytes, then the names that lead to them.
#[derive(Debug, Default)]
pub(crate) struct FlushJob {
    pub(super) files: Vec<(String, Arc<File>)>,
    /// Files put in place by `replace` since the last flush.
    pub(super) replaced: Vec<PathBuf>,
    /// Folders in which a name came, changed or went since the last flush.
    pub(super) folders: Vec<PathBuf>,
}

impl FlushJob {
    /// Whether there is nothing to bring to the disk.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.replaced.is_empty() && self.folders.is_empty()
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// The first refusal. What was not synced then is for [`super::FileStorage::flush_failed`] to remember.
    pub(crate) fn run(&self) -> Result<(), StorageError> {
        for (path, file) in &self.files {
            file.sync_data().map_err(|error| refused("flush", path, &error))?;
        }
        for path in &self.replaced {
            sync_if_there(path, |path| File::open(path)?.sync_all())?;
        }
        for path in &self.folders {
            sync_if_there(path, sync_folder)?;
        }
        Ok(())
    }
}

/// A file or folder that was removed since has nothing left to lose.
fn sync_if_there(path: &Path, sync: impl Fn(&Path) -> io::Result<()>) -> Result<(), StorageError> {
    match sync(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(refused("flush", &path.display().to_string(), &error))
        }
        _ => Ok(()),
    }
}
