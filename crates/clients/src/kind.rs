//! The three client libraries that are told apart here, and how each connects.

use crate::carrier::Address;
use crate::network::NetworkSettings;
use std::fmt;
use std::str::FromStr;

/// A client library. Kinds differ where the real libraries differ: defaults, partitioner, commits, time-outs, and the
/// versions of the protocol that they speak.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientKind {
    /// Apache Kafka's own client for the JVM, 4.3.0. The console scripts are made of it.
    Java,
    /// kafkajs 2.2.4, for Node.
    Kafkajs,
    /// librdkafka 2.15, under kcat and the clients of many languages.
    Librdkafka,
}

/// A word that names no [`ClientKind`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownKind {
    /// The word.
    pub found: String,
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [ClientKind; 3] = [ClientKind::Java, ClientKind::Kafkajs, ClientKind::Librdkafka];

    /// The kind's name in scripts: `java`, `kafkajs`, `librdkafka`.
    pub fn name(self) -> &'static str {
        match self {
            ClientKind::Java => "java",
            ClientKind::Kafkajs => "kafkajs",
            ClientKind::Librdkafka => "librdkafka",
        }
    }
}

impl fmt::Display for ClientKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for ClientKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| UnknownKind { found: text.to_owned() })
    }
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "unknown client kind {:?}: java, kafkajs or librdkafka was expected", self.found)
    }
}

impl std::error::Error for UnknownKind {}

/// How a client of this kind connects: its time-outs and back-offs, what it says of itself, and the newest version of
/// each API that it speaks.
pub fn network_settings(kind: ClientKind, client_id: &str, bootstrap: Vec<Address>) -> NetworkSettings {
    match kind {
        ClientKind::Java => NetworkSettings::java(client_id, bootstrap),
        ClientKind::Kafkajs => NetworkSettings::kafkajs(client_id, bootstrap),
        ClientKind::Librdkafka => NetworkSettings::librdkafka(client_id, bootstrap),
    }
}

#[cfg(test)]
mod tests {
    use super::ClientKind;

    #[test]
    fn kinds_are_read_as_they_are_printed() {
        for kind in ClientKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let error = "Java".parse::<ClientKind>().unwrap_err();
        assert_eq!(error.to_string(), "unknown client kind \"Java\": java, kafkajs or librdkafka was expected");
    }
}
