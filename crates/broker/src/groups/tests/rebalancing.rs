//! From one generation to the next: who is waited for, how long, and what is chosen.

use super::bench::{Bench, joining, joining_as, leaver, offering, syncing};
use crate::groups::java::string_hash;
use crate::groups::{GroupsConfig, Join, Sync, partition_for};
use expect_test::expect;
use runnel_protocol::ErrorCode;
use std::time::Duration;

#[test]
fn the_life_of_a_group() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    assert_eq!(bench.leader("billing"), ids[0]);
    bench.wait_ms(9_000);
    assert_eq!(bench.heartbeat("billing", &ids[1], 2), ErrorCode::None);
    bench.wait_ms(1_000);
    bench.join(Join { member_id: ids[1].clone(), ..joining("billing", "bob") });
    let orders = [&[0, 0, 0, 0, 0, 1, 0, 6][..], b"orders", &[0, 0, 0, 1, 0, 0, 0, 7, 255, 255, 255, 255]].concat();
    let assignments = vec![(ids[1].clone(), orders.into())];
    bench.sync(Sync { assignments, ..syncing("billing", &ids[1], 3) });
    bench.commit_one(&ids[1], 3, 41);
    bench.leave("billing", vec![leaver(&ids[1])]);
    bench.wait(bench.groups.config().offsets_retention + bench.groups.config().offsets_retention_check_interval);
    expect![[r#"
        billing: anna shall come back as anna
        billing: anna joined (anna at /127.0.0.1)
        billing: rebalance of generation 0: Adding new member anna with group instance id null; client reason: not provided
        billing: Empty -> PreparingRebalance, generation 0: Adding new member anna with group instance id null; client reason: not provided
        billing: PreparingRebalance -> CompletingRebalance, generation 1: all members have joined, or time is up
        billing: generation 1 by range, anna leads anna
        billing: bob shall come back as bob
        billing: bob joined (bob at /127.0.0.1)
        billing: rebalance of generation 1: Adding new member bob with group instance id null; client reason: not provided
        billing: CompletingRebalance -> PreparingRebalance, generation 1: Adding new member bob with group instance id null; client reason: not provided
        billing: PreparingRebalance -> CompletingRebalance, generation 2: all members have joined, or time is up
        billing: generation 2 by range, anna leads anna bob
        billing: CompletingRebalance -> Stable, generation 2: the leader's assignment is stored
        billing: generation 2 assigned: anna [], bob []
        billing: anna is out: SessionTimeout
        billing: rebalance of generation 2: removing member anna on heartbeat expiration
        billing: Stable -> PreparingRebalance, generation 2: removing member anna on heartbeat expiration
        billing: PreparingRebalance -> CompletingRebalance, generation 3: all members have joined, or time is up
        billing: generation 3 by range, bob leads bob
        billing: CompletingRebalance -> Stable, generation 3: the leader's assignment is stored
        billing: generation 3 assigned: bob [("orders", [7])]
        billing: client bob committed orders-0 -1 -> 41
        billing: bob is out: left, not provided
        billing: rebalance of generation 3: explicit `LeaveGroup` request for (bob) members.
        billing: Stable -> PreparingRebalance, generation 3: explicit `LeaveGroup` request for (bob) members.
        billing: PreparingRebalance -> Empty, generation 4: nobody is left
        billing: removed, its last offset expired
        billing: Expired orders-0 41 -> -1
    "#]].assert_eq(&bench.told());
}

#[test]
fn a_member_that_is_silent_for_its_session_timeout_is_out() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    bench.wait_ms(9_000);
    assert_eq!(bench.heartbeat("billing", &ids[0], 2), ErrorCode::None);
    bench.wait_ms(999);
    assert_eq!(bench.state("billing"), "Stable");
    bench.wait_ms(1);
    assert_eq!(bench.state("billing"), "PreparingRebalance");
    assert_eq!(bench.heartbeat("billing", &ids[0], 2), ErrorCode::RebalanceInProgress);
    assert_eq!(bench.heartbeat("billing", &ids[1], 2), ErrorCode::UnknownMemberId);
}

#[test]
fn a_commit_shows_that_a_member_is_alive() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.wait_ms(9_000);
    assert_eq!(bench.commit_one(&anna, 1, 5), ErrorCode::None);
    bench.wait_ms(9_000);
    assert_eq!(bench.state("billing"), "Stable");
    bench.wait_ms(1_000);
    assert_eq!(bench.state("billing"), "Empty");
}

#[test]
fn members_that_do_not_join_again_in_time_are_out() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let (bob, _) = bench.enter(joining("billing", "bob"));
    for _ in 0..5 {
        bench.wait_ms(5_000);
        assert_eq!(bench.heartbeat("billing", &anna, 1), ErrorCode::RebalanceInProgress, "it hears, and does not act");
    }
    bench.wait_ms(4_999);
    assert!(bench.is_waiting(bob));
    bench.wait_ms(1);
    assert_eq!(bench.joined(bob).generation_id, 2);
    assert_eq!(bench.joined(bob).leader, bench.joined(bob).member_id, "the old leader is out");
    assert_eq!(bench.heartbeat("billing", &anna, 1), ErrorCode::UnknownMemberId);
}

