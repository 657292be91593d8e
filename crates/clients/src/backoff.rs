//! How long clients wait before they try again.

use runnel_protocol::Random;
use std::time::Duration;

/// Java's exponential back-off (KIP-580): doubled with each failure up to a bound, then spread by a fifth either way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExponentialBackoff {
    /// After the first failure, before it is spread: `retry.backoff.ms`.
    pub first: Duration,
    /// The most before it is spread: `retry.backoff.max.ms`.
    pub max: Duration,
}

impl ExponentialBackoff {
    /// The wait after so many failures, counted from 1; none after 0.
    pub fn after(self, failures_count: u32, random: &mut Random) -> Duration {
        let Some(doublings) = failures_count.checked_sub(1) else { return Duration::ZERO };
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        spread(self.first.saturating_mul(factor).min(self.max.max(self.first)), (80, 120), random)
    }
}

/// A duration drawn evenly between two percentages of what is given.
pub(crate) fn spread(middle: Duration, (low, high): (u32, u32), random: &mut Random) -> Duration {
    let micros = |percent: u32| u64::try_from(middle.as_micros() * u128::from(percent) / 100).unwrap_or(u64::MAX / 2);
    let range = micros(high.max(low)) - micros(low);
    Duration::from_micros(micros(low) + random.below(range + 1))
}

/// kafkajs's retry policy: `retry` of its client and of its producers and consumers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KafkajsRetry {
    /// Middle of the first wait: `initialRetryTime`.
    pub initial_retry_time: Duration,
    /// The longest wait: `maxRetryTime`.
    pub max_retry_time: Duration,
    /// What each wait is multiplied with: `multiplier`. Its `factor` of 0.2 spreads each by a fifth either way.
    pub multiplier: u32,
    /// How often it is tried again: `retries`.
    pub retries: u32,
}

impl Default for KafkajsRetry {
    fn default() -> Self {
        KafkajsRetry {
            initial_retry_time: Duration::from_millis(300),
            max_retry_time: Duration::from_secs(30),
            multiplier: 2,
            retries: 5,
        }
    }
}

/// One run of a [`KafkajsRetry`]: each wait follows from the one before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KafkajsRetrier {
    policy: KafkajsRetry,
    retries_count: u32,
    next_wait: Duration,
}

impl KafkajsRetrier {
    /// The first try; the seed of chance spreads the waits.
    pub fn new(policy: KafkajsRetry, random: &mut Random) -> Self {
        let next_wait = spread_millis(policy.initial_retry_time, random);
        KafkajsRetrier { policy, retries_count: 0, next_wait }
    }

    /// How often it was tried again so far.
    pub fn retries_count(&self) -> u32 {
        self.retries_count
    }

    /// How long to wait before the next try; `None` when the tries are used up.
    pub fn next_wait(&mut self, random: &mut Random) -> Option<Duration> {
        if self.retries_count >= self.policy.retries {
            return None;
        }
        self.retries_count += 1;
        let wait = self.next_wait;
        let following = spread_millis(wait, random).saturating_mul(self.policy.multiplier);
        self.next_wait = following.min(self.policy.max_retry_time);
        Some(wait)
    }
}

/// kafkajs counts in whole milliseconds, rounded up.
fn spread_millis(middle: Duration, random: &mut Random) -> Duration {
    let micros = spread(middle, (80, 120), random).as_micros();
    Duration::from_millis(u64::try_from(micros.div_ceil(1000)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{ExponentialBackoff, KafkajsRetrier, KafkajsRetry};
    use runnel_protocol::Random;
    use std::time::Duration;

    #[test]
    fn javas_wait_doubles_up_to_its_bound() {
        let backoff = ExponentialBackoff { first: Duration::from_millis(100), max: Duration::from_secs(1) };
        let mut random = Random::new(1);
        assert_eq!(backoff.after(0, &mut random), Duration::ZERO);
        for (failures, middle) in [(1, 100), (2, 200), (4, 800), (5, 1000), (40, 1000)] {
            let wait = backoff.after(failures, &mut random);
            let middle = Duration::from_millis(middle);
            assert!(wait >= middle.mul_f64(0.8) && wait <= middle.mul_f64(1.2), "{failures}: {wait:?}");
        }
    }

    #[test]
    fn kafkajs_tries_five_times_more_and_waits_longer_each_time() {
        let mut random = Random::new(3);
        let mut retrier = KafkajsRetrier::new(KafkajsRetry::default(), &mut random);
        let waits: Vec<Duration> = std::iter::from_fn(|| retrier.next_wait(&mut random)).collect();
        assert_eq!(waits.len(), 5);
        let first = Duration::from_millis(300);
        assert!(waits[0] >= first.mul_f64(0.8) && waits[0] <= first.mul_f64(1.21));
        for pair in waits.windows(2) {
            assert!(pair[1] >= pair[0].mul_f64(1.6) && pair[1] <= pair[0].mul_f64(2.41), "{waits:?}");
        }
    }
}
