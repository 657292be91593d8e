//! Stores in memory keep the contract, and forget only what was not flushed.

use super::{Entry, FaultyStorage, MemoryStorage, Storage, StorageError};
use crate::Random;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn content(storage: &dyn Storage, path: &str) -> Option<Vec<u8>> {
    storage.load(path).unwrap().map(|bytes| bytes.to_vec())
}

fn names(storage: &dyn Storage, folder: &str) -> Vec<String> {
    storage.list(folder).unwrap().into_iter().map(|entry| entry.name).collect()
}

#[test]
fn bytes_come_back_across_chunks() {
    let mut storage = MemoryStorage::new();
    let blob = storage.open("a/b").unwrap();
    let bytes: Vec<u8> = (0..200_000u32).map(|at| at.to_be_bytes()[3]).collect();
    storage.append(blob, &[&bytes[..70_000], &bytes[70_000..]]).unwrap();
    assert_eq!(storage.size(blob).unwrap(), 200_000);
    for (position, size) in [(0, 200_000), (65_535, 2), (65_536, 10), (131_000, 69_000), (199_999, 1), (200_000, 0)] {
        assert_eq!(
            storage.read(blob, position, size).unwrap()[..],
            bytes[usize::try_from(position).unwrap()..][..size]
        );
    }
    let refusal = storage.read(blob, 199_999, 2).unwrap_err();
    assert_eq!(refusal.to_string(), "cannot read \"a/b\": 2 bytes from 199999 reach past the end at 200000");
}

#[test]
fn a_clone_does_not_see_what_is_appended_later() {
    let mut storage = MemoryStorage::new();
    let blob = storage.open("a/b").unwrap();
    storage.append(blob, &[b"one"]).unwrap();
    let mut clone = storage.clone();
    storage.append(blob, &[b" two"]).unwrap();
    clone.append(blob, &[b" three"]).unwrap();
    assert_eq!(content(&storage, "a/b").unwrap(), b"one two");
    assert_eq!(content(&clone, "a/b").unwrap(), b"one three");
}

#[test]
fn an_open_blob_outlives_its_name() {
    let mut storage = MemoryStorage::new();
    let blob = storage.open("a/b").unwrap();
    storage.append(blob, &[b"old"]).unwrap();
    storage.rename("a", "c").unwrap();
    assert_eq!(content(&storage, "c/b").unwrap(), b"old");
    storage.replace("c/b", b"new").unwrap();
    assert_eq!(storage.read(blob, 0, 3).unwrap()[..], b"old"[..]);
    storage.remove("c").unwrap();
    assert_eq!(storage.read(blob, 0, 3).unwrap()[..], b"old"[..]);
    storage.close(blob);
    assert_eq!(storage.read(blob, 0, 3).unwrap_err().reason, "it is not open");
    assert_eq!(storage.paths().count(), 0);
}

#[test]
fn a_folder_lists_what_is_in_it() {
    let mut storage = MemoryStorage::new();
    for path in ["a/z", "a/b/c", "a/b/d", "a-b/c", "x"] {
        storage.replace(path, b"12").unwrap();
    }
    let entry = |name: &str, is_folder, size| Entry { name: name.to_owned(), is_folder, size };
    assert_eq!(storage.list("a").unwrap(), [entry("b", true, 0), entry("z", false, 2)]);
    assert_eq!(names(&storage, ""), ["a", "a-b", "x"]);
    assert_eq!(names(&storage, "nowhere"), Vec::<String>::new());
    let refusal: StorageError = storage.rename("nowhere", "a").unwrap_err();
    assert_eq!(refusal.to_string(), "cannot rename \"nowhere\": no such file or directory");
}

