//! What this room answers: the handlers translate to the wire.

use bytes::Bytes;
use runnel_protocol::ErrorCode;
use uuid::Uuid;

/// The answer to a request that came with a [`ReplyId`](super::ReplyId).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupReply {
    /// To JoinGroup.
    Join(JoinAnswer),
    /// To SyncGroup.
    Sync(SyncAnswer),
    /// To LeaveGroup.
    Leave(LeaveAnswer),
    /// To OffsetCommit: all topics and partitions of the request, in its order.
    Commit(Vec<TopicOutcome>),
    /// To DeleteGroups: all groups of the request, in its order.
    DeleteGroups(Vec<(String, ErrorCode)>),
    /// To OffsetDelete: an error for all of it, or all topics and partitions of the request, in its order.
    DeleteOffsets(Result<Vec<TopicOutcome>, ErrorCode>),
}

/// The answer to JoinGroup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JoinAnswer {
    /// Why not, or `NONE`.
    pub error_code: ErrorCode,
    /// -1 with most errors.
    pub generation_id: i32,
    /// On the wire from version 7.
    pub protocol_type: Option<String>,
    /// The protocol that got most votes. Versions before 7 say an empty string for `None`.
    pub protocol_name: Option<String>,
    /// Member identifier of the leader; empty with most errors.
    pub leader: String,
    /// Version 9: a static leader came back and the assignment stands; it watches the topics, but assigns nothing.
    pub skip_assignment: bool,
    /// Who the asking member is.
    pub member_id: String,
    /// For the leader: everybody.
    pub members: Vec<JoinedMember>,
}

/// A member as its leader sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JoinedMember {
    /// Its identifier.
    pub member_id: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// What it says under the chosen protocol.
    pub metadata: Bytes,
}

impl JoinAnswer {
    /// A refusal.
    pub(super) fn refusal(error_code: ErrorCode, member_id: impl Into<String>) -> Self {
        JoinAnswer {
            error_code,
            generation_id: -1,
            protocol_type: None,
            protocol_name: None,
            leader: String::new(),
            skip_assignment: false,
            member_id: member_id.into(),
            members: Vec::new(),
        }
    }
}

/// The answer to SyncGroup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyncAnswer {
    /// Why not, or `NONE`.
    pub error_code: ErrorCode,
    /// On the wire from version 5.
    pub protocol_type: Option<String>,
    /// On the wire from version 5.
    pub protocol_name: Option<String>,
    /// What the leader gave to this member; empty if it gave nothing.
    pub assignment: Bytes,
}

impl SyncAnswer {
    /// A refusal.
    pub(super) fn refusal(error_code: ErrorCode) -> Self {
        SyncAnswer { error_code, protocol_type: None, protocol_name: None, assignment: Bytes::new() }
    }
}

/// The answer to LeaveGroup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeaveAnswer {
    /// An error for the whole request, or `NONE`.
    pub error_code: ErrorCode,
    /// Each member of the request, in its order; empty with an error.
    pub members: Vec<LeftMember>,
}

/// One member of a [`LeaveAnswer`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftMember {
    /// As in the request.
    pub member_id: String,
    /// As in the request.
    pub group_instance_id: Option<String>,
    /// Why not, or `NONE`.
    pub error_code: ErrorCode,
}

impl LeaveAnswer {
    /// The one error that versions 0 to 2 have room for.
    pub fn single_error_code(&self) -> ErrorCode {
        match (self.error_code, self.members.first()) {
            (ErrorCode::None, Some(member)) => member.error_code,
            (error_code, _) => error_code,
        }
    }
}

/// What became of the partitions of one topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicOutcome {
    /// As in the request.
    pub name: String,
    /// As in the request.
    pub topic_id: Uuid,
    /// Partition and error, in the request's order.
    pub partitions: Vec<(i32, ErrorCode)>,
}

/// The committed offsets of one topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchedTopic {
    /// Its name.
    pub name: String,
    /// As in the request; nil when all topics were asked for.
    pub topic_id: Uuid,
    /// Its partitions.
    pub partitions: Vec<FetchedOffset>,
}

/// The committed offset of one partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchedOffset {
    /// The partition.
    pub partition_index: i32,
    /// The next offset to read; -1 if none was committed.
    pub committed_offset: i64,
    /// -1 if it is not known.
    pub committed_leader_epoch: i32,
    /// The text of the commit.
    pub metadata: String,
}

/// One row of ListGroups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedGroup {
    /// Its name.
    pub group_id: String,
    /// `consumer`; empty for a group that only keeps offsets.
    pub protocol_type: String,
    /// The name of its state.
    pub group_state: &'static str,
    /// `classic`.
    pub group_type: &'static str,
}

/// One group of DescribeGroups; authorized operations are the handler's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DescribedGroup {
    /// Why there is nothing to describe, or `NONE`.
    pub error_code: ErrorCode,
    /// On the wire from version 6.
    pub error_message: Option<String>,
    /// Its name.
    pub group_id: String,
    /// The name of its state; empty if this broker cannot say.
    pub group_state: &'static str,
    /// `consumer`; empty for a group that only keeps offsets.
    pub protocol_type: String,
    /// The chosen protocol, in state Stable only.
    pub protocol_data: String,
    /// Its members.
    pub members: Vec<DescribedMember>,
}

/// One member of a [`DescribedGroup`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DescribedMember {
    /// Its identifier.
    pub member_id: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// From the header of its first JoinGroup.
    pub client_id: String,
    /// As Kafka writes addresses: `/127.0.0.1`.
    pub client_host: String,
    /// What it says under the chosen protocol, in state Stable only.
    pub member_metadata: Bytes,
    /// What it was given last.
    pub member_assignment: Bytes,
}
