//! The sticky assignors as something that a program may bring later: with the feature `late-assignors` they are there
//! once somebody has called [`StickyAssignors::bring`], and without it always.

use super::sticky::{self, Kind};
use super::{Assignment, Member, simple};
use runnel_protocol::SmallMap;
use std::sync::OnceLock;

/// `sticky` and `cooperative-sticky`.
#[derive(Clone, Copy, Debug)]
pub struct StickyAssignors {
    assign: fn(Kind, &[Member], &SmallMap<String, i32>) -> Assignment,
}

/// Those that were brought.
static BROUGHT: OnceLock<StickyAssignors> = OnceLock::new();

impl StickyAssignors {
    /// Kafka's. What names them has them with it.
    pub const KAFKAS: StickyAssignors = StickyAssignors { assign: sticky::assign };

    /// Assigns by these from now on; the first that are brought stay.
    pub fn bring(self) {
        BROUGHT.get_or_init(|| self);
    }

    fn there() -> Option<StickyAssignors> {
        if cfg!(feature = "late-assignors") { BROUGHT.get().copied() } else { Some(StickyAssignors::KAFKAS) }
    }
}

/// Deals the partitions; as `range` does while they are not brought.
pub(super) fn assign(kind: Kind, members: &[Member], partition_counts: &SmallMap<String, i32>) -> Assignment {
    match StickyAssignors::there() {
        Some(sticky) => (sticky.assign)(kind, members, partition_counts),
        None => simple::range(members, partition_counts),
    }
}
