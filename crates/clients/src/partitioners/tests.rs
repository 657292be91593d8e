//! What each library does, by example; the comparison with the libraries themselves is in `tests/clients`.

use super::{Lanes, LibrdkafkaPartitioner, PartitionChoice, PartitionReason, Partitioner, PartitionerSettings, Sticky};
use crate::kind::ClientKind;
use runnel_protocol::Timestamp;
use std::time::Duration;

const THREE: Lanes<'static> = Lanes { partitions_count: 3, available: &[0, 1, 2] };

fn choose(partitioner: &mut Partitioner, key: Option<&str>) -> PartitionChoice {
    partitioner.choose(Timestamp(0), "orders", &THREE, None, key.map(str::as_bytes))
}

#[test]
fn a_partition_that_the_program_names_wins_over_the_key() {
    for kind in ClientKind::ALL {
        let mut partitioner = Partitioner::new(PartitionerSettings::of(kind), 1);
        let choice = partitioner.choose(Timestamp(0), "orders", &THREE, Some(9), Some(b"user1"));
        assert_eq!(choice, PartitionChoice { partition: 9, reason: PartitionReason::Explicit });
    }
}

#[test]
fn the_reason_shows_the_sum() {
    let mut partitioner = Partitioner::new(PartitionerSettings::of(ClientKind::Java), 1);
    let choice = choose(&mut partitioner, Some("user-1"));
    assert_eq!(
        serde_json::to_string(&choice).unwrap(),
        "{\"partition\":2,\"why\":\"key_hash\",\"hash\":\"murmur2\",\"key_start\":\"757365722d31\",\"key_size\":6,\
         \"hash_value\":1404122828,\"sign_cleared\":1404122828,\"partitions_count\":3}"
    );
}

#[test]
fn kafkajs_deals_records_without_a_key_like_cards_and_passes_over_the_leaderless() {
    let mut partitioner = Partitioner::new(PartitionerSettings::KafkajsDefault, 5);
    let dealt: Vec<i32> = (0..6).map(|_| choose(&mut partitioner, None).partition).collect();
    for pair in dealt.windows(2) {
        assert_eq!(pair[1], (pair[0] + 1) % 3, "{dealt:?}");
    }
    let two = Lanes { partitions_count: 3, available: &[0, 2] };
    let dealt: Vec<i32> =
        (0..4).map(|_| partitioner.choose(Timestamp(0), "orders", &two, None, None).partition).collect();
    assert!(dealt.iter().all(|partition| [0, 2].contains(partition)) && dealt[0] != dealt[1], "{dealt:?}");
}

#[test]
fn java_keeps_to_a_partition_until_a_batch_is_full() {
    let mut sticky = Sticky::default();
    let first = sticky.peek(&THREE, || 4).partition;
    assert_eq!(first, 1);
    // 16,384 bytes are there, but the batch at the end takes more.
    sticky.appended(&THREE, 16_384, 16_384, false, || unreachable!());
    assert_eq!(sticky.peek(&THREE, || unreachable!()).partition, first);
    sticky.appended(&THREE, 1, 16_384, true, || 5);
    assert_eq!(sticky.peek(&THREE, || unreachable!()).partition, 2);
    // Twice the size is enough in any case.
    sticky.appended(&THREE, 32_768, 16_384, false, || 6);
    assert_eq!(sticky.peek(&THREE, || unreachable!()).partition, 0);
}

#[test]
fn java_draws_partitions_with_short_queues_more_often() {
    // The example in Java's source: queues of 0, 3 and 1 make sums of 4, 5 and 8.
    let mut sticky = Sticky::default();
    sticky.handle_queues(&[(0, 0), (1, 3), (2, 1)], 3);
    let drawn: Vec<i32> = (0..8).map(|number| sticky.clone().peek(&THREE, || number).partition).collect();
    assert_eq!(drawn, [0, 0, 0, 0, 1, 2, 2, 2]);
    sticky.handle_queues(&[(0, 2), (1, 2), (2, 2)], 3);
    let drawn: Vec<i32> = (0..6).map(|number| sticky.clone().peek(&THREE, || number).partition).collect();
    assert_eq!(drawn, [0, 1, 2, 0, 1, 2]);
}

#[test]
fn java_may_be_told_to_ignore_keys() {
    let settings = PartitionerSettings::Java { ignores_keys: true, is_adaptive: true, batch_size: 16_384 };
    let mut partitioner = Partitioner::new(settings, 1);
    assert!(matches!(choose(&mut partitioner, Some("user1")).reason, PartitionReason::Sticky { is_new: true, .. }));
}

#[test]
fn librdkafka_keeps_to_a_partition_for_ten_milliseconds() {
    let lanes = Lanes { partitions_count: 100, available: &(0..100).collect::<Vec<i32>>() };
    let mut partitioner = Partitioner::new(PartitionerSettings::of(ClientKind::Librdkafka), 1);
    let mut at =
        |millis| partitioner.choose(Timestamp::from_millis(millis), "orders", &lanes, None, Some(b"")).partition;
    let first = at(0);
    assert_eq!(at(9), first);
    let second = at(10);
    assert_ne!(second, first, "drawn anew among a hundred");
    assert_eq!(at(19), second);
}

#[test]
fn librdkafkas_partitioners_differ_in_what_no_key_means() {
    use LibrdkafkaPartitioner as P;
    let mut reasons = Vec::new();
    for name in P::names() {
        let partitioner = P::parse(name).unwrap();
        let settings = PartitionerSettings::Librdkafka { partitioner, sticky_linger: Duration::ZERO };
        let mut partitioner = Partitioner::new(settings, 1);
        let of = |choice: PartitionChoice| match choice.reason {
            PartitionReason::KeyHash { .. } => "key",
            PartitionReason::Random { .. } => "random",
            PartitionReason::Explicit | PartitionReason::Sticky { .. } | PartitionReason::RoundRobin { .. } => "else",
        };
        let none = of(choose(&mut partitioner, None));
        let empty = of(choose(&mut partitioner, Some("")));
        let some = of(choose(&mut partitioner, Some("user1")));
        reasons.push(format!("{name}: {none} {empty} {some}"));
    }
    let expected = [
        "random: random random random",
        "consistent: key key key",
        "consistent_random: random random key",
        "murmur2: key key key",
        "murmur2_random: random key key",
        "fnv1a: key key key",
        "fnv1a_random: random key key",
    ];
    assert_eq!(reasons, expected);
}
