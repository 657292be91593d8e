//! Numbers on records, so that a broker knows a repetition and a gap (KIP-98, KIP-360).
//!
//! ```text
//! no id --InitProducerId--> id and epoch --> each partition counts its records from 0
//!                              |   ^
//!   a gap that cannot close    v   |  the epoch is one more; partitions count from 0 again
//!                           bump wanted
//! ```

use super::batch::{Batch, Stamp, sequence_after};
use crate::TopicPartition;
use crate::network::RequestId;
use runnel_protocol::{SmallMap, SmallSet, Timestamp};

/// What an idempotent producer remembers.
#[derive(Clone, Debug)]
pub(super) struct Idempotence {
    /// Producer id and epoch.
    pub(super) identity: Option<(i64, i16)>,
    pub(super) asking: Option<RequestId>,
    pub(super) not_before: Timestamp,
    pub(super) failures_count: u32,
    partitions: SmallMap<TopicPartition, Counting>,
    /// Partitions of which a batch was given up after it had left, and the number that follows it.
    unresolved: SmallMap<TopicPartition, i32>,
    bump_reason: Option<String>,
    to_rewrite: SmallSet<TopicPartition>,
}

#[derive(Clone, Debug)]
struct Counting {
    identity: (i64, i16),
    next_sequence: i32,
    /// -1 for none.
    last_acked_sequence: i32,
    /// -1 for none.
    last_acked_offset: i64,
}

impl Idempotence {
    pub(super) fn new() -> Self {
        Idempotence {
            identity: None,
            asking: None,
            not_before: Timestamp(i64::MIN),
            failures_count: 0,
            partitions: SmallMap::new(),
            unresolved: SmallMap::new(),
            bump_reason: None,
            to_rewrite: SmallSet::new(),
        }
    }

    /// The number that the partition's next record gets.
    pub(super) fn next_sequence(&self, place: &TopicPartition) -> Option<i32> {
        self.partitions.get(place).map(|counting| counting.next_sequence)
    }

    /// Whether the batch at the head of a partition's queue may leave. `others` are the batches of the partition that
    /// have numbers: on their way, or waiting to be sent again.
    pub(super) fn may_leave(&self, head: &Batch, others: &[i32]) -> bool {
        let Some(identity) = self.identity else { return false };
        match head.stamp {
            // Only the first in line is sent again; the others follow when it is settled.
            Some(stamp) => others.iter().all(|sequence| *sequence >= stamp.base_sequence),
            None => {
                let is_stale = self.partitions.get(&head.place).is_some_and(|counting| counting.identity != identity);
                (!is_stale || others.is_empty()) && !self.unresolved.contains_key(&head.place)
            }
        }
    }

    /// Gives a batch its numbers, at its first departure.
    pub(super) fn stamp(&mut self, batch: &mut Batch) {
        let Some(identity) = self.identity else { return };
        if batch.stamp.is_some() {
            return;
        }
        let fresh = Counting { identity, next_sequence: 0, last_acked_sequence: -1, last_acked_offset: -1 };
        let counting = self.partitions.entry(batch.place.clone()).or_insert_with(|| fresh.clone());
        if counting.identity != identity {
            *counting = fresh;
        }
        let (producer_id, producer_epoch) = identity;
        batch.stamp = Some(Stamp { producer_id, producer_epoch, base_sequence: counting.next_sequence });
        counting.next_sequence = sequence_after(counting.next_sequence, batch.records_count());
    }

    /// Takes in that a broker has a batch.
    pub(super) fn acknowledged(&mut self, batch: &Batch, last_offset: Option<i64>) {
        let Some(following) = batch.following_sequence() else { return };
        if let Some(counting) = self.partitions.get_mut(&batch.place) {
            counting.last_acked_sequence = counting.last_acked_sequence.max(following.saturating_sub(1));
            counting.last_acked_offset = counting.last_acked_offset.max(last_offset.unwrap_or(-1));
        }
    }

    /// Whether the broker should have taken the batch as the next one.
    pub(super) fn is_next(&self, place: &TopicPartition, sequence: i32) -> bool {
        let last = self.partitions.get(place).map_or(-1, |counting| counting.last_acked_sequence);
        sequence.checked_sub(1) == Some(last)
    }

