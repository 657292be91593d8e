//! OffsetCommit: a consumer writes down where it would go on.
//!
//! A member commits under its generation. A consumer that assigns itself, and tools, commit under none (-1): that is
//! taken only as long as nobody is in the group, so that they cannot cross members.

use super::Groups;
use super::answer::{GroupReply, TopicOutcome};
use super::group::Group;
use super::offsets::{CommittedOffset, OffsetKey};
use super::outbox::{AfterAppend, OffsetsRecord, PendingAppend};
use super::records::{self, NAME_SIZE_MAX};
use super::request::{Commit, CommitPartition, CommitTopic, ReplyId};
use super::state::GroupState;
use crate::Timestamp;
use runnel_protocol::ErrorCode;
use std::collections::BTreeSet;

/// From this version on an unknown group is named as such.
const GROUP_ID_NOT_FOUND_FROM: i16 = 9;

impl Groups {
    /// Answers OffsetCommit when the offsets are appended; only then does anybody see them.
    pub fn commit_offsets(&mut self, now: Timestamp, request: Commit, reply: ReplyId) {
        self.outbox.accept(reply);
        let partition = match self.admit_commit(&request) {
            Ok(partition) => partition,
            Err(error) => {
                let outcomes = request.topics.iter().map(|topic| outcomes(topic, |_| Err(error))).collect();
                return self.outbox.answer(reply, GroupReply::Commit(outcomes));
            }
        };
        self.keep_session(now, &request);

        let id = self.outbox.next_append_id();
        let mut appended: Vec<OffsetsRecord> = Vec::new();
        let mut offsets = BTreeSet::new();
        let mut answer = Vec::with_capacity(request.topics.len());
        for topic in &request.topics {
            answer.push(outcomes(topic, |committed| self.check_committed(topic, committed)));
            for committed in &topic.partitions {
                if committed.refused.is_some() || self.check_committed(topic, committed).is_err() {
                    continue;
                }
                let offset = stored(now, &request, topic, committed);
                let key = OffsetKey::new(&request.group_id, &topic.name, committed.partition_index);
                appended.push(records::offset(&key, &offset));
                self.offsets.begin(id, &key, Some(offset));
                offsets.insert(key);
            }
        }
        if appended.is_empty() {
            return self.outbox.answer(reply, GroupReply::Commit(answer));
        }
        let after = AfterAppend::Committed {
            reply,
            member_id: request.member_id,
            client_id: request.client_id,
            group_id: request.group_id,
            outcomes: answer,
        };
        self.outbox.append(now, appended, PendingAppend { partition, offsets, after });
    }

    fn admit_commit(&self, request: &Commit) -> Result<i32, ErrorCode> {
        let partition = self.coordinate(&request.group_id)?;
        if request.group_id.len() > NAME_SIZE_MAX {
            return Err(ErrorCode::InvalidRequest);
        }
        match self.groups.get(&request.group_id) {
            Some(group) => group.validate_commit(request)?,
            None if request.generation_id < 0 => {
                if super::config::is_reached(self.groups.len(), self.outbox.config.group_count_max) {
                    return Err(ErrorCode::PolicyViolation);
                }
            }
            None if request.api_version >= GROUP_ID_NOT_FOUND_FROM => return Err(ErrorCode::GroupIdNotFound),
            None => return Err(ErrorCode::IllegalGeneration),
        }
        Ok(partition)
    }

    /// A commit shows that a member is alive, too.
    fn keep_session(&mut self, now: Timestamp, request: &Commit) {
        let Some(group) = self.groups.get(&request.group_id) else { return };
        let counts = matches!(group.state, GroupState::Stable | GroupState::PreparingRebalance);
        if let Some(member) = group.members.get(&request.member_id).filter(|_| counts) {
            self.outbox.start_session(now, &request.group_id, &request.member_id, member.session_timeout());
        }
    }

    fn check_committed(&self, topic: &CommitTopic, committed: &CommitPartition) -> Result<(), ErrorCode> {
        let metadata = committed.metadata.as_deref().unwrap_or("");
        let limit = usize::try_from(self.outbox.config.offset_metadata_size_max).unwrap_or(usize::MAX);
        // A text never has more UTF-16 units than bytes, so most need not be counted.
        let is_too_large = metadata.len() > limit && metadata.encode_utf16().count() > limit;
        if is_too_large || metadata.len() > NAME_SIZE_MAX {
            return Err(ErrorCode::OffsetMetadataTooLarge);
        }
        if topic.name.len() > NAME_SIZE_MAX { Err(ErrorCode::InvalidTopicException) } else { Ok(()) }
    }
}

impl Group {
    fn validate_commit(&self, request: &Commit) -> Result<(), ErrorCode> {
        if request.generation_id < 0 && self.state == GroupState::Empty {
            return Ok(());
        }
        let is_anonymous =
            request.generation_id < 0 && request.member_id.is_empty() && request.group_instance_id.is_none();
        if is_anonymous {
            return Err(ErrorCode::UnknownMemberId);
        }
        self.validate_member(&request.member_id, request.group_instance_id.as_deref())?;
        if request.generation_id != self.generation_id {
            return Err(ErrorCode::IllegalGeneration);
        }
        // The member knows the generation, but has no assignment that it could have read from.
        if self.state == GroupState::CompletingRebalance { Err(ErrorCode::RebalanceInProgress) } else { Ok(()) }
    }
}

fn stored(now: Timestamp, request: &Commit, topic: &CommitTopic, committed: &CommitPartition) -> CommittedOffset {
    CommittedOffset {
        offset: committed.committed_offset,
        leader_epoch: committed.committed_leader_epoch,
        metadata: committed.metadata.clone().unwrap_or_default(),
        commit_timestamp_ms: committed.commit_timestamp_ms.unwrap_or(now.as_millis()),
        expire_timestamp_ms: request.retention_time_ms.map(|retention| now.as_millis().saturating_add(retention)),
        topic_id: topic.topic_id,
    }
}

fn outcomes(topic: &CommitTopic, check: impl Fn(&CommitPartition) -> Result<(), ErrorCode>) -> TopicOutcome {
    let outcome = |committed: &CommitPartition| {
        let error = committed.refused.unwrap_or_else(|| ErrorCode::of(&check(committed)));
        (committed.partition_index, error)
    };
    TopicOutcome {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: topic.partitions.iter().map(outcome).collect(),
    }
}
