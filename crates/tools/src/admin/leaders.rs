//! Calls that go to the leaders of partitions: who leads is asked first, and again where it has changed.

use super::{Call, Whom};
use crate::java::{Exception, java_hash};
use crate::story::{Outcome, Story};
use runnel_protocol::messages::list_offsets::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use runnel_protocol::{ErrorCode, Request, Response, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

/// A partition of a topic.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Partition {
    /// The topic's name.
    pub(crate) topic: String,
    /// The partition's number.
    pub(crate) index: i32,
}

impl Partition {
    /// A partition of a topic.
    pub(crate) fn new(topic: &str, index: i32) -> Partition {
        Partition { topic: topic.to_owned(), index }
    }

    /// Its hash code in Java.
    pub(crate) fn java_hash(&self) -> u32 {
        let index = self.index.cast_unsigned();
        index.wrapping_add(31).wrapping_mul(31).wrapping_add(java_hash(&self.topic))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.topic, self.index)
    }
}

/// What came of each partition.
pub(crate) type ByPartition<T> = BTreeMap<Partition, Result<T, Exception>>;

/// Wait before the leaders are asked for again: `retry.backoff.ms`.
const RETRY: Duration = Duration::from_millis(100);

/// Makes one request a leader, for as long as some partitions have no final answer.
///
/// `make` says what to ask for some partitions; `take` reads an answer into what came of each of them.
///
/// # Errors
/// If the story stops.
pub(crate) fn at_leaders<T>(
    story: &mut Story<'_>,
    name: &'static str,
    partitions: BTreeSet<Partition>,
    make: impl Fn(&[Partition]) -> Request,
    take: impl Fn(Response) -> Vec<(Partition, Result<T, Exception>)>,
) -> Outcome<ByPartition<T>> {
    let deadline = story.now()? + story.admin().api_timeout;
    let mut found = ByPartition::new();
    let mut left = partitions;
    loop {
        let leaders = leaders(story, &left, &mut found)?;
        let mut by_leader: BTreeMap<i32, Vec<Partition>> = BTreeMap::new();
        for (partition, leader) in leaders {
            by_leader.entry(leader).or_default().push(partition);
        }
        let calls: Vec<Call> = by_leader
            .iter()
            .map(|(leader, partitions)| Call::new(name, Whom::Node(*leader), make(partitions)))
            .collect();
        for (answer, asked) in story.ask_all(calls)?.into_iter().zip(by_leader.into_values()) {
            match answer {
                Ok(told) => found.extend(take(told.response)),
                Err(exception) => found.extend(asked.into_iter().map(|partition| (partition, Err(exception.clone())))),
            }
        }
        left.retain(|partition| found.get(partition).is_none_or(is_to_be_retried));
        if left.is_empty() || is_over(story, deadline)? {
            for partition in left {
                found.entry(partition).or_insert_with(|| Err(timed_out(name)));
            }
            return Ok(found);
        }
        story.rest(RETRY)?;
    }
}

fn is_over(story: &mut Story<'_>, deadline: Timestamp) -> Outcome<bool> {
    Ok(story.now()? >= deadline)
}

fn timed_out(name: &str) -> Exception {
    let message = format!("Timed out waiting for a node assignment. Call: {name}");
    Exception::new("org.apache.kafka.common.errors.TimeoutException", message)
}

fn is_to_be_retried<T>(outcome: &Result<T, Exception>) -> bool {
    outcome.as_ref().err().and_then(Exception::code).is_some_and(|code| {
        matches!(
            code,
            ErrorCode::NotLeaderOrFollower
                | ErrorCode::LeaderNotAvailable
                | ErrorCode::ReplicaNotAvailable
                | ErrorCode::BrokerNotAvailable
                | ErrorCode::KafkaStorageError
                | ErrorCode::FencedLeaderEpoch
                | ErrorCode::UnknownLeaderEpoch
                | ErrorCode::UnknownTopicOrPartition
                | ErrorCode::OffsetNotAvailable
        )
    })
}

