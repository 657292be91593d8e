//! How offsets age (KIP-211).
//!
//! Looked through from time to time. Offsets of a group whose members have all left expire when the retention has
//! passed since; offsets of consumers that assign themselves when it has passed since their commit; and offsets of
//! topics that a stable group of consumers does not read any more, likewise. A client of old may have said itself how
//! long its offsets are kept. An empty group goes with its last offset.

use super::Groups;
use super::event::OffsetRemoval;
use super::group::Group;
use super::offsets::{CommittedOffset, OffsetKey};
use super::state::GroupState;
use super::timers::Timer;
use crate::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

/// Groups that are looked through at a time.
const EXPIRY_SLICE_GROUPS: usize = 200;
/// Between two slices: long enough that other inputs come in between.
const EXPIRY_PAUSE: Duration = Duration::from_micros(1);

/// From when on the retention of a group's offsets counts.
enum RetentionFrom {
    /// The instant at which the last member left.
    Emptied(i64),
    /// The commit of each offset.
    Commit,
}

impl Groups {
    /// Looks again after the check interval.
    pub(super) fn schedule_expiry(&mut self, now: Timestamp) {
        let interval = self.outbox.config.offsets_retention_check_interval.max(Duration::from_millis(1));
        self.outbox.timers.set(now, Timer::OffsetsRetention, now + interval);
    }

    /// Looks through some of the groups; the others follow a moment later, so that a heartbeat never waits for all.
    pub(super) fn expire_offsets(&mut self, now: Timestamp) {
        let from = self.expiry_from.take().map_or(Bound::Unbounded, Bound::Included);
        let mut looked_at = self.groups.range::<String, _>((from, Bound::Unbounded)).map(|(group_id, _)| group_id);
        let slice: Vec<String> = looked_at.by_ref().take(EXPIRY_SLICE_GROUPS).cloned().collect();
        self.expiry_from = looked_at.next().cloned();
        let mut by_partition: BTreeMap<i32, (BTreeSet<OffsetKey>, Vec<String>)> = BTreeMap::new();
        for group in slice.iter().filter_map(|group_id| self.groups.get(group_id)) {
            if self.coordinate(&group.group_id).is_err() {
                continue;
            }
            let (expired, are_all) = self.expired_offsets(now, group);
            let (keys, empty_groups) = by_partition.entry(group.partition).or_default();
            keys.extend(expired);
            if are_all && group.state == GroupState::Empty && group.pending_joins.is_empty() {
                empty_groups.push(group.group_id.clone());
            }
        }
        for (partition, (keys, group_ids)) in by_partition {
            let take = |group_id: &String| self.take_group(group_id, "its last offset expired");
            let groups = group_ids.iter().filter_map(take).collect();
            self.append_tombstones(now, partition, keys, groups, OffsetRemoval::Expired);
        }
        if self.expiry_from.is_some() {
            self.outbox.timers.set(now, Timer::OffsetsRetention, now + EXPIRY_PAUSE);
        } else if !self.partitions.is_empty() {
            self.schedule_expiry(now);
        }
    }

    /// The offsets of a group that have expired, and whether these are all that it has.
    fn expired_offsets(&self, now: Timestamp, group: &Group) -> (Vec<OffsetKey>, bool) {
        let retention_from = group.retention_from();
        let mut expired = Vec::new();
        let mut are_all = true;
        for (topic, index, offset) in self.offsets.all_latest(&group.group_id) {
            let Some(retention_from) = &retention_from else { return (Vec::new(), false) };
            if !group.is_subscribed_to(topic) && self.has_expired(now, offset, retention_from) {
                expired.push(OffsetKey::new(&group.group_id, topic, index));
            } else {
                are_all = false;
            }
        }
        (expired, are_all)
    }

    fn has_expired(&self, now: Timestamp, offset: &CommittedOffset, retention_from: &RetentionFrom) -> bool {
        if let Some(expires_at) = offset.expire_timestamp_ms {
            return now.as_millis() >= expires_at;
        }
        let from = match retention_from {
            RetentionFrom::Emptied(at) => *at,
            RetentionFrom::Commit => offset.commit_timestamp_ms,
        };
        let retention = i64::try_from(self.outbox.config.offsets_retention.as_millis()).unwrap_or(i64::MAX);
        now.as_millis().saturating_sub(from) >= retention
    }
}

impl Group {
    /// `None` while the group is at work and it is not known what it reads: then nothing expires.
    fn retention_from(&self) -> Option<RetentionFrom> {
        if self.protocol_type.is_none() {
            return Some(RetentionFrom::Commit);
        }
        if self.state == GroupState::Empty {
            return Some(self.state_changed_at_ms.map_or(RetentionFrom::Commit, RetentionFrom::Emptied));
        }
        let is_known = self.uses_consumer_protocol() && self.subscribed_topics.is_some();
        (is_known && self.state == GroupState::Stable).then_some(RetentionFrom::Commit)
    }
}
