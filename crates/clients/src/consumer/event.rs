//! What happens inside a consumer, for watchers. Nothing that decides reads it.

use super::settings::{OffsetReset, StartAt};
use crate::TopicPartition;
use runnel_protocol::Timestamp;
use serde::Serialize;

/// An offset of a partition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartitionOffset {
    /// Which partition.
    #[serde(flatten)]
    pub partition: TopicPartition,
    /// Its offset.
    pub offset: i64,
}

/// Why a position is where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionCause {
    /// The group had committed it.
    Committed,
    /// `auto.offset.reset` said so, to the first record.
    ResetToEarliest,
    /// `auto.offset.reset` said so, to the end.
    ResetToLatest,
    /// Somebody asked for it.
    Seek,
}

/// Something that happened. The fields say what a learner needs to see the cause.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are Kafka's words; each variant says what happened")]
pub enum ConsumerEvent {
    /// The broker that coordinates the group is known.
    CoordinatorFound { group_id: String, node_id: i32 },
    /// The coordinator cannot be used any more; it is looked for again.
    CoordinatorLost { group_id: String, reason: String },
    /// JoinGroup is sent.
    Joining { group_id: String, member_id: String, reason: String },
    /// The coordinator gave the member its id; it joins again with it (KIP-394).
    MemberIdGiven { member_id: String },
    /// The group has a new generation, and this member is in it.
    Joined { group_id: String, member_id: String, generation_id: i32, is_leader: bool, protocol: String },
    /// The leader has dealt the partitions.
    Dealt { generation_id: i32, members: Vec<(String, Vec<TopicPartition>)> },
    /// The member has its partitions.
    Assigned { generation_id: i32, added: Vec<TopicPartition>, partitions: Vec<TopicPartition> },
    /// The member has given up partitions, with time to commit.
    Revoked { partitions: Vec<TopicPartition> },
    /// Partitions are gone without a word: the group went on without this member.
    Lost { partitions: Vec<TopicPartition>, reason: String },
    /// Reading of a partition begins, or goes on elsewhere.
    PositionMoved {
        #[serde(flatten)]
        partition: TopicPartition,
        from: Option<i64>,
        to: i64,
        cause: PositionCause,
    },
    /// There is no valid offset to begin at, so `auto.offset.reset` decides.
    OffsetReset {
        #[serde(flatten)]
        partition: TopicPartition,
        policy: OffsetReset,
        reason: String,
        /// The offset that was not valid.
        offset: Option<i64>,
    },
    /// Records came.
    Fetched {
        #[serde(flatten)]
        partition: TopicPartition,
        from_offset: i64,
        to_offset: i64,
        records_count: usize,
        size: usize,
        high_watermark: i64,
    },
    /// A record cannot be read.
    Unreadable {
        #[serde(flatten)]
        partition: TopicPartition,
        fetch_offset: i64,
        reason: String,
    },
    /// The program begins with a record.
    ProcessingStarted {
        #[serde(flatten)]
        partition: TopicPartition,
        offset: i64,
        until: Timestamp,
    },
    /// The program is done with a record.
    ProcessingFinished {
        #[serde(flatten)]
        partition: TopicPartition,
        offset: i64,
    },
    /// OffsetCommit is sent.
    Committing { offsets: Vec<PartitionOffset> },
    /// The group's offsets are written.
    Committed { offsets: Vec<PartitionOffset> },
    /// They are not.
    CommitRefused { offsets: Vec<PartitionOffset>, error: String },
    /// The coordinator answered a heartbeat with an error.
    HeartbeatRefused { error: String },
    /// No heartbeat was answered for the whole session time-out.
    SessionTimedOut { timeout_ms: u64 },
    /// The program stayed away for longer than `max.poll.interval.ms`.
    PollIntervalExceeded { interval_ms: u64 },
    /// LeaveGroup is sent.
    Left { group_id: String, member_id: String, reason: String },
    /// A seek was asked for.
    Sought {
        #[serde(flatten)]
        partition: TopicPartition,
        to: StartAt,
    },
    /// Reading of partitions is held back.
    Paused { partitions: Vec<TopicPartition> },
    /// Reading of partitions goes on.
    Resumed { partitions: Vec<TopicPartition> },
    /// kafkajs starts all over, as it does when its tries are used up.
    Restarting { reason: String, wait_ms: u64 },
    /// The library gave up with an error, and the program is over.
    Failed { reason: String },
    /// The consumer is closed.
    Closed,
}
