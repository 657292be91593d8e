//! What tools take away: groups, and offsets of groups; and what goes with a deleted topic.

use super::answer::{GroupReply, TopicOutcome};
use super::event::{GroupEvent, OffsetRemoval};
use super::group::Group;
use super::offsets::OffsetKey;
use super::outbox::{AfterAppend, Outbox, PendingAppend};
use super::request::{DeleteTopic, ReplyId};
use super::state::GroupState;
use super::{Groups, records};
use crate::Timestamp;
use runnel_protocol::ErrorCode;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Tombstones that nobody waits for are appended in batches of at most this many.
pub(super) const TOMBSTONE_BATCH_MAX: usize = 1000;

impl Groups {
    /// Answers DeleteGroups when all tombstones are appended.
    pub fn delete_groups(&mut self, now: Timestamp, group_ids: Vec<String>, reply: ReplyId) {
        self.outbox.accept(reply);
        let mut outcomes = Vec::with_capacity(group_ids.len());
        let mut by_partition: BTreeMap<i32, Vec<Group>> = BTreeMap::new();
        for group_id in group_ids {
            let deleted = self.take_deleted(&group_id);
            outcomes.push((group_id, ErrorCode::of(&deleted)));
            if let Ok(group) = deleted {
                by_partition.entry(group.partition).or_default().push(group);
            }
        }
        let outstanding = by_partition.len();
        for (partition, groups) in by_partition {
            let id = self.outbox.next_append_id();
            let mut tombstones = Vec::new();
            let mut offsets = BTreeSet::new();
            for group in &groups {
                let keys: Vec<_> = self.latest_keys(&group.group_id, |_, _| true).collect();
                tombstones.extend(keys.iter().map(records::offset_tombstone));
                tombstones.push(records::group_tombstone(&group.group_id));
                for key in keys {
                    self.offsets.begin(id, &key, None);
                    offsets.insert(key);
                }
            }
            let after = AfterAppend::GroupsDeleted { reply, groups };
            self.outbox.append(now, tombstones, PendingAppend { partition, offsets, after });
        }
        match outstanding {
            0 => self.outbox.answer(reply, GroupReply::DeleteGroups(outcomes)),
            _ => {
                self.outbox.deletions.insert(reply, Deletion { outstanding, outcomes });
            }
        }
    }

    /// Takes a group that may be deleted out of the room. If its tombstone cannot be appended, it comes back.
    fn take_deleted(&mut self, group_id: &str) -> Result<Group, ErrorCode> {
        self.coordinate(group_id)?;
        let group = self.groups.get(group_id).ok_or(ErrorCode::GroupIdNotFound)?;
        if group.state != GroupState::Empty {
            return Err(ErrorCode::NonEmptyGroup);
        }
        self.take_group(group_id, "deleted").ok_or(ErrorCode::GroupIdNotFound)
    }

    /// Takes an empty group out of the room. Identifiers that it gave out are forgotten, even if it comes back.
    pub(super) fn take_group(&mut self, group_id: &str, reason: &str) -> Option<Group> {
        let mut group = self.groups.remove(group_id)?;
        for member_id in std::mem::take(&mut group.pending_joins) {
            self.outbox.stop_session(group_id, &member_id);
        }
        let reason = reason.to_owned();
        self.outbox.event(|| GroupEvent::GroupRemoved { group_id: group_id.to_owned(), reason });
        Some(group)
    }

    /// Answers OffsetDelete when the tombstones are appended. Offsets of topics that the group's consumers read stay.
    pub fn delete_offsets(&mut self, now: Timestamp, group_id: &str, topics: Vec<DeleteTopic>, reply: ReplyId) {
        self.outbox.accept(reply);
        let partition = match self.admit_delete_offsets(group_id) {
            Ok(partition) => partition,
            Err(error) => return self.outbox.answer(reply, GroupReply::DeleteOffsets(Err(error))),
        };
        let id = self.outbox.next_append_id();
        let mut offsets = BTreeSet::new();
        let mut outcomes = Vec::with_capacity(topics.len());
        for topic in topics {
            let is_subscribed = self.groups.get(group_id).is_some_and(|group| group.is_subscribed_to(&topic.name));
            let subscribed = is_subscribed.then_some(ErrorCode::GroupSubscribedToTopic);
            let error = topic.refused.or(subscribed).unwrap_or(ErrorCode::None);
            let partitions = topic.partitions.iter().map(|index| (*index, error)).collect();
            for index in topic.partitions.iter().filter(|_| error == ErrorCode::None) {
                if self.offsets.has_latest(group_id, &topic.name, *index) {
                    offsets.insert(OffsetKey::new(group_id, &topic.name, *index));
                }
            }
            outcomes.push(TopicOutcome { name: topic.name, topic_id: Uuid::nil(), partitions });
        }
        if offsets.is_empty() {
            return self.outbox.answer(reply, GroupReply::DeleteOffsets(Ok(outcomes)));
        }
        for key in &offsets {
            self.offsets.begin(id, key, None);
        }
        let tombstones = offsets.iter().map(records::offset_tombstone).collect();
        let after = AfterAppend::OffsetsDeleted { reply, outcomes };
        self.outbox.append(now, tombstones, PendingAppend { partition, offsets, after });
    }

