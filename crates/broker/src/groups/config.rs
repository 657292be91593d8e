//! What an operator can set about groups, with Kafka's defaults and with those for learning and developing.

use std::time::Duration;

/// The settings of a group coordinator. Kafka's name for each stands beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupsConfig {
    /// `group.min.session.timeout.ms`: a shorter session time-out is refused.
    pub session_timeout_min: Duration,
    /// `group.max.session.timeout.ms`: a longer session time-out is refused.
    pub session_timeout_max: Duration,
    /// `group.initial.rebalance.delay.ms`: how long the first rebalance of an empty group waits for more members.
    pub initial_rebalance_delay: Duration,
    /// How long the JoinGroup of a member without a known identifier may wait: five minutes, which Kafka lets nobody set.
    pub new_member_join_timeout: Duration,
    /// `group.max.size`: members per group; as many more may hold an identifier and not have joined yet.
    pub group_size_max: u32,
    /// Groups per coordinator. Kafka has no such limit.
    pub group_count_max: u32,
    /// `offset.metadata.max.bytes`: UTF-16 units, in spite of its name, of the text that a commit may carry.
    pub offset_metadata_size_max: u32,
    /// `offsets.retention.minutes`: how long offsets outlive their group's last member.
    pub offsets_retention: Duration,
    /// `offsets.retention.check.interval.ms`: how often offsets are looked through for expired ones.
    pub offsets_retention_check_interval: Duration,
    /// `offset.commit.timeout.ms`: how long an answer waits for its records to be appended.
    pub append_timeout: Duration,
    /// `offsets.topic.num.partitions`: partitions of `__consumer_offsets`.
    pub offsets_partition_count: i32,
}

impl GroupsConfig {
    /// Kafka's own defaults.
    pub fn kafka() -> Self {
        GroupsConfig {
            session_timeout_min: Duration::from_secs(6),
            session_timeout_max: Duration::from_secs(30 * 60),
            initial_rebalance_delay: Duration::from_secs(3),
            new_member_join_timeout: Duration::from_secs(5 * 60),
            group_size_max: i32::MAX.unsigned_abs(),
            group_count_max: u32::MAX,
            offset_metadata_size_max: 4096,
            offsets_retention: Duration::from_secs(7 * 24 * 60 * 60),
            offsets_retention_check_interval: Duration::from_secs(600),
            append_timeout: Duration::from_secs(5),
            offsets_partition_count: 50,
        }
    }

    /// For learning and developing: no waiting for more members, and session time-outs as short as one likes.
    pub fn dev() -> Self {
        GroupsConfig {
            session_timeout_min: Duration::from_millis(1),
            initial_rebalance_delay: Duration::ZERO,
            group_count_max: 100_000,
            ..GroupsConfig::kafka()
        }
    }
}

/// Whether a count has reached a limit.
pub(super) fn is_reached(count: usize, limit: u32) -> bool {
    u32::try_from(count).map_or(true, |count| count >= limit)
}

/// A time-out as it came over the wire; negative ones are none at all.
pub(super) fn from_wire_millis(millis: i32) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