#[test]
fn a_rebalance_waits_as_long_as_its_slowest_member_may_take() {
    let mut bench = Bench::new();
    let slow = Join { rebalance_timeout_ms: 60_000, ..joining("billing", "slow") };
    let (_, member_id) = bench.enter(slow);
    bench.sync_all("billing", std::slice::from_ref(&member_id));
    let (bob, _) = bench.enter(Join { rebalance_timeout_ms: 1_000, ..joining("billing", "bob") });
    for _ in 0..11 {
        bench.wait_ms(5_000);
        bench.heartbeat("billing", &member_id, 1);
    }
    assert!(bench.is_waiting(bob));
    bench.wait_ms(5_000);
    assert_eq!(bench.joined(bob).generation_id, 2);
}

#[test]
fn an_identifier_that_was_given_out_is_waited_for() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let pending = bench.join(joining("billing", "bob"));
    assert_eq!(bench.state("billing"), "Stable", "an identifier alone rebalances nothing");
    let bob = bench.joined(pending).member_id.clone();
    let again = bench.join(Join { member_id: anna, ..joining("billing", "anna") });
    assert!(bench.is_waiting(again), "bob may come back any moment");
    bench.join(Join { member_id: bob, ..joining("billing", "bob") });
    assert_eq!(bench.joined(again).members.len(), 2);
}

#[test]
fn a_rebalance_ends_when_the_identifier_that_it_waits_for_is_forgotten() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.join(joining("billing", "bob"));
    let again = bench.join(Join { member_id: anna, ..joining("billing", "anna") });
    bench.wait_ms(9_999);
    assert!(bench.is_waiting(again));
    bench.wait_ms(1);
    assert_eq!(bench.joined(again).generation_id, 2);
}

#[test]
fn the_first_rebalance_waits_for_more_members_and_longer_when_they_come() {
    let delay = Duration::from_secs(3);
    let mut bench = Bench::with(GroupsConfig { initial_rebalance_delay: delay, ..GroupsConfig::kafka() });
    let (anna, _) = bench.enter(Join { rebalance_timeout_ms: 10_000, ..joining("billing", "anna") });
    bench.wait_ms(2_999);
    assert!(bench.is_waiting(anna));
    let (bob, _) = bench.enter(Join { rebalance_timeout_ms: 10_000, ..joining("billing", "bob") });
    bench.wait_ms(1 + 2_999);
    assert!(bench.is_waiting(bob), "three more seconds");
    bench.wait_ms(1);
    assert_eq!(bench.joined(anna).generation_id, 1);
    assert_eq!(bench.joined(anna).members.len(), 2);
    assert_eq!(bench.joined(bob).generation_id, 1);
}

#[test]
fn the_first_rebalance_waits_no_longer_than_the_rebalance_timeout() {
    let mut bench = Bench::with(GroupsConfig::kafka());
    let newcomer = |name: &str| Join { api_version: 3, rebalance_timeout_ms: 7_000, ..joining("billing", name) };
    let first = bench.join(newcomer("member-0"));
    for number in 1..10 {
        bench.wait_ms(1_000);
        bench.join(newcomer(&format!("member-{number}")));
        assert_eq!(bench.is_waiting(first), number < 7, "after {number} s");
    }
}

#[test]
fn a_newcomer_whose_request_waits_too_long_is_let_go() {
    let mut bench = Bench::new();
    let (_, anna) = bench.enter(Join { rebalance_timeout_ms: 600_000, ..joining("billing", "anna") });
    bench.sync_all("billing", std::slice::from_ref(&anna));
    let (bob, _) = bench.enter(joining("billing", "bob"));
    for _ in 0..59 {
        bench.wait_ms(5_000);
        bench.heartbeat("billing", &anna, 1);
    }
    assert!(bench.is_waiting(bob));
    bench.wait_ms(5_000);
    assert_eq!(bench.joined(bob).error_code, ErrorCode::UnknownMemberId, "after five minutes its client is asked anew");
}

#[test]
fn a_member_whose_request_waits_need_not_send_heartbeats() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    let leader = bench.leader("billing");
    let waiting = bench.join(Join { member_id: leader, ..joining("billing", "who") });
    let other = ids.iter().find(|id| **id != bench.leader("billing")).unwrap().clone();
    for _ in 0..4 {
        bench.wait_ms(7_000);
        bench.heartbeat("billing", &other, 2);
    }
    bench.wait_ms(2_000);
    assert_eq!(bench.joined(waiting).generation_id, 3, "the other one did not join");
}

