//! Groups over frames: how members come together, stay together and part. The rules are tested where they stand.

use super::client::{Memory, code, create, with_settings};
use super::harness::{Bench, bench, config};
use super::membership::{
    Member, commit, describe, fetch_offsets, find_coordinator, join, join_request, leave, sync, sync_request,
};
use crate::config::{ClusterConfig, Profile};
use crate::{MemoryStorage, Timestamp};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::delete_groups::{DeleteGroupsRequest, DeleteGroupsResponse};
use runnel_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use runnel_protocol::messages::join_group::JoinGroupResponse;
use runnel_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse};
use runnel_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic, OffsetDeleteResponse,
};
use runnel_protocol::messages::sync_group::SyncGroupResponse;
use std::time::Duration;

fn make_orders(bench: &mut Memory) {
    let client = bench.connect();
    create(bench, client, "orders", 2, &[]);
}

fn heartbeat(bench: &mut Memory, member: &Member) -> ErrorCode {
    let request = HeartbeatRequest {
        group_id: "billing".into(),
        generation_id: member.generation,
        member_id: member.id.clone(),
        group_instance_id: member.instance.clone(),
    };
    let response: HeartbeatResponse = bench.ask(member.connection, 4, request);
    code(response.error_code)
}

/// Pitfall 37, KIP-394: two steps from version 4 on, one before, and one for static members.
#[test]
fn a_newcomer_is_given_a_name_first_where_the_version_knows_of_it() {
    let mut bench = bench();
    for version in 0..=9 {
        let client = bench.connect();
        let group = format!("v{version}");
        find_coordinator(&mut bench, client, &group);
        let mut request = join_request(&group, "", None);
        request.rebalance_timeout_ms = if version == 0 { -1 } else { 10_000 };
        let first: JoinGroupResponse = bench.ask(client, version, request.clone());
        assert!(first.member_id.starts_with("test-"), "{}", first.member_id);
        if version < 4 {
            assert_eq!((code(first.error_code), first.generation_id), (ErrorCode::None, 1), "version {version}");
            continue;
        }
        assert_eq!((code(first.error_code), first.generation_id), (ErrorCode::MemberIdRequired, -1));
        request.member_id = first.member_id.clone();
        let second: JoinGroupResponse = bench.ask(client, version, request);
        assert_eq!((code(second.error_code), second.generation_id), (ErrorCode::None, 1), "version {version}");
        assert_eq!((second.leader, second.members.len()), (first.member_id, 1));
    }
    let client = bench.connect();
    let request = join_request("static", "", Some("desk-1"));
    let response: JoinGroupResponse = bench.ask(client, 5, request);
    assert_eq!((code(response.error_code), response.generation_id), (ErrorCode::None, 1));
    assert!(response.member_id.starts_with("desk-1-"));
}

/// Pitfall 41: a follower's SyncGroup waits for the leader's, however long that takes.
#[test]
fn a_followers_sync_is_parked_until_the_leader_has_assigned() {
    let mut bench = bench();
    let (mut leader, mut follower) = two(&mut bench);
    bench.send(follower.connection, 3, sync_request("billing", &follower, &[]));
    bench.wait(Duration::from_secs(4));
    assert!(bench.answer(follower.connection).is_none());
    let (leaders, followers) = (leader.id.clone(), follower.id.clone());
    let plan = [(&*leaders, &b"left"[..]), (&*followers, b"right")];
    assert_eq!(sync(&mut bench, "billing", &leader, &plan), Ok(b"left".to_vec()));
    let response = SyncGroupResponse::try_from(bench.answer(follower.connection).unwrap()).ok().unwrap();
    assert_eq!((code(response.error_code), &response.assignment[..]), (ErrorCode::None, &b"right"[..]));
    for member in [&mut leader, &mut follower] {
        assert_eq!(heartbeat(&mut bench, member), ErrorCode::None);
    }
}

/// Two members of `billing` in one generation, the leader first; nobody has assigned anything yet.
fn two(bench: &mut Memory) -> (Member, Member) {
    make_orders(bench);
    let (one, other) = (bench.connect(), bench.connect());
    let mut one = join(bench, one, "billing", None);
    assert_eq!(sync(bench, "billing", &one, &[(&one.id.clone(), b"all")]), Ok(b"all".to_vec()));
    let first: JoinGroupResponse = bench.ask(other, 5, join_request("billing", "", None));
    bench.send(other, 5, join_request("billing", &first.member_id, None));
    assert!(bench.answer(other).is_none(), "the others are asked to come again first");
    assert_eq!(heartbeat(bench, &one), ErrorCode::RebalanceInProgress);
    let again: JoinGroupResponse = bench.ask(one.connection, 5, join_request("billing", &one.id, None));
    let joined = JoinGroupResponse::try_from(bench.answer(other).unwrap()).ok().unwrap();
    assert_eq!((again.generation_id, joined.generation_id), (2, 2));
    assert_eq!((again.leader == one.id, again.members.len(), joined.members.len()), (true, 2, 0));
    one.generation = 2;
    (one, Member { connection: other, id: first.member_id, generation: 2, instance: None })
}

