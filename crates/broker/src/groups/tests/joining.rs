//! JoinGroup in every state.

use super::bench::{Bench, joining, joining_as, leaver, offering};
use crate::groups::{GroupsConfig, Join, JoinAnswer, Protocol};
use runnel_protocol::ErrorCode;

fn code(bench: &mut Bench, request: Join) -> ErrorCode {
    let reply = bench.join(request);
    bench.joined(reply).error_code
}

#[test]
fn a_newcomer_comes_twice_from_version_4_on() {
    let mut bench = Bench::new();
    let first = bench.join(Join { api_version: 4, ..joining("billing", "anna") });
    let answer = bench.joined(first).clone();
    assert_eq!(answer.error_code, ErrorCode::MemberIdRequired);
    assert_eq!(answer.generation_id, -1);
    assert!(answer.member_id.starts_with("anna-"), "{}", answer.member_id);
    assert_eq!(answer.member_id.len(), "anna-".len() + 36);
    assert_eq!(bench.state("billing"), "Empty", "a group with nobody in it, as Kafka makes one");

    let second = bench.join(Join { member_id: answer.member_id.clone(), ..joining("billing", "anna") });
    let joined = bench.joined(second).clone();
    assert_eq!((joined.error_code, joined.generation_id), (ErrorCode::None, 1));
    assert_eq!((joined.leader, joined.member_id), (answer.member_id.clone(), answer.member_id));
    assert_eq!(joined.members.len(), 1);
}

#[test]
fn a_newcomer_of_version_3_is_let_in_at_once() {
    let mut bench = Bench::new();
    let reply = bench.join(Join { api_version: 3, ..joining("billing", "anna") });
    assert_eq!(bench.joined(reply).generation_id, 1);
    assert!(bench.joined(reply).member_id.starts_with("anna-"));
}

#[test]
fn a_static_newcomer_is_let_in_at_once_under_its_instance_id() {
    let mut bench = Bench::new();
    let reply = bench.join(joining_as("billing", "anna", "desk-1"));
    assert_eq!(bench.joined(reply).generation_id, 1);
    assert!(bench.joined(reply).member_id.starts_with("desk-1-"));
}

#[test]
fn an_identifier_that_does_not_come_back_is_forgotten_after_the_session_timeout() {
    let mut bench = Bench::new();
    let first = bench.join(joining("billing", "anna"));
    let member_id = bench.joined(first).member_id.clone();
    bench.wait_ms(9_999);
    assert_eq!(bench.groups.snapshot()[0].pending_member_ids, std::slice::from_ref(&member_id));
    bench.wait_ms(1);
    assert!(bench.groups.snapshot()[0].pending_member_ids.is_empty());
    let late = Join { member_id: member_id.clone(), ..joining("billing", "anna") };
    let reply = bench.join(late);
    assert_eq!(*bench.joined(reply), JoinAnswer::refusal(ErrorCode::UnknownMemberId, member_id));
}

#[test]
fn an_identifier_that_was_given_out_is_not_for_static_members() {
    // Kafka 4.3.0 answers -1 with an empty member id.
    let mut bench = Bench::new();
    let first = bench.join(joining("billing", "anna"));
    let member_id = bench.joined(first).member_id.clone();
    let reply = bench.join(Join { member_id, ..joining_as("billing", "anna", "desk-1") });
    assert_eq!(*bench.joined(reply), JoinAnswer::refusal(ErrorCode::UnknownServerError, ""));
}

#[test]
fn requests_that_cannot_be_right_are_refused() {
    let mut bench = Bench::with(GroupsConfig::kafka());
    let me = |group_id: &str| Join { member_id: "me".into(), ..joining(group_id, "anna") };
    let reply = bench.join(me(""));
    assert_eq!(*bench.joined(reply), JoinAnswer::refusal(ErrorCode::InvalidGroupId, "me"));
    for session_timeout_ms in [-1, 0, 5_999, 1_800_001] {
        let reply = bench.join(Join { session_timeout_ms, ..me("billing") });
        assert_eq!(*bench.joined(reply), JoinAnswer::refusal(ErrorCode::InvalidSessionTimeout, "me"));
    }
    assert_eq!(code(&mut bench, me("billing")), ErrorCode::UnknownMemberId, "a group is made for newcomers only");
    assert_eq!(bench.state("billing"), "Dead");
    let long = "x".repeat(32_767);
    assert_eq!(code(&mut bench, joining("billing", &long)), ErrorCode::InvalidRequest, "no room for the UUID");
    assert_eq!(code(&mut bench, joining_as("billing", "anna", &long)), ErrorCode::InvalidRequest);
}

