//! What members and leaders say inside JoinGroup and SyncGroup, and what the sticky assignors add for themselves.
//!
//! Java writes version 3 of both, with topics and partitions in order; kafkajs version 0, and librdkafka version 3 of the
//! subscription and 0 of the assignment, both with empty user data where Java has none.

use super::hash_order::{compare, walk};
use super::sticky::Held;
use super::{Assignor, Member};
use crate::TopicPartition;
use bytes::{BufMut, Bytes, BytesMut};
use bytestring::ByteString;
use runnel_protocol::kinds::consumer_protocol_assignment::{self, ConsumerProtocolAssignment};
use runnel_protocol::kinds::consumer_protocol_subscription::{self, ConsumerProtocolSubscription};
use runnel_protocol::{DecodeError, EncodeError, Message, Reader, SmallMap, kinds};

/// Newest version that is known; a newer one is read as this, since versions only add at the end.
const VERSION_MAX: i16 = 3;

/// Writes what a member says when it joins.
///
/// # Errors
/// When a topic's name is too long.
pub fn encode_subscription(version: i16, member: &Member) -> Result<Bytes, EncodeError> {
    let mut topics = member.topics.clone();
    let mut owned = member.owned_partitions.clone();
    if version > 0 {
        topics.sort_by(|left, right| compare(left, right));
        owned.sort_by(|left, right| {
            compare(&left.topic, &right.topic).then_with(|| left.partition.cmp(&right.partition))
        });
    }
    let owned = by_topic(&owned);
    let owned = owned
        .into_iter()
        .map(|(topic, partitions)| consumer_protocol_subscription::TopicPartition { topic: topic.into(), partitions });
    let subscription = ConsumerProtocolSubscription {
        topics: topics.iter().map(|topic| topic.as_str().into()).collect(),
        user_data: member.user_data.clone(),
        owned_partitions: owned.collect(),
        generation_id: member.generation_id.unwrap_or(-1),
        rack_id: None,
    };
    kinds::encode_versioned(&subscription, version)
}

/// Reads what a member said. Its names come from JoinGroup.
///
/// # Errors
/// Where the bytes are not a subscription.
pub fn decode_subscription(
    member_id: &str,
    group_instance_id: Option<&str>,
    bytes: &Bytes,
) -> Result<Member, DecodeError> {
    let mut reader = Reader::new(bytes.clone());
    let version = version(&mut reader)?;
    let said = ConsumerProtocolSubscription::decode(&mut reader, version)?;
    let owned = said.owned_partitions.iter().flat_map(|owned| {
        let topic = owned.topic.to_string();
        owned.partitions.iter().map(move |partition| TopicPartition::new(topic.clone(), *partition))
    });
    Ok(Member {
        member_id: member_id.to_owned(),
        group_instance_id: group_instance_id.map(str::to_owned),
        topics: said.topics.iter().map(ToString::to_string).collect(),
        owned_partitions: owned.collect(),
        generation_id: (said.generation_id >= 0).then_some(said.generation_id),
        user_data: said.user_data,
    })
}

/// Writes what the leader gives to one member.
///
/// # Errors
/// When a topic's name is too long.
pub fn encode_assignment(
    version: i16,
    partitions: &[TopicPartition],
    user_data: Option<Bytes>,
) -> Result<Bytes, EncodeError> {
    let assigned = by_topic(partitions).into_iter();
    let assigned = assigned
        .map(|(topic, partitions)| consumer_protocol_assignment::TopicPartition { topic: topic.into(), partitions });
    let assignment = ConsumerProtocolAssignment { assigned_partitions: assigned.collect(), user_data };
    kinds::encode_versioned(&assignment, version)
}

/// Reads what the leader gave. No bytes at all are nothing: so it goes to a member that a leader of kafkajs left out.
///
/// # Errors
/// Where the bytes are not an assignment.
pub fn decode_assignment(bytes: &Bytes) -> Result<Vec<TopicPartition>, DecodeError> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(bytes.clone());
    let version = version(&mut reader)?;
    let assignment = ConsumerProtocolAssignment::decode(&mut reader, version)?;
    let partitions = assignment.assigned_partitions.iter().flat_map(|assigned| {
        // One copy of the name, which all its partitions share: then names need not be read to be compared.
        let topic = ByteString::from(assigned.topic.to_string());
        assigned.partitions.iter().map(move |partition| TopicPartition::new(topic.clone(), *partition))
    });
    Ok(partitions.collect())
}

