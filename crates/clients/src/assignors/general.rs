//! The sticky assignment where members want different topics.
//!
//! What is still wanted is kept, the rest goes to whoever has least, and then partitions move from those with many to
//! those with few until no move makes it better; if the moves did not help, they are taken back.

use super::hash_order::compare;
use super::movements::Movements;
use super::sticky::{NO_GENERATION, Situation, remove_first};
use super::{Assignment, Member};
use crate::TopicPartition;
use runnel_protocol::{SmallMap, SmallSet};
use std::cmp::Ordering;

pub(super) fn assign(situation: &Situation<'_>) -> Assignment {
    let mut builder = Builder::new(situation);
    let (unassigned, needs_revocation) = builder.keep_what_is_wanted(situation);
    builder.balance(unassigned, needs_revocation);
    builder.assignment
}

struct Builder<'a> {
    /// Who may have a topic.
    consumers: SmallMap<&'a str, Vec<&'a str>>,
    /// What a member may have, of topics that exist.
    topics: SmallMap<&'a str, Vec<&'a str>>,
    counts: SmallMap<&'a str, i32>,
    /// The partition's holder in an older generation.
    previous: SmallMap<TopicPartition, (String, i32)>,
    owner: SmallMap<TopicPartition, String>,
    assignment: Assignment,
    /// Members that take part in moves.
    active: SmallSet<&'a str>,
    movements: Movements,
}

impl<'a> Builder<'a> {
    fn new(situation: &Situation<'a>) -> Self {
        let counts: SmallMap<&str, i32> = situation.topics.iter().copied().collect();
        let mut consumers: SmallMap<&str, Vec<&str>> = counts.keys().map(|topic| (*topic, Vec::new())).collect();
        let mut topics = SmallMap::new();
        for member in &situation.members {
            let wanted: Vec<&str> =
                member.topics.iter().map(String::as_str).filter(|topic| counts.contains_key(topic)).collect();
            for topic in &wanted {
                consumers.entry(topic).or_default().push(&member.member_id);
            }
            topics.insert(member.member_id.as_str(), wanted);
        }
        let mut builder = Builder {
            consumers,
            topics,
            counts,
            previous: SmallMap::new(),
            owner: SmallMap::new(),
            assignment: Assignment::new(),
            active: situation.members.iter().map(|member| member.member_id.as_str()).collect(),
            movements: Movements::default(),
        };
        builder.remember(situation);
        builder
    }

    /// Notes who held what in generations before the newest.
    fn remember(&mut self, situation: &Situation<'_>) {
        for (member, held) in situation.members.iter().zip(&situation.held) {
            let generation_id = held.generation_id.unwrap_or(NO_GENERATION);
            if generation_id >= situation.generation_id_max {
                continue;
            }
            for partition in &held.partitions {
                let before = self.previous.get(partition);
                if before.is_none_or(|(_, before)| generation_id > *before) {
                    self.previous.insert(partition.clone(), (member.member_id.clone(), generation_id));
                }
            }
        }
    }

    /// Returns what nobody has, and whether somebody held what it does not want any more.
    fn keep_what_is_wanted(&mut self, situation: &Situation<'a>) -> (Vec<TopicPartition>, bool) {
        let mut needs_revocation = false;
        for member in &situation.members {
            let owned = situation.owned.get(member.member_id.as_str()).into_iter().flatten();
            let (kept, dropped): (Vec<_>, Vec<_>) =
                owned.cloned().partition(|partition| wants(member, &partition.topic));
            needs_revocation |= !dropped.is_empty();
            for partition in &kept {
                self.owner.insert(partition.clone(), member.member_id.clone());
            }
            self.assignment.insert(member.member_id.clone(), kept);
        }
        let unassigned = self.all_partitions();
        let unassigned = unassigned.into_iter().filter(|partition| !self.owner.contains_key(partition));
        (unassigned.collect(), needs_revocation)
    }

    /// Partitions of the topics with the fewest takers first.
    fn all_partitions(&self) -> Vec<TopicPartition> {
        let takers = |topic: &str| self.consumers.get(topic).map_or(0, Vec::len);
        let mut topics: Vec<&str> = self.counts.keys().copied().collect();
        topics.sort_by(|left, right| takers(left).cmp(&takers(right)).then_with(|| compare(left, right)));
        let partitions = topics.into_iter().flat_map(|topic| {
            let count = self.counts.get(topic).copied().unwrap_or(0);
            (0..count).map(move |partition| TopicPartition::new(topic, partition))
        });
        partitions.collect()
    }

    fn size(&self, member_id: &str) -> usize {
        self.assignment.get(member_id).map_or(0, Vec::len)
    }

    fn by_size(&self, left: &str, right: &str) -> Ordering {
        self.size(left).cmp(&self.size(right)).then_with(|| compare(left, right))
    }

