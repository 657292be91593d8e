//! The records of `__consumer_offsets` against those that Apache Kafka 4.3.0 wrote.

use super::bench::{Bench, committing};
use crate::groups::records::{self, Record};
use crate::groups::{Commit, CommitTopic};
use bytes::Bytes;
use proptest::prelude::*;
use uuid::Uuid;

fn bytes(hex: &str) -> Bytes {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect::<Vec<u8>>().into()
}

/// Reads a record, writes it again, and compares.
#[track_caller]
fn check(key: &str, value: &str) -> Record {
    let (key, value) = (bytes(key), bytes(value));
    let record = records::read(&key, Some(&value)).unwrap();
    let written = match &record {
        Record::Offset { key, value: Some(value) } => records::offset(key, value),
        Record::Group { group_id, value: Some(_) } => {
            let mut bench = Bench::new();
            bench.groups.load_record(&key, Some(&value), bench.now).unwrap();
            let group = &bench.groups.groups[group_id];
            records::group(group, &group.assignments())
        }
        Record::Offset { .. } | Record::Group { .. } | Record::Other => panic!("not kept: {record:?}"),
    };
    assert_eq!(written.key, key);
    assert_eq!(written.value, Some(value));
    record
}

#[test]
fn a_group_that_was_made_for_a_newcomer() {
    let record = check("0002001067726f7570732d76342d653937346461", "0003000000000000ffffffff000001a208f5bd7900000000");
    let Record::Group { group_id, value: Some(value) } = record else { panic!("not a group") };
    assert_eq!((group_id.as_str(), value.generation, value.leader), ("groups-v4-e974da", 0, None));
}

#[test]
fn a_newcomer_makes_the_record_that_kafka_writes() {
    let mut bench = Bench::new();
    bench.now = crate::Timestamp::from_millis(0x01a2_08f5_bd79);
    bench.join(super::bench::joining("groups-v4-e974da", "anna"));
    let partition = bench.groups.partition_for("groups-v4-e974da");
    let expected = bytes("0003000000000000ffffffff000001a208f5bd7900000000");
    assert_eq!(bench.log[&partition][0].value, Some(expected));
}

#[test]
fn a_stable_group() {
    let record = check(
        "0002000f67726f7570732d612d626336323931",
        "00030008636f6e73756d657200000001000572616e67650029616e6e612d62653264633062312d373036302d343265312d613735362d6431\
         66316139666435616136000001a208f73999000000010029616e6e612d62653264633062312d373036302d343265312d613735362d643166\
         316139666435616136ffff0004616e6e61000a2f3132372e302e302e31000027100000271000000018000000000001000c67726f7570732d\
         746f706963ffffffff0000000641535349474e",
    );
    let Record::Group { value: Some(value), .. } = record else { panic!("not a group") };
    assert_eq!((value.generation, value.members.len(), &value.members[0].assignment[..]), (1, 1, &b"ASSIGN"[..]));
}

#[test]
fn a_group_that_all_have_left() {
    check("0002000f67726f7570732d612d626336323931", "00030008636f6e73756d657200000004ffffffff000001a208f73d7000000000");
}

#[test]
fn static_members() {
    let record = check(
        "0002001067726f7570732d73742d376563303766",
        "00030008636f6e73756d657200000002000572616e6765002769312d31623734383730642d343761312d343764302d383065622d31623536\
         6261613665666161000001a208f7406f00000002002769312d31623734383730642d343761312d343764302d383065622d31623536626161\
         3665666161000269310004616e6e61000a2f3132372e302e302e31000027100000271000000018000000000001000c67726f7570732d746f\
         706963ffffffff000000024141002769322d61646231623930322d323663642d343533332d383235322d3661663062363635663265350002\
         69320003626f62000a2f3132372e302e302e31000027100000271000000018000000000001000c67726f7570732d746f706963ffffffff00\
         0000024242",
    );
    let Record::Group { value: Some(value), .. } = record else { panic!("not a group") };
    let instance_ids: Vec<_> = value.members.iter().map(|member| member.group_instance_id.as_deref()).collect();
    assert_eq!(instance_ids, [Some("i1"), Some("i2")]);
}

