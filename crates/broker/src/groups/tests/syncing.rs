//! SyncGroup, Heartbeat, and what a member may do in which state.

use super::bench::{Bench, committing, joining, leaver, syncing};
use crate::groups::{Join, Sync, SyncAnswer};
use bytes::Bytes;
use runnel_protocol::ErrorCode;

fn code(bench: &mut Bench, request: Sync) -> ErrorCode {
    let reply = bench.sync(request);
    bench.synced(reply).error_code
}

/// Generation 1 of anna alone, who has not synced.
fn completing() -> (Bench, String) {
    let mut bench = Bench::new();
    let (_, anna) = bench.enter(joining("billing", "anna"));
    assert_eq!(bench.state("billing"), "CompletingRebalance");
    (bench, anna)
}

#[test]
fn followers_wait_for_the_leader_and_all_are_answered_together() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob", "carl"]);
    let leader = bench.leader("billing");
    for id in &ids {
        bench.join(Join { member_id: id.clone(), ..joining("billing", "who") });
    }
    let again: Vec<_> = ids.iter().map(|id| Join { member_id: id.clone(), ..joining("billing", "who") }).collect();
    for request in again {
        bench.join(request);
    }
    let generation_id = bench.generation("billing");
    let followers: Vec<&String> = ids.iter().filter(|id| **id != leader).collect();
    let waiting: Vec<_> = followers.iter().map(|id| bench.sync(syncing("billing", id, generation_id))).collect();
    bench.wait_ms(5_000);
    assert!(waiting.iter().all(|reply| bench.is_waiting(*reply)), "time alone does not answer");
    let assignments = vec![(followers[0].clone(), Bytes::from_static(b"all")), ("ghost".into(), Bytes::new())];
    let reply = bench.sync(Sync { assignments, ..syncing("billing", &leader, generation_id) });
    assert_eq!(bench.synced(reply).assignment, Bytes::new(), "the leader kept nothing for itself");
    assert_eq!(bench.synced(waiting[0]).assignment, Bytes::from_static(b"all"));
    assert_eq!(bench.synced(waiting[1]).assignment, Bytes::new());
    assert_eq!(bench.state("billing"), "Stable");
}

#[test]
fn a_stable_group_answers_the_assignment_at_once() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let reply = bench.sync(syncing("billing", &anna, 1));
    let expected = SyncAnswer {
        error_code: ErrorCode::None,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignment: Bytes::from(format!("for {anna}")),
    };
    assert_eq!(*bench.synced(reply), expected);
}

#[test]
fn a_sync_that_does_not_fit_is_refused() {
    // As Kafka 4.3.0.
    let (mut bench, anna) = completing();
    let fits = syncing("billing", &anna, 1);
    let named = |protocol_type: &str, protocol_name: &str| Sync {
        api_version: 5,
        protocol_type: Some(protocol_type.into()),
        protocol_name: Some(protocol_name.into()),
        ..fits.clone()
    };
    assert_eq!(code(&mut bench, syncing("billing", &anna, 7)), ErrorCode::IllegalGeneration);
    assert_eq!(code(&mut bench, syncing("billing", "x", 1)), ErrorCode::UnknownMemberId);
    assert_eq!(code(&mut bench, syncing("shipping", &anna, 1)), ErrorCode::UnknownMemberId);
    assert_eq!(code(&mut bench, syncing("", &anna, 1)), ErrorCode::InvalidGroupId);
    assert_eq!(code(&mut bench, named("consumer", "other")), ErrorCode::InconsistentGroupProtocol);
    assert_eq!(code(&mut bench, named("other", "range")), ErrorCode::InconsistentGroupProtocol);
    let silent = Sync { protocol_name: None, ..named("consumer", "range") };
    assert_eq!(code(&mut bench, silent), ErrorCode::InconsistentGroupProtocol, "mandatory from version 5 on");
    assert_eq!(code(&mut bench, named("consumer", "range")), ErrorCode::None);
}

#[test]
fn a_leader_that_asks_again_while_its_assignment_is_stored_changes_nothing() {
    let (mut bench, anna) = completing();
    bench.log_mode = super::bench::Log::Holds;
    let given = |text: &'static [u8]| vec![(anna.clone(), Bytes::from_static(text))];
    let first = bench.sync(Sync { assignments: given(b"one"), ..syncing("billing", &anna, 1) });
    let second = bench.sync(Sync { assignments: given(b"two"), ..syncing("billing", &anna, 1) });
    assert_eq!(bench.synced(first).error_code, ErrorCode::RebalanceInProgress);
    assert_eq!(bench.held.len(), 1);
    bench.append_held();
    assert_eq!(bench.synced(second).assignment, Bytes::from_static(b"one"));
}

#[test]
fn members_that_do_not_sync_in_time_are_removed() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    for id in &ids {
        bench.join(Join {
            member_id: id.clone(),
            protocols: super::bench::offering(&["range", "sticky"]),
            ..joining("billing", "who")
        });
    }
    let (leader, generation_id) = (bench.leader("billing"), bench.generation("billing"));
    let follower = ids.iter().find(|id| **id != leader).unwrap();
    let waiting = bench.sync(syncing("billing", follower, generation_id));
    for _ in 0..5 {
        bench.wait_ms(5_000);
        assert_eq!(
            bench.heartbeat("billing", &leader, generation_id),
            ErrorCode::None,
            "alive, but it assigns nothing"
        );
    }
    bench.wait_ms(4_999);
    assert!(bench.is_waiting(waiting));
    bench.wait_ms(1);
    assert_eq!(bench.synced(waiting).error_code, ErrorCode::RebalanceInProgress);
    assert_eq!(bench.state("billing"), "PreparingRebalance");
    assert_eq!(bench.groups.groups["billing"].members.keys().collect::<Vec<_>>(), [follower]);
}

