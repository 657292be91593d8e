//! How a client connects, and which versions it will speak.

use super::Peer;
use crate::carrier::Address;
use runnel_protocol::ApiKey;
use std::collections::BTreeMap;
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
    pub versions_max: BTreeMap<ApiKey, i16>,
    /// How long an answer may take where a request does not say otherwise: `request.timeout.ms`.
    pub request_timeout: Duration,
    /// How long a connection may take to be made: `socket.connection.setup.timeout.ms`.
    pub connect_timeout: Duration,
    /// Wait before a broker is connected to again, doubled with each failure: `reconnect.backoff.ms`.
    pub reconnect_backoff: Duration,
    /// Most of that wait: `reconnect.backoff.max.ms`.
    pub reconnect_backoff_max: Duration,
}

/// Who is asked for versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handshake {
    /// Each connection, before its first request.
    Each,
    /// The first connection of the client; what it said holds for all.
    First,
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
            versions_max: BTreeMap::new(),
            request_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            reconnect_backoff: Duration::from_millis(50),
            reconnect_backoff_max: Duration::from_secs(1),
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
