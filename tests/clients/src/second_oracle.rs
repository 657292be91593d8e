//! The codec against the `kafka-protocol` crate, which others wrote from Kafka's definitions: byte for byte.
//!
//! Three ways, for every message and version that both have. A random message made here is read and written there. What
//! was read there is also written there in every other version that can say it, which gives the same bytes as here, and
//! those are read and written here. What the crate makes by default is read and written here.
//!
//! Not done: tagged fields that no definition names. The crate keeps them, ours reads over them.

use crate::scenarios::report;
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages;
use kafka_protocol::protocol::{Decodable, Encodable, Message};
use runnel_protocol::arbitrary::{MESSAGES, Row, Source};
use runnel_protocol::primitives::EncodeError;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Instant;

/// Random messages of each kind and version.
const ROUNDS: u64 = 20;

/// Versions that we accept and the crate lacks: old ones that Kafka 4.0 dropped, and the newest that 4.3 speaks.
const LACKED: &[(&str, &[i16])] = &[
    ("CreateTopicsRequest", &[0, 1]),
    ("CreateTopicsResponse", &[0, 1]),
    ("DeleteTopicsRequest", &[0]),
    ("DeleteTopicsResponse", &[0]),
    ("DescribeConfigsRequest", &[0]),
    ("DescribeConfigsResponse", &[0]),
    ("ListOffsetsRequest", &[0, 11]),
    ("ListOffsetsResponse", &[0, 11]),
    ("OffsetCommitRequest", &[0, 1, 10]),
    ("OffsetCommitResponse", &[0, 1]),
    ("OffsetFetchRequest", &[0, 10]),
    ("OffsetFetchResponse", &[0]),
    ("OffsetForLeaderEpochRequest", &[0, 1]),
    ("OffsetForLeaderEpochResponse", &[0, 1]),
];

/// Messages with a field named `version`: the crate reads on by the value of that field in place of the version that it
/// was asked for, so it cannot read what random bytes stand there. What it makes by default is compared.
const MISREAD: &[&str] = &["LeaderChangeMessage", "VotersRecord"];

/// Fields that the crate writes, or drops, in versions in which Kafka refuses to write the message, as we do: the first
/// are null where they may not be, the others have a value where the version lacks them. `oracle.rs` shows that Kafka
/// refuses them. An entry that is not met fails the test.
const REFUSED_BY_KAFKA_ALONE: &[&str] = &[
    "DeletableTopicResult.name",
    "JoinGroupResponse.protocol_name",
    "MetadataRequest.topics",
    "MetadataRequestTopic.name",
    "MetadataResponseTopic.name",
    "OffsetFetchRequest.topics",
    "FetchRequest.replica_state",
    "FetchResponse.node_endpoints",
    "PartitionData.diverging_epoch",
    "PartitionProduceResponse.current_leader",
    "ProduceResponse.node_endpoints",
];

/// One message of the crate.
struct Theirs {
    name: &'static str,
    versions: RangeInclusive<i16>,
    /// Reads one in the first version and writes it in the second.
    rewrite: fn(&Bytes, i16, i16) -> Result<Rewritten, String>,
    /// Writes what the crate makes by default.
    default: fn(i16) -> Result<Bytes, String>,
}

/// The bytes of a message in another version, or why the crate does not write it there.
type Rewritten = Result<Bytes, String>;

/// What was compared.
#[derive(Default)]
struct Counts {
    random: u64,
    default: u64,
    rewritten: u64,
    refused: u64,
    laxer: u64,
    laxer_fields: BTreeSet<&'static str>,
}

#[test]
fn the_codec_agrees_with_the_kafka_protocol_crate() {
    let started = Instant::now();
    let theirs = theirs();
    let (mut counts, mut kinds, mut versions, mut lacked_kinds) = (Counts::default(), 0, 0, 0);
    let mut lacked: Vec<(&str, Vec<i16>)> = Vec::new();
    for row in MESSAGES {
        let Some(theirs) = theirs.iter().find(|theirs| theirs.name == row.name) else {
            assert!(!row.name.ends_with("Request") && !row.name.ends_with("Response"), "{} is not compared", row.name);
            lacked_kinds += 1;
            continue;
        };
        let (both, ours_alone): (Vec<i16>, Vec<i16>) =
            row.versions().partition(|version| theirs.versions.contains(version));
        if !ours_alone.is_empty() {
            lacked.push((row.name, ours_alone));
        }
        kinds += 1;
        versions += both.len();
        agree(row, theirs, &both, &mut counts).unwrap_or_else(|difference| panic!("{}: {difference}", row.name));
    }
    assert_eq!(kinds, theirs.len(), "each message of the crate has one of ours");
    lacked.sort_unstable();
    assert!(lacked.iter().map(|(name, versions)| (*name, &**versions)).eq(LACKED.iter().copied()), "{lacked:?}");
    assert_eq!(counts.laxer_fields, REFUSED_BY_KAFKA_ALONE.iter().copied().collect());
    let lacked_versions: usize = lacked.iter().map(|(_, versions)| versions.len()).sum();
    report(&format!(
        "scenario the_codec_agrees_with_the_kafka_protocol_crate: {kinds} kinds, {versions} versions: {} random messages \
         and {} default ones agree byte for byte; {} were written in another version with the same bytes, {} refused by \
         both, {} by us as by Kafka; LEFT OUT {lacked_versions} versions and {lacked_kinds} kinds of records that the \
         crate lacks, random messages of {} kinds that it misreads: {:.1} s",
        counts.random,
        counts.default,
        counts.rewritten,
        counts.refused,
        counts.laxer,
        MISREAD.len(),
        started.elapsed().as_secs_f64()
    ));
}

