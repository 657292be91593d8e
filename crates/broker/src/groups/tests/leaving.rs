//! LeaveGroup.

use super::bench::{Bench, Log, joining, joining_as, leaver, syncing};
use crate::groups::{Join, LeaveAnswer, Leaver, SyncAnswer};
use runnel_protocol::ErrorCode;

#[test]
fn what_each_leaver_is_answered() {
    // As Kafka 4.3.0.
    let mut bench = Bench::new();
    let (_, desk) = bench.enter(joining_as("billing", "anna", "desk-1"));
    let by_instance = |member_id: &str, instance_id: Option<&str>| Leaver {
        member_id: member_id.to_owned(),
        group_instance_id: instance_id.map(str::to_owned),
        reason: None,
    };
    let answer = bench.leave(
        "billing",
        vec![
            by_instance("", Some("nope")),
            by_instance("", None),
            by_instance("zz", Some("desk-1")),
            by_instance(&desk, Some("desk-2")),
            by_instance("", Some("desk-1")),
            by_instance(&desk, Some("desk-1")),
        ],
    );
    assert_eq!(answer.error_code, ErrorCode::None);
    let codes: Vec<ErrorCode> = answer.members.iter().map(|member| member.error_code).collect();
    let (unknown, fenced) = (ErrorCode::UnknownMemberId, ErrorCode::FencedInstanceId);
    assert_eq!(codes, [unknown, unknown, fenced, unknown, ErrorCode::None, unknown]);
    assert_eq!(answer.members[4].member_id, "", "as it was asked");
    assert_eq!(bench.state("billing"), "Empty");
}

#[test]
fn leaving_what_is_not_there() {
    let mut bench = Bench::new();
    let answer = bench.leave("", vec![leaver("m")]);
    assert_eq!(answer, LeaveAnswer { error_code: ErrorCode::InvalidGroupId, members: Vec::new() });
    assert_eq!(answer.single_error_code(), ErrorCode::InvalidGroupId);
    let answer = bench.leave("shipping", vec![leaver("m")]);
    assert_eq!(answer.error_code, ErrorCode::None);
    assert_eq!(answer.single_error_code(), ErrorCode::UnknownMemberId);
}

#[test]
fn a_leaver_starts_a_rebalance_and_whoever_waits_hears_of_it() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    for id in &ids {
        bench.join(Join { member_id: id.clone(), ..joining("billing", "who") });
    }
    bench.join(Join { member_id: ids[1].clone(), ..joining("billing", "who") });
    let (leader, generation_id) = (bench.leader("billing"), bench.generation("billing"));
    let follower = ids.iter().find(|id| **id != leader).unwrap();
    let waiting = bench.sync(syncing("billing", follower, generation_id));
    bench.leave("billing", vec![leaver(&leader)]);
    assert_eq!(*bench.synced(waiting), SyncAnswer::refusal(ErrorCode::RebalanceInProgress));
    assert_eq!(bench.state("billing"), "PreparingRebalance");
    assert_eq!(bench.leader("billing"), *follower);
}

#[test]
fn a_leaver_whose_own_requests_wait_is_answered_too() {
    // Kafka 4.3.0 leaves a waiting SyncGroup of a member that is removed without an answer.
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    let leader = bench.leader("billing");
    let follower = ids.iter().find(|id| **id != leader).unwrap();
    let waiting = bench.join(Join { member_id: leader.clone(), ..joining("billing", "who") });
    bench.leave("billing", vec![leaver(&leader)]);
    assert_eq!(bench.joined(waiting).error_code, ErrorCode::UnknownMemberId);

    bench.join(Join { member_id: follower.clone(), ..joining("billing", "who") });
    let (_, carl) = bench.enter(joining("billing", "carl"));
    bench.join(Join { member_id: follower.clone(), ..joining("billing", "who") });
    let carl = if carl.is_empty() { ids[0].clone() } else { carl };
    let waiting = bench.sync(syncing("billing", &carl, bench.generation("billing")));
    bench.leave("billing", vec![leaver(&carl)]);
    assert_eq!(bench.synced(waiting).error_code, ErrorCode::UnknownMemberId);
}

#[test]
fn an_identifier_that_was_given_out_can_be_handed_back() {
    let mut bench = Bench::new();
    let reply = bench.join(joining("billing", "anna"));
    let member_id = bench.joined(reply).member_id.clone();
    assert_eq!(bench.leave("billing", vec![leaver(&member_id)]).single_error_code(), ErrorCode::None);
    assert_eq!(bench.leave("billing", vec![leaver(&member_id)]).single_error_code(), ErrorCode::UnknownMemberId);
}

#[test]
fn the_last_leaver_is_answered_when_the_empty_group_is_stored() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.log_mode = Log::Holds;
    let reply = bench.reply_id();
    bench.groups.leave(bench.now, "billing", vec![leaver(&anna)], reply);
    bench.drain();
    assert!(bench.is_waiting(reply));
    bench.append_held();
    assert_eq!(bench.left(reply).single_error_code(), ErrorCode::None);
}