/// Pitfall 42: each mistake has its own error, and each error its own cure on the client's side.
#[test]
fn a_commit_at_the_wrong_time_is_told_what_is_wrong() {
    let mut bench = bench();
    let (leader, follower) = two(&mut bench);
    assert_eq!(commit(&mut bench, "billing", &leader, 5), ErrorCode::RebalanceInProgress, "not assigned yet");
    sync(&mut bench, "billing", &leader, &[]).unwrap();
    assert_eq!(commit(&mut bench, "billing", &leader, 5), ErrorCode::None);
    let old = Member { generation: 1, ..leader.clone() };
    assert_eq!(commit(&mut bench, "billing", &old, 5), ErrorCode::IllegalGeneration);
    assert_eq!(heartbeat(&mut bench, &old), ErrorCode::IllegalGeneration);
    let nobody = Member { id: "nobody".into(), ..leader.clone() };
    assert_eq!(commit(&mut bench, "billing", &nobody, 5), ErrorCode::UnknownMemberId);
    assert_eq!(heartbeat(&mut bench, &nobody), ErrorCode::UnknownMemberId);
    assert_eq!(leave(&mut bench, "billing", &follower), ErrorCode::None);
    assert_eq!(commit(&mut bench, "billing", &leader, 6), ErrorCode::None, "while members gather, commits count");
}

/// A member that says nothing for its session time-out is out, and the others gather again.
#[test]
fn a_silent_member_is_put_out_when_its_session_is_over() {
    let mut bench = bench();
    let (leader, _) = two(&mut bench);
    sync(&mut bench, "billing", &leader, &[]).unwrap();
    for _ in 0..3 {
        bench.wait(Duration::from_secs(3));
        assert_eq!(heartbeat(&mut bench, &leader), ErrorCode::None);
    }
    bench.wait(Duration::from_secs(1));
    assert_eq!(heartbeat(&mut bench, &leader), ErrorCode::RebalanceInProgress);
    let again: JoinGroupResponse = bench.ask(leader.connection, 5, join_request("billing", &leader.id, None));
    assert_eq!((again.generation_id, again.members.len()), (3, 1));
    bench.wait(Duration::from_secs(10));
    assert_eq!(describe(&mut bench, "billing"), ("Empty".to_owned(), 0));
}

/// Pitfall 38, KIP-345.
#[test]
fn a_static_member_comes_back_without_a_rebalance_and_its_old_self_is_fenced() {
    let mut bench = bench();
    make_orders(&mut bench);
    let (here, there) = (bench.connect(), bench.connect());
    let old = join(&mut bench, here, "billing", Some("desk-1"));
    sync(&mut bench, "billing", &old, &[(&old.id.clone(), b"mine")]).unwrap();
    let new = join(&mut bench, there, "billing", Some("desk-1"));
    assert_eq!((new.generation, new.id == old.id), (old.generation, false));
    assert_eq!(sync(&mut bench, "billing", &new, &[]), Ok(b"mine".to_vec()));
    assert_eq!(heartbeat(&mut bench, &new), ErrorCode::None);
    assert_eq!(heartbeat(&mut bench, &old), ErrorCode::FencedInstanceId);
    assert_eq!(commit(&mut bench, "billing", &old, 1), ErrorCode::FencedInstanceId);
    assert_eq!(sync(&mut bench, "billing", &old, &[]), Err(ErrorCode::FencedInstanceId));
    let unknown = Member { instance: Some("desk-9".into()), ..new };
    assert_eq!(heartbeat(&mut bench, &unknown), ErrorCode::UnknownMemberId);
}

/// Pitfalls 39 and 40: the two profiles.
#[test]
fn kafkas_own_defaults_wait_for_latecomers_and_want_long_sessions() {
    let mut dev = bench();
    let client = dev.connect();
    find_coordinator(&mut dev, client, "billing");
    let mut request = join_request("billing", "", Some("desk-1"));
    request.session_timeout_ms = 100;
    let response: JoinGroupResponse = dev.ask(client, 5, request.clone());
    assert_eq!(code(response.error_code), ErrorCode::None);

    let settings = with_settings(&[("offsets.topic.replication.factor", "1")]);
    let strict = ClusterConfig { profile: Profile::Kafka, ..settings };
    let mut kafka = Bench::open(strict, MemoryStorage::default());
    let client = kafka.connect();
    find_coordinator(&mut kafka, client, "billing");
    let response: JoinGroupResponse = kafka.ask(client, 5, request.clone());
    assert_eq!(code(response.error_code), ErrorCode::InvalidSessionTimeout);
    request.session_timeout_ms = 10_000;
    kafka.send(client, 5, request);
    kafka.wait(Duration::from_millis(2_999));
    assert!(kafka.answer(client).is_none());
    kafka.wait(Duration::from_millis(1));
    assert!(kafka.answer(client).is_some());
}

