//! DeleteGroups, OffsetDelete, and deleted topics.

use super::bench::{Bench, Log, committing, committing_topic, joining, leaver};
use crate::groups::{Commit, DeleteTopic, GroupReply, GroupsConfig, Join, Protocol, ReplyId, TopicOutcome};
use runnel_protocol::ErrorCode;
use uuid::Uuid;

fn delete_groups(bench: &mut Bench, group_ids: &[&str]) -> ReplyId {
    let reply = bench.reply_id();
    bench.groups.delete_groups(bench.now, group_ids.iter().map(|id| (*id).to_owned()).collect(), reply);
    bench.drain();
    reply
}

fn deleted(bench: &Bench, reply: ReplyId) -> Vec<(&str, ErrorCode)> {
    let GroupReply::DeleteGroups(outcomes) = &bench.replies[&reply] else { panic!("not an answer to DeleteGroups") };
    outcomes.iter().map(|(group_id, error_code)| (group_id.as_str(), *error_code)).collect()
}

fn delete_offsets(bench: &mut Bench, group_id: &str, topics: &[&str]) -> Result<Vec<ErrorCode>, ErrorCode> {
    let reply = bench.reply_id();
    let topic = |name: &&str| DeleteTopic { name: (*name).to_owned(), partitions: vec![0], refused: None };
    bench.groups.delete_offsets(bench.now, group_id, topics.iter().map(topic).collect(), reply);
    bench.drain();
    let GroupReply::DeleteOffsets(outcome) = &bench.replies[&reply] else { panic!("not an answer to OffsetDelete") };
    outcome.clone().map(|topics| topics.iter().map(|topic| topic.partitions[0].1).collect())
}

#[test]
fn groups_with_members_stay_and_empty_ones_go_with_their_offsets() {
    let mut bench = Bench::new();
    bench.stable_group(&["anna"]);
    bench.commit(committing("shipping", "", -1, 5));
    bench.commit(committing("audit", "", -1, 5));
    bench.log_mode = Log::Holds;
    let reply = delete_groups(&mut bench, &["shipping", "billing", "nobody", "audit"]);
    assert!(bench.is_waiting(reply), "the groups live in different partitions, and all tombstones are waited for");
    assert_eq!(bench.held.len(), 2);
    assert_eq!(bench.fetched("shipping"), 5);
    bench.append_held();
    let expected = [
        ("shipping", ErrorCode::None),
        ("billing", ErrorCode::NonEmptyGroup),
        ("nobody", ErrorCode::GroupIdNotFound),
        ("audit", ErrorCode::None),
    ];
    assert_eq!(deleted(&bench, reply), expected);
    assert_eq!((bench.state("shipping"), bench.fetched("shipping")), ("Dead", -1));
    let reloaded = bench.reloaded();
    assert_eq!((reloaded.state("shipping"), reloaded.fetched("audit")), ("Dead", -1));
}

#[test]
fn a_group_whose_tombstone_cannot_be_written_is_still_there() {
    let mut bench = Bench::new();
    bench.commit(committing("shipping", "", -1, 5));
    bench.log_mode = Log::Refuses(ErrorCode::KafkaStorageError);
    let reply = delete_groups(&mut bench, &["shipping"]);
    assert_eq!(deleted(&bench, reply), [("shipping", ErrorCode::NotCoordinator)]);
    assert_eq!((bench.state("shipping"), bench.fetched("shipping")), ("Empty", 5));
}

#[test]
fn a_newcomer_may_have_the_name_while_the_old_group_goes() {
    let mut bench = Bench::new();
    bench.commit(committing("billing", "", -1, 5));
    bench.log_mode = Log::Holds;
    let reply = delete_groups(&mut bench, &["billing"]);
    let (joined, _) = bench.enter(joining("billing", "anna"));
    bench.append_held();
    assert_eq!(deleted(&bench, reply), [("billing", ErrorCode::None)]);
    assert_eq!(bench.joined(joined).generation_id, 1);
    assert_eq!(bench.fetched("billing"), -1);
}