    pub(super) fn last_acked_offset(&self, place: &TopicPartition) -> i64 {
        self.partitions.get(place).map_or(-1, |counting| counting.last_acked_offset)
    }

    pub(super) fn is_unresolved(&self, place: &TopicPartition) -> bool {
        self.unresolved.contains_key(place)
    }

    /// Whether the batch is the one right after those that were given up.
    pub(super) fn is_next_after_unresolved(&self, place: &TopicPartition, sequence: i32) -> bool {
        self.unresolved.get(place) == Some(&sequence)
    }

    /// A batch that had left before was given up: nobody knows whether a broker has it.
    pub(super) fn mark_unresolved(&mut self, batch: &Batch) {
        if let Some(following) = batch.following_sequence() {
            let known = self.unresolved.entry(batch.place.clone()).or_insert(following);
            *known = following.max(*known);
        }
    }

    /// Looks at partitions with given-up batches of which none is left on its way: either a later one was taken, or the
    /// numbers have a gap.
    pub(super) fn resolve(&mut self, has_stamped: impl Fn(&TopicPartition) -> bool) {
        let settled: Vec<TopicPartition> =
            self.unresolved.keys().filter(|place| !has_stamped(place)).cloned().collect();
        for place in settled {
            self.unresolved.remove(&place);
            let next = self.next_sequence(&place).unwrap_or(0);
            if !self.is_next(&place, next) {
                self.want_bump(&place, "a record was given up that a broker may or may not have");
            }
        }
    }

    /// Asks for another epoch, in which the partition counts anew.
    pub(super) fn want_bump(&mut self, place: &TopicPartition, reason: &str) {
        self.bump_reason.get_or_insert_with(|| reason.to_owned());
        self.to_rewrite.insert(place.clone());
    }

    /// Whether there is an identity with which nothing is wrong, or one is asked for already.
    pub(super) fn is_settled(&self) -> bool {
        let has_identity = self.identity.is_some() || self.asking.is_some();
        has_identity && self.unresolved.is_empty() && self.bump_reason.is_none()
    }

    /// Why another epoch is wanted, where it is.
    pub(super) fn bump_reason(&self) -> Option<&str> {
        self.bump_reason.as_deref()
    }

    /// Takes the next epoch without asking anybody, as Java does; `None` where a new id has to be asked for.
    pub(super) fn bump_alone(&mut self) -> Option<(i64, i16)> {
        let (producer_id, producer_epoch) = self.identity?;
        self.identity = producer_epoch.checked_add(1).map(|epoch| (producer_id, epoch));
        self.identity
    }

    /// With the new identity: the partitions that asked for it count from 0 again, beginning with the batches that are
    /// on their way.
    pub(super) fn begin_anew<'a>(&mut self, batches: impl Iterator<Item = &'a mut Batch>) {
        let Some(identity) = self.identity else { return };
        let mut of_place: SmallMap<TopicPartition, Vec<&mut Batch>> = SmallMap::new();
        for batch in batches.filter(|batch| batch.stamp.is_some() && self.to_rewrite.contains(&batch.place)) {
            of_place.entry(batch.place.clone()).or_default().push(batch);
        }
        for place in std::mem::take(&mut self.to_rewrite) {
            let mut next_sequence = 0;
            let mut batches = of_place.remove(&place).unwrap_or_default();
            batches.sort_by_key(|batch| batch.stamp.map(|stamp| stamp.base_sequence));
            for batch in batches {
                let (producer_id, producer_epoch) = identity;
                batch.stamp = Some(Stamp { producer_id, producer_epoch, base_sequence: next_sequence });
                batch.sequence_was_reset = true;
                next_sequence = sequence_after(next_sequence, batch.records_count());
            }
            self.unresolved.remove(&place);
            let counting = Counting { identity, next_sequence, last_acked_sequence: -1, last_acked_offset: -1 };
            self.partitions.insert(place, counting);
        }
        self.bump_reason = None;
    }
}