/// What an assignor of Java adds to its member's subscription, given the partitions and the generation of its latest
/// assignment.
pub fn user_data(assignor: Assignor, assigned: Option<(&[TopicPartition], i32)>) -> Option<Bytes> {
    match assignor {
        Assignor::Sticky => assigned.map(|(partitions, generation_id)| {
            let mut bytes = BytesMut::new();
            let mut topics: SmallMap<&str, Vec<i32>> = by_topic(partitions).into_iter().collect();
            // `computeIfAbsent`, with which Java groups them, puts a new key before the others of its bucket.
            let order = walk(by_topic(partitions).into_iter().map(|(topic, _)| topic).rev());
            put_count(&mut bytes, topics.len());
            for topic in order {
                let partitions = topics.remove(topic).unwrap_or_default();
                bytes.put_i16(i16::try_from(topic.len()).unwrap_or(i16::MAX));
                bytes.put_slice(topic.as_bytes());
                put_count(&mut bytes, partitions.len());
                for partition in partitions {
                    bytes.put_i32(partition);
                }
            }
            bytes.put_i32(generation_id);
            bytes.freeze()
        }),
        Assignor::CooperativeSticky => {
            let generation_id = assigned.map_or(-1, |(_, generation_id)| generation_id);
            Some(Bytes::copy_from_slice(&generation_id.to_be_bytes()))
        }
        Assignor::Kafkajs => Some(Bytes::new()),
        Assignor::Range | Assignor::RoundRobin => None,
    }
}

fn put_count(bytes: &mut BytesMut, count: usize) {
    bytes.put_i32(i32::try_from(count).unwrap_or(i32::MAX));
}

/// Reads the user data of `sticky`; what cannot be read counts as nothing held.
pub(super) fn decode_sticky(user_data: Option<&Bytes>) -> Held {
    let Some(bytes) = user_data.filter(|bytes| !bytes.is_empty()) else {
        return Held { partitions: Vec::new(), generation_id: None };
    };
    read_sticky(bytes).unwrap_or(Held { partitions: Vec::new(), generation_id: Some(-1) })
}

fn read_sticky(bytes: &Bytes) -> Result<Held, DecodeError> {
    let mut reader = Reader::new(bytes.clone());
    let topics = reader.array(false, 6, "previous_assignment: []", |reader| {
        let topic = reader.string(false, "topic: string")?;
        let partitions = reader.array(false, 4, "partitions: []int32", |reader| reader.i32("partition: int32"))?;
        Ok((topic, partitions))
    })?;
    let partitions = topics.iter().flat_map(|(topic, partitions)| {
        partitions.iter().map(|partition| TopicPartition::new(topic.to_string(), *partition))
    });
    let partitions = partitions.collect();
    // The first version of these bytes had no generation.
    let generation_id = if reader.remaining() >= 4 { Some(reader.i32("generation: int32")?) } else { None };
    Ok(Held { partitions, generation_id })
}

/// Reads the user data of `cooperative-sticky`.
pub(super) fn decode_generation(bytes: &Bytes) -> i32 {
    Reader::new(bytes.clone()).i32("generation: int32").unwrap_or(-1)
}

fn version(reader: &mut Reader) -> Result<i16, DecodeError> {
    let version = reader.i16("version: int16")?;
    if version < 0 { Err(DecodeError { at: 0, wanted: "a version from 0 on" }) } else { Ok(version.min(VERSION_MAX)) }
}

/// Partitions by topic, topics in the order in which they first appear.
fn by_topic(partitions: &[TopicPartition]) -> Vec<(&str, Vec<i32>)> {
    let mut topics: Vec<(&str, Vec<i32>)> = Vec::new();
    for partition in partitions {
        match topics.iter_mut().find(|(topic, _)| *topic == &*partition.topic) {
            Some((_, numbers)) => numbers.push(partition.partition),
            None => topics.push((&partition.topic, vec![partition.partition])),
        }
    }
    topics
}