#[test]
fn static_members_keep_their_place_through_a_rebalance() {
    let mut bench = Bench::new();
    let (_, desk) = bench.enter(joining_as("billing", "anna", "desk-1"));
    bench.sync_all("billing", std::slice::from_ref(&desk));
    let (bob, _) = bench.enter(joining("billing", "bob"));
    for _ in 0..6 {
        bench.wait_ms(5_000);
        bench.groups.heartbeat(bench.now, "billing", &desk, Some("desk-1"), 1).ok();
    }
    assert_eq!(bench.joined(bob).generation_id, 2);
    assert_eq!(bench.joined(bob).members.len(), 2, "the static one is still in");
    assert_eq!(bench.joined(bob).leader, bench.joined(bob).member_id, "but does not lead");
}

#[test]
fn a_static_member_that_does_not_come_back_holds_the_group_up_until_its_session_ends() {
    for rebalance_timeout_ms in [0, 5_000] {
        let mut bench = Bench::new();
        let patient = Join { rebalance_timeout_ms, ..joining_as("billing", "anna", "desk-1") };
        bench.enter(Join { rebalance_timeout_ms: 5_000, session_timeout_ms: 60_000, ..patient.clone() });
        let (_, bob) = bench.enter(joining("billing", "bob"));
        bench.join(Join { member_id: bench.leader("billing"), session_timeout_ms: 60_000, ..patient });
        let ids: Vec<String> = bench.groups.groups["billing"].members.keys().cloned().collect();
        bench.sync_all("billing", &ids);
        let generation_id = bench.generation("billing");
        bench.wait_ms(10_000);
        assert_eq!(bench.heartbeat("billing", &bob, generation_id), ErrorCode::UnknownMemberId);
        bench.wait_ms(49_000);
        assert_eq!(bench.state("billing"), "PreparingRebalance");
        assert_eq!(bench.generation("billing"), generation_id, "nobody has joined");
        bench.wait_ms(1_000);
        assert_eq!(bench.state("billing"), "Empty");
    }
}

#[test]
fn a_member_without_time_for_a_rebalance_is_out_at_once() {
    let mut bench = Bench::new();
    let (reply, _) = bench.enter(Join { rebalance_timeout_ms: 0, ..joining("billing", "anna") });
    assert_eq!(bench.joined(reply).generation_id, 1);
    assert_eq!(bench.state("billing"), "Empty", "it had no time to sync");
}

#[test]
fn the_protocol_with_most_votes_is_chosen_among_those_that_all_have() {
    let chosen = |lists: &[&[&str]]| {
        let mut bench = Bench::with(GroupsConfig::kafka());
        let join = |list: &&[&str]| Join { api_version: 3, protocols: offering(list), ..joining("billing", "member") };
        let replies: Vec<_> = lists.iter().map(|list| bench.join(join(list))).collect();
        bench.wait_ms(10_000);
        bench.joined(replies[0]).protocol_name.clone().unwrap_or_default()
    };
    assert_eq!(chosen(&[&["range", "sticky"], &["sticky", "range"], &["sticky", "range"]]), "sticky");
    assert_eq!(chosen(&[&["range", "sticky"], &["range", "sticky"], &["sticky"]]), "sticky");
    // What Kafka 4.3.0 chose when each got one vote.
    assert_eq!(chosen(&[&["range", "roundrobin"], &["roundrobin", "range"]]), "range");
    assert_eq!(chosen(&[&["cooperative-sticky", "range"], &["range", "cooperative-sticky"]]), "range");
    assert_eq!(chosen(&[&["RoundRobinAssigner", "range"], &["range", "RoundRobinAssigner"]]), "range");
    assert_eq!(chosen(&[&["sticky", "range"], &["range", "sticky"]]), "sticky");
    assert_eq!(chosen(&[&["a", "b"], &["b", "a"]]), "a");
    assert_eq!(chosen(&[&["foo", "bar"], &["bar", "foo"]]), "bar");
}

#[test]
fn a_closed_connection_costs_a_member_its_answer_but_not_its_place() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let (bob, _) = bench.enter(joining("billing", "bob"));
    bench.groups.forget_reply(bob);
    let again = bench.join(Join { member_id: anna, ..joining("billing", "anna") });
    assert!(bench.is_waiting(bob));
    assert_eq!(bench.joined(again).members.len(), 2);
    bench.wait_ms(30_000);
    assert_eq!(bench.groups.groups["billing"].members.len(), 0, "both were silent");
}

#[test]
fn groups_live_where_kafka_puts_them() {
    // Java: "billing".hashCode(), and a text outside the plane of 16 bits.
    assert_eq!(string_hash("billing"), -109_829_509);
    assert_eq!(string_hash("𝄞"), 1_772_394);
    assert_eq!(string_hash("polygenelubricants"), i32::MIN);
    assert_eq!(partition_for("polygenelubricants", 50), 0);
    assert_eq!(partition_for("billing", 50), 9);
    assert_eq!(partition_for("", 50), 0);
}