/// Pitfalls 44 and 67.
#[test]
fn a_committed_offset_comes_back_with_its_text_and_epoch() {
    let mut bench = bench();
    make_orders(&mut bench);
    let client = bench.connect();
    let nothing = (ErrorCode::None, -1, -1, Some(String::new()));
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "orders"), nothing, "a group that never was");
    let member = join(&mut bench, client, "billing", None);
    sync(&mut bench, "billing", &member, &[]).unwrap();
    assert_eq!(commit(&mut bench, "billing", &member, 5), ErrorCode::None);
    let stored = (ErrorCode::None, 5, 3, Some("note".to_owned()));
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "orders"), stored);
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "nowhere"), nothing);
}

/// Pitfall 47.
#[test]
fn a_consumer_without_a_group_may_commit_where_nobody_is() {
    let mut bench = bench();
    make_orders(&mut bench);
    let client = bench.connect();
    let simple = Member { connection: client, id: "".into(), generation: -1, instance: None };
    assert_eq!(commit(&mut bench, "billing", &simple, 7), ErrorCode::None);
    assert_eq!(describe(&mut bench, "billing"), ("Empty".to_owned(), 0));
    let claims = Member { generation: 3, id: "x".into(), ..simple.clone() };
    assert_eq!(commit(&mut bench, "nobody", &claims, 7), ErrorCode::IllegalGeneration);
    let member = join(&mut bench, client, "billing", None);
    sync(&mut bench, "billing", &member, &[]).unwrap();
    assert_eq!(commit(&mut bench, "billing", &simple, 8), ErrorCode::UnknownMemberId);
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "orders").1, 7);
}

/// Pitfall 70: kafka-consumer-groups prints these columns.
#[test]
fn a_list_of_groups_has_states_protocols_and_types() {
    let mut bench = bench();
    make_orders(&mut bench);
    let client = bench.connect();
    let member = join(&mut bench, client, "billing", None);
    sync(&mut bench, "billing", &member, &[]).unwrap();
    let simple = Member { connection: client, id: "".into(), generation: -1, instance: None };
    commit(&mut bench, "audit", &simple, 7);
    let mut list = |states: &[&str], types: &[&str]| {
        let (states_filter, types_filter) =
            (states.iter().map(|one| (*one).into()), types.iter().map(|one| (*one).into()));
        let request =
            ListGroupsRequest { states_filter: states_filter.collect(), types_filter: types_filter.collect() };
        let response: ListGroupsResponse = bench.ask(client, 5, request);
        let row = |group: &runnel_protocol::messages::list_groups::ListedGroup| {
            format!("{}/{}/{}/{}", group.group_id, group.protocol_type, group.group_state, group.group_type)
        };
        response.groups.iter().map(row).collect::<Vec<_>>()
    };
    let (audit, billing) = ("audit//Empty/classic", "billing/consumer/Stable/classic");
    assert_eq!(list(&[], &[]), [audit, billing]);
    assert_eq!(list(&["stable"], &[]), [billing]);
    assert_eq!(list(&[], &["Classic"]), [audit, billing]);
    assert!(list(&[], &["consumer"]).is_empty());
}

#[test]
fn only_an_empty_group_can_be_deleted_and_each_is_told_once() {
    let mut bench = bench();
    make_orders(&mut bench);
    let client = bench.connect();
    let member = join(&mut bench, client, "billing", None);
    sync(&mut bench, "billing", &member, &[]).unwrap();
    commit(&mut bench, "billing", &member, 7);
    let remove = |bench: &mut Memory| {
        let groups_names = ["billing", "nobody", "billing", ""].map(Into::into).to_vec();
        let response: DeleteGroupsResponse = bench.ask(client, 2, DeleteGroupsRequest { groups_names });
        response.results.iter().map(|group| (group.group_id.to_string(), code(group.error_code))).collect::<Vec<_>>()
    };
    let rows = |first| {
        let rest = [("nobody", ErrorCode::GroupIdNotFound), ("", ErrorCode::GroupIdNotFound)];
        [("billing", first)].into_iter().chain(rest).map(|(name, code)| (name.to_owned(), code)).collect::<Vec<_>>()
    };
    assert_eq!(remove(&mut bench), rows(ErrorCode::NonEmptyGroup));
    leave(&mut bench, "billing", &member);
    assert_eq!(remove(&mut bench), rows(ErrorCode::None));
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "orders").1, -1);
    assert_eq!(describe(&mut bench, "billing"), ("Dead".to_owned(), 0));
}

