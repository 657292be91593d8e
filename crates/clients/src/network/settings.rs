//! How a client connects, and which versions it will speak.

use super::Peer;
use crate::carrier::Address;
use runnel_protocol::{ApiKey, SmallMap};
use std::time::Duration;

/// What is fixed while a client lives.
#[derive(Clone, PartialEq, Debug)]
pub struct NetworkSettings {
    /// What the client calls itself in every request.
    pub client_id: Option<String>,
    /// Where to ask first: `bootstrap.servers`.
    pub bootstrap: Vec<Address>,
    /// What stands in ApiVersions from version 3 on (KIP-511).
    pub software: Software,
    /// Versions of ApiVersions to try, in this order; an answer with UNSUPPORTED_VERSION goes on to the next.
    pub handshakes: Vec<i16>,
    /// Whether each connection asks for the versions (Java, librdkafka), or the first one for all (kafkajs).
    pub handshake: Handshake,
    /// The newest version that the client knows; an API that is not named is spoken up to the newest of the codec.
    pub versions_max: SmallMap<ApiKey, i16>,
    /// How long an answer may take where a request does not say otherwise: `request.timeout.ms`.
    pub request_timeout: Duration,
    /// What becomes of a connection on which an answer is late.
    pub late_answer: LateAnswer,
    /// How long a connection may take to be made: `socket.connection.setup.timeout.ms`.
    pub connect_timeout: Duration,
    /// Wait before a broker is connected to again, doubled with each failure: `reconnect.backoff.ms`.
    pub reconnect_backoff: Duration,
    /// Most of that wait: `reconnect.backoff.max.ms`.
    pub reconnect_backoff_max: Duration,
    /// How far that wait is spread: the smallest and the largest, in percent.
    pub reconnect_spread: (u32, u32),
    /// What becomes of the connection to a bootstrap address once it is known which broker that is.
    pub bootstrap_link: BootstrapLink,
}

/// Who is asked for versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handshake {
    /// Each connection, before its first request.
    Each,
    /// The first connection of the client; what it said holds for all.
    First,
}

/// What becomes of a connection on which an answer is late.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LateAnswer {
    /// It is closed, and all that was asked on it fails.
    Closes,
    /// It stays, and only that request fails; an answer that comes after all is thrown away. So does kafkajs.
    IsIgnored,
}

/// What becomes of the connection to a bootstrap address once metadata tells which broker listens there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BootstrapLink {
    /// The broker gets a connection of its own; the first one is left idle. So does Java.
    IsLeft,
    /// It becomes the connection to that broker, where the address is the same. So does kafkajs.
    IsAdopted,
    /// The broker gets a connection of its own, and the first one is closed. So does librdkafka since 2.10, which tells
    /// brokers apart by their numbers alone.
    IsClosed,
}

/// A client library by name and version, as it says itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Software {
    /// Like `apache-kafka-java`.
    pub name: String,
    /// Like `4.3.0`.
    pub version: String,
}

impl NetworkSettings {
    /// Settings of the Java client 4.3.0, which speaks the newest of everything.
    pub fn java(client_id: &str, bootstrap: Vec<Address>) -> Self {
        NetworkSettings {
            client_id: Some(client_id.to_owned()),
            bootstrap,
            software: Software { name: "apache-kafka-java".to_owned(), version: "4.3.0".to_owned() },
            handshakes: vec![4, 0],
            handshake: Handshake::Each,
            versions_max: SmallMap::new(),
            request_timeout: Duration::from_secs(30),
            late_answer: LateAnswer::Closes,
            connect_timeout: Duration::from_secs(10),
            reconnect_backoff: Duration::from_millis(50),
            reconnect_backoff_max: Duration::from_secs(1),
            reconnect_spread: (80, 120),
            bootstrap_link: BootstrapLink::IsLeft,
        }
    }

    /// Settings of kafkajs 2.2.4. It waits before a connection only where its retry policy says so, which is the
    /// business of whoever asks.
    pub fn kafkajs(client_id: &str, bootstrap: Vec<Address>) -> Self {
        NetworkSettings {
            software: Software::default(),
            handshakes: vec![2, 1, 0],
            handshake: Handshake::First,
            versions_max: KAFKAJS_VERSIONS_MAX.into_iter().collect(),
            late_answer: LateAnswer::IsIgnored,
            connect_timeout: Duration::from_secs(1),
            reconnect_backoff: Duration::ZERO,
            reconnect_backoff_max: Duration::ZERO,
            reconnect_spread: (100, 100),
            bootstrap_link: BootstrapLink::IsAdopted,
            ..Self::java(client_id, bootstrap)
        }
    }

