//! What the cluster does at a given time: one ordered list for the whole machine.

use crate::ids::BrokerId;
use runnel_protocol::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A deadline, and what happens when it comes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    /// A parked request has waited as long as it may and is answered with what there is.
    Reply(ReplyId),
    /// Every broker's logs are looked at for segments to remove (`log.retention.check.interval.ms`).
    Retention,
    /// Compacted topics are looked at for something to compact (`log.cleaner.backoff.ms`).
    Compaction,
    /// The next slice of retention or compaction work, one bounded piece at a time.
    Cleaning,
    /// Recovery points, log start offsets and high watermarks are written down.
    Checkpoint,
    /// A broker was not heard of for its session time-out (`broker.session.timeout.ms`): the controller fences it.
    BrokerSession(BrokerId),
    /// The next slice of a broker's start: one log to open, or one piece of groups to read.
    BrokerStart(BrokerId),
    /// A group coordinator has something due: a session, a rebalance, expired offsets.
    Groups(BrokerId),
}

/// A request that waits for its answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ReplyId(pub(crate) u64);

/// Timers in order of time; each kind of timer stands in the list once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    due: BTreeSet<(Timestamp, Timer)>,
    /// When they are due, but for replies.
    at: BTreeMap<Timer, Timestamp>,
}

impl Timers {
    /// Sets the timer, in place of the time that it had before.
    pub(crate) fn set(&mut self, timer: Timer, at: Timestamp) {
        match self.at.insert(timer, at) {
            Some(before) if before == at => return,
            Some(before) => {
                self.due.remove(&(before, timer));
            }
            None => {}
        }
        self.due.insert((at, timer));
    }

    pub(crate) fn cancel(&mut self, timer: &Timer) {
        if let Some(at) = self.at.remove(timer) {
            self.due.remove(&(at, *timer));
        }
    }

    /// Sets the deadline of a reply, which it gets once. Whoever has parked the request remembers the time.
    pub(crate) fn set_reply(&mut self, reply: ReplyId, until: Timestamp) {
        self.due.insert((until, Timer::Reply(reply)));
    }

    /// Forgets the deadline of a reply.
    pub(crate) fn cancel_reply(&mut self, reply: ReplyId, until: Timestamp) {
        self.due.remove(&(until, Timer::Reply(reply)));
    }

    /// When the timer is due, if it is set.
    pub(crate) fn at(&self, timer: &Timer) -> Option<Timestamp> {
        self.at.get(timer).copied()
    }

    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes the first timer that is due.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.due.pop_first()?;
        if !matches!(timer, Timer::Reply(_)) {
            self.at.remove(&timer);
        }
        Some(timer)
    }
}
