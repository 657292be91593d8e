//! Names of what stands on the stage, the same for as long as the thing is there.

use serde::{Serialize, Serializer};
use std::fmt;

/// Something on the stage, or in a sentence. Written as text: `broker:1`, `lane:orders-0`, `client:anna`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NodeId {
    /// A broker.
    Broker(i32),
    /// A topic.
    Topic(String),
    /// The part of a topic that a broker leads: a card in the broker's box.
    Card {
        /// The topic.
        topic: String,
        /// The broker.
        broker: i32,
    },
    /// A partition.
    Lane {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
    },
    /// A group.
    Group(String),
    /// A client that the world knows by name.
    Client(String),
    /// A member of a group that is no client of the world: one of live mode, or what is left of one that crashed.
    Member {
        /// Its group.
        group_id: String,
        /// Its identifier.
        member_id: String,
    },
    /// Who reads or writes and is neither a client of the world nor a member, by the name that it gave itself.
    Guest(String),
    /// A connection.
    Connection(u64),
}

impl NodeId {
    /// The partition's name.
    pub fn lane(topic: &str, partition: i32) -> Self {
        NodeId::Lane { topic: topic.to_owned(), partition }
    }

    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<NodeId> {
        let (kind, name) = text.split_once(':')?;
        let node = match kind {
            "broker" => NodeId::Broker(name.parse().ok()?),
            "topic" => NodeId::Topic(name.to_owned()),
            "card" => {
                let (topic, broker) = name.rsplit_once('@')?;
                NodeId::Card { topic: topic.to_owned(), broker: broker.parse().ok()? }
            }
            "lane" => {
                let (topic, partition) = name.rsplit_once('-')?;
                NodeId::lane(topic, partition.parse().ok()?)
            }
            "group" => NodeId::Group(name.to_owned()),
            "client" => NodeId::Client(name.to_owned()),
            // Group names may hold a slash; identifiers of members end with a UUID after the client's name.
            "member" => {
                let (group_id, member_id) = name.rsplit_once('/')?;
                NodeId::Member { group_id: group_id.to_owned(), member_id: member_id.to_owned() }
            }
            "guest" => NodeId::Guest(name.to_owned()),
            "connection" => NodeId::Connection(name.parse().ok()?),
            _ => return None,
        };
        (node.to_string() == text).then_some(node)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeId::Broker(id) => write!(out, "broker:{id}"),
            NodeId::Topic(name) => write!(out, "topic:{name}"),
            NodeId::Card { topic, broker } => write!(out, "card:{topic}@{broker}"),
            NodeId::Lane { topic, partition } => write!(out, "lane:{topic}-{partition}"),
            NodeId::Group(name) => write!(out, "group:{name}"),
            NodeId::Client(name) => write!(out, "client:{name}"),
            NodeId::Member { group_id, member_id } => write!(out, "member:{group_id}/{member_id}"),
            NodeId::Guest(name) => write!(out, "guest:{name}"),
            NodeId::Connection(id) => write!(out, "connection:{id}"),
        }
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