#[test]
fn a_newcomer_without_protocols_is_inconsistent_and_leaves_an_empty_group_behind() {
    // As Kafka 4.3.0: the group is listed afterwards.
    let mut bench = Bench::new();
    let nothing = Join { protocols: Vec::new(), ..joining("billing", "anna") };
    assert_eq!(code(&mut bench, nothing), ErrorCode::InconsistentGroupProtocol);
    assert_eq!(bench.state("billing"), "Empty");
    let untyped = Join { protocol_type: String::new(), ..joining("shipping", "anna") };
    assert_eq!(code(&mut bench, untyped), ErrorCode::InconsistentGroupProtocol);
}

#[test]
fn a_newcomer_with_no_protocol_in_common_is_inconsistent() {
    let mut bench = Bench::new();
    bench.stable_group(&["anna"]);
    let other = Join { protocols: offering(&["zebra"]), ..joining("billing", "bob") };
    assert_eq!(code(&mut bench, other), ErrorCode::InconsistentGroupProtocol);
    let connect = Join { protocol_type: "connect".into(), ..joining("billing", "bob") };
    assert_eq!(code(&mut bench, connect), ErrorCode::InconsistentGroupProtocol);
    assert_eq!(bench.state("billing"), "Stable");
}

#[test]
fn a_protocol_named_twice_counts_once() {
    // Kafka 4.3.0 never answers this one.
    let mut bench = Bench::new();
    let twice = Join { protocols: offering(&["range", "range"]), ..joining("billing", "anna") };
    let (reply, _) = bench.enter(twice);
    assert_eq!(bench.joined(reply).protocol_name.as_deref(), Some("range"));
}

#[test]
fn a_member_that_joins_again_while_the_leader_assigns_gets_the_same_generation() {
    let mut bench = Bench::new();
    let (first, anna) = bench.enter(joining("billing", "anna"));
    let again = bench.join(Join { member_id: anna, ..joining("billing", "anna") });
    assert_eq!(bench.joined(again), bench.joined(first), "with the list of members, since it leads");
}

#[test]
fn a_follower_that_joins_again_in_a_stable_group_gets_the_same_generation() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    let follower = ids.iter().find(|id| **id != bench.leader("billing")).unwrap().clone();
    let reply = bench.join(Join { member_id: follower, ..joining("billing", "who") });
    assert_eq!((bench.joined(reply).generation_id, bench.joined(reply).members.len()), (2, 0));
    assert_eq!(bench.state("billing"), "Stable");
}

#[test]
fn a_follower_with_another_subscription_starts_a_rebalance() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    let follower = ids.iter().find(|id| **id != bench.leader("billing")).unwrap().clone();
    let metadata = super::bench::subscription(&["orders", "payments"]);
    let protocols = vec![Protocol { name: "range".into(), metadata }];
    let reply = bench.join(Join { member_id: follower, protocols, ..joining("billing", "who") });
    assert!(bench.is_waiting(reply));
    assert_eq!(bench.state("billing"), "PreparingRebalance");
}

#[test]
fn a_leader_that_joins_again_starts_a_rebalance() {
    let mut bench = Bench::new();
    bench.stable_group(&["anna", "bob"]);
    let leader = bench.leader("billing");
    let reply = bench.join(Join { member_id: leader, ..joining("billing", "anna") });
    assert!(bench.is_waiting(reply));
    assert_eq!(bench.state("billing"), "PreparingRebalance");
}

#[test]
fn a_member_of_an_empty_group_shall_begin_anew() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna"]);
    bench.leave("billing", vec![leaver(&ids[0])]);
    let again = Join { member_id: ids[0].clone(), ..joining("billing", "anna") };
    assert_eq!(code(&mut bench, again), ErrorCode::UnknownMemberId);
}

#[test]
fn who_asks_twice_is_answered_twice() {
    // Kafka 4.3.0 leaves the first request without an answer for ever.
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let (first, bob) = {
        let reply = bench.join(joining("billing", "bob"));
        let bob = bench.joined(reply).member_id.clone();
        (bench.join(Join { member_id: bob.clone(), ..joining("billing", "bob") }), bob)
    };
    let second = bench.join(Join { member_id: bob.clone(), ..joining("billing", "bob") });
    assert_eq!(*bench.joined(first), JoinAnswer::refusal(ErrorCode::RebalanceInProgress, bob));
    assert!(bench.is_waiting(second));
    bench.join(Join { member_id: anna, ..joining("billing", "anna") });
    assert_eq!(bench.joined(second).generation_id, 2);
}

