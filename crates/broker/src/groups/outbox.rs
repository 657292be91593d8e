//! What leaves the room: answers, records to append, events, and the deadlines that make it speak unasked.

use super::answer::{GroupReply, JoinAnswer, LeaveAnswer, SyncAnswer, TopicOutcome};
use super::config::GroupsConfig;
use super::delete::Deletion;
use super::event::{GroupEvent, OffsetRemoval};
use super::group::Group;
use super::offsets::OffsetKey;
use super::request::{Protocol, ReplyId};
use super::timers::{Timer, Timers};
use crate::Timestamp;
use bytes::Bytes;
use runnel_protocol::{ErrorCode, SmallMap, SmallSet};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hint::cold_path;

/// Records on their way into `__consumer_offsets`. A number is used once per run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AppendId(pub u64);

/// A record of `__consumer_offsets`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OffsetsRecord {
    /// What it is about.
    pub key: Bytes,
    /// `None` for a tombstone.
    pub value: Option<Bytes>,
}

/// What the room says to its surroundings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupOutput {
    /// A request is answered.
    Reply {
        /// Which.
        reply: ReplyId,
        /// With what.
        answer: GroupReply,
    },
    /// Records are to be appended, as one batch; [`Groups::handle_appended`](super::Groups::handle_appended) is told
    /// of the outcome.
    Append {
        /// Their number.
        id: AppendId,
        /// Of `__consumer_offsets`.
        partition: i32,
        /// At least one.
        records: Vec<OffsetsRecord>,
    },
    /// Something for watchers.
    Event(GroupEvent),
}

/// What is done when records were appended, or could not be.
#[derive(Clone, Debug)]
pub(super) enum AfterAppend {
    /// Nobody waits. If it fails, the log is behind until the next record of the group.
    Nothing,
    /// A group was made for a JoinGroup: without its record there is no group.
    GroupCreated { group_id: String, reply: ReplyId },
    /// The leader's assignment: everybody gets theirs.
    Assignment { group_id: String, generation_id: i32, leader: String, assignments: BTreeMap<String, Bytes> },
    /// A static member came back without a rebalance.
    StaticReplaced(Box<StaticReplacement>),
    /// The last members left.
    Left { reply: ReplyId, answer: LeaveAnswer },
    /// Offsets become visible.
    Committed { reply: ReplyId, member_id: String, client_id: String, group_id: String, outcomes: Vec<TopicOutcome> },
    /// Offsets vanish.
    OffsetsDeleted { reply: ReplyId, outcomes: Vec<TopicOutcome> },
    /// Groups were deleted for a DeleteGroups.
    GroupsDeleted { reply: ReplyId, groups: Vec<Group> },
    /// Offsets and groups went without being asked for.
    CleanedUp { groups: Vec<Group>, reason: OffsetRemoval },
}

/// What has to be undone when the record of a static member's return cannot be appended.
#[derive(Clone, Debug)]
pub(super) struct StaticReplacement {
    pub(super) group_id: String,
    pub(super) group_instance_id: String,
    pub(super) old_member_id: String,
    pub(super) new_member_id: String,
    pub(super) old_leader: String,
    pub(super) old_protocols: Vec<Protocol>,
    pub(super) old_rebalance_timeout_ms: i32,
    pub(super) old_session_timeout_ms: i32,
    pub(super) generation_id: i32,
    pub(super) reply: ReplyId,
    /// From version 9 the leader learns that the assignment stands.
    pub(super) can_skip_assignment: bool,
}

/// Records that were handed out for appending.
#[derive(Clone, Debug)]
pub(super) struct PendingAppend {
    pub(super) partition: i32,
    /// Offsets that these records set or remove: group, topic, partition.
    pub(super) offsets: BTreeSet<OffsetKey>,
    pub(super) after: AfterAppend,
}

/// Everything that leaves.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    pub(super) config: GroupsConfig,
    pub(super) timers: Timers,
    pub(super) appends: SmallMap<AppendId, PendingAppend>,
    /// Requests that have had no answer, and whose connection is open.
    pub(super) unanswered: SmallSet<ReplyId>,
    /// DeleteGroups requests that wait for tombstones.
    pub(super) deletions: BTreeMap<ReplyId, Deletion>,
    pub(super) is_watched: bool,
    next_append: u64,
    outputs: VecDeque<GroupOutput>,
}

