//! The cluster as it is drawn: brokers, topics with their partitions as lanes, groups, connections.
//!
//! All of this stands in a [`runnel_broker::Snapshot`] too, so a watcher that comes late sees the same.

use super::group::Group;
use super::lane::{Lane, Topic};
use runnel_broker::BrokerState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The cluster.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Cluster {
    /// Its identifier.
    pub cluster_id: String,
    /// The broker that decides about topics.
    pub controller: i32,
    /// By number.
    pub brokers: BTreeMap<i32, Broker>,
    /// By name.
    pub topics: BTreeMap<String, Topic>,
    /// By name.
    pub groups: BTreeMap<String, Group>,
    /// By number.
    pub connections: BTreeMap<u64, Connection>,
}

/// A broker.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Broker {
    /// Its number.
    pub id: i32,
    /// What it advertises, like `localhost:9092`.
    pub endpoints: Vec<String>,
    /// Whether it runs.
    pub state: BrokerState,
    /// Whether the controller has taken it out of the cluster.
    pub fenced: bool,
}

/// A client's connection.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Connection {
    /// The broker at its other end.
    pub broker: i32,
    /// The client's host.
    pub peer: String,
    /// What the client calls itself; empty until it has said so.
    pub client_id: String,
    /// Which library it is.
    pub software: String,
    /// The library's version.
    pub version: String,
}

impl Cluster {
    /// A partition.
    pub fn lane(&self, topic: &str, partition: i32) -> Option<&Lane> {
        self.topics.get(topic)?.lanes.get(usize::try_from(partition).ok()?)
    }

    pub(super) fn lane_mut(&mut self, topic: &str, partition: i32) -> Option<&mut Lane> {
        self.topics.get_mut(topic)?.lanes.get_mut(usize::try_from(partition).ok()?)
    }

    /// How many records of a partition a group has still to read; nothing if it has committed nothing there.
    ///
    /// As Kafka's tools count: from the committed offset to the end of what consumers may read.
    pub fn lag(&self, group_id: &str, topic: &str, partition: i32) -> Option<i64> {
        let committed = *self.groups.get(group_id)?.offsets.get(topic)?.get(&partition)?;
        let lane = self.lane(topic, partition)?;
        Some(lane.high_watermark.saturating_sub(committed).max(0))
    }

    /// The lag of a group over all partitions where it has committed.
    pub fn total_lag(&self, group_id: &str) -> i64 {
        let Some(group) = self.groups.get(group_id) else { return 0 };
        let committed = group.offsets.iter().flat_map(|(topic, offsets)| offsets.keys().map(move |at| (topic, *at)));
        committed.filter_map(|(topic, partition)| self.lag(group_id, topic, partition)).sum()
    }

    /// The name of the client at the other end of a connection; its address until it has said one.
    pub fn client_name(&self, connection: u64) -> String {
        match self.connections.get(&connection) {
            Some(known) if !known.client_id.is_empty() => known.client_id.clone(),
            Some(known) => known.peer.clone(),
            None => format!("connection {connection}"),
        }
    }
}
