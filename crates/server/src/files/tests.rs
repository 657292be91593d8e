//! What every store has to keep, and what only files can get wrong.

use super::{DataFolder, FileStorage};
use runnel_broker::Durability;
use runnel_broker::storage::Entry;
use runnel_broker::{BlobId, Storage};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of a test's own, gone with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("runnel-files-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    fn store(&self, handles_max: usize) -> FileStorage {
        FileStorage::new(self.0.clone(), Durability::Interval, handles_max)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn content(store: &dyn Storage, blob: BlobId) -> String {
    let size = usize::try_from(store.size(blob).unwrap()).unwrap();
    String::from_utf8(store.read(blob, 0, size).unwrap().to_vec()).unwrap()
}

/// The contract of [`Storage`], step by step, against an empty store.
fn keeps_the_contract(store: &mut dyn Storage) {
    let log = store.open("broker-1/orders-0/00000000000000000000.log").unwrap();
    assert_eq!(store.size(log).unwrap(), 0, "a new blob is empty");
    store.append(log, &[b"one", b"", b" two"]).unwrap();
    store.append(log, &[b" three"]).unwrap();
    store.append(log, &[]).unwrap();
    assert_eq!(content(store, log), "one two three");
    assert_eq!(&store.read(log, 4, 3).unwrap()[..], b"two");
    assert!(store.read(log, 10, 4).is_err(), "a range past the end is refused");
    assert!(store.read(log, u64::MAX, 1).is_err(), "a range past every end is refused");

    store.truncate(log, 7).unwrap();
    store.append(log, &[b"!"]).unwrap();
    assert_eq!(content(store, log), "one two!", "an append after a cut goes to the new end");
    store.truncate(log, 100).unwrap();
    assert_eq!(store.size(log).unwrap(), 8, "a cut cannot make a blob longer");

    assert_eq!(store.load("broker-1/checkpoint").unwrap(), None);
    store.replace("broker-1/checkpoint", b"first").unwrap();
    store.replace("broker-1/checkpoint", b"2nd").unwrap();
    assert_eq!(store.load("broker-1/checkpoint").unwrap().as_deref(), Some(b"2nd".as_slice()));

    let entry = |name: &str, is_folder, size| Entry { name: name.to_owned(), is_folder, size };
    assert_eq!(store.list("broker-1").unwrap(), [entry("checkpoint", false, 3), entry("orders-0", true, 0)]);
    assert_eq!(store.list("broker-1/orders-0").unwrap(), [entry("00000000000000000000.log", false, 8)]);
    assert_eq!(store.list("broker-1/orders-1").unwrap(), []);

    store.rename("broker-1/orders-0", "broker-1/orders-0.gone-delete").unwrap();
    store.append(log, &[b" four"]).unwrap();
    assert_eq!(content(store, log), "one two! four", "an open blob moves along with its folder");
    assert_eq!(store.list("broker-1/orders-0").unwrap(), []);

    store.remove("broker-1/orders-0.gone-delete").unwrap();
    store.remove("broker-1/orders-0.gone-delete").unwrap();
    assert_eq!(store.list("broker-1/orders-0.gone-delete").unwrap(), []);
    assert_eq!(content(store, log), "one two! four", "what was removed stays readable until it is closed");
    store.close(log);
    assert!(store.size(log).is_err());

    let again = store.open("broker-1/orders-0/00000000000000000000.log").unwrap();
    assert!(again != log, "a number is never used again");
    assert_eq!(store.size(again).unwrap(), 0);
    store.append(again, &[b"new"]).unwrap();
    store.rename("broker-1/checkpoint", "broker-1/orders-0/00000000000000000000.log").unwrap();
    assert_eq!(content(store, again), "new", "what a rename pushes out stays readable for who has it open");
    let moved = store.load("broker-1/orders-0/00000000000000000000.log").unwrap();
    assert_eq!(moved.as_deref(), Some(b"2nd".as_slice()));
    assert!(store.rename("broker-1/checkpoint", "broker-1/elsewhere").is_err(), "there is nothing left to rename");
}

#[test]
fn files_keep_the_contract() {
    keeps_the_contract(&mut Scratch::new().store(16));
}

#[test]
fn files_keep_the_contract_with_a_single_handle() {
    keeps_the_contract(&mut Scratch::new().store(1));
}

#[test]
fn bytes_are_found_again_by_another_process() {
    let scratch = Scratch::new();
    let mut store = scratch.store(4);
    let blob = store.open("broker-1/a/b.log").unwrap();
    store.append(blob, &[b"kept"]).unwrap();
    drop(store);
    let mut store = scratch.store(4);
    let blob = store.open("broker-1/a/b.log").unwrap();
    assert_eq!(content(&store, blob), "kept");
}

#[test]
fn the_number_of_open_files_is_bounded() {
    let scratch = Scratch::new();
    let mut store = scratch.store(3);
    let blobs: Vec<BlobId> = (0..20).map(|number| store.open(&format!("broker-1/t/{number}.log")).unwrap()).collect();
    for round in ["a", "b"] {
        for blob in &blobs {
            store.append(*blob, &[round.as_bytes()]).unwrap();
        }
    }
    assert!(blobs.iter().all(|blob| content(&store, *blob) == "ab"));
    assert_eq!(store.handles.borrow().count(), 3);
    store.remove("broker-1/t").unwrap();
    assert!(blobs.iter().all(|blob| content(&store, *blob) == "ab"), "all of them are pinned");
    for blob in blobs {
        store.close(blob);
    }
    assert_eq!(store.handles.borrow().count(), 0);
}

