//! Static membership (KIP-345).

use super::bench::{Bench, Log, joining, joining_as, leaver, offering, subscription, syncing};
use crate::groups::{Commit, Join, Leaver, Protocol, Sync};
use bytes::Bytes;
use runnel_protocol::ErrorCode;

/// Generation 2 of desk-1, which leads, and desk-2.
fn two_desks() -> (Bench, String, String) {
    let mut bench = Bench::new();
    let (_, one) = bench.enter(joining_as("billing", "anna", "desk-1"));
    let two = bench.join(joining_as("billing", "bob", "desk-2"));
    bench.join(Join { member_id: one.clone(), ..joining_as("billing", "anna", "desk-1") });
    let two = bench.joined(two).member_id.clone();
    bench.sync_all("billing", &[one.clone(), two.clone()]);
    assert_eq!((bench.state("billing"), bench.leader("billing")), ("Stable", one.clone()));
    (bench, one, two)
}

#[test]
fn a_static_follower_that_comes_back_takes_its_place_without_a_rebalance() {
    let (mut bench, one, two) = two_desks();
    let reply = bench.join(joining_as("billing", "bob", "desk-2"));
    let answer = bench.joined(reply).clone();
    assert_eq!((answer.error_code, answer.generation_id), (ErrorCode::None, 2));
    assert_eq!((answer.leader, answer.members.len()), (one, 0));
    assert_ne!(answer.member_id, two);
    assert_eq!(bench.state("billing"), "Stable");
    let reply = bench.sync(syncing("billing", &answer.member_id, 2));
    assert_eq!(bench.synced(reply).assignment, Bytes::from(format!("for {two}")), "what it had");
}

#[test]
fn whoever_uses_the_old_identifier_is_fenced() {
    // As Kafka 4.3.0.
    let (mut bench, _, old) = two_desks();
    bench.join(joining_as("billing", "bob", "desk-2"));
    let fenced = ErrorCode::FencedInstanceId;
    let desk = Some("desk-2".to_owned());
    let now = bench.now;
    assert_eq!(bench.groups.heartbeat(now, "billing", &old, Some("desk-2"), 2), Err(fenced));
    assert_eq!(bench.groups.heartbeat(now, "billing", &old, None, 2), Err(ErrorCode::UnknownMemberId));
    assert_eq!(bench.groups.heartbeat(now, "billing", &old, Some("desk-9"), 2), Err(ErrorCode::UnknownMemberId));
    let sync = bench.sync(Sync { group_instance_id: desk.clone(), ..syncing("billing", &old, 2) });
    assert_eq!(bench.synced(sync).error_code, fenced);
    let commit = super::bench::committing("billing", &old, 2, 5);
    let commit = bench.commit(Commit { group_instance_id: desk.clone(), ..commit });
    assert_eq!(bench.committed(commit)[0].partitions, [(0, fenced)]);
    let leaving = Leaver { group_instance_id: desk, ..leaver(&old) };
    assert_eq!(bench.leave("billing", vec![leaving]).single_error_code(), fenced);
    let join = bench.join(Join { member_id: old.clone(), ..joining_as("billing", "bob", "desk-2") });
    assert_eq!((bench.joined(join).error_code, &bench.joined(join).member_id), (fenced, &old));
}

#[test]
fn an_old_client_that_led_is_told_of_the_leader_that_was_so_that_it_does_not_assign() {
    // As Kafka 4.3.0 up to version 8: the identifier of the leader is the old one, the list of members empty.
    let (mut bench, old, _) = two_desks();
    let reply = bench.join(joining_as("billing", "anna", "desk-1"));
    assert_eq!(bench.joined(reply).leader, old);
    assert!(bench.joined(reply).members.is_empty());
    assert!(!bench.joined(reply).skip_assignment);
}

#[test]
fn a_leader_of_version_9_is_told_to_skip_the_assignment() {
    let (mut bench, _, _) = two_desks();
    let reply = bench.join(Join { api_version: 9, ..joining_as("billing", "anna", "desk-1") });
    let answer = bench.joined(reply).clone();
    assert!(answer.skip_assignment);
    assert_eq!((answer.leader, answer.members.len()), (answer.member_id, 2));
    let reply = bench.join(Join { api_version: 9, ..joining_as("billing", "bob", "desk-2") });
    assert!(!bench.joined(reply).skip_assignment, "a follower has nothing to skip");
}

