//! What this room waits for.

use super::event::GroupDeadline;
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

impl Timer {
    /// Which deadline this is to watchers, of which group and member; nothing if it is an inner one.
    pub(super) fn shown(&self) -> Option<(GroupDeadline, &str, Option<&str>)> {
        match self {
            Timer::Session { group_id, member_id } => Some((GroupDeadline::Session, group_id, Some(member_id))),
            Timer::JoinPhase { group_id } => Some((GroupDeadline::Join, group_id, None)),
            Timer::SyncPhase { group_id } => Some((GroupDeadline::Sync, group_id, None)),
            Timer::Append { .. } | Timer::OffsetsRetention => None,
        }
    }
}

/// When a deadline passes, and since when it is waited for.
#[derive(Clone, Copy, Debug)]
struct Due {
    key: (Timestamp, u64),
    started: Timestamp,
}

/// All deadlines; ties are broken by the order in which they were set.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    by_timer: BTreeMap<Timer, Due>,
    by_time: BTreeMap<(Timestamp, u64), Timer>,
    next_sequence: u64,
}

impl Timers {
    /// Sets a deadline in the place of the one that the same timer may have.
    pub(super) fn set(&mut self, now: Timestamp, timer: Timer, at: Timestamp) {
        let key = (at, self.next_sequence);
        self.next_sequence += 1;
        let due = Due { key, started: now };
        if let Some(known) = self.by_timer.get_mut(&timer) {
            // Most are sessions that go on: the names are there already.
            let before = std::mem::replace(known, due);
            let timer = self.by_time.remove(&before.key).unwrap_or(timer);
            self.by_time.insert(key, timer);
        } else {
            self.by_time.insert(key, timer.clone());
            self.by_timer.insert(timer, due);
        }
    }

    /// Forgets a deadline; says whether there was one.
    pub(super) fn cancel(&mut self, timer: &Timer) -> bool {
        let due = self.by_timer.remove(timer);
        due.is_some_and(|due| self.by_time.remove(&due.key).is_some())
    }

    /// Since when a deadline is waited for, and when it passes.
    pub(super) fn waited_for(&self, timer: &Timer) -> Option<(Timestamp, Timestamp)> {
        self.by_timer.get(timer).map(|due| (due.started, due.key.0))
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
