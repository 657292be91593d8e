//! The contract of [`Storage`], kept with files.

use super::path::{check, is_plain, refused, split};
use super::{Blob, FileStorage, io};
use bytes::{Bytes, BytesMut};
use runnel_broker::storage::Entry;
use runnel_broker::{BlobId, Durability, Storage, StorageError};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::sync::Arc;

/// Largest blob that is loaded whole: checkpoints and snapshots are far smaller.
const LOAD_BYTES_MAX: u64 = 64 * 1024 * 1024;

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
