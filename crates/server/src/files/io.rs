//! Reading, appending and syncing, as each system offers it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file for reading and appending; it must be there.
pub(super) fn open_existing(path: &Path) -> io::Result<File> {
    options().open(path)
}

/// Makes a file, which must not be there.
pub(super) fn create(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

#[cfg(unix)]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true);
    options
}

/// A handle that may only append cannot be cut on Windows, so appends there name their position.
#[cfg(windows)]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    options
}

/// Writes all parts at the end of the file, which is at `_end`.
#[cfg(unix)]
pub(super) fn append(mut file: &File, _end: u64, parts: &[&[u8]]) -> io::Result<()> {
    use std::io::{IoSlice, Write};
    if let [part] = parts {
        return file.write_all(part);
    }
    let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
    let mut rest = slices.as_mut_slice();
    // Empty parts in front would make a complete write look like one that wrote nothing.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match file.write_vectored(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut rest, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all parts at the end of the file, which is at `end`.
#[cfg(windows)]
pub(super) fn append(file: &File, end: u64, parts: &[&[u8]]) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    let mut position = end;
    for part in parts {
        let mut rest = *part;
        while !rest.is_empty() {
            let written = file.seek_write(rest, position)?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            rest = &rest[written..];
            position += written as u64;
        }
    }
    Ok(())
}

/// Fills the buffer from `position`.
#[cfg(unix)]
pub(crate) fn read_exact(file: &File, buffer: &mut [u8], position: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, position)
}

/// Fills the buffer from `position`.
#[cfg(windows)]
pub(crate) fn read_exact(file: &File, buffer: &mut [u8], position: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    let mut done = 0;
    while done < buffer.len() {
        let read = file.seek_read(&mut buffer[done..], position + done as u64)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        done += read;
    }
    Ok(())
}

/// Makes the entries of a folder durable. Windows has no such call and journals them by itself.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the entries of a folder durable. Windows has no such call and journals them by itself.
#[cfg(windows)]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
