//! The files of a folder, once the traces of an interrupted clean-up are gone.
//!
//! Compaction writes `.cleaned` files, renames them to `.swap` when they are whole, removes the segments whose place
//! they take, and renames them once more. So a `.cleaned` file is worth nothing after a crash, a `.swap` file takes the
//! place of the segments in its range, and a `.deleted` file was on its way out.

use super::RecoveryNote;
use crate::log::paths;
use crate::log::scan::Scan;
use crate::{Offset, Storage, StorageError};
use std::collections::{BTreeMap, BTreeSet};

/// What a folder holds.
pub(super) struct Listing {
    /// Whether there is nothing at all.
    pub(super) is_empty: bool,
    /// Base offsets with the kinds of files that each segment has.
    pub(super) segments: BTreeMap<Offset, BTreeSet<String>>,
    /// Offsets of the snapshots of producers' state.
    pub(super) snapshots: BTreeSet<Offset>,
}

/// Ends or undoes what was under way, removes what belongs to no segment, and lists the rest.
pub(super) fn tidy(
    storage: &mut dyn Storage,
    folder: &str,
    notes: &mut Vec<RecoveryNote>,
) -> Result<Listing, StorageError> {
    let names: Vec<String> = storage.list(folder)?.into_iter().map(|entry| entry.name).collect();
    let cleaned = |name: &&String| name.ends_with(paths::CLEANED);
    let first_cleaned = names.iter().filter(cleaned).filter_map(|name| offset_of(name)).min();
    let mut swaps = Vec::new();
    for name in &names {
        let is_swap = name.ends_with(paths::SWAP);
        // A swap file from where a cleaner was still writing is part of a split that did not end.
        let is_void =
            is_swap && first_cleaned.is_some_and(|first| offset_of(name).is_some_and(|offset| offset >= first));
        if name.ends_with(paths::DELETED) || name.ends_with(paths::CLEANED) || is_void {
            storage.remove(&format!("{folder}/{name}"))?;
        } else if is_swap {
            swaps.push(name.clone());
        }
    }
    if !swaps.is_empty() {
        end_swap(storage, folder, &swaps, notes)?;
    }
    list(storage, folder, notes)
}

fn offset_of(name: &str) -> Option<Offset> {
    paths::parse(name).map(|(offset, _)| offset)
}

/// Puts swap files in the place of the segments in their range.
fn end_swap(
    storage: &mut dyn Storage,
    folder: &str,
    swaps: &[String],
    notes: &mut Vec<RecoveryNote>,
) -> Result<(), StorageError> {
    let logs = swaps.iter().filter(|name| paths::parse(name).is_some_and(|(_, kind)| kind == "log.swap"));
    let (mut first, mut end) = (Offset::MAX, Offset::MIN);
    for name in logs {
        let Some(base_offset) = offset_of(name) else { continue };
        first = first.min(base_offset);
        end = end.max(next_offset(storage, &format!("{folder}/{name}"), base_offset)?);
    }
    for entry in storage.list(folder)? {
        let in_range = offset_of(&entry.name).is_some_and(|offset| (first..end).contains(&offset));
        if in_range && !entry.name.ends_with(paths::SWAP) {
            storage.remove(&format!("{folder}/{}", entry.name))?;
        }
    }
    for name in swaps {
        let path = format!("{folder}/{name}");
        let place = path.strip_suffix(paths::SWAP).unwrap_or(&path);
        storage.rename(&path, place)?;
        let what = "a clean-up was interrupted: the cleaned file takes its place".to_owned();
        notes.push(RecoveryNote { file: path.clone(), position: 0, what });
    }
    Ok(())
}

fn next_offset(storage: &mut dyn Storage, path: &str, base_offset: Offset) -> Result<Offset, StorageError> {
    let blob = storage.open(path)?;
    let size = u32::try_from(storage.size(blob)?).unwrap_or(u32::MAX);
    let mut next_offset = base_offset;
    let mut scan = Scan::new(storage, blob, 0, size);
    // What is not whole is cut when the segment is read through.
    while let Ok(Some(found)) = scan.next() {
        next_offset = found.header.next_offset();
    }
    storage.close(blob);
    Ok(next_offset)
}

fn list(storage: &mut dyn Storage, folder: &str, notes: &mut Vec<RecoveryNote>) -> Result<Listing, StorageError> {
    let entries = storage.list(folder)?;
    let mut segments: BTreeMap<Offset, BTreeSet<String>> = BTreeMap::new();
    let mut snapshots = BTreeSet::new();
    for entry in &entries {
        match paths::parse(&entry.name) {
            Some((offset, paths::SNAPSHOT)) => {
                snapshots.insert(offset);
            }
            Some((offset, kind)) if paths::SEGMENT_FILES.contains(&kind) => {
                segments.entry(offset).or_default().insert(kind.to_owned());
            }
            _ => {}
        }
    }
    let orphans: Vec<Offset> =
        segments.iter().filter(|(_, kinds)| !kinds.contains(paths::LOG)).map(|(offset, _)| *offset).collect();
    for offset in orphans {
        for kind in segments.remove(&offset).into_iter().flatten() {
            let file = paths::file(folder, offset, &kind);
            storage.remove(&file)?;
            notes.push(RecoveryNote { file, position: 0, what: "an index without a segment: removed".to_owned() });
        }
    }
    Ok(Listing { is_empty: entries.is_empty(), segments, snapshots })
}
