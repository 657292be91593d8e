//! The real clock, as the core wants it: never backwards.

use runnel_broker::Timestamp;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The system's time; where that is set back, time goes on at its own pace from where it was, so that deadlines stay
/// as far away as they were.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    last: Timestamp,
    last_instant: Instant,
}

impl Clock {
    /// A clock that begins now.
    pub(crate) fn new() -> Self {
        Clock { last: system_time(), last_instant: Instant::now() }
    }

    /// The time now.
    pub(crate) fn now(&mut self) -> Timestamp {
        let instant = Instant::now();
        self.last = advance(self.last, instant - self.last_instant, system_time());
        self.last_instant = instant;
        self.last
    }
}

fn advance(last: Timestamp, elapsed: Duration, system: Timestamp) -> Timestamp {
    if system >= last { system } else { last + elapsed }
}

fn system_time() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::default() + since_epoch
}

#[cfg(test)]
mod tests {
    use super::{Duration, Timestamp, advance};

    #[test]
    fn a_clock_that_is_set_back_goes_on() {
        let second = Duration::from_secs(1);
        let noon = Timestamp::from_millis(12 * 3_600_000);
        assert_eq!(advance(noon, second, noon + second), noon + second);
        assert_eq!(advance(noon, second, Timestamp::from_millis(0)), noon + second);
    }
}
