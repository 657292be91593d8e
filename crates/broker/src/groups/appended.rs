//! What follows when records were appended to `__consumer_offsets`, or could not be.

use super::Groups;
use super::answer::{GroupReply, JoinAnswer, LeaveAnswer, TopicOutcome};
use super::event::{GroupEvent, OffsetMove, OffsetRemoval};
use super::group::Group;
use super::offsets::OffsetKey;
use super::outbox::{AfterAppend, AppendId, PendingAppend, answer_to_failed_append};
use super::timers::Timer;
use crate::{Offset, Timestamp};
use runnel_protocol::ErrorCode;
use std::collections::BTreeMap;

impl Groups {
    /// Records were appended (the base offset of their batch), or could not be. Numbers that are not known, as after
    /// [`Groups::unload_partition`], are passed over.
    pub fn handle_appended(&mut self, now: Timestamp, id: AppendId, outcome: Result<Offset, ErrorCode>) {
        let Some(append) = self.outbox.appends.remove(&id) else { return };
        self.outbox.timers.cancel(&Timer::Append { id });
        let outcome = outcome.map(|_| ());
        let PendingAppend { offsets, after, .. } = append;
        // What moved only watchers are told.
        let mut moves: BTreeMap<String, Vec<OffsetMove>> = BTreeMap::new();
        for key in &offsets {
            if outcome.is_err() {
                self.offsets.forget(id, key);
                continue;
            }
            let (from, to) = self.offsets.confirm(id, key);
            if self.outbox.is_watched {
                let OffsetKey { group_id, topic, partition_index } = key.clone();
                let moved = OffsetMove { topic, partition_index, from: from.unwrap_or(-1), to: to.unwrap_or(-1) };
                moves.entry(group_id).or_default().push(moved);
            }
        }
        self.finish(now, after, outcome, moves);
    }

    /// Records were not appended in time: who waits is told. They may still be appended later, so nothing is undone
    /// but what members would take for agreed.
    pub(super) fn expire_append(&mut self, now: Timestamp, id: AppendId) {
        let Some(append) = self.outbox.appends.get_mut(&id) else { return };
        let error = ErrorCode::RequestTimedOut;
        match std::mem::replace(&mut append.after, AfterAppend::Nothing) {
            AfterAppend::GroupsDeleted { reply, groups } => {
                self.outbox.finish_deletion(reply, &groups, Err(error));
                self.keep_after(id, AfterAppend::CleanedUp { groups, reason: OffsetRemoval::Deleted });
            }
            void @ (AfterAppend::Assignment { .. } | AfterAppend::StaticReplaced(_)) => {
                self.finish(now, void, Err(error), BTreeMap::new());
            }
            after @ (AfterAppend::GroupCreated { .. }
            | AfterAppend::Left { .. }
            | AfterAppend::Committed { .. }
            | AfterAppend::OffsetsDeleted { .. }) => {
                self.answer_failed(&after, answer_to_failed_append(error));
                self.keep_after(id, after);
            }
            after @ (AfterAppend::Nothing | AfterAppend::CleanedUp { .. }) => self.keep_after(id, after),
        }
    }

    fn keep_after(&mut self, id: AppendId, after: AfterAppend) {
        if let Some(append) = self.outbox.appends.get_mut(&id) {
            append.after = after;
        }
    }

    /// The partition is another broker's business from now on.
    pub(super) fn abandon_append(&mut self, now: Timestamp, id: AppendId) {
        self.handle_appended(now, id, Err(ErrorCode::NotLeaderOrFollower));
    }

    /// Tells who waits for records that they could not be appended.
    fn answer_failed(&mut self, after: &AfterAppend, error: ErrorCode) {
        let (reply, answer) = match after {
            AfterAppend::GroupCreated { reply, .. } => (reply, GroupReply::Join(JoinAnswer::refusal(error, ""))),
            AfterAppend::Left { reply, .. } => {
                (reply, GroupReply::Leave(LeaveAnswer { error_code: error, members: Vec::new() }))
            }
            AfterAppend::Committed { reply, outcomes, .. } => (reply, GroupReply::Commit(failed(outcomes, error))),
            AfterAppend::OffsetsDeleted { reply, .. } => (reply, GroupReply::DeleteOffsets(Err(error))),
            AfterAppend::Nothing
            | AfterAppend::Assignment { .. }
            | AfterAppend::StaticReplaced(_)
            | AfterAppend::GroupsDeleted { .. }
            | AfterAppend::CleanedUp { .. } => return,
        };
        self.outbox.answer(*reply, answer);
    }

