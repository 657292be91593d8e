//! What members and tools ask of this room, in its own words: the handlers translate from the wire.

use bytes::Bytes;
use runnel_protocol::ErrorCode;
use uuid::Uuid;

/// A request that waits for its answer, as the caller numbers it. A number is used for one request only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ReplyId(pub u64);

/// One way to assign partitions that a member offers, with what it has to say to a leader that uses it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Protocol {
    /// Like `range` or `cooperative-sticky`.
    pub name: String,
    /// Opaque here, but for the topics that a consumer subscribes to.
    pub metadata: Bytes,
}

/// JoinGroup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Join {
    /// Version of the request: from 4 a newcomer has to come twice, from 9 a static leader may be told to skip the
    /// assignment.
    pub api_version: i16,
    /// The group.
    pub group_id: String,
    /// Empty for a newcomer.
    pub member_id: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// From the request's header.
    pub client_id: String,
    /// As Kafka writes addresses: `/127.0.0.1`.
    pub client_host: String,
    /// How long the member may be silent.
    pub session_timeout_ms: i32,
    /// How long the group waits for the member in a rebalance; -1, as in version 0, for the session time-out.
    pub rebalance_timeout_ms: i32,
    /// `consumer` for consumers.
    pub protocol_type: String,
    /// In order of preference.
    pub protocols: Vec<Protocol>,
    /// Why the member joins, in its own words.
    pub reason: Option<String>,
}

impl Join {
    /// The member's reason, or Kafka's words for none.
    pub(super) fn reason(&self) -> &str {
        self.reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or("not provided")
    }
}

/// SyncGroup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sync {
    /// Version of the request: from 5 protocol type and name have to be there.
    pub api_version: i16,
    /// The group.
    pub group_id: String,
    /// The generation that JoinGroup answered.
    pub generation_id: i32,
    /// The member.
    pub member_id: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// What JoinGroup answered.
    pub protocol_type: Option<String>,
    /// What JoinGroup answered.
    pub protocol_name: Option<String>,
    /// Who reads what, by member identifier; empty unless it comes from the leader.
    pub assignments: Vec<(String, Bytes)>,
}

/// One member of a LeaveGroup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaver {
    /// Empty when a tool removes a static member by its instance id.
    pub member_id: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// Why, in the member's own words.
    pub reason: Option<String>,
}

/// OffsetCommit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// Version of the request: from 9 an unknown group is named as such.
    pub api_version: i16,
    /// The group.
    pub group_id: String,
    /// -1 for a consumer outside any generation.
    pub generation_id: i32,
    /// Empty for a consumer outside any generation.
    pub member_id: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// From the request's header; only watchers see it.
    pub client_id: String,
    /// Versions 2 to 4: how long the offsets are kept, whatever the broker's setting.
    pub retention_time_ms: Option<i64>,
    /// What is committed.
    pub topics: Vec<CommitTopic>,
}

/// The partitions of one topic in a [`Commit`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitTopic {
    /// Name, resolved by the handler if the request named an id.
    pub name: String,
    /// Nil if it is not known.
    pub topic_id: Uuid,
    /// What is committed.
    pub partitions: Vec<CommitPartition>,
}

/// One partition in a [`Commit`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitPartition {
    /// The partition.
    pub partition_index: i32,
    /// The next offset to read.
    pub committed_offset: i64,
    /// Leader epoch of the last record that was read; -1 if it is not known.
    pub committed_leader_epoch: i32,
    /// The time that version 1 carried; the broker's for all others.
    pub commit_timestamp_ms: Option<i64>,
    /// Any text.
    pub metadata: Option<String>,
    /// What the handler found wrong with it (an unknown topic, no permission): answered as it stands.
    pub refused: Option<ErrorCode>,
}

/// Partitions of one topic, as OffsetFetch names them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicPartitions {
    /// Name, resolved by the handler if the request named an id.
    pub name: String,
    /// Nil if the request did not name one: then an offset of any topic of this name is meant.
    pub topic_id: Uuid,
    /// The partitions.
    pub partitions: Vec<i32>,
}

/// Partitions of one topic, as OffsetDelete names them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeleteTopic {
    /// Its name.
    pub name: String,
    /// The partitions.
    pub partitions: Vec<i32>,
    /// What the handler found wrong with the topic (unknown, no permission): answered as it stands.
    pub refused: Option<ErrorCode>,
}