#[test]
fn what_was_flushed_survives_a_power_cut_and_the_rest_may_not() {
    let (mut kept_all, mut lost_some) = (0, 0);
    for seed in 0..200 {
        let mut storage = FaultyStorage::new();
        let blob = storage.open("a/log").unwrap();
        storage.append(blob, &[b"safe"]).unwrap();
        storage.flushed(&[blob]);
        storage.append(blob, &[b" unsafe"]).unwrap();
        storage.replace("a/other", b"whole").unwrap();
        storage.power_cut(&mut Random::new(seed));
        let bytes = content(&storage, "a/log").unwrap();
        assert!(bytes.starts_with(b"safe") && bytes.len() <= 11, "seed {seed}: {bytes:?}");
        if bytes == b"safe unsafe" {
            kept_all += 1
        } else {
            lost_some += 1
        }
        let other = content(&storage, "a/other");
        assert!(other.is_none() || other.as_deref() == Some(b"whole"), "seed {seed}: {other:?}");
    }
    assert!(kept_all > 10 && lost_some > 100, "{kept_all} {lost_some}");
}

#[test]
fn a_full_disk_refuses_appends_until_there_is_room() {
    let mut storage = FaultyStorage::new();
    let blob = storage.open("a").unwrap();
    storage.set_bytes_left(Some(5));
    storage.append(blob, &[b"123"]).unwrap();
    assert_eq!(storage.append(blob, &[b"456"]).unwrap_err().reason, "no space left on device");
    assert_eq!(content(&storage, "a").unwrap(), b"123");
    storage.set_bytes_left(None);
    storage.append(blob, &[b"456"]).unwrap();
}

#[derive(Clone, Debug)]
enum Step {
    Append(u8, Vec<u8>),
    Truncate(u8, u64),
    Replace(u8, Vec<u8>),
    Rename(u8, u8),
    Remove(u8),
    Clone,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..40_000);
    let step = prop_oneof![
        4 => (0..4u8, bytes()).prop_map(|(path, bytes)| Step::Append(path, bytes)),
        1 => (0..4u8, 0..100_000u64).prop_map(|(path, size)| Step::Truncate(path, size)),
        1 => (0..4u8, bytes()).prop_map(|(path, bytes)| Step::Replace(path, bytes)),
        1 => (0..4u8, 0..4u8).prop_map(|(from, to)| Step::Rename(from, to)),
        1 => (0..4u8).prop_map(Step::Remove),
        1 => Just(Step::Clone),
    ];
    prop::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn memory_holds_what_a_map_of_vectors_holds(steps in steps()) {
        let mut storage = MemoryStorage::new();
        let mut model: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut kept = Vec::new();
        let name = |path: u8| format!("folder/{path}");
        for step in steps {
            match step {
                Step::Append(path, bytes) => {
                    let blob = storage.open(&name(path)).unwrap();
                    storage.append(blob, &[&bytes]).unwrap();
                    storage.close(blob);
                    model.entry(name(path)).or_default().extend(bytes);
                }
                Step::Truncate(path, size) => {
                    let blob = storage.open(&name(path)).unwrap();
                    storage.truncate(blob, size).unwrap();
                    storage.close(blob);
                    model.entry(name(path)).or_default().truncate(usize::try_from(size).unwrap());
                }
                Step::Replace(path, bytes) => {
                    storage.replace(&name(path), &bytes).unwrap();
                    model.insert(name(path), bytes);
                }
                Step::Rename(from, to) => {
                    let moved = storage.rename(&name(from), &name(to));
                    prop_assert_eq!(moved.is_ok(), model.contains_key(&name(from)));
                    if let Some(bytes) = model.remove(&name(from)) {
                        model.insert(name(to), bytes);
                    }
                }
                Step::Remove(path) => {
                    storage.remove(&name(path)).unwrap();
                    model.remove(&name(path));
                }
                Step::Clone => kept.push((storage.clone(), model.clone())),
            }
        }
        kept.push((storage, model));
        for (storage, model) in kept {
            prop_assert_eq!(storage.paths().map(str::to_owned).collect::<Vec<_>>(), model.keys().cloned().collect::<Vec<_>>());
            for (path, bytes) in model {
                prop_assert_eq!(content(&storage, &path), Some(bytes));
            }
        }
    }
}
