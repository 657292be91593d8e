//! Copies of the world on the way, so that no seek has far to go.
//!
//! A copy is taken after so many steps, and wherever a watcher keeps a scene. Those of the last ten minutes stay. When
//! there are too many older ones, they lose every second one, and so again and again: copies lie far apart long ago and
//! close together lately, and their number stays bounded, also in a world so busy that ten minutes have too many.

use crate::world::World;
use runnel_protocol::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// Steps between two copies. A seek plays at most so many again where copies were not thinned.
const STEPS_BETWEEN: u64 = 4_000;
/// Most copies.
const COPIES_MAX: usize = 192;

#[derive(Clone, Debug)]
struct Copy {
    world: Arc<World>,
    cursor: usize,
}

/// How long ago a copy is old, against the newest one.
const OLD: Duration = Duration::from_secs(600);
/// Most old copies.
const OLD_MAX: usize = 16;

/// Of more than so many things, in the order of their times, those long ago lose every second one. The first one stays.
pub(crate) fn thin<T>(things: &mut Vec<T>, most: usize, time: impl Fn(&T) -> Timestamp) {
    let newest = things.last().map(&time);
    let old = things.partition_point(|thing| newest.is_some_and(|newest| time(thing) + OLD < newest));
    if old > OLD_MAX {
        halve(things, old);
    }
    if things.len() > most {
        halve(things, things.len() / 2);
    }
}

/// Of the first so many things every second one goes.
fn halve<T>(things: &mut Vec<T>, among: usize) {
    let mut place = 0;
    things.retain(|_| {
        place += 1;
        place > among || place % 2 == 1
    });
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
        if world.steps() >= self.newest.saturating_add(STEPS_BETWEEN) {
            self.take(world, cursor);
        }
    }

    /// Takes a copy, unless there is one from here or later.
    pub(super) fn take(&mut self, world: &World, cursor: usize) {
        if world.steps() <= self.newest {
            return;
        }
        self.newest = world.steps();
        self.copies.push(Copy { world: Arc::new(world.clone()), cursor });
        thin(&mut self.copies, COPIES_MAX, |copy| copy.world.now());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recent_stays_and_what_is_old_lies_ever_further_apart() {
        let mut times = Vec::new();
        for second in (0..20_000).step_by(30) {
            times.push(Timestamp(second * 1_000_000));
            thin(&mut times, COPIES_MAX, |time| *time);
            assert!(times.len() <= OLD_MAX + 21 && times[0] == Timestamp(0));
        }
        let apart: Vec<u64> = times.windows(2).map(|pair| pair[1].since(pair[0]).as_secs()).collect();
        assert!(apart.is_sorted_by(|one, next| one >= next), "{apart:?}");
        assert_eq!(apart.iter().filter(|seconds| **seconds == 30).count() / 20, 1, "{apart:?}");
    }

    #[test]
    fn more_than_so_many_there_never_are() {
        let mut times = Vec::new();
        for second in 0..2_000 {
            times.push(Timestamp(second * 1_000_000));
            thin(&mut times, COPIES_MAX, |time| *time);
            assert!(times.len() <= COPIES_MAX);
        }
    }
}
