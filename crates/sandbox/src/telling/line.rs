//! One line in the making.

use runnel_broker::groups::GroupState;

/// A line, or what will be one when nothing more belongs to it.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Line {
    /// It is whole.
    Plain(String),
    /// The states that a group went through.
    States { group: String, states: Vec<GroupState> },
    /// Records that were written, read or worked on, with consecutive offsets. The words stand before and behind the
    /// place: `checkout -> payment-done-0@3..5 key=user1`.
    Run { before: String, partition: String, first: i64, last: i64, behind: String },
    /// An offset that moves: only where it ends is told.
    Moves { before: String, partition: String, to: i64 },
}

impl Line {
    /// Whether later happenings may join it, over others of its like.
    pub(super) fn is_run(&self) -> bool {
        matches!(self, Line::Run { .. } | Line::Moves { .. })
    }

    /// Whether both tell what the same client does with the same partition, so that one cannot go before the other.
    pub(super) fn touches(&self, other: &Line) -> bool {
        match (self.subject(), other.subject()) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        }
    }

    /// Who, and which partition.
    fn subject(&self) -> Option<(&str, &str)> {
        match self {
            Line::Run { before, partition, .. } | Line::Moves { before, partition, .. } => {
                Some((before.split(' ').next().unwrap_or_default(), partition))
            }
            Line::Plain(_) | Line::States { .. } => None,
        }
    }

    /// Takes in what another tells, if it goes on from here.
    pub(super) fn takes(&mut self, other: &Line) -> bool {
        match (&mut *self, other) {
            (Line::Run { before, partition, last, behind, .. }, Line::Run { first, last: end, .. })
                if *first == *last + 1 && other.is_run_of(before, partition, behind) =>
            {
                *last = *end;
                true
            }
            (Line::Moves { before, partition, to }, Line::Moves { before: ours, partition: place, to: end })
                if before == ours && partition == place =>
            {
                *to = *end;
                true
            }
            _ => false,
        }
    }

    fn is_run_of(&self, words_before: &str, place: &str, words_behind: &str) -> bool {
        match self {
            Line::Run { before, partition, behind, .. } => {
                before == words_before && partition == place && behind == words_behind
            }
            Line::Plain(_) | Line::States { .. } | Line::Moves { .. } => false,
        }
    }

    pub(super) fn tell(self) -> Option<String> {
        match self {
            Line::Plain(text) => Some(text),
            Line::States { group, states } => {
                let states: Vec<String> = states.iter().map(|state| format!("{state:?}")).collect();
                Some(format!("{group}: {}", states.join(" -> ")))
            }
            Line::Run { before, partition, first, last, behind } if first == last => {
                Some(format!("{before} {partition}@{first}{behind}"))
            }
            Line::Run { before, partition, first, last, behind } => {
                Some(format!("{before} {partition}@{first}..{last}{behind}"))
            }
            Line::Moves { before, partition, to } => Some(format!("{before} {partition}@{to}")),
        }
    }
}
