//! What a watcher needs who goes through a story step by step.

use super::Story;
use super::snapshots::Snapshots;
use crate::script::{Script, ScriptError};
use runnel_protocol::Timestamp;

impl Story {
    /// Goes to the beginning, before the first entry, and is watched from there on. What was done happens again as time
    /// passes; at the first instant too, with [`Story::run_until`] to [`Story::start`].
    ///
    /// A world counts what it tells only while somebody watches. So copies that were made while nobody did are
    /// forgotten: they would tell what follows under other numbers.
    pub fn rewind_watched(&mut self) {
        let (mut world, cursor) = self.snapshots.first();
        if !world.is_watched() {
            world.set_watched(true);
            self.snapshots = Snapshots::new(&world);
        }
        self.world = world;
        self.cursor = cursor;
    }

    /// Goes to a time as [`Story::seek`] does, watched all the way from the copy before it. What happened on the way is
    /// not told.
    pub fn seek_watched(&mut self, time: Timestamp) {
        let time = time.clamp(self.start(), self.end);
        self.go_near(time);
        self.world.set_watched(true);
        self.run_until(time);
        while self.poll_happening().is_some() {}
    }

    /// Checks the names in a script against what there is.
    ///
    /// # Errors
    /// The first line whose names are wrong.
    pub fn check(&self, script: &Script) -> Result<(), ScriptError> {
        let mut known = self.world.known();
        if self.entries.is_empty() && self.now() == self.start() {
            // The head of a script may still say how the world is made.
            known.brokers = None;
        }
        script.check(known)
    }
}
