//! The committed offsets of all groups, and those that are being appended.

use super::outbox::AppendId;
use runnel_protocol::SmallMap;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a group committed for a partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CommittedOffset {
    /// The next offset to read.
    pub(super) offset: i64,
    /// -1 if it is not known.
    pub(super) leader_epoch: i32,
    pub(super) metadata: String,
    pub(super) commit_timestamp_ms: i64,
    /// Set by clients of old that say themselves how long their offsets are kept.
    pub(super) expire_timestamp_ms: Option<i64>,
    /// Nil if it is not known.
    pub(super) topic_id: Uuid,
}

/// Which offset.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct OffsetKey {
    pub(super) group_id: String,
    pub(super) topic: String,
    pub(super) partition_index: i32,
}

impl OffsetKey {
    pub(super) fn new(group_id: &str, topic: &str, partition_index: i32) -> Self {
        OffsetKey { group_id: group_id.to_owned(), topic: topic.to_owned(), partition_index }
    }
}

/// One partition of one group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Slot {
    /// What readers see.
    committed: Option<CommittedOffset>,
    /// What is being appended, in the order of the log; `None` for a tombstone.
    pending: SmallMap<AppendId, Option<CommittedOffset>>,
}

impl Slot {
    /// What the log will say once everything is appended.
    fn latest(&self) -> Option<&CommittedOffset> {
        match self.pending.last_key_value() {
            Some((_, pending)) => pending.as_ref(),
            None => self.committed.as_ref(),
        }
    }
}

type Topics = BTreeMap<String, BTreeMap<i32, Slot>>;

/// Offsets by group, topic and partition. An offset is visible when its record was appended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Offsets {
    groups: BTreeMap<String, Topics>,
}

impl Offsets {
    /// What was committed and appended.
    pub(super) fn committed(&self, group_id: &str, topic: &str, partition_index: i32) -> Option<&CommittedOffset> {
        self.slot(group_id, topic, partition_index)?.committed.as_ref()
    }

    /// Whether there is an offset, or will be once everything is appended.
    pub(super) fn has_latest(&self, group_id: &str, topic: &str, partition_index: i32) -> bool {
        self.slot(group_id, topic, partition_index).is_some_and(|slot| slot.latest().is_some())
    }

    /// All that a group has committed, by topic and partition.
    pub(super) fn all_committed(&self, group_id: &str) -> impl Iterator<Item = (&str, i32, &CommittedOffset)> {
        self.slots(group_id).filter_map(|(topic, index, slot)| Some((topic, index, slot.committed.as_ref()?)))
    }

    /// All that a group will have once everything is appended.
    pub(super) fn all_latest(&self, group_id: &str) -> impl Iterator<Item = (&str, i32, &CommittedOffset)> {
        self.slots(group_id).filter_map(|(topic, index, slot)| Some((topic, index, slot.latest()?)))
    }

    /// All groups that have an offset, or one that is being appended.
    pub(super) fn group_ids(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// Takes note of a record that is being appended.
    pub(super) fn begin(&mut self, id: AppendId, key: &OffsetKey, value: Option<CommittedOffset>) {
        self.slot_mut(key).pending.insert(id, value);
    }

    /// The record was appended: its value becomes visible. Answers the value that was visible before and the one that
    /// is.
    pub(super) fn confirm(&mut self, id: AppendId, key: &OffsetKey) -> (Option<i64>, Option<i64>) {
        let mut moved = (None, None);
        self.change(key, |slot| {
            if let Some(value) = slot.pending.remove(&id) {
                let from = slot.committed.take().map(|offset| offset.offset);
                slot.committed = value;
                moved = (from, slot.committed.as_ref().map(|offset| offset.offset));
            }
        });
        moved
    }

    /// The record could not be appended.
    pub(super) fn forget(&mut self, id: AppendId, key: &OffsetKey) {
        self.change(key, |slot| {
            slot.pending.remove(&id);
        });
    }

    /// Puts in what the log says.
    pub(super) fn load(&mut self, key: &OffsetKey, value: Option<CommittedOffset>) {
        self.slot_mut(key);
        self.change(key, |slot| slot.committed = value);
    }

    pub(super) fn remove_group(&mut self, group_id: &str) {
        self.groups.remove(group_id);
    }

    fn slot_mut(&mut self, key: &OffsetKey) -> &mut Slot {
        let topics = entry(&mut self.groups, &key.group_id);
        entry(topics, &key.topic).entry(key.partition_index).or_default()
    }

    fn slot(&self, group_id: &str, topic: &str, partition_index: i32) -> Option<&Slot> {
        self.groups.get(group_id)?.get(topic)?.get(&partition_index)
    }

    fn slots(&self, group_id: &str) -> impl Iterator<Item = (&str, i32, &Slot)> {
        let topics = self.groups.get(group_id).into_iter().flatten();
        topics.flat_map(|(topic, slots)| slots.iter().map(move |(index, slot)| (topic.as_str(), *index, slot)))
    }

    /// Changes a slot, and removes what has become empty.
    fn change(&mut self, key: &OffsetKey, change: impl FnOnce(&mut Slot)) {
        let OffsetKey { group_id, topic, partition_index: index } = key;
        let Some(topics) = self.groups.get_mut(group_id) else { return };
        let Some(slots) = topics.get_mut(topic) else { return };
        let Some(slot) = slots.get_mut(index) else { return };
        change(slot);
        if *slot == Slot::default() {
            slots.remove(index);
        }
        if slots.is_empty() {
            topics.remove(topic);
        }
        if topics.is_empty() {
            self.groups.remove(group_id);
        }
    }
}

/// What stands under a name, which is copied only if it is new.
fn entry<'a, V: Default>(map: &'a mut BTreeMap<String, V>, name: &str) -> &'a mut V {
    if !map.contains_key(name) {
        map.insert(name.to_owned(), V::default());
    }
    map.get_mut(name).expect("it was put there")
}
