//! The last frames of a connection, for the packet lens.

use crate::script::Direction;
use bytes::Bytes;
use runnel_protocol::Timestamp;
use std::collections::VecDeque;

/// Most frames that a tap keeps.
pub const TAP_FRAMES_MAX: usize = 200;
/// Most bytes that a tap keeps, but for the newest frame.
pub const TAP_BYTES_MAX: usize = 1024 * 1024;

/// A frame that passed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tapped {
    /// Counts the frames of this tap, from 1.
    pub number: u64,
    /// When it arrived.
    pub time: Timestamp,
    /// Which way it went.
    pub direction: Direction,
    /// The frame, with its size prefix.
    pub bytes: Bytes,
}

/// What a tap has kept.
#[derive(Clone, Debug, Default)]
pub struct Tap {
    frames: VecDeque<Tapped>,
    size: usize,
    count: u64,
}

impl Tap {
    pub(super) fn note(&mut self, time: Timestamp, direction: Direction, bytes: Bytes) {
        self.count += 1;
        self.size += bytes.len();
        self.frames.push_back(Tapped { number: self.count, time, direction, bytes });
        while self.frames.len() > 1 && (self.frames.len() > TAP_FRAMES_MAX || self.size > TAP_BYTES_MAX) {
            self.size -= self.frames.pop_front().map_or(0, |frame| frame.bytes.len());
        }
    }

    /// The oldest first.
    pub fn frames(&self) -> impl Iterator<Item = &Tapped> {
        self.frames.iter()
    }
}
