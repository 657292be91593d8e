//! Undo and redo: one entry at a time, also among entries of the same instant.
//!
//! Undoing goes to the moment just before an entry and lets the story end there, so that the entry does not happen
//! again when time goes on. The whole story is kept aside until something else is done; redoing goes to the moment just
//! after the next entry of the whole story, whatever time has passed since the undoing.
//!
//! ```text
//! entries    a    b    c  now        undo    a    b now      undo    a now      redo    a    b now
//! aside      -                               a    b    c             a    b    c        a    b    c
//! ```

use super::{Entry, Story};
use runnel_protocol::Timestamp;
use std::sync::Arc;

/// An entry on the timeline.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Moment {
    /// Its place among the entries: [`Story::seek_entry`] goes to the moment just before it.
    pub index: usize,
    /// When it happened.
    pub time: Timestamp,
    /// What was done, as a script says it.
    pub label: String,
}

impl Moment {
    fn of((index, entry): (usize, &Entry)) -> Moment {
        Moment { index, time: entry.time, label: entry.action.to_string() }
    }
}

impl Story {
    /// The entries as a timeline shows them.
    pub fn moments(&self) -> impl Iterator<Item = Moment> + '_ {
        self.entries.iter().enumerate().map(Moment::of)
    }

    /// The entries that were undone and can be redone, the next one first.
    pub fn undone_moments(&self) -> impl Iterator<Item = Moment> + '_ {
        let whole = self.undone.as_deref().map(|whole| whole.entries.as_slice()).unwrap_or_default();
        whole.iter().enumerate().skip(self.entries.len()).map(Moment::of)
    }

    /// How many of the entries the world has behind it: the next one is the entry with this index.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The times of the snapshots that are kept: between two of them nothing is lost, but a seek plays it again.
    pub fn snapshot_times(&self) -> Vec<Timestamp> {
        self.snapshots.times()
    }

    /// Undoes the last entry that the world has behind it, and all that came after it. Watchers begin anew. Answers
    /// what was undone; none at the beginning.
    pub fn undo(&mut self) -> Option<Entry> {
        let index = self.cursor.checked_sub(1)?;
        let undone = self.entries.get(index)?.clone();
        let whole = self.undone.take().unwrap_or_else(|| Box::new(self.clone()));
        self.go_to_entry(index);
        self.end_here();
        self.undone = Some(whole);
        Some(undone)
    }

    /// Does what was undone last once more, with the same frames. Watchers begin anew. Answers what was redone; none
    /// where nothing was undone, or something else was done since.
    pub fn redo(&mut self) -> Option<Entry> {
        let index = self.entries.len();
        let whole = self.undone.take()?;
        let redone = whole.entries.get(index)?.clone();
        let watched = self.world.is_watched();
        *self = Story::clone(&whole);
        self.world.set_watched(watched);
        self.go_to_entry(index);
        self.world.set_watched(false);
        self.perform_next();
        self.world.set_watched(watched);
        if self.cursor < whole.entries.len() {
            self.end_here();
            self.undone = Some(whole);
        }
        Some(redone)
    }

    /// Goes to the moment just before an entry, or to the end behind the last one. Watchers begin anew. When time goes
    /// on from there, what was done happens again.
    pub fn seek_entry(&mut self, index: usize) {
        self.go_to_entry(index.min(self.entries.len()));
    }

    fn go_to_entry(&mut self, index: usize) {
        let time = self.entries.get(index).map_or(self.end, |entry| entry.time);
        let watched = self.world.is_watched();
        let (world, cursor) = self.snapshots.before_entry(index, time);
        if index < self.cursor || world.steps() > self.world.steps() {
            self.world = world;
            self.cursor = cursor;
        }
        self.world.set_watched(false);
        while self.cursor < index {
            self.perform_next();
        }
        self.run_world(time);
        self.world.set_watched(watched);
    }

    /// Does the next entry once more, at its time.
    pub(super) fn perform_next(&mut self) {
        let Some(entry) = self.entries.get(self.cursor) else { return };
        let (at, action) = (entry.time, entry.action.clone());
        self.run_world(at);
        let again = action.perform(&mut self.world);
        debug_assert!(again.is_ok(), "what was done once can be done again: {again:?}");
        self.cursor += 1;
    }

    /// Lets the story end where it stands.
    pub(super) fn end_here(&mut self) {
        Arc::make_mut(&mut self.entries).truncate(self.cursor);
        self.snapshots.forget_after(self.world.now());
        self.end = self.world.now();
        self.foreign_bytes = self.entries.iter().map(|entry| entry.action.foreign_size()).sum();
    }
}
