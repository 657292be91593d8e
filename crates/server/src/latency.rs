//! How long requests take, on the real clock: the core sees one instant per input, and what it does in it costs none.

use runnel_protocol::ApiKey;
use std::collections::BTreeMap;
use std::time::Duration;

/// Upper bounds of the buckets, in milliseconds.
pub(crate) const BOUNDS_MS: [u64; 11] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];

/// Times from request to answer of one API, waiting included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Latency {
    /// Answers within each bound and above the one before it.
    buckets: [u64; BOUNDS_MS.len()],
    pub(crate) count: u64,
    pub(crate) sum: Duration,
}

/// The same for all APIs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Latencies(BTreeMap<ApiKey, Latency>);

impl Latencies {
    /// Takes note of an answer.
    pub(crate) fn note(&mut self, api: ApiKey, took: Duration) {
        let latency = self.0.entry(api).or_default();
        latency.count += 1;
        latency.sum += took;
        if let Some(index) = BOUNDS_MS.iter().position(|bound| took <= Duration::from_millis(*bound)) {
            latency.buckets[index] += 1;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ApiKey, &Latency)> {
        self.0.iter().map(|(api, latency)| (*api, latency))
    }
}

impl Latency {
    /// Each bound with the number of answers within it, as Prometheus adds them up.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut total = 0;
        BOUNDS_MS.iter().zip(self.buckets).map(move |(bound, count)| {
            total += count;
            (*bound, total)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, Duration, Latencies};

    #[test]
    fn answers_fall_in_the_first_bucket_that_holds_them_and_count_in_all_above() {
        let mut latencies = Latencies::default();
        for millis in [0, 1, 3, 6000] {
            latencies.note(ApiKey::Fetch, Duration::from_millis(millis));
        }
        let (_, fetch) = latencies.iter().next().unwrap();
        let found: Vec<(u64, u64)> = fetch.cumulative().take(4).collect();
        assert_eq!(found, [(1, 2), (2, 2), (5, 3), (10, 3)]);
        assert_eq!((fetch.count, fetch.sum), (4, Duration::from_millis(6004)));
    }
}