#[test]
fn another_subscription_under_the_same_protocol_does_not_rebalance() {
    // As Kafka 4.3.0.
    let (mut bench, _, _) = two_desks();
    let protocols = vec![Protocol { name: "range".into(), metadata: subscription(&["other"]) }];
    let reply = bench.join(Join { protocols, ..joining_as("billing", "bob", "desk-2") });
    assert_eq!(bench.joined(reply).generation_id, 2);
    assert_eq!(bench.state("billing"), "Stable");
}

#[test]
fn another_protocol_rebalances() {
    let mut bench = Bench::new();
    let both = |names: &[&str]| Join { protocols: offering(names), ..joining_as("billing", "anna", "desk-1") };
    let (_, one) = bench.enter(both(&["range", "sticky"]));
    bench.sync_all("billing", std::slice::from_ref(&one));
    let reply = bench.join(both(&["sticky", "range"]));
    assert_eq!(bench.joined(reply).generation_id, 2, "alone, so it need not wait");
    assert_eq!(bench.joined(reply).protocol_name.as_deref(), Some("sticky"));
}

#[test]
fn coming_back_while_the_leader_assigns_rebalances() {
    let mut bench = Bench::new();
    let (_, one) = bench.enter(joining_as("billing", "anna", "desk-1"));
    let waiting = bench.reply_id();
    bench.log_mode = Log::Holds;
    bench.groups.sync(bench.now, syncing("billing", &one, 1), waiting);
    bench.drain();
    let reply = bench.join(joining_as("billing", "anna", "desk-1"));
    assert_eq!(bench.synced(waiting).error_code, ErrorCode::FencedInstanceId);
    assert_eq!(bench.joined(reply).generation_id, 2);
    bench.append_held();
    assert_eq!(bench.state("billing"), "CompletingRebalance", "the assignment that was stored is void");
}

#[test]
fn coming_back_while_members_gather_fences_the_request_that_waits() {
    let (mut bench, one, _) = two_desks();
    let old = bench.join(Join { member_id: one.clone(), ..joining_as("billing", "anna", "desk-1") });
    let new = bench.join(joining_as("billing", "anna", "desk-1"));
    assert_eq!((bench.joined(old).error_code, &bench.joined(old).member_id), (ErrorCode::FencedInstanceId, &one));
    assert!(bench.is_waiting(new));
    bench.wait_ms(30_000);
    assert_eq!(bench.joined(new).generation_id, 3);
}

#[test]
fn the_new_identifier_is_stored_before_it_is_given_out() {
    let (mut bench, _, two) = two_desks();
    bench.log_mode = Log::Holds;
    let reply = bench.join(joining_as("billing", "bob", "desk-2"));
    assert!(bench.is_waiting(reply));
    bench.append_held();
    assert_ne!(bench.joined(reply).member_id, two);
    let reloaded = bench.reloaded();
    assert!(reloaded.groups.groups["billing"].members.contains_key(&bench.joined(reply).member_id));
}

#[test]
fn if_the_new_identifier_cannot_be_stored_the_old_one_stays() {
    let (mut bench, one, two) = two_desks();
    bench.log_mode = Log::Refuses(ErrorCode::NotEnoughReplicas);
    let reply = bench.join(joining_as("billing", "bob", "desk-2"));
    let answer = bench.joined(reply).clone();
    assert_eq!(answer.error_code, ErrorCode::CoordinatorNotAvailable);
    assert_eq!((answer.member_id, answer.generation_id, answer.leader), (String::new(), 2, one));
    assert_eq!(bench.groups.heartbeat(bench.now, "billing", &two, Some("desk-2"), 2), Ok(()));
}

#[test]
fn a_rebalance_that_begins_meanwhile_answers_who_came_back() {
    let (mut bench, one, _) = two_desks();
    bench.log_mode = Log::Holds;
    let back = bench.join(joining_as("billing", "bob", "desk-2"));
    let (carl, _) = bench.enter(Join { api_version: 3, ..joining("billing", "carl") });
    bench.append_held();
    assert!(bench.is_waiting(back));
    let lead = bench.join(Join { member_id: one, ..joining_as("billing", "anna", "desk-1") });
    assert_eq!(bench.joined(lead).generation_id, 3);
    assert_eq!(bench.joined(back).generation_id, 3);
    assert_eq!(bench.joined(carl).generation_id, 3);
}
