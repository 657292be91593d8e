//! What a cluster is made with.

use crate::ids::BrokerId;
use std::collections::BTreeMap;

/// Which defaults hold where nothing is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// Kafka's own; every produced record is checked as Kafka checks it.
    Kafka,
    /// For development: groups form at once, short session time-outs are allowed, internal topics fit the brokers.
    Dev,
}

/// When an answer may say that records are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// Kafka's semantics: acknowledged once written; the operating system brings it to the disk.
    Interval,
    /// Acknowledged once the disk has it; consumers see it then.
    Always,
}

/// Where clients are told to find a broker.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Endpoint {
    /// The listener's name, `PLAINTEXT` where none was given.
    pub listener: String,
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// One broker of the cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokerSettings {
    /// Its number.
    pub id: BrokerId,
    /// What it advertises, one entry a listener.
    pub endpoints: Vec<Endpoint>,
}

/// What a cluster is made with; only what is fixed while it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterConfig {
    /// The brokers, at least one, in order of their numbers. The first is the controller.
    pub brokers: Vec<BrokerSettings>,
    /// Which defaults hold.
    pub profile: Profile,
    /// When answers may say that records are kept.
    pub durability: Durability,
    /// Settings of all brokers as `server.properties` would have them.
    pub settings: BTreeMap<String, String>,
    /// Where all chance comes from. A server takes it from the operating system at each start.
    pub seed: u64,
}
