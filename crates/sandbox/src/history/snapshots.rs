//! Copies of the world on the way, so that no seek has far to go.
//!
//! A copy is taken after so many steps. When there are too many, the older half loses every second one, and so again
//! and again: copies lie far apart long ago and close together lately, and their number stays bounded.

use crate::world::World;
use runnel_protocol::Timestamp;
use std::sync::Arc;

/// Steps between two copies. A seek plays at most so many again where copies were not thinned.
const STEPS_BETWEEN: u64 = 4_000;
/// Most copies.
const COPIES_MAX: usize = 96;

#[derive(Clone, Debug)]
struct Copy {
    world: Arc<World>,
    cursor: usize,
}

/// Of more things than so many, the older half loses every second one. The first one stays.
pub(crate) fn thin<T>(things: &mut Vec<T>, most: usize) {
    if things.len() > most {
        let half = things.len() / 2;
        let mut place = 0;
        things.retain(|_| {
            place += 1;
            place > half || place % 2 == 1
        });
    }
}

/// The copies, in the order of time. The first is the beginning.
#[derive(Clone, Debug)]
pub(super) struct Snapshots {
    copies: Vec<Copy>,
    /// Steps of the world at the newest copy.
    newest: u64,
}

impl Snapshots {
    pub(super) fn new(world: &World) -> Self {
        Snapshots { copies: vec![Copy { world: Arc::new(world.clone()), cursor: 0 }], newest: world.steps() }
    }

    pub(super) fn count(&self) -> usize {
        self.copies.len()
    }

    /// Takes a copy if the last one is long ago.
    pub(super) fn consider(&mut self, world: &World, cursor: usize) {
        if world.steps() < self.newest.saturating_add(STEPS_BETWEEN) {
            return;
        }
        self.newest = world.steps();
        self.copies.push(Copy { world: Arc::new(world.clone()), cursor });
        thin(&mut self.copies, COPIES_MAX);
    }

    /// The last copy at or before a time.
    pub(super) fn before(&self, time: Timestamp) -> (World, usize) {
        let place = self.copies.partition_point(|copy| copy.world.now() <= time).saturating_sub(1);
        let copy = &self.copies[place];
        (World::clone(&copy.world), copy.cursor)
    }

    /// The beginning.
    pub(super) fn first(&self) -> (World, usize) {
        (World::clone(&self.copies[0].world), self.copies[0].cursor)
    }

    /// The last copy at or before a time in which no entry from this one on was done.
    pub(super) fn before_entry(&self, index: usize, time: Timestamp) -> (World, usize) {
        let is_before = |copy: &Copy| copy.cursor <= index && copy.world.now() <= time;
        let place = self.copies.partition_point(is_before).saturating_sub(1);
        let copy = &self.copies[place];
        (World::clone(&copy.world), copy.cursor)
    }

    /// When the copies were taken.
    pub(super) fn times(&self) -> Vec<Timestamp> {
        self.copies.iter().map(|copy| copy.world.now()).collect()
    }

    /// Whether a copy lies between where the world stands and a later time.
    pub(super) fn is_nearer(&self, time: Timestamp, world: &World) -> bool {
        let place = self.copies.partition_point(|copy| copy.world.now() <= time).saturating_sub(1);
        self.copies[place].world.steps() > world.steps()
    }

    /// Forgets the copies of a future that is no more.
    pub(super) fn forget_after(&mut self, time: Timestamp) {
        let keep = self.copies.partition_point(|copy| copy.world.now() < time).max(1);
        self.copies.truncate(keep);
        self.newest = self.copies.last().map_or(0, |copy| copy.world.steps());
    }
}
