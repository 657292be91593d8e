//! Files that arguments name, read through whoever runs the tool: a disk, or a simulated broker's blobs.

use bytes::Bytes;
use std::collections::BTreeMap;
use std::fmt;

/// Where a tool reads files. They may be large, so they are read by ranges.
pub trait Files: fmt::Debug + Send + Sync {
    /// The size of a file in bytes.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read.
    fn size(&self, path: &str) -> Result<u64, FileError>;

    /// Bytes of a file from an offset on; fewer than asked for only at its end.
    ///
    /// # Errors
    /// If there is no such file, or it cannot be read.
    fn read(&self, path: &str, offset: u64, length: usize) -> Result<Bytes, FileError>;
}

/// Why a file cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileError {
    /// There is none of that name.
    NotFound,
    /// Another reason, in the operating system's words.
    Other(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::NotFound => out.write_str("No such file or directory"),
            FileError::Other(reason) => out.write_str(reason),
        }
    }
}

/// Files in memory, by path.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<String, Bytes>);

impl Files for MemoryFiles {
    fn size(&self, path: &str) -> Result<u64, FileError> {
        let bytes = self.0.get(path).ok_or(FileError::NotFound)?;
        Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }

    fn read(&self, path: &str, offset: u64, length: usize) -> Result<Bytes, FileError> {
        let bytes = self.0.get(path).ok_or(FileError::NotFound)?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(length).min(bytes.len());
        Ok(bytes.slice(start..end))
    }
}

/// Most of a file that is read as a whole: arguments in files are small.
const WHOLE_SIZE_MAX: u64 = 64 << 20;

/// A whole file as text.
pub(crate) fn read_text(files: &dyn Files, path: &str) -> Result<String, FileError> {
    let size = files.size(path)?;
    if size > WHOLE_SIZE_MAX {
        return Err(FileError::Other(format!("{size} bytes are too many for a file that is read as a whole")));
    }
    let bytes = files.read(path, 0, usize::try_from(size).unwrap_or(usize::MAX))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
