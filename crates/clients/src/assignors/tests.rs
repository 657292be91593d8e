//! Small groups whose assignment can be checked by eye; thousands of random ones stand in `tests/clients`.

use super::encoding::{decode_assignment, decode_subscription, encode_assignment, encode_subscription, user_data};
use super::{Assignment, Assignor, Member};
use crate::TopicPartition;
use bytes::Bytes;
use proptest::prelude::*;
use runnel_protocol::SmallMap;
use std::collections::{BTreeMap, BTreeSet};

fn counts(topics: &[(&str, i32)]) -> SmallMap<String, i32> {
    topics.iter().map(|(topic, count)| ((*topic).to_owned(), *count)).collect()
}

fn shown(assignment: &Assignment) -> String {
    let member = |(id, partitions): (&String, &Vec<TopicPartition>)| {
        let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
        format!("{id}: {}", partitions.join(" "))
    };
    assignment.iter().map(member).collect::<Vec<_>>().join("; ")
}

/// Assigns, and gives back the members as they would join next.
fn rebalance(
    assignor: Assignor,
    members: &mut [Member],
    counts: &SmallMap<String, i32>,
    generation_id: i32,
) -> Assignment {
    let leader_topics = members[0].topics.clone();
    let assignment = assignor.assign(members, &leader_topics, counts);
    for member in members {
        member.owned_partitions = assignment.get(&member.member_id).cloned().unwrap_or_default();
        member.generation_id = Some(generation_id);
        member.user_data = user_data(assignor, Some((&member.owned_partitions, generation_id)));
    }
    assignment
}

#[test]
fn range_gives_runs_and_round_robin_deals() {
    let members = ["a", "b", "c"].map(|id| Member::new(id, &["t"]));
    let counts = counts(&[("t", 7)]);
    let range = Assignor::Range.assign(&members, &[], &counts);
    assert_eq!(shown(&range), "a: t-0 t-1 t-2; b: t-3 t-4; c: t-5 t-6");
    let round_robin = Assignor::RoundRobin.assign(&members, &[], &counts);
    assert_eq!(shown(&round_robin), "a: t-0 t-3 t-6; b: t-1 t-4; c: t-2 t-5");
}

#[test]
fn static_members_keep_their_place_whatever_the_coordinator_calls_them() {
    let mut members = ["z", "y"].map(|id| Member::new(id, &["t"]));
    members[0].group_instance_id = Some("one".to_owned());
    members[1].group_instance_id = Some("two".to_owned());
    let assignment = Assignor::Range.assign(&members, &[], &counts(&[("t", 2)]));
    assert_eq!(shown(&assignment), "y: t-1; z: t-0");
}

#[test]
fn kafkajs_deals_what_the_leader_wants_to_members_that_do_not() {
    let members = [Member::new("a", &["bills"]), Member::new("b", &["orders"])];
    let counts = counts(&[("bills", 2), ("orders", 2)]);
    let assignment = Assignor::Kafkajs.assign(&members, &["bills".to_owned()], &counts);
    assert_eq!(shown(&assignment), "a: bills-0; b: bills-1");
}

#[test]
fn a_cooperative_newcomer_waits_for_what_others_must_give_up_first() {
    let counts = counts(&[("t", 4)]);
    let mut members = vec![Member::new("a", &["t"])];
    let all = rebalance(Assignor::CooperativeSticky, &mut members, &counts, 1);
    assert_eq!(shown(&all), "a: t-0 t-1 t-2 t-3");
    members.push(Member::new("b", &["t"]));
    let first = rebalance(Assignor::CooperativeSticky, &mut members, &counts, 2);
    assert_eq!(shown(&first), "a: t-0 t-1; b: ");
    let second = rebalance(Assignor::CooperativeSticky, &mut members, &counts, 3);
    assert_eq!(shown(&second), "a: t-0 t-1; b: t-2 t-3");
}

