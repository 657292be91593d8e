//! One partition that a consumer reads.

use super::settings::StartAt;
use runnel_protocol::Timestamp;

/// How far a partition is from being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// The group's committed offset is to be asked for.
    NeedsCommitted,
    /// It was asked for.
    AwaitsCommitted,
    /// An offset that means earliest or latest is to be asked for.
    NeedsOffset(StartAt),
    /// It was asked for.
    AwaitsOffset(StartAt),
    /// The position is known.
    Reading,
}

/// One partition that a consumer reads.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Partition {
    pub(super) stage: Stage,
    /// The offset of the next record that the program gets.
    pub(super) position: Option<i64>,
    /// The offset of the next record that is fetched; ahead of the position by what waits in the queue.
    pub(super) fetch_position: i64,
    /// The epoch of the leader that wrote the record before the position.
    pub(super) leader_epoch: i32,
    /// What this consumer knows to be committed.
    pub(super) committed: Option<i64>,
    /// What the next commit of the library says, where that is not the position: librdkafka's stored offset,
    /// kafkajs's resolved offset.
    pub(super) resolved: Option<i64>,
    pub(super) high_watermark: Option<i64>,
    pub(super) last_stable_offset: Option<i64>,
    pub(super) log_start_offset: Option<i64>,
    pub(super) is_paused: bool,
    /// Whether a Fetch that asks for it is under way.
    pub(super) is_fetching: bool,
    /// Changes with each seek and reset, so that an answer to an earlier question is thrown away.
    pub(super) turn: u32,
    /// Not asked about before this, after an error.
    pub(super) retry_at: Option<Timestamp>,
}

impl Partition {
    pub(super) fn new(stage: Stage) -> Self {
        Partition {
            stage,
            position: None,
            fetch_position: 0,
            leader_epoch: -1,
            committed: None,
            resolved: None,
            high_watermark: None,
            last_stable_offset: None,
            log_start_offset: None,
            is_paused: false,
            is_fetching: false,
            turn: 0,
            retry_at: None,
        }
    }

    /// Begins to read at an offset. Returns where the position was.
    pub(super) fn move_to(&mut self, offset: i64, leader_epoch: i32) -> Option<i64> {
        self.stage = Stage::Reading;
        self.fetch_position = offset;
        self.leader_epoch = leader_epoch;
        self.turn = self.turn.wrapping_add(1);
        self.position.replace(offset)
    }

    /// Has the position found anew.
    pub(super) fn look_for(&mut self, stage: Stage) {
        self.stage = stage;
        self.turn = self.turn.wrapping_add(1);
    }

    pub(super) fn is_ready(&self, now: Timestamp) -> bool {
        self.retry_at.is_none_or(|at| at <= now)
    }

    /// Records between the position and the end, as far as is known.
    pub(super) fn lag(&self) -> Option<i64> {
        Some((self.high_watermark? - self.position?).max(0))
    }
}
