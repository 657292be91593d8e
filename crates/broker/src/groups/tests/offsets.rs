//! OffsetCommit and OffsetFetch.

use super::bench::{Bench, Log, committing, committing_topic};
use crate::groups::{Commit, CommitPartition, FetchedOffset, TopicOutcome, TopicPartitions};
use runnel_protocol::ErrorCode;
use uuid::Uuid;

fn with_metadata(metadata: &str) -> Commit {
    let mut request = committing("billing", "", -1, 5);
    request.topics[0].partitions[0].metadata = Some(metadata.to_owned());
    request.topics[0].partitions[0].committed_leader_epoch = 3;
    request
}

fn code(bench: &mut Bench, request: Commit) -> ErrorCode {
    let reply = bench.commit(request);
    bench.committed(reply)[0].partitions[0].1
}

#[test]
fn what_is_committed_can_be_fetched_with_text_and_leader_epoch() {
    let mut bench = Bench::new();
    assert_eq!(code(&mut bench, with_metadata("half way")), ErrorCode::None);
    let asked = |name: &str| TopicPartitions { name: name.into(), topic_id: Uuid::nil(), partitions: vec![0, 1] };
    let fetched = bench.groups.fetch_offsets("billing", &[asked("orders"), asked("nope")]).unwrap();
    let there = FetchedOffset {
        partition_index: 0,
        committed_offset: 5,
        committed_leader_epoch: 3,
        metadata: "half way".into(),
    };
    let nowhere = |partition_index| FetchedOffset {
        partition_index,
        committed_offset: -1,
        committed_leader_epoch: -1,
        metadata: String::new(),
    };
    assert_eq!(fetched[0].partitions, [there.clone(), nowhere(1)]);
    assert_eq!(fetched[1].partitions, [nowhere(0), nowhere(1)]);
    let all = bench.groups.fetch_all_offsets("billing").unwrap();
    assert_eq!((all.len(), all[0].name.as_str(), &all[0].partitions), (1, "orders", &vec![there]));
}

#[test]
fn a_group_that_never_existed_has_offset_minus_one_and_no_error() {
    let bench = Bench::new();
    assert_eq!(bench.fetched("nobody"), -1);
    assert_eq!(bench.groups.fetch_all_offsets("nobody"), Ok(Vec::new()));
}

#[test]
fn an_offset_is_seen_only_when_its_record_is_appended() {
    let mut bench = Bench::new();
    bench.log_mode = Log::Holds;
    let first = bench.commit(committing("billing", "", -1, 5));
    let second = bench.commit(committing("billing", "", -1, 6));
    assert!(bench.is_waiting(first) && bench.is_waiting(second));
    assert_eq!(bench.fetched("billing"), -1);
    bench.append_held();
    assert_eq!(bench.fetched("billing"), 6);
    assert_eq!(bench.committed(second)[0].partitions, [(0, ErrorCode::None)]);
}

#[test]
fn a_commit_without_a_group_makes_a_simple_one() {
    let mut bench = Bench::new();
    assert_eq!(code(&mut bench, committing("billing", "", -1, 5)), ErrorCode::None);
    let row = bench.groups.list(&[], &[]).remove(0);
    assert_eq!((row.group_state, row.protocol_type.as_str(), row.group_type), ("Empty", "", "classic"));
    // As Kafka 4.3.0: whatever else the request says, generation -1 is enough in an empty group.
    assert_eq!(code(&mut bench, committing("billing", "me", -1, 6)), ErrorCode::None);
    assert_eq!(code(&mut bench, committing("billing", "me", 0, 7)), ErrorCode::UnknownMemberId);
    assert_eq!(code(&mut bench, committing("billing", "", 0, 7)), ErrorCode::UnknownMemberId);
}

#[test]
fn a_generation_of_an_unknown_group_is_refused_in_the_words_of_the_version() {
    // As Kafka 4.3.0.
    let mut bench = Bench::new();
    for (api_version, expected) in [(2, ErrorCode::IllegalGeneration), (8, ErrorCode::IllegalGeneration)] {
        assert_eq!(code(&mut bench, Commit { api_version, ..committing("billing", "", 5, 5) }), expected);
    }
    let recent = Commit { api_version: 9, ..committing("billing", "", 5, 5) };
    assert_eq!(code(&mut bench, recent), ErrorCode::GroupIdNotFound);
}

#[test]
fn a_text_may_have_4096_characters_however_many_bytes_they_take() {
    // As Kafka 4.3.0.
    let mut bench = Bench::new();
    assert_eq!(code(&mut bench, with_metadata(&"é".repeat(4096))), ErrorCode::None);
    assert_eq!(code(&mut bench, with_metadata(&"x".repeat(4097))), ErrorCode::OffsetMetadataTooLarge);
    assert_eq!(code(&mut bench, with_metadata(&"𝄞".repeat(2049))), ErrorCode::OffsetMetadataTooLarge);
}

#[test]
fn partitions_that_the_handler_refused_are_answered_in_their_place() {
    let mut bench = Bench::new();
    let mut request = committing("billing", "", -1, 5);
    let unknown = Some(ErrorCode::UnknownTopicOrPartition);
    let nine = CommitPartition { partition_index: 9, refused: unknown, ..request.topics[0].partitions[0].clone() };
    request.topics[0].partitions.insert(0, nine);
    let reply = bench.commit(request.clone());
    let expected = [(9, ErrorCode::UnknownTopicOrPartition), (0, ErrorCode::None)];
    assert_eq!(bench.committed(reply)[0].partitions, expected);
    request.topics[0].partitions.pop();
    let reply = bench.commit(request);
    assert_eq!(bench.committed(reply)[0].partitions, expected[..1], "nothing to append, so no waiting");
}

#[test]
fn an_error_for_the_whole_request_stands_at_every_partition() {
    let mut bench = Bench::new();
    let partition = bench.groups.partition_for("billing");
    bench.groups.unload_partition(partition, bench.now);
    let topics = vec![committing_topic("orders", &[(0, 1), (1, 2)]), committing_topic("payments", &[(0, 3)])];
    let reply = bench.commit(Commit { topics, ..committing("billing", "", -1, 5) });
    let refused = |name: &str, partitions: &[i32]| TopicOutcome {
        name: name.into(),
        topic_id: Uuid::nil(),
        partitions: partitions.iter().map(|index| (*index, ErrorCode::NotCoordinator)).collect(),
    };
    assert_eq!(bench.committed(reply), [refused("orders", &[0, 1]), refused("payments", &[0])]);
    assert_eq!(bench.groups.fetch_all_offsets("billing"), Err(ErrorCode::NotCoordinator));
}

#[test]
fn an_offset_of_an_earlier_topic_of_the_same_name_is_not_shown() {
    let mut bench = Bench::new();
    let (old, new) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut request = committing("billing", "", -1, 5);
    request.topics[0].topic_id = old;
    bench.commit(request);
    let fetch = |topic_id| {
        let asked = TopicPartitions { name: "orders".into(), topic_id, partitions: vec![0] };
        bench.groups.fetch_offsets("billing", &[asked]).unwrap()[0].partitions[0].committed_offset
    };
    assert_eq!((fetch(old), fetch(new), fetch(Uuid::nil())), (5, -1, 5));
}