/// Who leads; partitions that cannot be led for a reason that stays are put into `found`.
fn leaders<T>(
    story: &mut Story<'_>,
    partitions: &BTreeSet<Partition>,
    found: &mut ByPartition<T>,
) -> Outcome<Vec<(Partition, i32)>> {
    let names: BTreeSet<&str> = partitions.iter().map(|partition| partition.topic.as_str()).collect();
    let topics =
        names.into_iter().map(|name| MetadataRequestTopic { topic_id: Uuid::nil(), name: Some(name.into()) }).collect();
    let request = MetadataRequest { topics: Some(topics), allow_auto_topic_creation: false, ..Default::default() };
    let call = Call::new("metadata(api=METADATA)", Whom::Any, Request::Metadata(request));
    let Response::Metadata(metadata) = story.ask(call)?.map_err(Exception::execution)? else {
        panic!("Metadata is answered with Metadata")
    };
    let mut leaders = Vec::new();
    for topic in metadata.topics {
        let name = topic.name.unwrap_or_default();
        let error = ErrorCode::from_number(topic.error_code).unwrap_or(ErrorCode::UnknownServerError);
        if matches!(error, ErrorCode::TopicAuthorizationFailed | ErrorCode::InvalidTopicException) {
            let of_topic = partitions.iter().filter(|partition| partition.topic == *name);
            found.extend(of_topic.map(|partition| (partition.clone(), Err(Exception::of(error, None)))));
        }
        for known in topic.partitions.iter().filter(|known| known.leader_id >= 0) {
            let partition = Partition::new(&name, known.partition_index);
            if partitions.contains(&partition) {
                leaders.push((partition, known.leader_id));
            }
        }
    }
    Ok(leaders)
}

/// An offset and its record's time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    /// The offset; -1 where there is none.
    pub(crate) offset: i64,
    /// The epoch of the leader that wrote it.
    pub(crate) leader_epoch: i32,
}

/// The offset of each partition at a time, or at one of Kafka's special times: -1 latest, -2 earliest, and so on.
///
/// # Errors
/// If the story stops.
pub(crate) fn list_offsets(
    story: &mut Story<'_>,
    times: &BTreeMap<Partition, i64>,
    isolation_level: i8,
) -> Outcome<ByPartition<Found>> {
    let timeout_ms = i32::try_from(story.admin().request_timeout.as_millis()).unwrap_or(i32::MAX);
    let make = |partitions: &[Partition]| {
        let mut topics: BTreeMap<&str, Vec<ListOffsetsPartition>> = BTreeMap::new();
        for partition in partitions {
            topics.entry(&partition.topic).or_default().push(ListOffsetsPartition {
                partition_index: partition.index,
                timestamp: times.get(partition).copied().unwrap_or(-1),
                ..Default::default()
            });
        }
        let topics =
            topics.into_iter().map(|(name, partitions)| ListOffsetsTopic { name: name.into(), partitions }).collect();
        Request::ListOffsets(ListOffsetsRequest { replica_id: -1, isolation_level, topics, timeout_ms })
    };
    let take = |response| {
        let Response::ListOffsets(response) = response else { panic!("ListOffsets is answered with ListOffsets") };
        let of_topic = response.topics.into_iter().flat_map(|topic| {
            let name = topic.name;
            topic.partitions.into_iter().map(move |partition| {
                let found = match partition.error_code {
                    0 => Ok(Found { offset: partition.offset, leader_epoch: partition.leader_epoch }),
                    code => Err(Exception::of_number(code, None)),
                };
                (Partition::new(&name, partition.partition_index), found)
            })
        });
        of_topic.collect()
    };
    at_leaders(story, "listOffsets(api=LIST_OFFSETS)", times.keys().cloned().collect(), make, take)
}
