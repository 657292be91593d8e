//! What happens when records cannot be appended, or are slow.

use super::bench::{Bench, Log, committing, joining, leaver, syncing};
use crate::groups::{AppendId, GroupReply, Join};
use runnel_protocol::ErrorCode;

#[test]
fn errors_of_the_log_are_translated_as_kafka_does() {
    let cases = [
        (ErrorCode::UnknownTopicOrPartition, ErrorCode::CoordinatorNotAvailable),
        (ErrorCode::NotEnoughReplicas, ErrorCode::CoordinatorNotAvailable),
        (ErrorCode::RequestTimedOut, ErrorCode::CoordinatorNotAvailable),
        (ErrorCode::NotLeaderOrFollower, ErrorCode::NotCoordinator),
        (ErrorCode::KafkaStorageError, ErrorCode::NotCoordinator),
        (ErrorCode::MessageTooLarge, ErrorCode::UnknownServerError),
        (ErrorCode::RecordListTooLarge, ErrorCode::UnknownServerError),
        (ErrorCode::InvalidFetchSize, ErrorCode::UnknownServerError),
        (ErrorCode::PolicyViolation, ErrorCode::PolicyViolation),
    ];
    for (error, expected) in cases {
        let mut bench = Bench::new();
        bench.log_mode = Log::Refuses(error);
        assert_eq!(bench.commit_one("", -1, 5), expected);
        assert_eq!((bench.fetched("billing"), bench.state("billing")), (-1, "Dead"));
    }
}

#[test]
fn an_assignment_that_cannot_be_stored_is_given_to_nobody() {
    let mut bench = Bench::new();
    let (_, anna) = bench.enter(joining("billing", "anna"));
    bench.log_mode = Log::Refuses(ErrorCode::NotEnoughReplicas);
    let reply = bench.sync(syncing("billing", &anna, 1));
    assert_eq!(bench.synced(reply).error_code, ErrorCode::CoordinatorNotAvailable);
    assert_eq!(bench.state("billing"), "PreparingRebalance");
    bench.log_mode = Log::Appends;
    let reply = bench.join(Join { member_id: anna.clone(), ..joining("billing", "anna") });
    assert_eq!(bench.joined(reply).generation_id, 2);
}

#[test]
fn a_group_that_cannot_be_stored_does_not_exist() {
    let mut bench = Bench::new();
    bench.log_mode = Log::Refuses(ErrorCode::NotLeaderOrFollower);
    let reply = bench.join(Join { api_version: 3, ..joining("billing", "anna") });
    assert_eq!(bench.joined(reply).error_code, ErrorCode::NotCoordinator);
    assert_eq!(bench.state("billing"), "Dead");
    assert_eq!(bench.groups.outbox.timers.all().count(), 1, "only the look for expired offsets is left");
}

#[test]
fn a_goodbye_that_cannot_be_stored_is_answered_with_the_error() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.log_mode = Log::Refuses(ErrorCode::NotEnoughReplicas);
    let answer = bench.leave("billing", vec![leaver(&anna)]);
    assert_eq!((answer.error_code, answer.members.len()), (ErrorCode::CoordinatorNotAvailable, 0));
    assert_eq!(bench.state("billing"), "Empty", "gone is gone");
}

#[test]
fn who_waits_for_a_slow_log_is_answered_after_five_seconds() {
    let mut bench = Bench::new();
    bench.log_mode = Log::Holds;
    let commit = bench.commit(committing("billing", "", -1, 5));
    bench.wait_ms(4_999);
    assert!(bench.is_waiting(commit));
    bench.wait_ms(1);
    assert_eq!(bench.committed(commit)[0].partitions, [(0, ErrorCode::CoordinatorNotAvailable)]);
    assert_eq!(bench.fetched("billing"), -1);
    bench.append_held();
    assert_eq!(bench.fetched("billing"), 5, "it came through after all, as the log says");
}

#[test]
fn an_assignment_that_is_stored_too_late_is_void() {
    let mut bench = Bench::new();
    let (_, anna) = bench.enter(joining("billing", "anna"));
    bench.log_mode = Log::Holds;
    let reply = bench.sync(syncing("billing", &anna, 1));
    bench.wait_ms(5_000);
    assert_eq!(bench.synced(reply).error_code, ErrorCode::CoordinatorNotAvailable);
    bench.append_held();
    assert_eq!(bench.state("billing"), "PreparingRebalance");
}

#[test]
fn a_deletion_that_is_slow_and_then_refused_gives_the_group_back() {
    let mut bench = Bench::new();
    bench.commit(committing("billing", "", -1, 5));
    bench.log_mode = Log::Holds;
    let reply = bench.reply_id();
    bench.groups.delete_groups(bench.now, vec!["billing".into()], reply);
    bench.wait_ms(5_000);
    let answer = GroupReply::DeleteGroups(vec![("billing".into(), ErrorCode::CoordinatorNotAvailable)]);
    assert_eq!(bench.replies[&reply], answer);
    bench.refuse_held(ErrorCode::KafkaStorageError);
    assert_eq!((bench.state("billing"), bench.fetched("billing")), ("Empty", 5));
}

#[test]
fn an_append_that_nobody_knows_is_passed_over() {
    let mut bench = Bench::new();
    bench.groups.handle_appended(bench.now, AppendId(99), Ok(0));
    assert_eq!(bench.groups.poll_output(), None);
}
