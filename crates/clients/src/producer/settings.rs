//! How a producer is set up: Kafka's names, and each library's defaults.

use crate::backoff::{ExponentialBackoff, KafkajsRetry};
use crate::carrier::Address;
use crate::kind::{ClientKind, network_settings};
use crate::metadata::MetadataSettings;
use crate::network::NetworkSettings;
use crate::partitioners::PartitionerSettings;
use crate::setting::SettingError;
use runnel_protocol::records::Compression;
use std::time::Duration;

/// What is fixed while a producer lives.
#[derive(Clone, PartialEq, Debug)]
pub struct ProducerSettings {
    /// Whose habits it has.
    pub kind: ClientKind,
    /// What it calls itself: `client.id`, kafkajs's `clientId`.
    pub client_id: String,
    /// Where it asks first: `bootstrap.servers`, kafkajs's `brokers`.
    pub bootstrap: Vec<Address>,
    /// Whose acknowledgement is awaited: 0 nobody's, 1 the leader's, -1 that of all in-sync replicas: `acks`.
    pub acks: i16,
    /// Bytes that one batch of one partition gathers: `batch.size`. kafkajs gathers nothing.
    pub batch_size: usize,
    /// Records that one batch gathers at most: librdkafka's `batch.num.messages`.
    pub batch_num_messages: usize,
    /// How long a batch waits for more: `linger.ms`.
    pub linger: Duration,
    /// Bytes that records may take while they wait: `buffer.memory`. librdkafka's `queue.buffering.max.kbytes`; kafkajs
    /// has no bound, so this one stands for the memory of its process.
    pub buffer_memory: u64,
    /// Records that may wait: librdkafka's `queue.buffering.max.messages`.
    pub queue_buffering_max_messages: usize,
    /// `compression.type`, librdkafka's `compression.codec`, kafkajs's `compression`.
    pub compression: Compression,
    /// `enable.idempotence`, kafkajs's `idempotent`.
    pub enable_idempotence: bool,
    /// Whether somebody said so, rather than the defaults. Java then refuses what does not go with it.
    pub idempotence_was_set: bool,
    /// How often a batch is sent again: `retries`. For kafkajs see [`ProducerSettings::kafkajs_retry`].
    pub retries: u32,
    /// Wait before it is: `retry.backoff.ms`, `retry.backoff.max.ms`.
    pub retry_backoff: ExponentialBackoff,
    /// How long a record may take in all: `delivery.timeout.ms`, librdkafka's `message.timeout.ms`. Not for kafkajs.
    pub delivery_timeout: Duration,
    /// Whether somebody said so, rather than the defaults.
    pub delivery_timeout_was_set: bool,
    /// How long an answer may take: `request.timeout.ms`, librdkafka's `socket.timeout.ms`.
    pub request_timeout: Duration,
    /// How long a broker may wait for in-sync replicas: Java's `request.timeout.ms`, librdkafka's too, kafkajs's
    /// `timeout`.
    pub ack_timeout: Duration,
    /// Requests without answer on one connection: `max.in.flight.requests.per.connection`, kafkajs's
    /// `maxInFlightRequests`.
    pub max_in_flight: usize,
    /// How long `send` may wait for metadata and for room: `max.block.ms`. Java's alone.
    pub max_block: Duration,
    /// Bytes of one request, and so of one record: `max.request.size`, librdkafka's `message.max.bytes`.
    pub max_request_size: usize,
    /// Which partitioner, with its settings.
    pub partitioner: PartitionerSettings,
    /// How the picture of the cluster is kept.
    pub metadata: MetadataSettings,
    /// kafkajs's `retry`, for each `send`.
    pub kafkajs_retry: KafkajsRetry,
    /// kafkajs's `retry.retries` was set; an idempotent producer of kafkajs tries for ever otherwise.
    pub kafkajs_retries_were_set: bool,
    /// How long a connection may take: `socket.connection.setup.timeout.ms`, kafkajs's `connectionTimeout`.
    pub connect_timeout: Duration,
    /// `reconnect.backoff.ms`.
    pub reconnect_backoff: Duration,
    /// `reconnect.backoff.max.ms`.
    pub reconnect_backoff_max: Duration,
}

