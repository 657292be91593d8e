//! The data folder as a whole: whether we may use it, and that nobody else does.
//!
//! ```text
//! DIR/.lock         held while a process serves the folder, as Kafka holds its own
//! DIR/broker-N/...  the core's, meta.properties and the marker of a clean stop included
//! ```

use crate::start_error::StartError;
use std::fs::{self, File, TryLockError};
use std::path::Path;

/// A data folder that is ours until this value goes.
#[derive(Debug)]
pub(crate) struct DataFolder {
    /// The system lets go of the lock with the handle, however the process ends.
    _lock: File,
}

impl DataFolder {
    /// Takes the folder for this process, and makes it if it is not there.
    ///
    /// # Errors
    /// What is wrong with it, in one line: it cannot be read or written, or another process has it.
    pub(crate) fn open(root: &Path) -> Result<Self, StartError> {
        let shown = root.display().to_string();
        let failed = |what: &str, error: std::io::Error| {
            StartError::new(format!("cannot {what} the data folder {shown:?}: {error}"))
        };
        fs::create_dir_all(root).map_err(|error| failed("create", error))?;
        fs::read_dir(root).map_err(|error| failed("read", error))?;
        let opened = File::options().create(true).truncate(false).write(true).open(root.join(".lock"));
        let lock = opened.map_err(|error| failed("write in", error))?;
        match lock.try_lock() {
            Ok(()) => Ok(DataFolder { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StartError::new(format!(
                "the data folder {shown:?} is in use by another process: stop it, or name another folder with --data"
            ))),
            Err(TryLockError::Error(error)) => Err(failed("lock", error)),
        }
    }
}
