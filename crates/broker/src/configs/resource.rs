//! What has configs: topics, brokers, and a few more kinds by their numbers on the wire.

use super::broker::BrokerConfigs;
use super::dynamic::Level;
use super::{ConfigRefusal, Overrides};
use std::collections::BTreeMap;

/// The kinds of resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ResourceType {
    /// A topic, by name.
    Topic,
    /// A broker by its id, or with an empty name all of them.
    Broker,
    /// The log levels of a broker.
    BrokerLogger,
    /// A subscription to clients' metrics (KIP-714).
    ClientMetrics,
    /// A group (KIP-848).
    Group,
}

impl ResourceType {
    /// The type with this number; `None` for one that Kafka 4.3 does not know.
    pub fn from_number(number: i8) -> Option<Self> {
        Some(match number {
            2 => ResourceType::Topic,
            4 => ResourceType::Broker,
            8 => ResourceType::BrokerLogger,
            16 => ResourceType::ClientMetrics,
            32 => ResourceType::Group,
            _ => return None,
        })
    }

    /// The number on the wire.
    pub fn number(self) -> i8 {
        match self {
            ResourceType::Topic => 2,
            ResourceType::Broker => 4,
            ResourceType::BrokerLogger => 8,
            ResourceType::ClientMetrics => 16,
            ResourceType::Group => 32,
        }
    }
}

/// One resource of a request, with what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The number of its type, as it came.
    pub resource_type: i8,
    /// Its name, as it came.
    pub resource_name: &'a str,
    /// What is set for it: a topic's overrides, a broker's dynamic configs, or the cluster's if the name of a broker is
    /// empty. `None`: nothing is set, and of a topic: there is none with this name.
    pub current: Option<&'a Overrides>,
    /// The broker that answers.
    pub broker: &'a BrokerConfigs,
}

impl Target<'_> {
    /// The level of a broker resource, if this broker may change it.
    ///
    /// # Errors
    /// INVALID_REQUEST for the name of another broker.
    pub(super) fn level(&self) -> Result<Level, ConfigRefusal> {
        if self.resource_name.is_empty() {
            return Ok(Level::Cluster);
        }
        let expected = self.broker.node_id();
        if self.node_id()? != expected {
            let received = self.resource_name;
            let text = format!("Unexpected broker id, expected {expected}, but received {received}");
            return Err(ConfigRefusal::invalid_request(text));
        }
        Ok(Level::Broker)
    }

    pub(super) fn node_id(&self) -> Result<i32, ConfigRefusal> {
        self.resource_name.parse().map_err(|_| {
            ConfigRefusal::invalid_request(format!("Node id must be an integer, but it is: {}", self.resource_name))
        })
    }

    pub(super) fn unknown_type(&self) -> ConfigRefusal {
        ConfigRefusal::invalid_request(format!("Unknown resource type {}", self.resource_type))
    }
}

/// Marks the resources that a request to alter configs names more than once: each of them is refused, and nothing of
/// it is done.
pub fn repeated_resources(resources: &[(i8, &str)]) -> Vec<Option<ConfigRefusal>> {
    let mut counts: BTreeMap<(i8, &str), usize> = BTreeMap::new();
    for resource in resources {
        *counts.entry(*resource).or_default() += 1;
    }
    let refusal = || ConfigRefusal::invalid_request("Each resource must appear at most once.");
    resources.iter().map(|resource| (counts[resource] > 1).then(refusal)).collect()
}
