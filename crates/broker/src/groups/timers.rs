//! What this room waits for.

use super::outbox::AppendId;
use crate::Timestamp;
use std::collections::BTreeMap;

/// A deadline, and what happens when it passes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Timer {
    /// A member was silent for its session time-out, or did not come back with the identifier it was given: it is
    /// removed, unless a request of it is waiting here.
    Session {
        /// Its group.
        group_id: String,
        /// The member.
        member_id: String,
    },
    /// The initial delay or the rebalance time-out is over: the generation begins with whoever has joined.
    JoinPhase {
        /// The group.
        group_id: String,
    },
    /// The rebalance time-out has passed since the generation began: whoever has not sent SyncGroup is removed.
    SyncPhase {
        /// The group.
        group_id: String,
    },
    /// Records were not appended in time: the answer that waits for them says so.
    Append {
        /// Which records.
        id: AppendId,
    },
    /// Offsets are looked through for expired ones.
    OffsetsRetention,
}

/// All deadlines; ties are broken by the order in which they were set.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    by_timer: BTreeMap<Timer, (Timestamp, u64)>,
    by_time: BTreeMap<(Timestamp, u64), Timer>,
    next_sequence: u64,
}

impl Timers {
    /// Sets a deadline in the place of the one that the same timer may have.
    pub(super) fn set(&mut self, timer: Timer, at: Timestamp) {
        self.cancel(&timer);
        let key = (at, self.next_sequence);
        self.next_sequence += 1;
        self.by_time.insert(key, timer.clone());
        self.by_timer.insert(timer, key);
    }

    pub(super) fn cancel(&mut self, timer: &Timer) {
        if let Some(key) = self.by_timer.remove(timer) {
            self.by_time.remove(&key);
        }
    }

    /// When a deadline passes, if it is set.
    pub(super) fn at(&self, timer: &Timer) -> Option<Timestamp> {
        self.by_timer.get(timer).map(|(at, _)| *at)
    }

    pub(super) fn is_set(&self, timer: &Timer) -> bool {
        self.by_timer.contains_key(timer)
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.by_time.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes out the first deadline that has passed.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<Timer> {
        let entry = self.by_time.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        let timer = entry.remove();
        self.by_timer.remove(&timer);
        Some(timer)
    }

    /// Every deadline, for checks.
    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Timer> {
        self.by_timer.keys()
    }
}
