//! When and how the three libraries refresh their picture of the cluster.

use crate::backoff::{ExponentialBackoff, KafkajsRetry};
use crate::kind::ClientKind;
use std::time::Duration;

/// What is fixed while a client lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MetadataSettings {
    /// Which library's habits.
    pub kind: ClientKind,
    /// After how long the picture is refreshed though nothing failed: `metadata.max.age.ms`; librdkafka's
    /// `topic.metadata.refresh.interval.ms`, kafkajs's `metadataMaxAge`.
    pub max_age: Duration,
    /// After how long without use a topic is asked for no more: `metadata.max.idle.ms`; `None` for never.
    pub topic_max_idle: Option<Duration>,
    /// Wait between two requests, growing while they fail or tell nothing new. Not for kafkajs.
    pub backoff: ExponentialBackoff,
    /// kafkajs's way to try again.
    pub kafkajs_retry: KafkajsRetry,
    /// Whether brokers may create a topic because it is asked for.
    pub allow_auto_topic_creation: bool,
    /// Whether a topic that is new to the client is asked for alone (KIP-526).
    pub asks_new_topics_alone: bool,
}

impl MetadataSettings {
    /// How a producer of this kind does it.
    pub fn producer(kind: ClientKind) -> Self {
        let java = MetadataSettings {
            kind,
            max_age: Duration::from_secs(300),
            topic_max_idle: Some(Duration::from_secs(300)),
            backoff: ExponentialBackoff { first: Duration::from_millis(100), max: Duration::from_secs(1) },
            kafkajs_retry: KafkajsRetry::default(),
            allow_auto_topic_creation: true,
            asks_new_topics_alone: true,
        };
        match kind {
            ClientKind::Java => java,
            ClientKind::Kafkajs | ClientKind::Librdkafka => {
                MetadataSettings { topic_max_idle: None, asks_new_topics_alone: false, ..java }
            }
        }
    }

    /// How a consumer of this kind does it. librdkafka's does not let topics be created: `allow.auto.create.topics`.
    pub fn consumer(kind: ClientKind) -> Self {
        MetadataSettings {
            topic_max_idle: None,
            asks_new_topics_alone: false,
            allow_auto_topic_creation: kind != ClientKind::Librdkafka,
            ..Self::producer(kind)
        }
    }

    /// How a client that administers does it: it creates nothing by asking.
    pub fn admin(kind: ClientKind) -> Self {
        MetadataSettings { allow_auto_topic_creation: false, ..Self::consumer(kind) }
    }
}