    /// The active member with the fewest partitions that wants the topic.
    fn least_loaded(&self, topic: &str) -> Option<&'a str> {
        let takers = self.active.iter().copied().filter(|id| self.may_have(id, topic));
        takers.min_by(|left, right| self.by_size(left, right))
    }

    fn may_have(&self, member_id: &str, topic: &str) -> bool {
        self.topics.get(member_id).is_some_and(|topics| topics.contains(&topic))
    }

    fn takers(&self, topic: &str) -> &[&'a str] {
        self.consumers.get(topic).map_or(&[], Vec::as_slice)
    }

    fn balance(&mut self, mut unassigned: Vec<TopicPartition>, needs_revocation: bool) {
        let is_first_time = self.assignment.values().all(Vec::is_empty);
        for partition in &unassigned {
            if let Some(member_id) = self.least_loaded(&partition.topic) {
                self.owner.insert(partition.clone(), member_id.to_owned());
                self.assignment.entry(member_id.to_owned()).or_default().push(partition.clone());
            }
        }
        // A topic that one member alone wants stays where it is, and so does a member that only has such topics.
        let can_move = |builder: &Self, partition: &TopicPartition| builder.takers(&partition.topic).len() >= 2;
        let mut all = self.all_partitions();
        all.retain(|partition| can_move(self, partition));
        unassigned.retain(|partition| can_move(self, partition));
        let fixed = |builder: &Self, id: &str| {
            let has_all = builder.size(id) >= builder.size_max(id);
            has_all && !builder.assignment.get(id).into_iter().flatten().any(|held| can_move(builder, held))
        };
        let fixed: Vec<&str> = self.active.iter().copied().filter(|id| fixed(self, id)).collect();
        for id in fixed {
            self.active.remove(id);
        }
        let before = self.assignment.clone();
        if !needs_revocation {
            self.move_some(&unassigned);
        }
        let has_moved = self.move_some(&all);
        if !is_first_time && has_moved && self.score(&self.assignment) >= self.score(&before) {
            self.assignment = before;
        }
    }

    /// How many partitions the member's topics have in all.
    fn size_max(&self, member_id: &str) -> usize {
        let topics = self.topics.get(member_id).into_iter().flatten();
        let sum: i32 = topics.filter_map(|topic| self.counts.get(topic)).sum();
        usize::try_from(sum).unwrap_or(0)
    }

    /// The differences in size of all pairs of active members; 0 is perfect.
    fn score(&self, assignment: &Assignment) -> usize {
        let sizes: Vec<usize> = self.active.iter().map(|id| assignment.get(*id).map_or(0, Vec::len)).collect();
        let pairs = sizes.iter().enumerate().flat_map(|(at, left)| sizes[at + 1..].iter().map(|right| (*left, *right)));
        pairs.map(|(left, right)| left.abs_diff(right)).sum()
    }

    /// Moves partitions for as long as that helps. Kafka's own goes on until no move helps, which some groups of stale
    /// members never reach; here the rounds are bounded.
    fn move_some(&mut self, partitions: &[TopicPartition]) -> bool {
        let mut has_moved = false;
        for _ in 0..=partitions.len() {
            let mut moved = false;
            for partition in partitions {
                if self.is_balanced() {
                    break;
                }
                moved |= self.move_one(partition);
            }
            has_moved |= moved;
            if !moved {
                break;
            }
        }
        has_moved
    }

    fn move_one(&mut self, partition: &TopicPartition) -> bool {
        let Some(owner) = self.owner.get(partition).cloned() else { return false };
        let is_fuller = |builder: &Self, other: &str| builder.size(&owner) > builder.size(other) + 1;
        if let Some((previous, _)) = self.previous.get(partition).cloned()
            && self.may_have(&previous, &partition.topic)
            && self.active.contains(previous.as_str())
            && is_fuller(self, &previous)
        {
            self.reassign(partition, &owner, &previous);
            return true;
        }
        if !self.takers(&partition.topic).iter().any(|other| is_fuller(self, other)) {
            return false;
        }
        let Some(to) = self.least_loaded(&partition.topic) else { return false };
        self.reassign(partition, &owner, to);
        true
    }

    fn reassign(&mut self, partition: &TopicPartition, owner: &str, to: &str) {
        let partition = self.movements.better(partition, owner, to);
        let from = self.owner.insert(partition.clone(), to.to_owned()).unwrap_or_else(|| owner.to_owned());
        self.movements.note(&partition, &from, to);
        if let Some(held) = self.assignment.get_mut(&from) {
            remove_first(held, &partition);
        }
        self.assignment.entry(to.to_owned()).or_default().push(partition);
    }

    /// Whether no member could take a partition from one that has at least two more.
    fn is_balanced(&self) -> bool {
        let sizes = || self.active.iter().map(|id| self.size(id));
        let (Some(min), Some(max)) = (sizes().min(), sizes().max()) else { return true };
        if min + 1 >= max {
            return true;
        }
        self.active.iter().all(|id| {
            let wanted = self.topics.get(id).into_iter().flatten();
            let mut wanted = wanted.flat_map(|topic| {
                let count = self.counts.get(topic).copied().unwrap_or(0);
                (0..count).map(|partition| TopicPartition::new(*topic, partition))
            });
            !wanted.any(|partition| {
                let owner = self.owner.get(&partition).map(String::as_str).filter(|owner| owner != id);
                owner.is_some_and(|owner| self.size(id) + 1 < self.size(owner))
            })
        })
    }
}

fn wants(member: &Member, topic: &str) -> bool {
    member.topics.iter().any(|wanted| wanted == topic)
}
