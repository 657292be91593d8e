//! A figure over time, in bounded memory: second by second for the latest minutes, coarser with age.

use runnel_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Widths of a sample in seconds, from the newest samples to the oldest.
const WIDTHS_S: [i64; 4] = [1, 10, 60, 600];

/// Samples of one width.
const SAMPLES_MAX: usize = 120;

/// One sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// Its beginning, in whole seconds since the Unix epoch.
    pub second: i64,
    /// How many seconds it stands for.
    pub width_s: i64,
    /// What was counted in that time, or the largest value in it.
    pub value: i64,
    /// The last value in that time; for a count the same as `value`.
    pub last: i64,
}

/// What a series is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Something is counted: samples add up.
    #[default]
    Count,
    /// Something has a value: of a time the largest and the last are kept.
    Level,
}

/// A figure over time.
///
/// Seconds in which nothing happened have no sample: a count was 0 then, a level stayed as it was.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Series {
    /// What it is of.
    pub measure: Measure,
    /// Oldest first.
    samples: [VecDeque<Sample>; 4],
}

impl Series {
    /// An empty count.
    pub fn count() -> Self {
        Series::default()
    }

    /// An empty level.
    pub fn level() -> Self {
        Series { measure: Measure::Level, ..Series::default() }
    }

    /// Adds to a count, or notes a level.
    pub fn note(&mut self, time: Timestamp, value: i64) {
        self.insert(0, Sample { second: time.0.div_euclid(1_000_000), width_s: 1, value, last: value });
    }

    /// All samples, oldest first.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter().rev().flatten()
    }

    /// The last value of a level; nothing before the first.
    pub fn last(&self) -> Option<i64> {
        self.samples.iter().find_map(|samples| samples.back()).map(|sample| sample.last)
    }

    /// How many were counted in the seconds before `time`, the one that has begun included.
    pub fn counted_within(&self, time: Timestamp, seconds: i64) -> i64 {
        let end = time.0.div_euclid(1_000_000);
        let recent = self.samples().filter(|sample| sample.second > end - seconds && sample.second <= end);
        recent.map(|sample| sample.value).sum()
    }

    fn insert(&mut self, level: usize, sample: Sample) {
        let Some(samples) = self.samples.get_mut(level) else { return };
        let width_s = WIDTHS_S[level];
        let second = sample.second.div_euclid(width_s) * width_s;
        match samples.back_mut() {
            Some(newest) if newest.second >= second => match self.measure {
                Measure::Count => {
                    newest.value = newest.value.saturating_add(sample.value);
                    newest.last = newest.value;
                }
                Measure::Level => {
                    newest.value = newest.value.max(sample.value);
                    newest.last = sample.last;
                }
            },
            _ => samples.push_back(Sample { second, width_s, ..sample }),
        }
        if samples.len() > SAMPLES_MAX
            && let Some(oldest) = samples.pop_front()
        {
            self.insert(level + 1, oldest);
        }
    }
}
