//! The broker keys that a flag may set: those that have an effect here.
//!
//! DescribeConfigs shows every key that Kafka has, and a dynamic change is taken as Kafka takes it. A flag is different:
//! somebody who starts a server with `--set` wants something, and is told at once if it does nothing.

use super::table::Key;
use std::fmt;

/// Broker keys with an effect here, sorted. A room that begins to follow a key adds it.
pub const EFFECTIVE_KEYS: &[&str] = &[
    "auto.create.topics.enable",
    "broker.session.timeout.ms",
    "compression.type",
    "connections.max.idle.ms",
    "default.replication.factor",
    "delete.topic.enable",
    "fetch.max.bytes",
    "group.initial.rebalance.delay.ms",
    "group.max.session.timeout.ms",
    "group.max.size",
    "group.min.session.timeout.ms",
    "log.cleaner.backoff.ms",
    "log.cleaner.delete.retention.ms",
    "log.cleaner.enable",
    "log.cleaner.max.compaction.lag.ms",
    "log.cleaner.min.cleanable.ratio",
    "log.cleaner.min.compaction.lag.ms",
    "log.cleanup.policy",
    "log.index.interval.bytes",
    "log.index.size.max.bytes",
    "log.message.timestamp.after.max.ms",
    "log.message.timestamp.before.max.ms",
    "log.message.timestamp.type",
    "log.retention.bytes",
    "log.retention.check.interval.ms",
    "log.retention.hours",
    "log.retention.minutes",
    "log.retention.ms",
    "log.roll.hours",
    "log.roll.ms",
    "log.segment.bytes",
    "log.segment.delete.delay.ms",
    "max.connections",
    "message.max.bytes",
    "min.insync.replicas",
    "num.partitions",
    "offset.metadata.max.bytes",
    "offsets.retention.check.interval.ms",
    "offsets.retention.minutes",
    "offsets.topic.num.partitions",
    "offsets.topic.replication.factor",
    "offsets.topic.segment.bytes",
    "producer.id.expiration.ms",
    "socket.request.max.bytes",
];

/// Why a flag cannot set a broker's key: one line for the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StaticRefusal {
    /// Kafka has no such key.
    Unknown(String),
    /// It is a topic's key, and brokers have another for it.
    OfTopics {
        /// The topic's key.
        name: String,
        /// The broker's.
        broker_name: &'static str,
    },
    /// Kafka has it, and this broker does not follow it.
    WithoutEffect(String),
    /// The value breaks the key's rule; Kafka's message.
    Invalid(String),
}

impl fmt::Display for StaticRefusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StaticRefusal::Unknown(name) => write!(out, "unknown broker key {name:?}"),
            StaticRefusal::OfTopics { name, broker_name } => {
                write!(out, "unknown broker key {name:?}: for all topics it is {broker_name:?}")
            }
            StaticRefusal::WithoutEffect(name) => write!(out, "broker key {name:?} has no effect here"),
            StaticRefusal::Invalid(message) => out.write_str(message),
        }
    }
}

impl std::error::Error for StaticRefusal {}

/// Checks what a flag sets.
///
/// # Errors
/// See [`StaticRefusal`].
pub(super) fn check(name: &str, value: &str) -> Result<(), StaticRefusal> {
    let Some(key) = Key::of_broker(name) else {
        let of_topics = Key::of_topic(name).and_then(|key| key.sources.first());
        return Err(match of_topics {
            Some(source) => StaticRefusal::OfTopics { name: name.to_owned(), broker_name: source.name },
            None => StaticRefusal::Unknown(name.to_owned()),
        });
    };
    if EFFECTIVE_KEYS.binary_search(&name).is_err() {
        return Err(StaticRefusal::WithoutEffect(name.to_owned()));
    }
    key.read(value).map(|_| ()).map_err(StaticRefusal::Invalid)
}
