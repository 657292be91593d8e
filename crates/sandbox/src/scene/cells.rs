//! Which cells of a partition are drawn when there are more records than room.
//!
//! The first and the last record stay, and those on both sides of each marker; what lies between becomes one folded
//! cell that says from where to where and how many. What room is left shows more of the end, where things happen.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One slot of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Slot {
    /// One offset.
    Cell {
        /// Which.
        offset: i64,
    },
    /// Many offsets that are not drawn one by one.
    Folded {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
        /// How many offsets that is.
        count: i64,
    },
}

/// The slots of a lane, in the order of their offsets.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Row {
    /// Oldest first.
    pub slots: Vec<Slot>,
    /// The log start offset.
    pub start: i64,
    /// The log end offset.
    pub end: i64,
}

impl Slot {
    /// Its first offset.
    pub fn from(&self) -> i64 {
        match self {
            Slot::Cell { offset } => *offset,
            Slot::Folded { from, .. } => *from,
        }
    }

    /// Its last offset.
    pub fn to(&self) -> i64 {
        match self {
            Slot::Cell { offset } => *offset,
            Slot::Folded { to, .. } => *to,
        }
    }
}

impl Row {
    /// Chooses at most `slots_max` slots for the offsets from `start` on and before `end`. A marker at 5 stands between
    /// the offsets 4 and 5; markers that come first are kept first when there is not room for all.
    pub fn fold(start: i64, end: i64, markers: &[i64], slots_max: usize) -> Row {
        let slots_max = slots_max.max(3);
        let count = usize::try_from(end.saturating_sub(start)).unwrap_or(if end > start { usize::MAX } else { 0 });
        let mut kept = BTreeSet::new();
        if count <= slots_max {
            kept.extend(start..end);
        } else {
            let near_markers = markers.iter().flat_map(|marker| [marker.saturating_sub(1), *marker]);
            let wanted = [end - 1, start].into_iter().chain(near_markers);
            for offset in wanted.filter(|offset| (start..end).contains(offset)) {
                keep_if_it_fits(&mut kept, offset, start, end, slots_max);
            }
            for offset in (start..end).rev().take(slots_max) {
                if !keep_if_it_fits(&mut kept, offset, start, end, slots_max) {
                    break;
                }
            }
        }
        Row { slots: slots(&kept, start, end), start, end }
    }

    /// Where an offset's left edge stands, counted in slots from the left: 1.0 is the beginning of the second slot. An
    /// offset in a folded slot stands at its share of it; one outside the log stands at its nearer end.
    pub fn place_of(&self, offset: i64) -> f64 {
        let Some(at) = self.slots.iter().position(|slot| slot.to() >= offset) else {
            return whole(self.slots.len());
        };
        match self.slots[at] {
            Slot::Cell { .. } => whole(at),
            Slot::Folded { from, count, .. } => whole(at) + share(offset.saturating_sub(from).max(0), count),
        }
    }

    /// The offset at a place that is counted in slots, as [`Row::place_of`] does: for who drags a marker.
    pub fn offset_at(&self, place: f64) -> i64 {
        for (at, slot) in self.slots.iter().enumerate() {
            let within = place - whole(at);
            if within < 0.5 {
                return slot.from();
            }
            if within < 1.0 {
                return match slot {
                    Slot::Cell { offset } => offset + 1,
                    Slot::Folded { to, .. } => to + 1,
                };
            }
        }
        self.end
    }
}

/// Keeps an offset unless the lane would then need more slots than it has.
fn keep_if_it_fits(kept: &mut BTreeSet<i64>, offset: i64, start: i64, end: i64, slots_max: usize) -> bool {
    if !kept.insert(offset) {
        return true;
    }
    let fits = slots_needed(kept, start, end) <= slots_max;
    if !fits {
        kept.remove(&offset);
    }
    fits
}

fn slots_needed(kept: &BTreeSet<i64>, start: i64, end: i64) -> usize {
    let mut next = start;
    let mut needed = 0;
    for offset in kept.iter().chain([&end]) {
        needed += usize::from(*offset > next) + 1;
        next = offset.saturating_add(1);
    }
    needed - 1
}

fn slots(kept: &BTreeSet<i64>, start: i64, end: i64) -> Vec<Slot> {
    let mut slots = Vec::with_capacity(kept.len() + 4);
    let mut next = start;
    for offset in kept.iter().copied().chain([end]) {
        match offset - next {
            ..=0 => {}
            // One offset takes no more room than the fold that would hide it.
            1 => slots.push(Slot::Cell { offset: next }),
            count => slots.push(Slot::Folded { from: next, to: offset - 1, count }),
        }
        if offset < end {
            slots.push(Slot::Cell { offset });
        }
        next = offset.saturating_add(1);
    }
    slots
}

fn whole(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// A share of a whole, as a fraction; halves of a million are exact enough for a place on a lane.
fn share(part: i64, of: i64) -> f64 {
    let millionths = i128::from(part) * 1_000_000 / i128::from(of.max(1));
    i32::try_from(millionths).map_or(1.0, f64::from) / 1_000_000.0
}
