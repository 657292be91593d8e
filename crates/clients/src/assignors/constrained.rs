//! The sticky assignment where all members want the same topics.
//!
//! Every member keeps what it held up to its quota; then what is left is dealt to those below theirs. With 7
//! partitions and 3 members the quotas are 2 and 3, and one member may have 3.

use super::hash_order::compare;
use super::sticky::{Situation, remove_first};
use super::{Assignment, hash_order};
use crate::TopicPartition;
use runnel_protocol::{SmallMap, SmallSet};
use std::collections::VecDeque;

/// The assignment, and the partitions that change hands in it, with who gets them.
pub(super) fn assign(situation: &Situation<'_>) -> (Assignment, SmallMap<TopicPartition, String>) {
    let mut builder = Builder::new(situation);
    builder.keep_what_was_owned(situation);
    builder.deal(situation);
    (builder.assignment, builder.moving)
}

struct Builder<'a> {
    quota_min: usize,
    quota_max: usize,
    /// How many members may have more than `quota_min`; zero if both quotas are the same.
    above_min_expected: usize,
    above_min_count: usize,
    /// Members with fewer than `quota_min`.
    below_min: Vec<&'a str>,
    /// Members with exactly `quota_min` that may get one more.
    at_min: VecDeque<&'a str>,
    given_up: SmallMap<TopicPartition, &'a str>,
    moving: SmallMap<TopicPartition, String>,
    assignment: Assignment,
}

impl<'a> Builder<'a> {
    fn new(situation: &Situation<'a>) -> Self {
        let partitions: i32 = situation.topics.iter().map(|(_, count)| count).sum();
        let partitions = usize::try_from(partitions).unwrap_or(0);
        let members = situation.members.len();
        Builder {
            quota_min: partitions / members,
            quota_max: partitions.div_ceil(members),
            above_min_expected: partitions % members,
            above_min_count: 0,
            below_min: Vec::new(),
            at_min: VecDeque::new(),
            given_up: SmallMap::new(),
            moving: SmallMap::new(),
            assignment: situation.members.iter().map(|member| (member.member_id.clone(), Vec::new())).collect(),
        }
    }

    fn keep_what_was_owned(&mut self, situation: &Situation<'a>) {
        // Java walks the map of what was owned, which was filled in the order in which it walked the members.
        for member_id in hash_order::walk(situation.members.iter().map(|member| member.member_id.as_str())) {
            let mut owned = situation.owned.get(member_id).cloned().unwrap_or_default();
            owned.sort_by(|left, right| {
                left.partition.cmp(&right.partition).then_with(|| compare(&left.topic, &right.topic))
            });
            for partition in &situation.claimed_twice {
                remove_first(&mut owned, partition);
            }
            let kept_count = if owned.len() < self.quota_min {
                self.below_min.push(member_id);
                owned.len()
            } else if owned.len() >= self.quota_max && self.above_min_count < self.above_min_expected {
                self.above_min_count += 1;
                if self.above_min_count == self.above_min_expected {
                    self.at_min.clear();
                }
                self.quota_max
            } else {
                if self.above_min_count < self.above_min_expected {
                    self.at_min.push_back(member_id);
                }
                self.quota_min
            };
            for partition in owned.split_off(kept_count) {
                self.given_up.insert(partition, member_id);
            }
            if let Some(assigned) = self.assignment.get_mut(member_id) {
                assigned.extend(owned);
            }
        }
        self.below_min.sort_by(|left, right| compare(left, right));
        self.at_min.make_contiguous().sort_by(|left, right| compare(left, right));
    }

    /// Deals what nobody kept, topic by topic, first to those below the small quota, round by round, then one more
    /// each to those at it.
    fn deal(&mut self, situation: &Situation<'a>) {
        let mut at = 0;
        for partition in self.left_over(situation) {
            let from_below = !self.below_min.is_empty();
            let member_id = if from_below {
                if at >= self.below_min.len() {
                    at = 0;
                }
                self.below_min[at]
            } else {
                let next = self.at_min.pop_front();
                next.expect("quotas add up to the number of partitions")
            };
            let count = self.give(situation, partition, member_id);
            if from_below && count == self.quota_min {
                self.below_min.remove(at);
                self.at_min.push_back(member_id);
            } else if from_below {
                at += 1;
            }
        }
    }

    fn left_over(&self, situation: &Situation<'_>) -> Vec<TopicPartition> {
        let kept: SmallSet<&TopicPartition> = self.assignment.values().flatten().collect();
        let mut topics = situation.topics.clone();
        topics.sort_by(|left, right| compare(left.0, right.0));
        let all = topics
            .into_iter()
            .flat_map(|(topic, count)| (0..count).map(move |partition| TopicPartition::new(topic, partition)));
        all.filter(|partition| !kept.contains(partition)).collect()
    }

    /// Returns how many partitions the member has then.
    fn give(&mut self, situation: &Situation<'_>, partition: TopicPartition, member_id: &str) -> usize {
        let from_another = self.given_up.get(&partition).is_some_and(|owner| *owner != member_id);
        if from_another || situation.claimed_twice.contains(&partition) {
            self.moving.insert(partition.clone(), member_id.to_owned());
        }
        let assigned = self.assignment.entry(member_id.to_owned()).or_default();
        assigned.push(partition);
        assigned.len()
    }
}
