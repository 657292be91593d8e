//! A run as one number: a hash over every frame that came to its end.

use crate::script::Direction;
use runnel_broker::ConnectionId;
use runnel_protocol::Timestamp;
use std::hash::Hasher;
use twox_hash::XxHash64;

/// xxHash64 over time, connection, direction, size and bytes of each frame, numbers in network order. Nothing in it
/// depends on the width of a pointer.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    hasher: XxHash64,
    /// What the hasher has not seen yet: it is quickest with much at once.
    pending: Vec<u8>,
    frames_count: u64,
}

/// From this size on what is pending is hashed.
const PENDING_SIZE: usize = 2048;

impl Default for Trace {
    fn default() -> Self {
        Trace { hasher: XxHash64::with_seed(0), pending: Vec::new(), frames_count: 0 }
    }
}

impl Trace {
    pub(super) fn note(&mut self, time: Timestamp, connection: ConnectionId, direction: Direction, frame: &[u8]) {
        self.frames_count += 1;
        let mut head = [0; 25];
        head[..8].copy_from_slice(&time.0.to_be_bytes());
        head[8..16].copy_from_slice(&connection.0.to_be_bytes());
        head[16] = match direction {
            Direction::Request => 0,
            Direction::Answer => 1,
        };
        head[17..].copy_from_slice(&u64::try_from(frame.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.pending.extend_from_slice(&head);
        self.pending.extend_from_slice(frame);
        if self.pending.len() >= PENDING_SIZE {
            self.hasher.write(&self.pending);
            self.pending.clear();
        }
    }

    pub(super) fn hash(&self) -> u64 {
        let mut hasher = self.hasher.clone();
        hasher.write(&self.pending);
        hasher.finish()
    }

    pub(super) fn frames_count(&self) -> u64 {
        self.frames_count
    }
}
