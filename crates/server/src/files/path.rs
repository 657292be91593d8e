//! Which paths a store may touch: below its folder, and nowhere else.

use runnel_broker::StorageError;
use std::io;

/// Checks a path of the core's before it meets the file system.
///
/// Topic names were checked long before, but a folder that somebody else filled can hold any name, and what a name
/// means differs between systems. So each part must be plain: not empty, not `.` or `..`, and without the
/// characters that some system reads as a separator, a drive or the end of the text.
///
/// # Errors
/// The store's refusal, naming the path.
pub(super) fn check(operation: &'static str, path: &str) -> Result<(), StorageError> {
    if path.split('/').all(is_plain) {
        return Ok(());
    }
    let reason = "the name would leave the data folder, or is not a file name on every system".to_owned();
    Err(StorageError { path: path.to_owned(), operation, reason })
}

/// Whether one part of a path is plain.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | ':'))
}

/// The folder above a path, and its last part. The folder of a path without a separator is the empty path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The system's refusal as the store words it.
pub(super) fn refused(operation: &'static str, path: &str, error: &io::Error) -> StorageError {
    StorageError { path: path.to_owned(), operation, reason: error.to_string() }
}
