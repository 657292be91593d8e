//! Where requests wait: for records, for the disk, for the other members of a group.
//!
//! Every parked request has a deadline of its own and is answered by it, or its connection is closed. What it waits
//! for is named by partition: when a partition's visible end moves, or the partition goes, those who wait on it are
//! looked at again.

use crate::Offset;
use crate::groups::AppendId;
use crate::handlers::ParkedFetch;
use crate::ids::{BrokerId, ConnectionId, TopicPartition};
use crate::timers::ReplyId;
use runnel_protocol::messages::Response;
use runnel_protocol::time::Timestamp;
use runnel_protocol::{ErrorCode, SmallSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A request whose answer is due later: where the answer goes, and in which form.
#[derive(Clone, Debug)]
pub(crate) struct Parked {
    pub(crate) connection: ConnectionId,
    pub(crate) correlation_id: i32,
    pub(crate) version: i16,
    pub(crate) broker: BrokerId,
    /// Its deadline, if that is not the coordinator's business.
    pub(crate) until: Option<Timestamp>,
    pub(crate) wait: Wait,
}

/// What a parked request waits for.
#[derive(Clone, Debug)]
pub(crate) enum Wait {
    /// Records (long poll).
    Fetch(Arc<ParkedFetch>),
    /// The high watermarks of what was written; then the answer is ready.
    Written(Box<Written>),
    /// A group coordinator's word. It keeps the deadline itself.
    Group,
}

/// An answer that is ready but for the writes that it confirms.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) response: Response,
    /// What must be below the high watermark, still.
    pub(crate) waits: Vec<WrittenWait>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct WrittenWait {
    pub(crate) partition: TopicPartition,
    /// The high watermark that is enough.
    pub(crate) end: Offset,
    /// Where in a Produce answer the partition stands, to mark a failure: position of topic and of partition.
    pub(crate) place: Option<(usize, usize)>,
}

/// Who is told when a partition's visible end moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Waiter {
    /// A parked request.
    Reply(ReplyId),
    /// A coordinator whose records are on their way to the disk.
    GroupAppend(BrokerId, AppendId, Offset),
}

/// Up to so many partitions keep their place although nobody waits for them: most are asked for again at once.
const WATCHED_KEPT_MAX: usize = 1_000;

/// All that waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purgatory {
    parked: BTreeMap<ReplyId, Parked>,
    watchers: BTreeMap<TopicPartition, SmallSet<Waiter>>,
    /// Who must be looked at again before the next input.
    woken: BTreeSet<(TopicPartition, Waiter)>,
}

impl Purgatory {
    pub(crate) fn park(&mut self, reply: ReplyId, parked: Parked, watched: impl IntoIterator<Item = TopicPartition>) {
        for partition in watched {
            self.watch(partition, Waiter::Reply(reply));
        }
        self.parked.insert(reply, parked);
    }

    pub(crate) fn watch(&mut self, partition: TopicPartition, waiter: Waiter) {
        self.watchers.entry(partition).or_default().insert(waiter);
    }

    pub(crate) fn unwatch(&mut self, partition: TopicPartition, waiter: Waiter) {
        if let Some(waiters) = self.watchers.get_mut(&partition) {
            waiters.remove(&waiter);
            if waiters.is_empty() && self.watchers.len() > WATCHED_KEPT_MAX {
                self.watchers.remove(&partition);
            }
        }
    }

    /// The partition has more to show, or is gone.
    pub(crate) fn wake(&mut self, partition: TopicPartition) {
        if let Some(waiters) = self.watchers.get(&partition) {
            self.woken.extend(waiters.iter().map(|waiter| (partition, *waiter)));
        }
    }

    pub(crate) fn pop_woken(&mut self) -> Option<(TopicPartition, Waiter)> {
        self.woken.pop_first()
    }

    pub(crate) fn has_woken(&self) -> bool {
        !self.woken.is_empty()
    }

    pub(crate) fn parked(&self, reply: ReplyId) -> Option<&Parked> {
        self.parked.get(&reply)
    }

    /// Takes a request out, with everything that would have woken it.
    pub(crate) fn take(&mut self, reply: ReplyId) -> Option<Parked> {
        let parked = self.parked.remove(&reply)?;
        match &parked.wait {
            Wait::Fetch(fetch) => fetch.partitions().for_each(|partition| self.forget(partition, reply)),
            Wait::Written(written) => written.waits.iter().for_each(|wait| self.forget(wait.partition, reply)),
            Wait::Group => {}
        }
        Some(parked)
    }

    fn forget(&mut self, partition: TopicPartition, reply: ReplyId) {
        self.unwatch(partition, Waiter::Reply(reply));
        if !self.woken.is_empty() {
            self.woken.remove(&(partition, Waiter::Reply(reply)));
        }
    }

    /// How many requests wait.
    pub(crate) fn size(&self) -> usize {
        self.parked.len()
    }
}

/// Marks in a Produce answer that a partition's write failed after all.
pub(crate) fn mark_failed(response: &mut Response, place: (usize, usize), code: ErrorCode) {
    if let Response::Produce(produce) = response
        && let Some(partition) =
            produce.responses.get_mut(place.0).and_then(|topic| topic.partition_responses.get_mut(place.1))
    {
        partition.error_code = code.number();
        partition.base_offset = -1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PartitionIndex;
    use uuid::Uuid;

    #[test]
    fn partitions_that_nobody_waits_for_are_remembered_up_to_a_bound() {
        let mut purgatory = Purgatory::default();
        let waiter = Waiter::Reply(ReplyId(1));
        let partitions = (0..3_000).map(|index| TopicPartition { topic_id: Uuid::nil(), index: PartitionIndex(index) });
        partitions.clone().for_each(|partition| purgatory.watch(partition, waiter));
        partitions.clone().for_each(|partition| purgatory.unwatch(partition, waiter));
        assert_eq!(purgatory.watchers.len(), WATCHED_KEPT_MAX);
        partitions.for_each(|partition| purgatory.wake(partition));
        assert!(!purgatory.has_woken(), "nobody waits");
    }
}