fn agree(row: &Row, theirs: &Theirs, versions: &[i16], counts: &mut Counts) -> Result<(), String> {
    for &version in versions {
        let bytes = (theirs.default)(version).map_err(|error| format!("default of version {version}: {error}"))?;
        read_here(row, version, &bytes)?;
        counts.default += 1;
        if MISREAD.contains(&row.name) {
            continue;
        }
        for seed in 0..ROUNDS {
            let ours = (row.random)(&mut Source::new(seed), version).map_err(|error| error.to_string())?;
            for &to in versions {
                rewritten_alike(row, theirs, &ours, (version, to), counts)
                    .map_err(|difference| format!("version {version} as {to} seed {seed}: {difference}"))?;
            }
            counts.random += 1;
        }
    }
    Ok(())
}

/// Reads a message in the first version and writes it in the second, there and here. In its own version it is the same
/// bytes again.
fn rewritten_alike(
    row: &Row,
    theirs: &Theirs,
    bytes: &Bytes,
    (from, to): (i16, i16),
    counts: &mut Counts,
) -> Result<(), String> {
    let theirs = (theirs.rewrite)(bytes, from, to).map_err(|error| format!("the crate does not read it: {error}"))?;
    if from == to {
        return same(bytes, &theirs?);
    }
    let ours = (row.rewrite)(bytes.clone(), from, to).map_err(|error| error.to_string())?;
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            counts.rewritten += 1;
            same(&ours, &theirs)?;
            read_here(row, to, &theirs)
        }
        (Err(_), Err(_)) => {
            counts.refused += 1;
            Ok(())
        }
        (Err(EncodeError::Null { field, .. } | EncodeError::NotInVersion { field, .. }), Ok(_))
            if REFUSED_BY_KAFKA_ALONE.contains(&field) =>
        {
            counts.laxer += 1;
            counts.laxer_fields.insert(field);
            Ok(())
        }
        (Err(ours), Ok(_)) => Err(format!("we refuse what the crate writes: {ours}")),
        (Ok(_), Err(theirs)) => Err(format!("we write what the crate refuses: {theirs}")),
    }
}

/// What the crate wrote is read here to its end, and written as the same bytes.
fn read_here(row: &Row, version: i16, theirs: &Bytes) -> Result<(), String> {
    let (again, unread) = (row.recode)(theirs.clone(), version)
        .map_err(|error| format!("{error} in version {version} of the crate's bytes {theirs:?}"))?;
    if unread != 0 {
        return Err(format!("{unread} of the crate's bytes were not read in version {version}: {theirs:?}"));
    }
    same(&again, theirs)
}

fn same(ours: &Bytes, theirs: &Bytes) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("bytes differ\n  ours        {ours:?}\n  the crate's {theirs:?}")) }
}

impl Theirs {
    fn of<M: Message + Encodable + Decodable + Default>(name: &'static str) -> Self {
        Theirs {
            name,
            versions: M::VERSIONS.min..=M::VERSIONS.max,
            rewrite: rewrite::<M>,
            default: |version| written(&M::default(), version),
        }
    }
}

fn rewrite<M: Encodable + Decodable>(bytes: &Bytes, from: i16, to: i16) -> Result<Rewritten, String> {
    let mut unread = bytes.clone();
    let message = M::decode(&mut unread, from).map_err(|error| error.to_string())?;
    if unread.is_empty() { Ok(written(&message, to)) } else { Err(format!("{} bytes are left", unread.len())) }
}

fn written(message: &impl Encodable, version: i16) -> Result<Bytes, String> {
    let mut buffer = BytesMut::new();
    message.encode(&mut buffer, version).map_err(|error| error.to_string())?;
    Ok(buffer.freeze())
}

macro_rules! theirs {
    ($($name:ident)*) => {
        fn theirs() -> Vec<Theirs> {
            vec![$(Theirs::of::<messages::$name>(stringify!($name))),*]
        }
    };
}

theirs! {
    AlterConfigsRequest AlterConfigsResponse
    ApiVersionsRequest ApiVersionsResponse
    ConsumerProtocolAssignment
    ConsumerProtocolSubscription
    CreatePartitionsRequest CreatePartitionsResponse
    CreateTopicsRequest CreateTopicsResponse
    DeleteGroupsRequest DeleteGroupsResponse
    DeleteRecordsRequest DeleteRecordsResponse
    DeleteTopicsRequest DeleteTopicsResponse
    DescribeClusterRequest DescribeClusterResponse
    DescribeConfigsRequest DescribeConfigsResponse
    DescribeGroupsRequest DescribeGroupsResponse
    DescribeTopicPartitionsRequest DescribeTopicPartitionsResponse
    EndTxnMarker
    FetchRequest FetchResponse
    FindCoordinatorRequest FindCoordinatorResponse
    HeartbeatRequest HeartbeatResponse
    IncrementalAlterConfigsRequest IncrementalAlterConfigsResponse
    InitProducerIdRequest InitProducerIdResponse
    JoinGroupRequest JoinGroupResponse
    KRaftVersionRecord
    LeaderChangeMessage
    LeaveGroupRequest LeaveGroupResponse
    ListGroupsRequest ListGroupsResponse
    ListOffsetsRequest ListOffsetsResponse
    MetadataRequest MetadataResponse
    OffsetCommitRequest OffsetCommitResponse
    OffsetDeleteRequest OffsetDeleteResponse
    OffsetFetchRequest OffsetFetchResponse
    OffsetForLeaderEpochRequest OffsetForLeaderEpochResponse
    ProduceRequest ProduceResponse
    SnapshotFooterRecord
    SnapshotHeaderRecord
    SyncGroupRequest SyncGroupResponse
    VotersRecord
}
