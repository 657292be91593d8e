//! What clients may cost: connections, memory, time.

use std::time::Duration;

/// Answers that may wait on one connection before its further requests wait too.
const OUTBOUND_SIZE_MAX: usize = 1024 * 1024;

/// Bytes of requests that are not complete, over all connections.
const UNFINISHED_SIZE_MAX: usize = 512 * 1024 * 1024;

/// Connections that we take at most; Kafka's default for `max.connections` is no limit.
const CONNECTIONS_MAX: usize = 10_000;

/// File descriptors for what is not a client: the store's handles, listeners, the system.
const DESCRIPTORS_APART_MAX: u64 = 1024;

/// Bounds that hold for all clients.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Limits {
    /// `socket.request.max.bytes`.
    pub(crate) frame_size_max: usize,
    /// `max.connections`, over all listeners of all brokers.
    pub(crate) connections_max: usize,
    /// `connections.max.idle.ms`: how long a connection may go without completing a request or taking an answer.
    pub(crate) idle: Duration,
    pub(crate) outbound_size_max: usize,
    pub(crate) unfinished_size_max: usize,
}

impl Limits {
    /// The limits under the brokers' settings, on a system that gives us so many descriptors.
    pub(crate) fn new(setting: impl Fn(&str) -> Option<i64>, descriptors: u64) -> Self {
        let number =
            |name: &str, default: usize| setting(name).map_or(default, |value| usize::try_from(value).unwrap_or(0));
        let for_clients = descriptors - apart(descriptors);
        let for_clients = usize::try_from(for_clients).unwrap_or(usize::MAX).min(CONNECTIONS_MAX);
        Limits {
            frame_size_max: number("socket.request.max.bytes", 100 * 1024 * 1024),
            connections_max: number("max.connections", for_clients).min(for_clients),
            idle: Duration::from_millis(number("connections.max.idle.ms", 600_000) as u64),
            outbound_size_max: OUTBOUND_SIZE_MAX,
            unfinished_size_max: UNFINISHED_SIZE_MAX,
        }
    }
}

/// Files that the store may hold open.
pub(crate) fn handles_max(descriptors: u64) -> usize {
    usize::try_from(apart(descriptors) / 2).unwrap_or(usize::MAX)
}

fn apart(descriptors: u64) -> u64 {
    DESCRIPTORS_APART_MAX.min(descriptors / 4)
}

/// Raises this process's limit on open files as far as the system lets it, and tells it.
#[cfg(unix)]
pub(crate) fn raise_descriptor_limit() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const ENOUGH: u64 = 16 * 1024;
    // macOS takes no more, whatever the hard limit says.
    const ENOUGH_ON_MACOS: u64 = 10_240;
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current.unwrap_or(u64::MAX);
    for wanted in [ENOUGH, ENOUGH_ON_MACOS] {
        let wanted = wanted.min(limit.maximum.unwrap_or(u64::MAX));
        if current >= wanted || setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).is_ok() {
            return current.max(wanted);
        }
    }
    current
}

/// Windows counts handles per process in millions.
#[cfg(windows)]
pub(crate) fn raise_descriptor_limit() -> u64 {
    16 * 1024
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use std::time::Duration;

    fn limits(settings: &[(&str, i64)], descriptors: u64) -> Limits {
        let setting = |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        Limits::new(setting, descriptors)
    }

    #[test]
    fn connections_stay_below_what_the_system_gives() {
        assert_eq!(limits(&[], 1024).connections_max, 768);
        assert_eq!(limits(&[], 1_000_000).connections_max, 10_000);
        assert_eq!(limits(&[("max.connections", 5)], 1024).connections_max, 5);
        assert_eq!(limits(&[("max.connections", i64::from(i32::MAX))], 1024).connections_max, 768);
    }

    #[test]
    fn the_brokers_settings_count() {
        let limits = limits(&[("socket.request.max.bytes", 2000), ("connections.max.idle.ms", 5)], 1024);
        assert_eq!(limits.frame_size_max, 2000);
        assert_eq!(limits.idle, Duration::from_millis(5));
    }
}