#[test]
fn an_offset_with_text_leader_epoch_and_topic_id() {
    let record = check(
        "0001001467726f7570732d73696d706c652d353637373437000c67726f7570732d746f70696300000000",
        "00040000000000000005000000030278000001a208f644860100103e31d2e562b74d6eb0862683a34999a5",
    );
    let Record::Offset { key, value: Some(value) } = record else { panic!("not an offset") };
    assert_eq!((key.topic.as_str(), key.partition_index), ("groups-topic", 0));
    assert_eq!((value.offset, value.leader_epoch, value.metadata.as_str()), (5, 3, "x"));
    assert_eq!(value.topic_id, Uuid::from_u128(0x3e31_d2e5_62b7_4d6e_b086_2683_a349_99a5));
}

#[test]
fn an_offset_that_a_client_of_old_keeps_for_a_time_of_its_own() {
    let record = check(
        "0001001467726f7570732d73696d706c652d353637373437000c67726f7570732d746f70696300000001",
        "000100000000000000060000000001a208f6449f000001a208f7cb3f",
    );
    let Record::Offset { value: Some(value), .. } = record else { panic!("not an offset") };
    assert_eq!(value.expire_timestamp_ms, Some(value.commit_timestamp_ms + 100_000));
}

#[test]
fn an_offset_under_the_key_of_very_old_brokers() {
    let value = bytes("00000000000000000007000161000000000000000a");
    let record = records::read(&bytes("000000016700017400000002"), Some(&value)).unwrap();
    let Record::Offset { key, value: Some(value) } = record else { panic!("not an offset") };
    assert_eq!((key.group_id.as_str(), key.topic.as_str(), key.partition_index), ("g", "t", 2));
    assert_eq!((value.offset, value.metadata.as_str(), value.commit_timestamp_ms), (7, "a", 10));
}

#[test]
fn a_commit_writes_what_kafka_writes() {
    let mut bench = Bench::new();
    bench.now = crate::Timestamp::from_millis(0x01a2_08f6_4486);
    let topic_id = Uuid::from_u128(0x3e31_d2e5_62b7_4d6e_b086_2683_a349_99a5);
    let mut request = committing("groups-simple-567747", "", -1, 5);
    request.topics[0] = CommitTopic { name: "groups-topic".into(), topic_id, ..request.topics[0].clone() };
    request.topics[0].partitions[0].committed_leader_epoch = 3;
    request.topics[0].partitions[0].metadata = Some("x".into());
    bench.commit(request.clone());
    let partition = bench.groups.partition_for("groups-simple-567747");
    let expected = "00040000000000000005000000030278000001a208f644860100103e31d2e562b74d6eb0862683a34999a5";
    assert_eq!(bench.log[&partition][0].value, Some(bytes(expected)));
    bench.commit(Commit { api_version: 3, retention_time_ms: Some(0), ..request });
    assert_eq!(bench.log[&partition][1].value.as_ref().unwrap()[..2], [0, 1], "version 1 says when it expires");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_are_read_or_refused(kind in 0_u8..4, key in proptest::collection::vec(any::<u8>(), 0..40), value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut bench = Bench::new();
        let key: Bytes = [&[0, kind][..], &key].concat().into();
        let read = bench.groups.load_record(&key, Some(&value.clone().into()), bench.now);
        prop_assert_eq!(read.is_ok(), records::read(&key, Some(&value.into())).is_ok());
        for partition in 0..50 {
            bench.groups.finish_load(partition, bench.now);
        }
        bench.drain();
        bench.wait_ms(60_000);
    }

    #[test]
    fn flipped_bits_in_a_stored_group_harm_nobody(at in 2_usize..200, bit in 0_u32..8) {
        let mut bench = Bench::new();
        bench.stable_group(&["anna", "bob"]);
        let partition = bench.groups.partition_for("billing");
        let record = bench.log[&partition].last().unwrap().clone();
        let mut value = record.value.unwrap().to_vec();
        let at = at % value.len();
        value[at] ^= 1 << bit;
        bench.groups.load_partition(partition, bench.now);
        let _ = bench.groups.load_record(&record.key, Some(&value.into()), bench.now);
        bench.groups.finish_load(partition, bench.now);
        bench.drain();
        bench.enter(super::bench::joining("billing", "carl"));
        bench.wait_ms(120_000);
    }
}