impl Outbox {
    pub(super) fn new(config: GroupsConfig) -> Self {
        Outbox {
            config,
            timers: Timers::default(),
            appends: SmallMap::new(),
            unanswered: SmallSet::new(),
            deletions: BTreeMap::new(),
            is_watched: true,
            next_append: 0,
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn has_output(&self) -> bool {
        !self.outputs.is_empty()
    }

    pub(super) fn pop(&mut self) -> Option<GroupOutput> {
        self.outputs.pop_front()
    }

    /// Takes note of a request that will be answered.
    pub(super) fn accept(&mut self, reply: ReplyId) {
        assert!(self.unanswered.insert(reply), "a reply id is used for one request only");
    }

    /// Answers, unless the connection was closed or the answer was given.
    pub(super) fn answer(&mut self, reply: ReplyId, answer: GroupReply) {
        if self.unanswered.remove(&reply) {
            self.outputs.push_back(GroupOutput::Reply { reply, answer });
        }
    }

    pub(super) fn answer_join(&mut self, reply: ReplyId, answer: JoinAnswer) {
        self.answer(reply, GroupReply::Join(answer));
    }

    pub(super) fn answer_sync(&mut self, reply: ReplyId, answer: SyncAnswer) {
        self.answer(reply, GroupReply::Sync(answer));
    }

    /// Tells watchers, if there are any.
    pub(super) fn event(&mut self, make: impl FnOnce() -> GroupEvent) {
        if self.is_watched {
            cold_path();
            self.outputs.push_back(GroupOutput::Event(make()));
        }
    }

    /// The number of the next append, for who has to know it beforehand.
    pub(super) fn next_append_id(&self) -> AppendId {
        AppendId(self.next_append)
    }

    /// Hands out records for appending.
    pub(super) fn append(&mut self, now: Timestamp, records: Vec<OffsetsRecord>, pending: PendingAppend) -> AppendId {
        let id = self.next_append_id();
        self.next_append += 1;
        self.timers.set(now, Timer::Append { id }, now + self.config.append_timeout);
        self.outputs.push_back(GroupOutput::Append { id, partition: pending.partition, records });
        self.appends.insert(id, pending);
        id
    }

    /// Hands out one record of a group's own.
    pub(super) fn append_group(&mut self, now: Timestamp, group: &Group, record: OffsetsRecord, after: AfterAppend) {
        let pending = PendingAppend { partition: group.partition, offsets: BTreeSet::new(), after };
        self.append(now, vec![record], pending);
    }

    /// Starts a member's session time-out, or starts it anew.
    pub(super) fn start_session(
        &mut self,
        now: Timestamp,
        group_id: &str,
        member_id: &str,
        timeout: std::time::Duration,
    ) {
        let timer = Timer::Session { group_id: group_id.to_owned(), member_id: member_id.to_owned() };
        self.set_deadline(now, timer, now + timeout);
    }

    pub(super) fn stop_session(&mut self, group_id: &str, member_id: &str) {
        let timer = Timer::Session { group_id: group_id.to_owned(), member_id: member_id.to_owned() };
        self.clear_deadline(&timer);
    }

    /// Sets a deadline that watchers see.
    pub(super) fn set_deadline(&mut self, now: Timestamp, timer: Timer, due: Timestamp) {
        if let Some((deadline, group_id, member_id)) = timer.shown().filter(|_| self.is_watched) {
            let (group_id, member_id) = (group_id.to_owned(), member_id.map(str::to_owned));
            self.event(|| GroupEvent::DeadlineSet { group_id, member_id, deadline, started: now, due });
        }
        self.timers.set(now, timer, due);
    }

    /// Forgets a deadline that watchers see.
    pub(super) fn clear_deadline(&mut self, timer: &Timer) {
        if self.timers.cancel(timer) {
            self.show_cleared(timer);
        }
    }

    /// Tells watchers that a deadline has passed, or is no longer waited for.
    pub(super) fn show_cleared(&mut self, timer: &Timer) {
        if let Some((deadline, group_id, member_id)) = timer.shown().filter(|_| self.is_watched) {
            let (group_id, member_id) = (group_id.to_owned(), member_id.map(str::to_owned));
            self.event(|| GroupEvent::DeadlineCleared { group_id, member_id, deadline });
        }
    }
}

/// What a failed append means to who waits for it, as Kafka translates it.
pub(super) fn answer_to_failed_append(error: ErrorCode) -> ErrorCode {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are passed on as they are")]
    match error {
        ErrorCode::UnknownTopicOrPartition | ErrorCode::NotEnoughReplicas | ErrorCode::RequestTimedOut => {
            ErrorCode::CoordinatorNotAvailable
        }
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge | ErrorCode::InvalidFetchSize => {
            ErrorCode::UnknownServerError
        }
        other => other,
    }
}
