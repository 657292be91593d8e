//! Placements as Kafka makes them from the same stream of numbers, and sentences about names.

use super::names::*;
use super::placement::*;
use crate::Random;

fn read_broker(text: &str) -> UsableBroker {
    let id = text.trim_end_matches('f');
    UsableBroker { id: id.parse().unwrap(), fenced: id != text }
}

/// `seed=2 brokers=1,2f partitions=9 factor=1`
fn answer(request: &str) -> String {
    let words: Vec<&str> = request.split(' ').map(|word| word.split_once('=').unwrap().1).collect();
    let brokers: Vec<UsableBroker> = words[1].split(',').filter(|id| !id.is_empty()).map(read_broker).collect();
    let mut random = Random::new(words[0].parse().unwrap());
    let placed = place(words[2].parse().unwrap(), words[3].parse().unwrap(), &brokers, &mut random);
    let shown = |replicas: &Vec<i32>| replicas.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
    let placed = placed.map_or_else(|why| why, |all| all.iter().map(shown).collect::<Vec<_>>().join(" "));
    format!("{placed}\nnext {}", random.next_u64() >> 1)
}

#[test]
fn replicas_are_placed_as_kafka_places_them() {
    let script = include_str!("../../testdata/topics/placement.txt");
    let lines: Vec<&str> = script.lines().collect();
    let mut count = 0;
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("seed=")) {
        assert_eq!(lines[index + 1], "----");
        assert_eq!(answer(line), format!("{}\n{}", lines[index + 2], lines[index + 3]), "{line}");
        count += 1;
    }
    assert_eq!(count, 16);
}

#[test]
fn chosen_replicas_agree_in_number_and_one_is_alive() {
    let brokers = [UsableBroker { id: 1, fenced: false }, UsableBroker { id: 2, fenced: true }];
    let check = |replicas: &[i32], factor| check_assignment(3, replicas, factor, &brokers).unwrap_err().to_string();
    assert_eq!(check_assignment(3, &[2, 1], Some(2), &brokers), Ok(()));
    assert_eq!(
        check(&[1, 2], Some(1)),
        "INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes a partition with 2 replica(s), but this is \
         not consistent with previous partitions, which have 1 replica(s)."
    );
    assert_eq!(
        check(&[2], None),
        "INVALID_REPLICA_ASSIGNMENT All brokers specified in the manual partition assignment for partition 3 are fenced \
         or in controlled shutdown."
    );
}

#[test]
fn names_that_differ_by_period_and_underscore_collide() {
    let names = ["orders", "a_b.c", "a-b"];
    assert_eq!(colliding("a.b_c", names.into_iter()), Some("a_b.c"));
    assert_eq!(colliding("a.b", names.into_iter()), None);
    assert_eq!(colliding("orders", names.into_iter()), None);
}

#[test]
fn the_clusters_own_topics_are_internal() {
    assert!(is_internal(CONSUMER_OFFSETS) && is_internal(TRANSACTION_STATE) && is_internal(SHARE_GROUP_STATE));
    assert!(!is_internal(CLUSTER_METADATA) && !is_internal("orders"));
}
