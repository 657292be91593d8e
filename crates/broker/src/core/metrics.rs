//! Counters for who watches from outside: what came, what went, what failed, how long it took.

use bytestring::ByteString;
use runnel_protocol::{ApiKey, ErrorCode, SmallMap};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What one topic has seen since the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct TopicCounters {
    /// Records that producers wrote.
    pub messages_in: u64,
    /// Bytes of their batches.
    pub bytes_in: u64,
    /// Bytes that went out to readers.
    pub bytes_out: u64,
    /// Reads that got records.
    pub fetches: u64,
    /// Batches that producers wrote.
    pub batches_in: u64,
}

/// What one kind of request has seen since the start.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ApiCounters {
    /// Requests that could be read.
    pub requests: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Answers, and how long they took in all, waiting included.
    pub answers: u64,
    /// Time from request to answer, added up.
    pub time: Duration,
    /// The longest such time.
    pub time_max: Duration,
    /// Answers that said an error, by error.
    pub errors: BTreeMap<ErrorCode, u64>,
}

/// All counters of a cluster.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// By topic.
    pub topics: BTreeMap<ByteString, TopicCounters>,
    /// By kind of request.
    pub apis: SmallMap<ApiKey, ApiCounters>,
    /// Flushes done.
    pub flushes: u64,
    /// Time that they took, added up.
    pub flush_time: Duration,
    /// The longest.
    pub flush_time_max: Duration,
    /// Sentences for the driver's log: what went wrong that no client is told.
    pub(crate) log: VecDeque<String>,
}

impl Metrics {
    pub(crate) fn produced(&mut self, topic: &ByteString, records: i32, size: usize) {
        let counters = self.topic(topic);
        counters.messages_in += u64::try_from(records).unwrap_or(0);
        counters.bytes_in += size as u64;
        counters.batches_in += 1;
    }

    pub(crate) fn fetched(&mut self, topic: &ByteString, size: usize) {
        let counters = self.topic(topic);
        counters.bytes_out += size as u64;
        counters.fetches += 1;
    }

    fn api(&mut self, key: ApiKey) -> &mut ApiCounters {
        if !self.apis.contains_key(&key) {
            self.apis.insert(key, ApiCounters::default());
        }
        self.apis.get_mut(&key).expect("it was put there")
    }

    fn topic(&mut self, topic: &ByteString) -> &mut TopicCounters {
        if !self.topics.contains_key(topic) {
            self.topics.insert(topic.clone(), TopicCounters::default());
        }
        self.topics.get_mut(topic).expect("it was put there")
    }

    pub(crate) fn forget_topic(&mut self, topic: &ByteString) {
        self.topics.remove(topic);
    }

    pub(crate) fn requested(&mut self, key: ApiKey, size: usize) {
        let counters = self.api(key);
        counters.requests += 1;
        counters.bytes += size as u64;
    }

    pub(crate) fn answered(&mut self, key: ApiKey, took: Duration, error: Option<ErrorCode>) {
        let counters = self.api(key);
        counters.answers += 1;
        counters.time += took;
        counters.time_max = counters.time_max.max(took);
        if let Some(code) = error {
            *counters.errors.entry(code).or_default() += 1;
        }
    }

    pub(crate) fn flushed(&mut self, took: Duration) {
        self.flushes += 1;
        self.flush_time += took;
        self.flush_time_max = self.flush_time_max.max(took);
    }
}