    fn finish(
        &mut self,
        now: Timestamp,
        after: AfterAppend,
        outcome: Result<(), ErrorCode>,
        moves: BTreeMap<String, Vec<OffsetMove>>,
    ) {
        if let Err(error) = outcome {
            self.answer_failed(&after, answer_to_failed_append(error));
        }
        match after {
            AfterAppend::Nothing => {}
            AfterAppend::GroupCreated { group_id, .. } => {
                if outcome.is_err() {
                    self.undo_creation(&group_id);
                }
            }
            AfterAppend::Assignment { group_id, generation_id, leader, assignments } => {
                self.change(&group_id, |group, outbox| {
                    group.finish_assignment(now, outbox, generation_id, &leader, outcome.map(|()| assignments));
                });
            }
            AfterAppend::StaticReplaced(replacement) => {
                self.change(&replacement.group_id, |group, outbox| {
                    group.finish_static_replacement(now, outbox, &replacement, outcome);
                });
            }
            AfterAppend::Left { reply, answer } => self.outbox.answer(reply, GroupReply::Leave(answer)),
            AfterAppend::Committed { reply, member_id, client_id, group_id, outcomes } => {
                if outcome.is_ok() {
                    self.show_committed(now, group_id, member_id, client_id, moves);
                }
                self.outbox.answer(reply, GroupReply::Commit(outcomes));
            }
            AfterAppend::OffsetsDeleted { reply, outcomes } => {
                self.show_removed(moves, OffsetRemoval::Deleted);
                self.outbox.answer(reply, GroupReply::DeleteOffsets(Ok(outcomes)));
            }
            AfterAppend::GroupsDeleted { reply, groups } => {
                self.show_removed(moves, OffsetRemoval::Deleted);
                self.outbox.finish_deletion(reply, &groups, outcome);
                self.restore_unless_done(outcome, groups);
            }
            AfterAppend::CleanedUp { groups, reason } => {
                self.show_removed(moves, reason);
                self.restore_unless_done(outcome, groups);
            }
        }
    }

    /// Offsets that a consumer commits to a group that does not exist make one, which only keeps offsets.
    fn show_committed(
        &mut self,
        now: Timestamp,
        group_id: String,
        member_id: String,
        client_id: String,
        mut moves: BTreeMap<String, Vec<OffsetMove>>,
    ) {
        let partition = self.partition_for(&group_id);
        self.groups.entry(group_id.clone()).or_insert_with(|| Group::new(&group_id, partition, now));
        let offsets = moves.remove(&group_id).unwrap_or_default();
        self.outbox.event(|| GroupEvent::OffsetsCommitted { group_id, member_id, client_id, offsets });
    }

    fn show_removed(&mut self, moves: BTreeMap<String, Vec<OffsetMove>>, reason: OffsetRemoval) {
        for (group_id, offsets) in moves {
            self.outbox.event(|| GroupEvent::OffsetsRemoved { group_id, offsets, reason });
        }
    }

    /// Without its record a new group does not exist, nor do those that wait in it.
    fn undo_creation(&mut self, group_id: &str) {
        if let Some(mut group) = self.groups.remove(group_id) {
            group.dissolve(&mut self.outbox, ErrorCode::CoordinatorNotAvailable, "its record could not be written");
        }
    }

    /// A group whose tombstone could not be appended is still there, unless another one has its name.
    fn restore_unless_done(&mut self, outcome: Result<(), ErrorCode>, groups: Vec<Group>) {
        if outcome.is_err() {
            for group in groups {
                self.groups.entry(group.group_id.clone()).or_insert(group);
            }
        }
    }
}

/// The outcomes of a commit, with an error for all that was on its way to the log.
fn failed(outcomes: &[TopicOutcome], error: ErrorCode) -> Vec<TopicOutcome> {
    let mut failed = outcomes.to_vec();
    let partitions = failed.iter_mut().flat_map(|topic| &mut topic.partitions);
    for (_, error_code) in partitions.filter(|(_, error_code)| *error_code == ErrorCode::None) {
        *error_code = error;
    }
    failed
}