#[test]
fn a_full_group_takes_nobody_in() {
    let mut bench = Bench::with(GroupsConfig { group_size_max: 2, ..GroupsConfig::dev() });
    bench.stable_group(&["anna", "bob"]);
    let reply = bench.join(Join { api_version: 3, ..joining("billing", "carl") });
    assert_eq!(*bench.joined(reply), JoinAnswer::refusal(ErrorCode::GroupMaxSizeReached, ""));
    let leader = bench.leader("billing");
    let again = bench.join(Join { member_id: leader, ..joining("billing", "who") });
    assert!(bench.is_waiting(again), "members are welcome");
}

#[test]
fn while_members_gather_the_last_one_to_join_finds_the_group_full() {
    let mut bench = Bench::with(GroupsConfig { group_size_max: 2, ..GroupsConfig::dev() });
    let ids = bench.stable_group(&["anna", "bob"]);
    let follower = ids.iter().find(|id| **id != bench.leader("billing")).unwrap().clone();
    let changed = Join { protocols: offering(&["range", "sticky"]), ..joining("billing", "who") };
    bench.join(Join { member_id: follower, ..changed });
    let carl = bench.join(Join { api_version: 3, ..joining("billing", "carl") });
    assert!(bench.is_waiting(carl), "one of two has joined");
    let leader = bench.leader("billing");
    let reply = bench.join(Join { member_id: leader, ..joining("billing", "anna") });
    assert_eq!(*bench.joined(reply), JoinAnswer::refusal(ErrorCode::GroupMaxSizeReached, ""));
}

#[test]
fn identifiers_are_given_out_to_as_many_as_a_group_may_have_members() {
    let mut bench = Bench::with(GroupsConfig { group_size_max: 2, ..GroupsConfig::dev() });
    for name in ["anna", "bob"] {
        assert_eq!(code(&mut bench, joining("billing", name)), ErrorCode::MemberIdRequired);
    }
    assert_eq!(code(&mut bench, joining("billing", "carl")), ErrorCode::GroupMaxSizeReached);
}

#[test]
fn there_are_no_more_groups_than_configured() {
    let mut bench = Bench::with(GroupsConfig { group_count_max: 1, ..GroupsConfig::dev() });
    bench.stable_group(&["anna"]);
    assert_eq!(code(&mut bench, joining("shipping", "bob")), ErrorCode::PolicyViolation);
    let commit = super::bench::committing("shipping", "", -1, 5);
    let reply = bench.commit(commit);
    assert_eq!(bench.committed(reply)[0].partitions, [(0, ErrorCode::PolicyViolation)]);
}

#[test]
fn a_group_of_another_broker_is_not_served() {
    let mut bench = Bench::new();
    let partition = bench.groups.partition_for("billing");
    bench.groups.unload_partition(partition, bench.now);
    let reply = bench.join(Join { member_id: "me".into(), ..joining("billing", "anna") });
    assert_eq!(*bench.joined(reply), JoinAnswer::refusal(ErrorCode::NotCoordinator, ""));
    bench.groups.load_partition(partition, bench.now);
    assert_eq!(code(&mut bench, joining("billing", "anna")), ErrorCode::CoordinatorLoadInProgress);
    bench.groups.finish_load(partition, bench.now);
    assert_eq!(code(&mut bench, joining("billing", "anna")), ErrorCode::MemberIdRequired);
}

#[test]
fn version_0_waits_for_the_session_timeout_in_a_rebalance() {
    let mut bench = Bench::new();
    let old = Join { api_version: 0, rebalance_timeout_ms: -1, ..joining("billing", "anna") };
    let reply = bench.join(old.clone());
    let anna = bench.joined(reply).member_id.clone();
    bench.sync_all("billing", std::slice::from_ref(&anna));
    let (bob, _) = bench.enter(Join { rebalance_timeout_ms: 1_000, ..joining("billing", "bob") });
    for _ in 0..3 {
        bench.wait_ms(3_000);
        assert_eq!(bench.heartbeat("billing", &anna, 1), ErrorCode::RebalanceInProgress);
    }
    assert!(bench.is_waiting(bob));
    bench.wait_ms(1_000);
    assert_eq!(bench.joined(bob).generation_id, 2, "anna has had ten seconds");
}
