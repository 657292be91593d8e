//! Where things stand on the ruler: offsets become places, and labels are kept apart.

/// The ruler's width, and how much of it is left free at both ends.
pub(super) const WIDTH: f64 = 292.0;
const MARGIN: f64 = 12.0;

/// How wide a letter of a label is, on average.
const LETTER: f64 = 5.9;

/// The least room between two labels.
const GAP: f64 = 6.0;

/// From offsets to places.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Scale {
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Scale {
    /// A ruler on which all of these offsets stand.
    pub(super) fn of(offsets: impl Iterator<Item = i64> + Clone) -> Scale {
        let first = offsets.clone().min().unwrap_or(0);
        let last = offsets.max().unwrap_or(0);
        Scale { first, last: last.max(first.saturating_add(1)) }
    }

    /// The place of an offset.
    pub(super) fn at(&self, offset: i64) -> f64 {
        MARGIN + self.share(offset) * (WIDTH - 2.0 * MARGIN)
    }

    fn share(&self, offset: i64) -> f64 {
        let whole = as_float(self.last.saturating_sub(self.first));
        (as_float(offset.saturating_sub(self.first)) / whole.max(1.0)).clamp(0.0, 1.0)
    }

    /// The offset that is nearest to a place.
    pub(super) fn offset(&self, x: f64) -> i64 {
        let share = ((x - MARGIN) / (WIDTH - 2.0 * MARGIN)).clamp(0.0, 1.0);
        let passed = (share * as_float(self.last.saturating_sub(self.first))).round();
        self.first.saturating_add(whole(passed))
    }
}

/// Offsets are far below what a float holds exactly, but for logs that nobody draws.
#[expect(clippy::cast_precision_loss, reason = "a ruler of 292 units does not show the difference")]
fn as_float(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, reason = "the number was rounded, and came from an offset")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// A label that wants to stand at a place.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Label {
    /// What it says.
    pub(super) text: String,
    /// Where its mark is.
    pub(super) x: f64,
}

/// Where a label was put: the middle of its text, and in which row, counted from the ruler.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Put {
    pub(super) middle: f64,
    pub(super) row: u8,
}

/// Puts labels so that none covers another and all are on the ruler: each into the first row that has room.
pub(super) fn apart(labels: &[Label]) -> Vec<Put> {
    let mut rows: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut put = Vec::new();
    for label in labels {
        let letters = u32::try_from(label.text.chars().count()).unwrap_or(u32::MAX);
        let half = f64::from(letters) * LETTER / 2.0;
        let middle = label.x.clamp(half.min(WIDTH / 2.0), (WIDTH - half).max(WIDTH / 2.0));
        let (from, to) = (middle - half - GAP, middle + half + GAP);
        let is_free =
            |row: &Vec<(f64, f64)>| row.iter().all(|(other_from, other_to)| to <= *other_from || from >= *other_to);
        let row = match rows.iter().position(is_free) {
            Some(row) => row,
            None => {
                rows.push(Vec::new());
                rows.len() - 1
            }
        };
        rows[row].push((middle - half, middle + half));
        put.push(Put { middle, row: u8::try_from(row).unwrap_or(u8::MAX) });
    }
    put
}

#[cfg(test)]
mod tests {
    use super::{Label, Scale, apart};

    #[test]
    fn offsets_and_places_belong_together() {
        let scale = Scale::of([0, 8].into_iter());
        for offset in 0..=8 {
            assert_eq!(scale.offset(scale.at(offset)), offset);
        }
        assert_eq!(Scale::of([5, 5].into_iter()), Scale { first: 5, last: 6 });
        assert_eq!(scale.offset(-100.0), 0);
        assert_eq!(scale.offset(1_000.0), 8);
    }

    #[test]
    fn labels_that_would_overlap_stand_in_rows_of_their_own() {
        let label = |text: &str, x| Label { text: text.to_owned(), x };
        let put = apart(&[label("committed 5", 100.0), label("position 7", 120.0), label("position 60", 240.0)]);
        assert_eq!((put[0].row, put[1].row, put[2].row), (0, 1, 0));
        assert!(apart(&[label("log start 0", 0.0)])[0].middle > 20.0, "a label does not leave the ruler");
    }
}
