//! Who reads which partition: the assignors of Kafka's clients, as pure functions.
//!
//! The member that the coordinator made leader of its group runs one of these over what all members said about
//! themselves. Each gives what the real client of that name gives for the same input, also where that depends on the
//! order in which Java walks a hash table (`hash_order`) or is a known flaw ([`Assignor::Kafkajs`]). Racks are left
//! out.
//!
//! ```
//! use runnel_clients::assignors::{Assignor, Member};
//!
//! let members = ["anna", "bert"].map(|id| Member::new(id, &["orders"]));
//! let counts = [("orders".to_owned(), 3)].into();
//! let assigned = Assignor::Range.assign(&members, &["orders".to_owned()], &counts);
//! assert_eq!(assigned["anna"].len(), 2);
//! ```

mod constrained;
pub mod encoding;
mod general;
mod hash_order;
mod movements;
mod simple;
mod sticky;
mod sticky_brought;
#[cfg(test)]
mod tests;

use crate::TopicPartition;
use bytes::Bytes;
use runnel_protocol::SmallMap;
use sticky::Kind;

pub use sticky_brought::StickyAssignors;

/// Partitions by member id. Java's assignors name every member, kafkajs's only those that got something.
pub type Assignment = SmallMap<String, Vec<TopicPartition>>;

/// One member of a group, as it told in its JoinGroup.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Member {
    /// What the coordinator calls it.
    pub member_id: String,
    /// Its static identity (KIP-345).
    pub group_instance_id: Option<String>,
    /// The topics it wants.
    pub topics: Vec<String>,
    /// The partitions it held when it joined.
    pub owned_partitions: Vec<TopicPartition>,
    /// The generation in which it held them.
    pub generation_id: Option<i32>,
    /// What its assignor added for the leader's.
    pub user_data: Option<Bytes>,
}

impl Member {
    /// A member that is new: it holds nothing.
    pub fn new(member_id: &str, topics: &[&str]) -> Self {
        let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        Member { member_id: member_id.to_owned(), topics, ..Member::default() }
    }
}

/// How members give up what they hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RebalanceProtocol {
    /// Everything, before each join.
    Eager,
    /// Only what the new assignment takes away, after it is known (KIP-429).
    Cooperative,
}

/// An assignor that a client ships with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Assignor {
    /// Java's and librdkafka's `range`: per topic, consecutive runs of partitions.
    Range,
    /// Java's and librdkafka's `roundrobin`: partitions are dealt like cards.
    RoundRobin,
    /// Java's `sticky`: as balanced as can be, moving as little as can be.
    Sticky,
    /// Java's `cooperative-sticky`: the same, but a partition that changes hands is first only given up.
    CooperativeSticky,
    /// kafkajs's `RoundRobinAssigner`: deals to all members whatever the *leader* subscribed to, also to members that
    /// never asked for the topic, and nothing of topics that only others want.
    Kafkajs,
}

impl Assignor {
    /// All of them.
    pub const ALL: [Assignor; 5] =
        [Assignor::Range, Assignor::RoundRobin, Assignor::Sticky, Assignor::CooperativeSticky, Assignor::Kafkajs];

    /// Its name in JoinGroup.
    pub fn name(self) -> &'static str {
        match self {
            Assignor::Range => "range",
            Assignor::RoundRobin => "roundrobin",
            Assignor::Sticky => "sticky",
            Assignor::CooperativeSticky => "cooperative-sticky",
            Assignor::Kafkajs => "RoundRobinAssigner",
        }
    }

    /// The assignor of that name.
    pub fn named(name: &str) -> Option<Assignor> {
        Assignor::ALL.into_iter().find(|assignor| assignor.name() == name)
    }

    /// How its members give up partitions.
    pub fn rebalance_protocol(self) -> RebalanceProtocol {
        match self {
            Assignor::CooperativeSticky => RebalanceProtocol::Cooperative,
            Assignor::Range | Assignor::RoundRobin | Assignor::Sticky | Assignor::Kafkajs => RebalanceProtocol::Eager,
        }
    }

    /// Deals the partitions: `members` in the order of JoinGroup's answer, `leader_topics` as the leader subscribed
    /// (only [`Assignor::Kafkajs`] looks at them), and how many partitions each topic has. A topic that is not named in
    /// `partition_counts` does not exist.
    pub fn assign(
        self,
        members: &[Member],
        leader_topics: &[String],
        partition_counts: &SmallMap<String, i32>,
    ) -> Assignment {
        if members.is_empty() {
            return Assignment::new();
        }
        match self {
            Assignor::Range => simple::range(members, partition_counts),
            Assignor::RoundRobin => simple::round_robin(members, partition_counts),
            Assignor::Sticky => sticky_brought::assign(Kind::Sticky, members, partition_counts),
            Assignor::CooperativeSticky => sticky_brought::assign(Kind::Cooperative, members, partition_counts),
            Assignor::Kafkajs => simple::kafkajs(members, leader_topics, partition_counts),
        }
    }
}