#[test]
fn a_member_that_never_asks_for_its_assignment_is_removed_from_a_stable_group_too() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    for id in &ids {
        bench.join(Join {
            member_id: id.clone(),
            protocols: super::bench::offering(&["range", "sticky"]),
            ..joining("billing", "who")
        });
    }
    let (leader, generation_id) = (bench.leader("billing"), bench.generation("billing"));
    let follower = ids.iter().find(|id| **id != leader).unwrap();
    bench.sync(syncing("billing", &leader, generation_id));
    assert_eq!(bench.state("billing"), "Stable");
    for _ in 0..6 {
        bench.wait_ms(5_000);
        bench.heartbeat("billing", &leader, generation_id);
        bench.heartbeat("billing", follower, generation_id);
    }
    assert_eq!(bench.state("billing"), "PreparingRebalance");
    assert!(!bench.groups.groups["billing"].members.contains_key(follower));
}

#[test]
fn while_the_leader_assigns_heartbeats_are_fine_and_commits_are_not() {
    // As Kafka 4.3.0.
    let (mut bench, anna) = completing();
    assert_eq!(bench.heartbeat("billing", &anna, 1), ErrorCode::None);
    assert_eq!(bench.heartbeat("billing", &anna, 0), ErrorCode::IllegalGeneration);
    assert_eq!(bench.heartbeat("billing", "x", 1), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit_one(&anna, 1, 5), ErrorCode::RebalanceInProgress);
    assert_eq!(bench.commit_one(&anna, 0, 5), ErrorCode::IllegalGeneration);
    assert_eq!(bench.commit_one("", -1, 5), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit_one("zz", 1, 5), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit_one(&anna, -1, 5), ErrorCode::IllegalGeneration);
}

#[test]
fn a_stable_group_takes_commits_of_its_generation_only() {
    // As Kafka 4.3.0.
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    assert_eq!(bench.commit_one(&anna, 1, 5), ErrorCode::None);
    assert_eq!(bench.commit_one(&anna, 2, 5), ErrorCode::IllegalGeneration);
    assert_eq!(bench.commit_one("", -1, 5), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit_one("zz", 1, 5), ErrorCode::UnknownMemberId);
    let static_id = Some("desk-1".to_owned());
    let reply =
        bench.commit(crate::groups::Commit { group_instance_id: static_id, ..committing("billing", &anna, 1, 5) });
    assert_eq!(bench.committed(reply)[0].partitions, [(0, ErrorCode::UnknownMemberId)]);
}

#[test]
fn while_members_gather_heartbeats_say_so_and_the_old_generation_may_commit() {
    // As Kafka 4.3.0.
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let (_, bob) = bench.enter(joining("billing", "bob"));
    let bob =
        if bob.is_empty() { bench.groups.groups["billing"].members.keys().next_back().unwrap().clone() } else { bob };
    assert_eq!(bench.heartbeat("billing", &anna, 1), ErrorCode::RebalanceInProgress);
    assert_eq!(bench.heartbeat("billing", &bob, 1), ErrorCode::RebalanceInProgress);
    assert_eq!(code(&mut bench, syncing("billing", &anna, 1)), ErrorCode::RebalanceInProgress);
    assert_eq!(bench.commit_one(&anna, 1, 6), ErrorCode::None);
    assert_eq!(bench.commit_one(&bob, 1, 7), ErrorCode::None);
    assert_eq!(bench.commit_one("", -1, 8), ErrorCode::UnknownMemberId);
    assert_eq!(bench.fetched("billing"), 7);
}

#[test]
fn an_empty_group_knows_no_members() {
    // As Kafka 4.3.0.
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.leave("billing", vec![leaver(&anna)]);
    assert_eq!(bench.state("billing"), "Empty");
    assert_eq!(bench.heartbeat("billing", &anna, 2), ErrorCode::UnknownMemberId);
    assert_eq!(code(&mut bench, syncing("billing", &anna, 2)), ErrorCode::UnknownMemberId);
    assert_eq!(bench.leave("billing", vec![leaver(&anna)]).single_error_code(), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit_one(&anna, 2, 5), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit_one("", -1, 5), ErrorCode::None);
}

#[test]
fn heartbeats_for_what_is_not_here() {
    let mut bench = Bench::new();
    assert_eq!(bench.heartbeat("", "m", 1), ErrorCode::InvalidGroupId);
    assert_eq!(bench.heartbeat("shipping", "m", 1), ErrorCode::UnknownMemberId);
    let partition = bench.groups.partition_for("shipping");
    bench.groups.load_partition(partition, bench.now);
    assert_eq!(bench.heartbeat("shipping", "m", 1), ErrorCode::None, "nobody is thrown out while the group is read");
    bench.groups.unload_partition(partition, bench.now);
    assert_eq!(bench.heartbeat("shipping", "m", 1), ErrorCode::NotCoordinator);
}
