//! What a happening may change, so that goals are looked at only when they could have changed.

use std::ops::{BitAnd, BitOr, BitOrAssign};

/// A set of things that may have changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Touch(u8);

impl Touch {
    pub(crate) const NOTHING: Touch = Touch(0);
    /// Topics, partitions, records.
    pub(crate) const LOGS: Touch = Touch(1);
    /// Groups: members, assignments, offsets.
    pub(crate) const GROUPS: Touch = Touch(2);
    /// Processes: they start, end, pause.
    pub(crate) const CLIENTS: Touch = Touch(4);
    /// What consumers work on.
    pub(crate) const READING: Touch = Touch(8);
    /// What tools print, and how they end.
    pub(crate) const TOOLS: Touch = Touch(16);
    /// Which topics and partitions there are.
    pub(crate) const TOPICS: Touch = Touch(64);
    /// Time alone.
    pub(crate) const CLOCK: Touch = Touch(32);

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Touch {
    type Output = Touch;

    fn bitor(self, other: Touch) -> Touch {
        Touch(self.0 | other.0)
    }
}

impl BitOrAssign for Touch {
    fn bitor_assign(&mut self, other: Touch) {
        self.0 |= other.0;
    }
}

impl BitAnd for Touch {
    type Output = Touch;

    fn bitand(self, other: Touch) -> Touch {
        Touch(self.0 & other.0)
    }
}
