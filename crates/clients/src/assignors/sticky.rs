//! Java's `AbstractStickyAssignor`: who held what is kept as far as balance allows.
//!
//! Where all members want the same topics the quick way is taken ([`constrained`]), else the thorough one
//! ([`general`]).

use super::hash_order::walk;
use super::simple::{members_walked, partitions_per_topic};
use super::{Assignment, Member, constrained, encoding, general};
use crate::TopicPartition;
use runnel_protocol::{SmallMap, SmallSet};

/// Generation of a member that has had none.
pub(super) const NO_GENERATION: i32 = -1;

/// Which of the two assignors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Sticky,
    Cooperative,
}

/// What a member held, and when.
pub(super) struct Held {
    pub(super) partitions: Vec<TopicPartition>,
    pub(super) generation_id: Option<i32>,
}

/// What both algorithms start from.
pub(super) struct Situation<'a> {
    /// In the order in which Java walks them.
    pub(super) members: Vec<&'a Member>,
    /// Topics and partition counts, in the order in which Java walks them.
    pub(super) topics: Vec<(&'a str, i32)>,
    /// What each member held of topics that still exist, less what somebody else can claim better.
    pub(super) owned: SmallMap<&'a str, Vec<TopicPartition>>,
    /// Partitions that two members claim to hold in one generation.
    pub(super) claimed_twice: SmallSet<TopicPartition>,
    /// Members and what they said they held, in the members' order.
    pub(super) held: Vec<Held>,
    pub(super) generation_id_max: i32,
    subscriptions_equal: bool,
}

pub(super) fn assign(kind: Kind, members: &[Member], partition_counts: &SmallMap<String, i32>) -> Assignment {
    let situation = Situation::new(kind, members, partition_counts);
    let (mut assignment, moving) = if situation.subscriptions_equal {
        constrained::assign(&situation)
    } else {
        let assignment = general::assign(&situation);
        let moving = changing_hands(members, &assignment);
        (assignment, moving)
    };
    if kind == Kind::Cooperative {
        for (partition, member_id) in moving {
            if let Some(partitions) = assignment.get_mut(&member_id) {
                partitions.retain(|assigned| *assigned != partition);
            }
        }
    }
    assignment
}

impl<'a> Situation<'a> {
    fn new(kind: Kind, members: &'a [Member], partition_counts: &SmallMap<String, i32>) -> Self {
        let topics = partitions_per_topic(members, partition_counts);
        let members = members_walked(members);
        let held = members.iter().map(|member| held(kind, member)).collect();
        let mut situation = Situation {
            members,
            topics,
            owned: SmallMap::new(),
            claimed_twice: SmallSet::new(),
            held,
            generation_id_max: NO_GENERATION,
            subscriptions_equal: true,
        };
        situation.settle_claims();
        situation
    }

    /// Walks the members, finds whether all want the same, and lets the newest generation win where two claim one
    /// partition. Of the other claimant Java looks at the subscription's own generation, also where the claim came
    /// from user data; so do we.
    fn settle_claims(&mut self) {
        let mut wanted: SmallSet<&str> = SmallSet::new();
        let mut owners: SmallMap<TopicPartition, &'a Member> = SmallMap::new();
        for (member, held) in self.members.clone().into_iter().zip(&self.held) {
            if wanted.is_empty() {
                wanted.extend(member.topics.iter().map(String::as_str));
            } else if member.topics.len() != wanted.len()
                || !member.topics.iter().all(|topic| wanted.contains(topic.as_str()))
            {
                self.subscriptions_equal = false;
            }
            let generation_id = held.generation_id.unwrap_or(NO_GENERATION);
            self.generation_id_max = self.generation_id_max.max(generation_id);
            self.owned.insert(&member.member_id, Vec::new());
            for partition in &held.partitions {
                // What does not exist cannot be kept. Of partitions beyond a topic's count Java would keep them, and
                // then find that its sums are wrong.
                let exists = |(topic, count): &(&str, i32)| *topic == &*partition.topic && partition.partition < *count;
                if partition.partition < 0 || !self.topics.iter().any(exists) {
                    continue;
                }
                let Some(other) = owners.get(partition).copied() else {
                    self.owned.entry(&member.member_id).or_default().push(partition.clone());
                    owners.insert(partition.clone(), member);
                    continue;
                };
                let other_generation_id = other.generation_id.unwrap_or(NO_GENERATION);
                if generation_id < other_generation_id {
                    continue;
                }
                if generation_id == other_generation_id {
                    self.claimed_twice.insert(partition.clone());
                } else {
                    self.owned.entry(&member.member_id).or_default().push(partition.clone());
                }
                remove_first(self.owned.entry(&other.member_id).or_default(), partition);
                owners.insert(partition.clone(), member);
            }
        }
    }
}

/// What Java's `List.remove` does.
pub(super) fn remove_first(partitions: &mut Vec<TopicPartition>, partition: &TopicPartition) {
    if let Some(at) = partitions.iter().position(|held| held == partition) {
        partitions.remove(at);
    }
}

/// `sticky` asks its own user data, since its members give up everything before they join; `cooperative-sticky` the
/// subscription, and user data only for the generation, of members whose subscription is too old to carry it.
fn held(kind: Kind, member: &Member) -> Held {
    match kind {
        Kind::Sticky => encoding::decode_sticky(member.user_data.as_ref()),
        Kind::Cooperative => {
            let partitions = member.owned_partitions.clone();
            let generation_id =
                member.generation_id.or_else(|| member.user_data.as_ref().map(encoding::decode_generation));
            Held { partitions, generation_id }
        }
    }
}

/// Partitions that somebody would get while another member still holds them.
fn changing_hands(members: &[Member], assignment: &Assignment) -> SmallMap<TopicPartition, String> {
    let mut added = SmallMap::new();
    let mut revoked = SmallSet::new();
    for id in walk(members.iter().map(|member| member.member_id.as_str())) {
        let Some(member) = members.iter().find(|member| member.member_id == id) else { continue };
        let assigned: SmallSet<&TopicPartition> = assignment.get(id).into_iter().flatten().collect();
        let owned: SmallSet<&TopicPartition> = member.owned_partitions.iter().collect();
        let of_others = assigned.iter().filter(|partition| !owned.contains(*partition));
        added.extend(of_others.map(|partition| ((*partition).clone(), id.to_owned())));
        let given_up = owned.iter().filter(|partition| !assigned.contains(*partition));
        revoked.extend(given_up.map(|partition| (*partition).clone()));
    }
    added.retain(|partition, _| revoked.contains(partition));
    added
}