impl ProducerSettings {
    /// The defaults of a library: Java 4.3, kafkajs 2.2.4, librdkafka 2.15.
    pub fn of(kind: ClientKind) -> Self {
        let network = network_settings(kind, "", Vec::new());
        let java = ProducerSettings {
            kind,
            client_id: "producer-1".to_owned(),
            bootstrap: vec![Address { host: "localhost".to_owned(), port: 9092 }],
            acks: -1,
            batch_size: 16_384,
            batch_num_messages: usize::MAX,
            linger: Duration::from_millis(5),
            buffer_memory: 32 * 1024 * 1024,
            queue_buffering_max_messages: usize::MAX,
            compression: Compression::None,
            enable_idempotence: true,
            idempotence_was_set: false,
            retries: i32::MAX.unsigned_abs(),
            retry_backoff: ExponentialBackoff { first: Duration::from_millis(100), max: Duration::from_secs(1) },
            delivery_timeout: Duration::from_secs(120),
            delivery_timeout_was_set: false,
            request_timeout: network.request_timeout,
            ack_timeout: Duration::from_secs(30),
            max_in_flight: 5,
            max_block: Duration::from_secs(60),
            max_request_size: 1024 * 1024,
            partitioner: PartitionerSettings::of(kind),
            metadata: MetadataSettings::producer(kind),
            kafkajs_retry: KafkajsRetry::default(),
            kafkajs_retries_were_set: false,
            connect_timeout: network.connect_timeout,
            reconnect_backoff: network.reconnect_backoff,
            reconnect_backoff_max: network.reconnect_backoff_max,
        };
        match kind {
            ClientKind::Java => java,
            ClientKind::Kafkajs => ProducerSettings {
                client_id: "kafkajs".to_owned(),
                linger: Duration::ZERO,
                enable_idempotence: false,
                max_in_flight: usize::MAX,
                max_request_size: usize::MAX,
                ..java
            },
            ClientKind::Librdkafka => ProducerSettings {
                client_id: "rdkafka".to_owned(),
                batch_size: 1_000_000,
                batch_num_messages: 10_000,
                buffer_memory: 1_048_576 * 1024,
                queue_buffering_max_messages: 100_000,
                enable_idempotence: false,
                delivery_timeout: Duration::from_secs(300),
                max_in_flight: 1_000_000,
                max_request_size: 1_000_000,
                ..java
            },
        }
    }

    /// With a name and bootstrap addresses.
    #[must_use]
    pub fn named(mut self, client_id: &str, bootstrap: Vec<Address>) -> Self {
        self.client_id = client_id.to_owned();
        self.bootstrap = bootstrap;
        self
    }

    /// Whether records are numbered, so that a broker knows a repetition. Java gives it up silently where a setting
    /// does not go with it and nobody asked for it.
    pub fn is_idempotent(&self) -> bool {
        let gives_up = self.kind == ClientKind::Java && (self.retries == 0 || self.acks != -1);
        self.enable_idempotence && (self.idempotence_was_set || !gives_up)
    }

    /// Looks whether the settings go together, as each library does when it starts.
    ///
    /// # Errors
    /// The setting that does not fit.
    pub fn check(&self) -> Result<(), SettingError> {
        let refuse = |name: &str, wanted: &str, found: String| Err(SettingError::new(name, wanted, &found));
        if self.bootstrap.is_empty() {
            return refuse("bootstrap.servers", "at least one host:port", String::new());
        }
        if self.is_idempotent() {
            if self.acks != -1 {
                return refuse("acks", "all, since the producer is idempotent", self.acks.to_string());
            }
            let retries = if self.kind == ClientKind::Kafkajs { self.kafkajs_retry.retries } else { self.retries };
            if retries == 0 {
                return refuse("retries", "at least 1, since the producer is idempotent", retries.to_string());
            }
            if self.kind == ClientKind::Java && self.max_in_flight > 5 {
                let wanted = "at most 5, since the producer is idempotent";
                return refuse("max.in.flight.requests.per.connection", wanted, self.max_in_flight.to_string());
            }
        }
        if self.kind == ClientKind::Java
            && self.delivery_timeout_was_set
            && self.delivery_timeout < self.linger + self.request_timeout
        {
            let wanted = "no less than linger.ms + request.timeout.ms";
            return refuse("delivery.timeout.ms", wanted, self.delivery_timeout.as_millis().to_string());
        }
        Ok(())
    }

    /// How long a record may take: Java stretches its default where `linger.ms + request.timeout.ms` is longer.
    pub(super) fn effective_delivery_timeout(&self) -> Duration {
        match self.kind {
            ClientKind::Java => self.delivery_timeout.max(self.linger + self.request_timeout),
            ClientKind::Kafkajs | ClientKind::Librdkafka => self.delivery_timeout,
        }
    }

    /// Requests in flight on one connection; librdkafka lowers it for an idempotent producer.
    pub(super) fn effective_max_in_flight(&self) -> usize {
        let lowers = self.kind == ClientKind::Librdkafka && self.is_idempotent();
        if lowers { self.max_in_flight.min(5) } else { self.max_in_flight }
    }

    pub(super) fn network(&self) -> NetworkSettings {
        NetworkSettings {
            request_timeout: self.request_timeout,
            connect_timeout: self.connect_timeout,
            reconnect_backoff: self.reconnect_backoff,
            reconnect_backoff_max: self.reconnect_backoff_max,
            ..network_settings(self.kind, &self.client_id, self.bootstrap.clone())
        }
    }
}
