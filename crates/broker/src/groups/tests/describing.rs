//! DescribeGroups, ListGroups and the snapshot.

use super::bench::{Bench, committing, joining, subscription};
use crate::groups::DescribedGroup;
use bytes::Bytes;
use runnel_protocol::ErrorCode;

fn describe(bench: &Bench, group_id: &str, api_version: i16) -> DescribedGroup {
    bench.groups.describe(&[group_id.to_owned()], api_version).remove(0)
}

#[test]
fn an_unknown_group_is_dead_and_from_version_6_an_error() {
    // As Kafka 4.3.0.
    let bench = Bench::new();
    let old = describe(&bench, "nobody", 5);
    assert_eq!((old.error_code, old.error_message, old.group_state), (ErrorCode::None, None, "Dead"));
    let new = describe(&bench, "nobody", 6);
    assert_eq!((new.error_code, new.group_state), (ErrorCode::GroupIdNotFound, "Dead"));
    assert_eq!(new.error_message.as_deref(), Some("Group nobody not found."));
}

#[test]
fn protocol_and_subscriptions_are_shown_of_stable_groups_only() {
    // As Kafka 4.3.0, which shows the last assignment in every state.
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    let stable = describe(&bench, "billing", 5);
    assert_eq!(
        (stable.group_state, stable.protocol_type.as_str(), stable.protocol_data.as_str()),
        ("Stable", "consumer", "range")
    );
    let member = &stable.members[0];
    assert_eq!(
        (&member.member_id, member.client_id.as_str(), member.client_host.as_str()),
        (&anna, "anna", "/127.0.0.1")
    );
    assert_eq!(member.member_metadata, subscription(&["orders"]));
    assert_eq!(member.member_assignment, Bytes::from(format!("for {anna}")));

    bench.enter(joining("billing", "bob"));
    let gathering = describe(&bench, "billing", 5);
    assert_eq!((gathering.group_state, gathering.protocol_data.as_str()), ("PreparingRebalance", ""));
    let shown = gathering.members.iter().find(|member| member.member_id == anna).unwrap();
    assert_eq!(shown.member_metadata, Bytes::new());
    assert_eq!(shown.member_assignment, Bytes::from(format!("for {anna}")));
}

#[test]
fn a_group_of_another_broker_cannot_be_described() {
    let mut bench = Bench::new();
    bench.stable_group(&["anna"]);
    bench.groups.unload_partition(bench.groups.partition_for("billing"), bench.now);
    let described = describe(&bench, "billing", 5);
    assert_eq!((described.error_code, described.group_state), (ErrorCode::NotCoordinator, ""));
    assert!(bench.groups.list(&[], &[]).is_empty());
}

#[test]
fn lists_are_filtered_by_state_and_type_in_any_case_and_unknown_words_let_nothing_through() {
    // As Kafka 4.3.0.
    let mut bench = Bench::new();
    bench.stable_group(&["anna"]);
    bench.commit(committing("shipping", "", -1, 5));
    let list = |states: &[&str], types: &[&str]| {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let rows = bench.groups.list(&words(states), &words(types));
        rows.iter().map(|row| format!("{} {}", row.group_id, row.group_state)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(list(&[], &[]), "billing Stable, shipping Empty");
    assert_eq!(list(&[" EMPTY "], &[]), "shipping Empty");
    assert_eq!(list(&["stable", "empty"], &["Classic"]), "billing Stable, shipping Empty");
    assert_eq!(list(&["nonsense"], &[]), "");
    assert_eq!(list(&[], &["nonsense"]), "");
    assert_eq!(list(&[], &["consumer"]), "");
}

#[test]
fn the_snapshot_says_what_watchers_would_know() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.commit_one(&anna, 1, 41);
    bench.join(joining("billing", "bob"));
    let snapshot = bench.groups.snapshot().remove(0);
    assert_eq!(
        (snapshot.generation_id, snapshot.leader.as_str(), snapshot.protocol_name.as_str()),
        (1, anna.as_str(), "range")
    );
    assert_eq!((snapshot.members[0].client_id.as_str(), snapshot.pending_member_ids.len()), ("anna", 1));
    assert_eq!((snapshot.offsets[0].topic.as_str(), snapshot.offsets[0].offset), ("orders", 41));
}

#[test]
fn without_watchers_no_events_are_made() {
    let mut bench = Bench::new();
    bench.groups.set_watched(false);
    bench.stable_group(&["anna"]);
    assert_eq!(bench.told(), "");
}
