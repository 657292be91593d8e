//! Files that tools of the world can read: those that a script made, and those of the brokers.

use super::{Refusal, World};
use bytes::Bytes;
use runnel_broker::{MemoryStorage, Storage};
use runnel_tools::{FileError, Files};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most files that scripts make.
const FILES_MAX: usize = 100;

/// What a tool sees, as it was when the tool started.
#[derive(Debug)]
struct WorldFiles {
    made: Arc<BTreeMap<String, Bytes>>,
    brokers: MemoryStorage,
}

impl WorldFiles {
    fn load(&self, path: &str) -> Result<Bytes, FileError> {
        if let Some(bytes) = self.made.get(path) {
            return Ok(bytes.clone());
        }
        let path = path.trim_start_matches("./").trim_start_matches('/');
        let found = self.brokers.load(path).map_err(|error| FileError::Other(error.to_string()))?;
        found.ok_or(FileError::NotFound)
    }
}

impl Files for WorldFiles {
    fn size(&self, path: &str) -> Result<u64, FileError> {
        Ok(u64::try_from(self.load(path)?.len()).unwrap_or(u64::MAX))
    }

    fn read(&self, path: &str, offset: u64, length: usize) -> Result<Bytes, FileError> {
        let bytes = self.load(path)?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(length).min(bytes.len());
        Ok(bytes.slice(start..end))
    }
}

impl World {
    pub(super) fn keep_file(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        if self.files.len() >= FILES_MAX && !self.files.contains_key(name) {
            return Err(Refusal::new(format!("at most {FILES_MAX} files")));
        }
        Arc::make_mut(&mut self.files).insert(name.to_owned(), Bytes::copy_from_slice(text.as_bytes()));
        Ok(())
    }

    pub(super) fn files_for_tools(&self) -> Arc<dyn Files> {
        Arc::new(WorldFiles { made: Arc::clone(&self.files), brokers: self.cluster.storage().clone() })
    }
}
