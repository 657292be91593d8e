//! What is known after a restart, and who is sent away when another broker takes over.

use super::bench::{Bench, Log, committing, joining, joining_as, leaver, syncing};
use crate::groups::{GroupsConfig, Join, OffsetsRecord};
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use runnel_protocol::kinds::group_metadata::{GroupMetadataValue, MemberMetadata};
use runnel_protocol::kinds::{decode_versioned, encode_versioned};

#[test]
fn a_stable_group_comes_back_with_members_assignments_and_offsets() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    bench.commit_one(&ids[0], 2, 41);
    bench.wait_ms(9_000);
    let mut reloaded = bench.reloaded();
    assert_eq!((reloaded.state("billing"), reloaded.generation("billing")), ("Stable", 2));
    assert_eq!((reloaded.leader("billing"), reloaded.fetched("billing")), (bench.leader("billing"), 41));
    assert_eq!(reloaded.heartbeat("billing", &ids[0], 2), ErrorCode::None);
    let reply = reloaded.sync(syncing("billing", &ids[1], 2));
    assert_eq!(reloaded.synced(reply).assignment, Bytes::from(format!("for {}", ids[1])));

    reloaded.wait_ms(9_999);
    assert_eq!(reloaded.state("billing"), "Stable", "session time-outs began anew");
    reloaded.wait_ms(1);
    assert_eq!(reloaded.state("billing"), "Empty");
}

#[test]
fn static_members_come_back_as_such() {
    let mut bench = Bench::new();
    let (_, desk) = bench.enter(joining_as("billing", "anna", "desk-1"));
    bench.sync_all("billing", std::slice::from_ref(&desk));
    let mut reloaded = bench.reloaded();
    let reply = reloaded.join(joining_as("billing", "anna", "desk-1"));
    assert_eq!(reloaded.joined(reply).generation_id, 1, "no rebalance");
}

#[test]
fn a_generation_that_was_not_stored_is_forgotten() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.join(Join { member_id: anna.clone(), ..joining("billing", "anna") });
    assert_eq!(bench.generation("billing"), 2);
    assert_eq!(bench.reloaded().generation("billing"), 1);
}

#[test]
fn an_empty_group_comes_back_with_its_generation_and_the_time_when_it_was_left() {
    let mut bench = Bench::new();
    let anna = bench.stable_group(&["anna"]).remove(0);
    bench.leave("billing", vec![leaver(&anna)]);
    let reloaded = bench.reloaded();
    assert_eq!(reloaded.groups.groups["billing"], {
        let mut expected = bench.groups.groups["billing"].clone();
        expected.previous_state = crate::groups::GroupState::Dead;
        expected
    });
}

#[test]
fn a_group_that_is_larger_than_allowed_rebalances() {
    let mut bench = Bench::new();
    bench.stable_group(&["anna", "bob"]);
    let config = GroupsConfig { group_size_max: 1, ..GroupsConfig::dev() };
    let reloaded = bench.reloaded_with(config);
    assert_eq!(reloaded.state("billing"), "PreparingRebalance");
}

#[test]
fn who_waits_is_sent_away_when_the_partition_goes() {
    let mut bench = Bench::new();
    let ids = bench.stable_group(&["anna", "bob"]);
    let leader = bench.leader("billing");
    let joining = bench.join(Join { member_id: leader, ..joining("billing", "who") });
    bench.log_mode = Log::Holds;
    let committing = bench.commit(committing("billing", &ids[0], 2, 5));
    let partition = bench.groups.partition_for("billing");
    bench.groups.unload_partition(partition, bench.now);
    bench.drain();
    assert_eq!(bench.joined(joining).error_code, ErrorCode::NotCoordinator);
    assert_eq!(bench.committed(committing)[0].partitions, [(0, ErrorCode::NotCoordinator)]);
    bench.append_held();
    assert!(bench.groups.groups.is_empty());
    assert!(bench.groups.outbox.appends.is_empty());
    assert_eq!(bench.groups.outbox.timers.all().count(), 1, "only the look for expired offsets is left");
}

#[test]
fn rubbish_in_the_log_is_named_and_passed_over() {
    let mut bench = Bench::new();
    let now = bench.now;
    let mut load = |key: &'static [u8], value: Option<&'static [u8]>| {
        let value = value.map(Bytes::from_static);
        bench.groups.load_record(&Bytes::from_static(key), value.as_ref(), now).map_err(|error| error.at)
    };
    assert_eq!(load(b"", None), Err(0));
    assert_eq!(load(b"\0\x02\0\x05abc", None), Err(2));
    assert_eq!(load(b"\0\x02\0\x01a", Some(b"\0\x63")), Err(2));
    assert_eq!(
        load(b"\0\x02\0\x01a", Some(b"\0\x03\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\x7f\xff\xff\xff")),
        Err(20)
    );
    assert_eq!(load(b"\0\x03\0\x01a", Some(b"what newer groups write")), Ok(()));
    assert!(bench.groups.groups.is_empty());
}

#[test]
fn nobody_is_in_a_group_twice_whatever_the_log_says() {
    let mut bench = Bench::new();
    let (_, desk) = bench.enter(joining_as("billing", "anna", "desk-1"));
    bench.sync_all("billing", std::slice::from_ref(&desk));
    let partition = bench.groups.partition_for("billing");
    let record: OffsetsRecord = bench.log[&partition].last().unwrap().clone();
    let mut value: GroupMetadataValue = decode_versioned(record.value.as_ref().unwrap()).unwrap();
    value.members.push(value.members[0].clone());
    value.members.push(MemberMetadata { member_id: "other".into(), ..value.members[0].clone() });
    let value = encode_versioned(&value, 3).unwrap();
    bench.groups.load_partition(partition, bench.now);
    bench.groups.load_record(&record.key, Some(&value), bench.now).unwrap();
    bench.groups.finish_load(partition, bench.now);
    assert_eq!(bench.groups.groups["billing"].members.keys().collect::<Vec<_>>(), [&desk]);
}