#[test]
fn offsets_are_deleted_where_nobody_reads_and_the_partition_exists() {
    let mut bench = bench();
    make_orders(&mut bench);
    let client = bench.connect();
    let member = join(&mut bench, client, "billing", None);
    sync(&mut bench, "billing", &member, &[]).unwrap();
    commit(&mut bench, "billing", &member, 7);
    let remove = |bench: &mut Memory, group: &str| {
        let partitions = |indexes: &[i32]| {
            indexes.iter().map(|index| OffsetDeleteRequestPartition { partition_index: *index }).collect()
        };
        let topics = vec![
            OffsetDeleteRequestTopic { name: "orders".into(), partitions: partitions(&[0, 9]) },
            OffsetDeleteRequestTopic { name: "nowhere".into(), partitions: partitions(&[0]) },
        ];
        let response: OffsetDeleteResponse =
            bench.ask(client, 0, OffsetDeleteRequest { group_id: group.into(), topics });
        let partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
        (code(response.error_code), partitions.map(|one| code(one.error_code)).collect::<Vec<_>>())
    };
    let missing = ErrorCode::UnknownTopicOrPartition;
    let told = |first| (ErrorCode::None, vec![first, missing, missing]);
    assert_eq!(remove(&mut bench, "billing"), told(ErrorCode::GroupSubscribedToTopic));
    leave(&mut bench, "billing", &member);
    assert_eq!(remove(&mut bench, "billing"), told(ErrorCode::None));
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "orders").1, -1);
    assert_eq!(remove(&mut bench, "nobody"), (ErrorCode::GroupIdNotFound, Vec::new()));
}

/// KIP-211: an empty group's offsets are kept for `offsets.retention.minutes`.
#[test]
fn the_offsets_of_a_group_that_nobody_uses_expire() {
    let settings = with_settings(&[("offsets.retention.minutes", "30")]);
    let mut bench = Bench::open(settings, MemoryStorage::default());
    make_orders(&mut bench);
    let client = bench.connect();
    let member = join(&mut bench, client, "billing", None);
    sync(&mut bench, "billing", &member, &[]).unwrap();
    commit(&mut bench, "billing", &member, 7);
    leave(&mut bench, "billing", &member);
    bench.wait(Duration::from_secs(29 * 60));
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "orders").1, 7);
    bench.wait(Duration::from_secs(12 * 60));
    assert_eq!(fetch_offsets(&mut bench, client, "billing", "orders").1, -1);
}

/// Pitfall 45: what groups know stands in a real topic, so it is there after a restart.
#[test]
fn groups_with_members_assignments_and_offsets_survive_a_restart() {
    for cleanly in [true, false] {
        let mut bench = bench();
        let (leader, follower) = two(&mut bench);
        let (leaders, followers) = (leader.id.clone(), follower.id.clone());
        sync(&mut bench, "billing", &leader, &[(&leaders, b"left"), (&followers, b"right")]).unwrap();
        assert_eq!(commit(&mut bench, "billing", &leader, 5), ErrorCode::None);
        let Bench { mut cluster, now, .. } = bench;
        if cleanly {
            cluster.close(now).unwrap();
            cluster.mark_clean(now).unwrap();
        }
        let mut bench = Bench::open_at(config(1), cluster.storage().clone(), Timestamp(now.0 + 1));
        let (one, other) = (bench.connect(), bench.connect());
        let (leader, follower) = (Member { connection: one, ..leader }, Member { connection: other, ..follower });
        assert_eq!(describe(&mut bench, "billing"), ("Stable".to_owned(), 2), "clean: {cleanly}");
        for member in [&leader, &follower] {
            assert_eq!(heartbeat(&mut bench, member), ErrorCode::None);
        }
        assert_eq!(sync(&mut bench, "billing", &follower, &[]), Ok(b"right".to_vec()));
        assert_eq!(commit(&mut bench, "billing", &leader, 6), ErrorCode::None);
        assert_eq!(fetch_offsets(&mut bench, one, "billing", "orders").1, 6);
        let topics = bench.cluster.snapshot().topics;
        let offsets = topics.iter().find(|topic| topic.name == "__consumer_offsets").unwrap();
        assert!(offsets.internal && offsets.partitions.len() == 50);
        assert_eq!(offsets.configs["cleanup.policy"], "compact");
    }
}
