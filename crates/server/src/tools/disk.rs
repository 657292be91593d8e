//! The files that arguments name, on the disk.

use bytes::Bytes;
use runnel_tools::{FileError, Files};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};

/// The disk, as tools read it: each read opens the file, since tools read few ranges and large ones.
#[derive(Debug)]
pub(crate) struct Disk;

impl Files for Disk {
    fn size(&self, path: &str) -> Result<u64, FileError> {
        std::fs::metadata(path).map(|metadata| metadata.len()).map_err(|error| reason(&error))
    }

    fn read(&self, path: &str, offset: u64, length: usize) -> Result<Bytes, FileError> {
        let mut file = File::open(path).map_err(|error| reason(&error))?;
        file.seek(SeekFrom::Start(offset)).map_err(|error| reason(&error))?;
        let mut bytes = Vec::new();
        file.take(u64::try_from(length).unwrap_or(u64::MAX)).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
        Ok(bytes.into())
    }
}

fn reason(error: &std::io::Error) -> FileError {
    if error.kind() == ErrorKind::NotFound { FileError::NotFound } else { FileError::Other(error.to_string()) }
}
