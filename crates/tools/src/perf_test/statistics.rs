//! Counts and latencies, in whole and since the last report.

use runnel_protocol::Timestamp;
use std::time::Duration;

/// Latencies that are kept for the percentiles, about.
const SAMPLES: u64 = 500_000;

/// What is known of the records that were acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Statistics {
    began_at: Timestamp,
    interval: Duration,
    is_steady: bool,
    is_silent: bool,
    /// One latency of so many is kept.
    sampling: u64,
    latencies: Vec<u32>,
    whole: Sums,
    window: Sums,
    window_at: Timestamp,
}

#[derive(Clone, Debug, Default)]
struct Sums {
    records: u64,
    bytes: u64,
    latency_ms: u64,
    latency_ms_max: u32,
}

impl Statistics {
    pub(super) fn new(records: u64, interval: Duration, is_steady: bool, now: Timestamp) -> Statistics {
        Statistics {
            began_at: now,
            interval,
            is_steady,
            is_silent: false,
            sampling: (records / records.clamp(1, SAMPLES)).max(1),
            latencies: Vec::new(),
            whole: Sums::default(),
            window: Sums::default(),
            window_at: now,
        }
    }

    /// No more reports between; the total is still told.
    pub(super) fn be_silent(&mut self) {
        self.is_silent = true;
    }

    /// Takes in a record. Returns what is to be printed, when a report is due.
    pub(super) fn record(&mut self, latency: Duration, size: usize, now: Timestamp) -> Option<String> {
        let latency_ms = u32::try_from(latency.as_millis()).unwrap_or(u32::MAX);
        if self.whole.records % self.sampling == 0 {
            self.latencies.push(latency_ms);
        }
        self.whole.add(latency_ms, size);
        self.window.add(latency_ms, size);
        if now.since(self.window_at) < self.interval {
            return None;
        }
        let mut text = String::new();
        if self.is_steady && self.whole.records == self.window.records {
            text.push_str("In steady state.\n");
        }
        if !self.is_silent {
            text.push_str(&self.report(now));
        }
        self.window = Sums::default();
        self.window_at = now;
        (!text.is_empty()).then_some(text)
    }

    fn report(&self, now: Timestamp) -> String {
        let (per_second, megabytes) = self.window.rates(now.since(self.window_at));
        format!(
            "{} records sent, {per_second:.1} records/sec ({megabytes:.2} MB/sec), {:.1} ms avg latency, {:.1} ms max \
             latency.\n",
            self.window.records,
            self.window.average(),
            f64::from(self.window.latency_ms_max)
        )
    }

    /// The last line.
    pub(super) fn total(&mut self, now: Timestamp) -> String {
        let (per_second, megabytes) = self.whole.rates(now.since(self.began_at));
        self.latencies.sort_unstable();
        let at = |thousandths: usize| {
            let index = self.latencies.len() * thousandths / 1000;
            self.latencies.get(index).copied().unwrap_or(0)
        };
        let steady = if self.is_steady { " steady state" } else { "" };
        format!(
            "{}{steady} records sent, {per_second:.6} records/sec ({megabytes:.2} MB/sec), {:.2} ms avg latency, {:.2} \
             ms max latency, {} ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.\n",
            self.whole.records,
            self.whole.average(),
            f64::from(self.whole.latency_ms_max),
            at(500),
            at(950),
            at(990),
            at(999)
        )
    }
}

impl Sums {
    fn add(&mut self, latency_ms: u32, size: usize) {
        self.records += 1;
        self.bytes += u64::try_from(size).unwrap_or(0);
        self.latency_ms += u64::from(latency_ms);
        self.latency_ms_max = self.latency_ms_max.max(latency_ms);
    }

    /// Records and mebibytes a second.
    fn rates(&self, elapsed: Duration) -> (f64, f64) {
        let seconds = elapsed.as_secs_f64();
        (float(self.records) / seconds, float(self.bytes) / seconds / (1024.0 * 1024.0))
    }

    fn average(&self) -> f64 {
        float(self.latency_ms) / float(self.records)
    }
}

/// Exact up to 2^53, which no run comes to.
fn float(number: u64) -> f64 {
    let high = u32::try_from(number >> 32).unwrap_or(u32::MAX);
    let low = u32::try_from(number & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}