    fn admit_delete_offsets(&self, group_id: &str) -> Result<i32, ErrorCode> {
        if group_id.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let partition = self.coordinate(group_id)?;
        let group = self.groups.get(group_id).ok_or(ErrorCode::GroupIdNotFound)?;
        // Only of consumers is it known which topics they read.
        if group.state != GroupState::Empty && !group.uses_consumer_protocol() {
            return Err(ErrorCode::NonEmptyGroup);
        }
        Ok(partition)
    }

    /// Topics were deleted: the offsets of all groups for them go too.
    pub fn topics_deleted(&mut self, now: Timestamp, topics: &[(String, Uuid)]) {
        let ids: BTreeMap<&str, Uuid> = topics.iter().map(|(name, id)| (name.as_str(), *id)).collect();
        let mut by_partition: BTreeMap<i32, BTreeSet<OffsetKey>> = BTreeMap::new();
        for group_id in self.offsets.group_ids() {
            let Ok(partition) = self.coordinate(group_id) else { continue };
            let is_gone =
                |topic: &str, committed: Uuid| ids.get(topic).is_some_and(|id| committed.is_nil() || committed == *id);
            by_partition.entry(partition).or_default().extend(self.latest_keys(group_id, is_gone));
        }
        for (partition, keys) in by_partition {
            self.append_tombstones(now, partition, keys, Vec::new(), OffsetRemoval::TopicDeleted);
        }
    }

    /// Appends tombstones that nobody waits for: of offsets, then of groups that were taken out.
    pub(super) fn append_tombstones(
        &mut self,
        now: Timestamp,
        partition: i32,
        keys: BTreeSet<OffsetKey>,
        mut groups: Vec<Group>,
        reason: OffsetRemoval,
    ) {
        let mut keys = keys.into_iter().peekable();
        while keys.peek().is_some() {
            let offsets: BTreeSet<_> = keys.by_ref().take(TOMBSTONE_BATCH_MAX).collect();
            let id = self.outbox.next_append_id();
            for key in &offsets {
                self.offsets.begin(id, key, None);
            }
            let tombstones = offsets.iter().map(records::offset_tombstone).collect();
            let after = AfterAppend::CleanedUp { groups: Vec::new(), reason };
            self.outbox.append(now, tombstones, PendingAppend { partition, offsets, after });
        }
        while !groups.is_empty() {
            let rest = groups.split_off(groups.len().min(TOMBSTONE_BATCH_MAX));
            let tombstones = groups.iter().map(|group| records::group_tombstone(&group.group_id)).collect();
            let after = AfterAppend::CleanedUp { groups, reason };
            self.outbox.append(now, tombstones, PendingAppend { partition, offsets: BTreeSet::new(), after });
            groups = rest;
        }
    }

    /// The offsets of a group, with those that are being appended, of the topics that `is_wanted` picks by name and id.
    fn latest_keys<'a>(
        &'a self,
        group_id: &'a str,
        is_wanted: impl Fn(&str, Uuid) -> bool + 'a,
    ) -> impl Iterator<Item = OffsetKey> + 'a {
        let latest = self.offsets.all_latest(group_id);
        let wanted = latest.filter(move |(topic, _, offset)| is_wanted(topic, offset.topic_id));
        wanted.map(move |(topic, index, _)| OffsetKey::new(group_id, topic, index))
    }
}

/// A DeleteGroups that waits for the tombstones of several partitions.
#[derive(Clone, Debug)]
pub(super) struct Deletion {
    outstanding: usize,
    outcomes: Vec<(String, ErrorCode)>,
}

impl Outbox {
    /// The tombstones of one partition were appended, or could not be; the last one answers.
    pub(super) fn finish_deletion(&mut self, reply: ReplyId, groups: &[Group], outcome: Result<(), ErrorCode>) {
        let Some(deletion) = self.deletions.get_mut(&reply) else { return };
        deletion.outstanding -= 1;
        if let Err(error) = outcome {
            for (group_id, error_code) in &mut deletion.outcomes {
                if groups.iter().any(|group| group.group_id == *group_id) {
                    *error_code = super::outbox::answer_to_failed_append(error);
                }
            }
        }
        if deletion.outstanding == 0
            && let Some(deletion) = self.deletions.remove(&reply)
        {
            self.answer(reply, GroupReply::DeleteGroups(deletion.outcomes));
        }
    }
}