#[test]
fn offsets_of_topics_that_consumers_read_stay() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let topics = vec![committing_topic("orders", &[(0, 1)]), committing_topic("payments", &[(0, 2)])];
    bench.commit(Commit { topics, ..committing("billing", &anna, 1, 0) });
    let outcome = delete_offsets(&mut bench, "billing", &["orders", "payments", "nope"]);
    assert_eq!(outcome, Ok(vec![ErrorCode::GroupSubscribedToTopic, ErrorCode::None, ErrorCode::None]));
    assert_eq!(bench.groups.fetch_all_offsets("billing").unwrap().len(), 1);
    bench.leave("billing", vec![leaver(&anna)]);
    assert_eq!(delete_offsets(&mut bench, "billing", &["orders"]), Ok(vec![ErrorCode::None]));
    assert_eq!(bench.fetched("billing"), -1);
}

#[test]
fn a_group_whose_subscriptions_cannot_be_read_reads_everything() {
    let mut bench = Bench::new();
    let rubbish = vec![Protocol { name: "range".into(), metadata: vec![0, 0, 127, 255, 255, 255].into() }];
    bench.enter(Join { protocols: rubbish, ..joining("billing", "anna") });
    assert_eq!(delete_offsets(&mut bench, "billing", &["nope"]), Ok(vec![ErrorCode::GroupSubscribedToTopic]));
}

#[test]
fn offsets_of_groups_that_are_no_consumers_stay_while_they_have_members() {
    let mut bench = Bench::new();
    bench.enter(Join { protocol_type: "connect".into(), ..joining("billing", "anna") });
    assert_eq!(delete_offsets(&mut bench, "billing", &["orders"]), Err(ErrorCode::NonEmptyGroup));
    assert_eq!(delete_offsets(&mut bench, "nobody", &["orders"]), Err(ErrorCode::GroupIdNotFound));
    assert_eq!(delete_offsets(&mut bench, "", &["orders"]), Err(ErrorCode::InvalidGroupId));
}

#[test]
fn topics_that_the_handler_refused_are_answered_in_their_place() {
    let mut bench = Bench::new();
    bench.commit(committing("billing", "", -1, 5));
    let reply = bench.reply_id();
    let refused = Some(ErrorCode::UnknownTopicOrPartition);
    let topics = vec![DeleteTopic { name: "orders".into(), partitions: vec![0], refused }];
    bench.groups.delete_offsets(bench.now, "billing", topics, reply);
    bench.drain();
    let partitions = vec![(0, ErrorCode::UnknownTopicOrPartition)];
    let outcome = TopicOutcome { name: "orders".into(), topic_id: Uuid::nil(), partitions };
    assert_eq!(bench.replies[&reply], GroupReply::DeleteOffsets(Ok(vec![outcome])));
    assert_eq!(bench.fetched("billing"), 5);
}

#[test]
fn the_offsets_of_a_deleted_topic_go_from_all_groups() {
    let mut bench = Bench::new();
    let id = Uuid::from_u128(1);
    for (group_id, topic_id) in [("billing", id), ("shipping", Uuid::nil()), ("audit", Uuid::from_u128(2))] {
        let mut request = committing(group_id, "", -1, 5);
        request.topics[0].topic_id = topic_id;
        bench.commit(request);
    }
    bench.groups.topics_deleted(bench.now, &[("orders".to_owned(), id)]);
    bench.drain();
    let left = ["billing", "shipping", "audit"].map(|group_id| bench.fetched(group_id));
    assert_eq!(left, [-1, -1, 5], "the last one is of a topic made anew");
}

#[test]
fn many_tombstones_travel_in_batches() {
    let mut bench = Bench::with(GroupsConfig::dev());
    let offsets: Vec<(i32, i64)> = (0..2_500).map(|index| (index, 1)).collect();
    bench.commit(Commit { topics: vec![committing_topic("orders", &offsets)], ..committing("billing", "", -1, 0) });
    bench.log_mode = Log::Holds;
    bench.groups.topics_deleted(bench.now, &[("orders".to_owned(), Uuid::nil())]);
    bench.drain();
    assert_eq!(bench.held.iter().map(|(_, _, records)| records.len()).collect::<Vec<_>>(), [1_000, 1_000, 500]);
    bench.append_held();
    assert_eq!(bench.groups.fetch_all_offsets("billing"), Ok(Vec::new()));
}