#[test]
fn subscriptions_and_assignments_are_read_as_they_were_written() {
    let mut member = Member::new("a", &["b", "a"]);
    member.owned_partitions = vec![TopicPartition::new("a", 1), TopicPartition::new("b", 0)];
    member.generation_id = Some(7);
    member.user_data = Some(Bytes::from_static(b"x"));
    let written = encode_subscription(3, &member).unwrap();
    member.topics.sort();
    assert_eq!(decode_subscription("a", None, &written).unwrap(), member);
    // kafkajs: version 0, topics as they are, no user data.
    let member = Member { user_data: user_data(Assignor::Kafkajs, None), ..Member::new("a", &["t"]) };
    assert_eq!(encode_subscription(0, &member).unwrap(), &b"\0\0\0\0\0\x01\0\x01t\0\0\0\0"[..]);
    let partitions = [TopicPartition::new("t", 2), TopicPartition::new("t", 0)];
    let written = encode_assignment(0, &partitions, Some(Bytes::new())).unwrap();
    assert_eq!(written, &b"\0\0\0\0\0\x01\0\x01t\0\0\0\x02\0\0\0\x02\0\0\0\0\0\0\0\0"[..]);
    assert_eq!(decode_assignment(&written).unwrap(), partitions);
    assert_eq!(decode_assignment(&Bytes::new()).unwrap(), []);
    assert!(decode_assignment(&Bytes::from_static(b"\0\0\0\x01")).is_err());
}

/// Members with random subscriptions over random topics.
fn groups() -> impl Strategy<Value = (Vec<Vec<usize>>, Vec<i32>)> {
    let members = prop::collection::vec(prop::collection::vec(0_usize..4, 1..4), 1..7);
    (members, prop::collection::vec(0_i32..8, 4))
}

proptest! {
    #[test]
    fn every_wanted_partition_has_one_owner_who_wants_it((subscriptions, sizes) in groups()) {
        let names = ["t0", "t1", "t2", "t3"];
        let counts: SmallMap<String, i32> = names.iter().zip(&sizes).map(|(name, size)| ((*name).to_owned(), *size)).collect();
        for assignor in [Assignor::Range, Assignor::RoundRobin, Assignor::Sticky, Assignor::CooperativeSticky] {
            let mut members: Vec<Member> = subscriptions.iter().enumerate().map(|(index, topics)| {
                let topics: BTreeSet<&str> = topics.iter().map(|topic| names[*topic]).collect();
                Member::new(&format!("m{index}"), &topics.into_iter().collect::<Vec<_>>())
            }).collect();
            for generation_id in 1..4 {
                let assignment = rebalance(assignor, &mut members, &counts, generation_id);
                let mut owners = BTreeMap::new();
                for member in &members {
                    for partition in &assignment[&member.member_id] {
                        prop_assert!(member.topics.iter().any(|topic| *topic == *partition.topic));
                        prop_assert!(owners.insert(partition.clone(), &member.member_id).is_none());
                    }
                }
                let wanted: BTreeSet<&String> = members.iter().flat_map(|member| &member.topics).collect();
                let count: i32 = wanted.iter().map(|topic| counts[*topic]).sum();
                prop_assert_eq!(owners.len(), usize::try_from(count).unwrap(), "{} generation {}", assignor.name(), generation_id);
                if generation_id > 1 {
                    // Nothing changed, so nothing moves.
                    let again = rebalance(assignor, &mut members, &counts, generation_id + 1);
                    let sorted = |assignment: &Assignment| -> Vec<BTreeSet<TopicPartition>> { assignment.values().map(|held| held.iter().cloned().collect()).collect() };
                    prop_assert_eq!(sorted(&again), sorted(&assignment));
                }
            }
        }
    }
}

#[test]
fn the_partitions_that_a_member_is_given_share_their_topics_name() {
    let given = [TopicPartition::new("orders", 0), TopicPartition::new("orders", 1)];
    let read = decode_assignment(&encode_assignment(3, &given, None).unwrap()).unwrap();
    assert_eq!(read, given);
    assert_eq!(read[0].topic.as_ptr(), read[1].topic.as_ptr());
}