#[test]
fn a_blob_opened_twice_is_closed_twice() {
    let scratch = Scratch::new();
    let mut store = scratch.store(4);
    let first = store.open("broker-1/x").unwrap();
    let second = store.open("broker-1/x").unwrap();
    store.append(first, &[b"1"]).unwrap();
    store.append(second, &[b"2"]).unwrap();
    store.close(first);
    assert_eq!(content(&store, second), "12");
    store.close(second);
    assert!(store.size(second).is_err());
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let scratch = Scratch::new();
    let mut store = scratch.store(4);
    for path in ["../evil", "/etc/passwd", "a/../../b", "a//b", "", ".", "a/.", "a\\b", "c:", "nul\0", "a/"] {
        assert!(store.open(path).is_err(), "open {path:?}");
        assert!(store.replace(path, b"x").is_err(), "replace {path:?}");
        assert!(store.load(path).is_err(), "load {path:?}");
        assert!(store.remove(path).is_err(), "remove {path:?}");
        assert!(store.rename(path, "ok").is_err(), "rename from {path:?}");
        assert!(store.rename("ok", path).is_err(), "rename to {path:?}");
    }
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 0);
}

#[test]
fn a_flush_names_what_was_written_and_every_folder_that_changed() {
    let scratch = Scratch::new();
    let mut store = scratch.store(4);
    let blob = store.open("broker-1/orders-0/0.log").unwrap();
    store.append(blob, &[b"x"]).unwrap();
    store.replace("broker-1/checkpoint", b"y").unwrap();
    let job = store.flush(&[blob]).unwrap();
    assert_eq!(job.files.len(), 1);
    assert_eq!(job.replaced, [scratch.0.join("broker-1/checkpoint")]);
    assert_eq!(job.folders, [scratch.0.clone(), scratch.0.join("broker-1"), scratch.0.join("broker-1/orders-0")]);
    job.run().unwrap();
    assert!(store.flush(&[]).unwrap().is_empty(), "the next flush has nothing left to do");
    store.flush_failed(job);
    assert_eq!(store.flush(&[]).unwrap().folders.len(), 3, "after a failed flush the names are tried again");
}

#[test]
fn with_durability_always_a_replacement_leaves_nothing_to_flush() {
    let scratch = Scratch::new();
    let mut store = FileStorage::new(scratch.0.clone(), Durability::Always, 4);
    store.replace("broker-1/checkpoint", b"y").unwrap();
    assert!(store.flush(&[]).unwrap().is_empty());
}

#[test]
fn a_removed_blob_is_left_out_of_a_flush() {
    let scratch = Scratch::new();
    let mut store = scratch.store(4);
    let blob = store.open("broker-1/x").unwrap();
    store.remove("broker-1/x").unwrap();
    let job = store.flush(&[blob]).unwrap();
    assert!(job.files.is_empty());
    job.run().unwrap();
}

/// `/dev/full` takes no byte and cannot be cut: the worst disk there is.
#[cfg(target_os = "linux")]
#[test]
fn an_append_that_cannot_be_undone_is_the_last_one() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.0.join("broker-1")).unwrap();
    let mut store = scratch.store(4);
    let blob = store.open("broker-1/x").unwrap();
    let full = fs::File::options().read(true).append(true).open("/dev/full").unwrap();
    store.handles.borrow_mut().insert(blob, full.into());
    let error = store.append(blob, &[b"lost"]).unwrap_err();
    assert_eq!(error.to_string(), r#"cannot append "broker-1/x": No space left on device (os error 28)"#);
    store.handles.borrow_mut().remove(blob);
    assert!(store.append(blob, &[b"after"]).unwrap_err().reason.contains("could not be undone"));
    assert_eq!(store.size(blob).unwrap(), 0);
    store.truncate(blob, 0).unwrap();
    store.append(blob, &[b"fine"]).unwrap();
}

#[test]
fn a_folder_serves_one_process_at_a_time() {
    let scratch = Scratch::new();
    let first = DataFolder::open(&scratch.0.join("new/data")).unwrap();
    let error = DataFolder::open(&scratch.0.join("new/data")).unwrap_err().to_string();
    assert!(error.contains("is in use by another process"), "{error}");
    drop(first);
    DataFolder::open(&scratch.0.join("new/data")).unwrap();
}

#[test]
fn a_file_is_no_data_folder() {
    let scratch = Scratch::new();
    fs::write(scratch.0.join("file"), "").unwrap();
    let error = DataFolder::open(&scratch.0.join("file")).unwrap_err().to_string();
    assert!(error.starts_with("cannot create the data folder"), "{error}");
}

#[test]
fn memory_keeps_the_contract() {
    keeps_the_contract(&mut runnel_broker::MemoryStorage::new());
}