    /// Settings of librdkafka 2.15.
    pub fn librdkafka(client_id: &str, bootstrap: Vec<Address>) -> Self {
        NetworkSettings {
            software: Software { name: "librdkafka".to_owned(), version: "2.15.0".to_owned() },
            handshakes: vec![3, 0],
            versions_max: LIBRDKAFKA_VERSIONS_MAX.into_iter().collect(),
            request_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(30),
            reconnect_backoff: Duration::from_millis(100),
            reconnect_backoff_max: Duration::from_secs(10),
            reconnect_spread: (75, 150),
            bootstrap_link: BootstrapLink::IsClosed,
            ..Self::java(client_id, bootstrap)
        }
    }

    pub(super) fn version_max(&self, api: ApiKey) -> i16 {
        let newest = *api.accepted().end();
        self.versions_max.get(&api).map_or(newest, |max| newest.min(*max))
    }

    /// The address of a bootstrap peer.
    pub(super) fn bootstrap_address(&self, peer: Peer) -> Option<&Address> {
        match peer {
            Peer::Bootstrap(index) => self.bootstrap.get(index),
            Peer::Node { .. } => None,
        }
    }
}

/// What `src/protocol/requests` of kafkajs 2.2.4 holds.
const KAFKAJS_VERSIONS_MAX: [(ApiKey, i16); 22] = [
    (ApiKey::Produce, 7),
    (ApiKey::Fetch, 11),
    (ApiKey::ListOffsets, 3),
    (ApiKey::Metadata, 6),
    (ApiKey::OffsetCommit, 5),
    (ApiKey::OffsetFetch, 4),
    (ApiKey::FindCoordinator, 2),
    (ApiKey::JoinGroup, 5),
    (ApiKey::Heartbeat, 3),
    (ApiKey::LeaveGroup, 3),
    (ApiKey::SyncGroup, 3),
    (ApiKey::DescribeGroups, 2),
    (ApiKey::ListGroups, 2),
    (ApiKey::ApiVersions, 2),
    (ApiKey::CreateTopics, 3),
    (ApiKey::DeleteTopics, 1),
    (ApiKey::DeleteRecords, 1),
    (ApiKey::InitProducerId, 1),
    (ApiKey::DescribeConfigs, 2),
    (ApiKey::AlterConfigs, 1),
    (ApiKey::CreatePartitions, 1),
    (ApiKey::DeleteGroups, 1),
];

/// What librdkafka 2.15 says of itself in its `INTRODUCTION.md`.
const LIBRDKAFKA_VERSIONS_MAX: [(ApiKey, i16); 25] = [
    (ApiKey::Produce, 10),
    (ApiKey::Fetch, 16),
    (ApiKey::ListOffsets, 7),
    (ApiKey::Metadata, 13),
    (ApiKey::OffsetCommit, 9),
    (ApiKey::OffsetFetch, 9),
    (ApiKey::FindCoordinator, 2),
    (ApiKey::JoinGroup, 5),
    (ApiKey::Heartbeat, 3),
    (ApiKey::LeaveGroup, 1),
    (ApiKey::SyncGroup, 3),
    (ApiKey::DescribeGroups, 5),
    (ApiKey::ListGroups, 4),
    (ApiKey::ApiVersions, 3),
    (ApiKey::CreateTopics, 4),
    (ApiKey::DeleteTopics, 4),
    (ApiKey::DeleteRecords, 2),
    (ApiKey::InitProducerId, 4),
    (ApiKey::OffsetForLeaderEpoch, 2),
    (ApiKey::DescribeConfigs, 1),
    (ApiKey::AlterConfigs, 2),
    (ApiKey::CreatePartitions, 2),
    (ApiKey::DeleteGroups, 2),
    (ApiKey::IncrementalAlterConfigs, 1),
    (ApiKey::OffsetDelete, 0),
];
