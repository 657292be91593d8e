//! How offsets and groups age (KIP-211).

use super::bench::{Bench, Log, committing, committing_topic, joining, leaver};
use crate::groups::{Commit, GroupsConfig};
use runnel_protocol::ErrorCode;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Offsets live for two hours and are looked through every minute.
fn bench() -> Bench {
    Bench::with(GroupsConfig {
        offsets_retention: 2 * HOUR,
        offsets_retention_check_interval: Duration::from_secs(60),
        session_timeout_max: 100 * HOUR,
        ..GroupsConfig::dev()
    })
}

fn alive(bench: &mut Bench, member_id: &str, generation_id: i32, hours: u32) {
    for _ in 0..hours * 720 {
        bench.wait_ms(5_000);
        assert_eq!(bench.heartbeat("billing", member_id, generation_id), ErrorCode::None);
    }
}

#[test]
fn offsets_of_a_group_expire_when_its_last_member_has_been_gone_for_the_retention() {
    let mut bench = bench();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.commit_one(&anna, 1, 5);
    alive(&mut bench, &anna, 1, 3);
    bench.leave("billing", vec![leaver(&anna)]);
    bench.wait(2 * HOUR - Duration::from_secs(1));
    assert_eq!(bench.fetched("billing"), 5);
    bench.wait(Duration::from_secs(61));
    assert_eq!((bench.fetched("billing"), bench.state("billing")), (-1, "Dead"));
    let reloaded = bench.reloaded();
    assert!(reloaded.groups.list(&[], &[]).is_empty());
}

#[test]
fn offsets_of_consumers_that_assign_themselves_expire_after_their_commit() {
    let mut bench = bench();
    bench.commit(committing("billing", "", -1, 5));
    bench.wait(HOUR);
    bench.commit(Commit { topics: vec![committing_topic("orders", &[(1, 6)])], ..committing("billing", "", -1, 0) });
    bench.wait(HOUR + Duration::from_secs(60));
    let left = bench.groups.fetch_all_offsets("billing").unwrap();
    assert_eq!((left[0].partitions.len(), left[0].partitions[0].committed_offset), (1, 6));
    assert_eq!(bench.state("billing"), "Empty");
    bench.wait(HOUR + Duration::from_secs(60));
    assert_eq!(bench.state("billing"), "Dead");
}

#[test]
fn offsets_of_topics_that_a_stable_group_does_not_read_expire_and_the_others_do_not() {
    let mut bench = bench();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let topics = vec![committing_topic("orders", &[(0, 1)]), committing_topic("old-orders", &[(0, 2)])];
    bench.commit(Commit { topics, ..committing("billing", &anna, 1, 0) });
    alive(&mut bench, &anna, 1, 3);
    let left = bench.groups.fetch_all_offsets("billing").unwrap();
    assert_eq!(left.iter().map(|topic| topic.name.as_str()).collect::<Vec<_>>(), ["orders"]);
}

#[test]
fn a_client_of_old_may_say_how_long_its_offsets_are_kept() {
    let mut bench = bench();
    let request = Commit { api_version: 3, retention_time_ms: Some(60_000), ..committing("billing", "", -1, 5) };
    bench.commit(request);
    bench.wait(Duration::from_secs(59));
    assert_eq!(bench.fetched("billing"), 5);
    bench.wait(Duration::from_secs(61));
    assert_eq!(bench.fetched("billing"), -1);
}

#[test]
fn a_group_that_nobody_came_back_to_goes_at_the_next_look() {
    let mut bench = bench();
    bench.join(joining("billing", "anna"));
    bench.wait(Duration::from_secs(9));
    assert_eq!(bench.state("billing"), "Empty");
    bench.wait(Duration::from_secs(60));
    assert_eq!(bench.state("billing"), "Dead");
}

#[test]
fn a_group_whose_tombstone_cannot_be_written_is_looked_at_again() {
    let mut bench = bench();
    bench.commit(committing("billing", "", -1, 5));
    bench.log_mode = Log::Refuses(ErrorCode::NotEnoughReplicas);
    bench.wait(3 * HOUR);
    assert_eq!((bench.state("billing"), bench.fetched("billing")), ("Empty", 5));
    bench.log_mode = Log::Appends;
    bench.wait(Duration::from_secs(60));
    assert_eq!((bench.state("billing"), bench.fetched("billing")), ("Dead", -1));
}

#[test]
fn many_groups_are_looked_through_some_at_a_time() {
    let mut bench = bench();
    for number in 0..450 {
        bench.commit(committing(&format!("group-{number:03}"), "", -1, 5));
    }
    let mut left = vec![bench.groups.list(&[], &[]).len()];
    bench.wait(2 * HOUR - Duration::from_secs(1));
    while !bench.groups.list(&[], &[]).is_empty() {
        let at = bench.groups.next_wakeup().expect("the look goes on");
        bench.now = bench.now.max(at);
        bench.groups.handle_timers(bench.now);
        left.push(bench.groups.list(&[], &[]).len());
    }
    left.dedup();
    assert_eq!(left, [450, 250, 50, 0]);
}
