//! Fetch (API key 1): records from the partitions that this broker leads, waiting for them if there are too few.
//!
//! Versions 4 to 18. v4: isolation level, v7: sessions (KIP-227), v9: leader epochs, v12: truncation is told
//! (KIP-595), v13: topic ids (KIP-516), v15: replica state, v16: the new leader (KIP-951).
//! Not done: fetch sessions, which a broker may always decline (session id 0: each request names all its partitions);
//! fetches by followers and preferred read replicas, which come with copies on followers.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_Fetch>

use super::{Call, Reply};
use crate::Offset;
use crate::config::Endpoint;
use crate::core::{Core, Turn};
use crate::event::EventKind;
use crate::ids::{BrokerId, PartitionIndex, TopicPartition};
use crate::log::{FirstBatch, ReadError};
use crate::purgatory::{Parked, Wait};
use crate::replication::Isolation;
use crate::storage::BlobId;
use bytestring::ByteString;
use runnel_protocol::messages::Response;
use runnel_protocol::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchPartition, FetchRequest, FetchResponse, FetchableTopicResponse,
    LeaderIdAndEpoch, NodeEndpoint, PartitionData,
};
use runnel_protocol::{Chunks, ErrorCode, SmallSet, records};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Session epoch of a request that wants no session.
const NO_SESSION_EPOCH: i32 = -1;
/// Session epoch of a request that wants a new session.
const NEW_SESSION_EPOCH: i32 = 0;

/// A topic as a request names it, found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TopicName {
    pub(crate) name: ByteString,
    pub(crate) id: Uuid,
}

/// A Fetch that waits: the request as it was understood.
#[derive(Clone, Debug)]
pub(crate) struct ParkedFetch {
    min_bytes: usize,
    max_bytes: usize,
    isolation: Isolation,
    /// Whether it says that a replica asks: no broker of this cluster does so over a connection.
    from_replica: bool,
    /// In the request's order, which decides whose records come first when not all fit.
    topics: Vec<WantedTopic>,
}

#[derive(Clone, Debug)]
struct WantedTopic {
    /// As the request spelled it.
    name: ByteString,
    id: Uuid,
    found: Result<TopicName, ErrorCode>,
    partitions: Vec<FetchPartition>,
}

impl ParkedFetch {
    /// The partitions whose growth may complete the request.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = TopicPartition> + '_ {
        self.topics.iter().filter_map(|topic| Some((topic.found.as_ref().ok()?.id, topic))).flat_map(|(id, topic)| {
            topic
                .partitions
                .iter()
                .map(move |wanted| TopicPartition { topic_id: id, index: PartitionIndex(wanted.partition) })
        })
    }
}

/// Whether a request has just come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    First,
    Again,
}

/// What a look at the logs gave.
struct Collected {
    response: FetchResponse,
    size: usize,
    /// Partitions that are there, so that something may come from them.
    there: usize,
    /// Whether something in it must be told at once: an error, a truncation.
    urgent: bool,
    /// What went out, for watchers: topic, partition, first and last offset, size.
    served: Vec<(ByteString, i32, Offset, Offset, usize)>,
}

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: FetchRequest) -> Reply {
    if request.session_epoch != NO_SESSION_EPOCH && request.session_epoch != NEW_SESSION_EPOCH {
        let error_code = ErrorCode::FetchSessionIdNotFound.number();
        return FetchResponse { error_code, ..Default::default() }.into();
    }
    let max_wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
    let fetch_max_bytes = core.fetch_max_bytes();
    let wanted = ParkedFetch {
        min_bytes: usize::try_from(request.min_bytes).unwrap_or(0).min(fetch_max_bytes),
        max_bytes: usize::try_from(request.max_bytes).unwrap_or(0).min(fetch_max_bytes),
        isolation: Isolation::from_wire(request.isolation_level),
        from_replica: request.replica_id >= 0 || request.replica_state.replica_id >= 0,
        topics: request
            .topics
            .into_iter()
            .map(|topic| WantedTopic {
                found: core.topic_name(call.version >= 13, &topic.topic, topic.topic_id),
                name: topic.topic,
                id: topic.topic_id,
                partitions: each_once(topic.partitions),
            })
            .filter(|topic| !topic.partitions.is_empty())
            .collect(),
    };
    // Most readers are at the end: that they have to wait is seen without an answer to throw away.
    if max_wait.is_zero() || wanted.min_bytes == 0 || !is_at_the_end(core, call, &wanted) {
        let collected = collect(core, turn, call, &wanted, Look::First);
        let nothing_to_wait_for = max_wait.is_zero() || collected.there == 0;
        if collected.urgent || collected.size >= wanted.min_bytes || nothing_to_wait_for {
            return serve(core, call, collected).into();
        }
    }
    let until = turn.now + max_wait;
    let wanted = Arc::new(wanted);
    let parked = Parked::of(call, Wait::Fetch(wanted.clone()), Some(until));
    core.purgatory.park(call.reply, parked, wanted.partitions());
    core.timers.set_reply(call.reply, until);
    core.emit(call.broker, || EventKind::FetchParked { connection: call.connection, until });
    Reply::Parked
}

/// A partition that is named twice is answered once, in its first place, as it was named last.
fn each_once(partitions: Vec<FetchPartition>) -> Vec<FetchPartition> {
    if partitions.is_sorted_by(|one, next| one.partition < next.partition) {
        return partitions;
    }
    let mut places: BTreeMap<i32, usize> = BTreeMap::new();
    let mut once: Vec<FetchPartition> = Vec::with_capacity(partitions.len());
    for partition in partitions {
        match places.get(&partition.partition) {
            Some(place) => once[*place] = partition,
            None => {
                places.insert(partition.partition, once.len());
                once.push(partition);
            }
        }
    }
    once
}

/// Whether each partition is there, is asked for as its leader would have it, and has nothing behind the offset.
fn is_at_the_end(core: &mut Core, call: &Call, wanted: &ParkedFetch) -> bool {
    let topics = wanted.topics.iter();
    let mut partitions = topics.flat_map(|topic| topic.partitions.iter().map(move |partition| (topic, partition)));
    let has_nothing_new = |(topic, asked): (&WantedTopic, &FetchPartition)| {
        let Ok(found) = &topic.found else { return false };
        let key = TopicPartition { topic_id: found.id, index: PartitionIndex(asked.partition) };
        let led = core.led(call.broker, key, asked.current_leader_epoch.max(-1));
        let is_plain = asked.last_fetched_epoch < 0 && asked.partition_max_bytes >= 0;
        is_plain && led.is_ok_and(|partition| partition.visible_end(wanted.isolation) == asked.fetch_offset)
    };
    !wanted.from_replica && !wanted.topics.is_empty() && partitions.all(has_nothing_new)
}

/// Looks again at a waiting Fetch, and answers if there is enough, or if its time is over.
pub(crate) fn resume(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    wanted: &ParkedFetch,
    time_is_over: bool,
) -> Option<Response> {
    let collected = collect(core, turn, call, wanted, Look::Again);
    if !time_is_over && !collected.urgent && collected.size < wanted.min_bytes {
        return None;
    }
    Some(serve(core, call, collected).into())
}

fn serve(core: &mut Core, call: &Call, collected: Collected) -> FetchResponse {
    for (topic, partition, from, to, size) in collected.served {
        core.metrics.fetched(&topic, size);
        core.emit(call.broker, || EventKind::RecordsFetched {
            topic: topic.to_string(),
            partition,
            from,
            to,
            size: u32::try_from(size).unwrap_or(u32::MAX),
            connection: call.connection,
        });
    }
    collected.response
}

fn collect(core: &mut Core, turn: &mut Turn<'_>, call: &Call, wanted: &ParkedFetch, look: Look) -> Collected {
    let mut room = wanted.max_bytes;
    let mut collected =
        Collected { response: FetchResponse::default(), size: 0, there: 0, urgent: false, served: Vec::new() };
    collected.response.responses.reserve_exact(wanted.topics.len());
    let mut moved: SmallSet<i32> = SmallSet::new();
    for topic in &wanted.topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for partition in &topic.partitions {
            let outcome = topic.found.as_ref().map_err(|code| *code).and_then(|found| {
                if wanted.from_replica {
                    return Err(ErrorCode::NotLeaderOrFollower);
                }
                read(core, turn, call, found, partition, wanted.isolation, room, collected.size == 0)
            });
            let answer = match outcome {
                Ok(read) => {
                    collected.there += 1;
                    let size = read.records.as_ref().map_or(0, Chunks::size);
                    collected.urgent |= read.diverging_epoch != EpochEndOffset::default();
                    collected.size += size;
                    room = room.saturating_sub(size);
                    if let (Some(records), Ok(found)) = (&read.records, &topic.found)
                        && size > 0
                    {
                        // Which record is the last one only watchers want to know: the records are looked at for them.
                        let last = core.watched.then(|| last_offset(turn, records)).flatten();
                        let to = last.unwrap_or(partition.fetch_offset);
                        let served = (found.name.clone(), read.partition_index, partition.fetch_offset, to, size);
                        collected.served.push(served);
                    }
                    read
                }
                // What was never there does not hurry the answer to what is; what went away meanwhile does.
                Err(ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId)
                    if topic.found.is_err() || look == Look::First =>
                {
                    unknown(topic, partition.partition)
                }
                Err(code) => {
                    collected.there += 1;
                    collected.urgent = true;
                    refused(core, call, topic, partition.partition, code, &mut moved)
                }
            };
            partitions.push(answer);
        }
        collected.response.responses.push(FetchableTopicResponse {
            topic: if call.version >= 13 { ByteString::new() } else { topic.name.clone() },
            topic_id: topic.id,
            partitions,
        });
    }
    if !moved.is_empty() {
        let endpoints = core.endpoints(call.listener).filter(|(broker, _)| moved.contains(&broker.0));
        let endpoint = |(broker, endpoint): (BrokerId, &Endpoint)| NodeEndpoint {
            node_id: broker.0,
            host: ByteString::from(endpoint.host.as_str()),
            port: i32::from(endpoint.port),
            rack: None,
        };
        collected.response.node_endpoints = endpoints.map(endpoint).collect();
    }
    collected
}

#[cold]
fn last_offset(turn: &Turn<'_>, chunks: &Chunks) -> Option<Offset> {
    let storage = &*turn.storage;
    let bytes = chunks.gather(|range| storage.read(BlobId(range.blob), range.position, range.size as usize)).ok()?;
    let last = records::split(&bytes).ending_at_partial().map_while(Result::ok).last()?;
    Some(last.0.last_offset())
}

/// Reads one partition. `first` says that no record stands in the answer yet: then a batch comes whole however small
/// the limits are (KIP-74), so that a reader with tiny limits still gets on.
#[expect(clippy::too_many_arguments, reason = "each is a different part of the request")]
fn read(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    topic: &TopicName,
    wanted: &FetchPartition,
    isolation: Isolation,
    room: usize,
    first: bool,
) -> Result<PartitionData, ErrorCode> {
    let key = TopicPartition { topic_id: topic.id, index: PartitionIndex(wanted.partition) };
    // Here, and only here, Kafka takes any negative epoch for none.
    let partition = core.led(call.broker, key, wanted.current_leader_epoch.max(-1))?;
    let mut answer = PartitionData {
        partition_index: wanted.partition,
        error_code: ErrorCode::None.number(),
        high_watermark: partition.high_watermark,
        last_stable_offset: partition.last_stable_offset(),
        log_start_offset: partition.log.log_start_offset(),
        aborted_transactions: None,
        records: Some(Chunks::default()),
        ..Default::default()
    };
    if wanted.last_fetched_epoch >= 0 {
        let (epoch, end_offset) =
            partition.log.end_offset_for_epoch(wanted.last_fetched_epoch).ok_or(ErrorCode::OffsetOutOfRange)?;
        if epoch < wanted.last_fetched_epoch || end_offset < wanted.fetch_offset {
            answer.diverging_epoch = EpochEndOffset { epoch, end_offset };
            return Ok(answer);
        }
    }
    // A negative limit trips Kafka.
    let size_max = usize::try_from(wanted.partition_max_bytes).map_err(|_| ErrorCode::UnknownServerError)?;
    let size_max = u32::try_from(size_max.min(room)).unwrap_or(u32::MAX);
    let first_batch = if first { FirstBatch::Whole } else { FirstBatch::IfItFits };
    let end = partition.visible_end(isolation);
    match partition.log.read(turn.storage, wanted.fetch_offset, size_max, first_batch, end) {
        Ok(slice) => {
            if isolation == Isolation::ReadCommitted && slice.chunks.size() > 0 {
                let aborted = partition.log.aborted_transactions_of(turn.storage, wanted.fetch_offset, &slice);
                let aborted = aborted.map_err(|error| core.storage_failed(call.broker, key, error))?;
                answer.aborted_transactions = Some(
                    aborted
                        .into_iter()
                        .map(|aborted| AbortedTransaction {
                            producer_id: aborted.producer_id,
                            first_offset: aborted.first_offset,
                        })
                        .collect(),
                );
            } else if isolation == Isolation::ReadCommitted {
                answer.aborted_transactions = Some(Vec::new());
            }
            answer.records = Some(slice.chunks);
            Ok(answer)
        }
        Err(ReadError::OffsetOutOfRange { .. }) => Err(ErrorCode::OffsetOutOfRange),
        Err(ReadError::Storage(error)) => Err(core.storage_failed(call.broker, key, error)),
    }
}

/// A partition that is not there. Kafka's answer has an empty list where those from a log have none.
#[cold]
fn unknown(topic: &WantedTopic, index: i32) -> PartitionData {
    let code = topic.found.as_ref().err().copied().unwrap_or(ErrorCode::UnknownTopicOrPartition);
    PartitionData { aborted_transactions: Some(Vec::new()), ..nothing(index, code) }
}

fn nothing(index: i32, code: ErrorCode) -> PartitionData {
    PartitionData {
        partition_index: index,
        error_code: code.number(),
        high_watermark: -1,
        last_stable_offset: -1,
        log_start_offset: -1,
        aborted_transactions: None,
        records: Some(Chunks::default()),
        ..Default::default()
    }
}

#[cold]
fn refused(
    core: &Core,
    call: &Call,
    topic: &WantedTopic,
    index: i32,
    code: ErrorCode,
    moved: &mut SmallSet<i32>,
) -> PartitionData {
    let mut answer = nothing(index, code);
    let leader_may_help = matches!(code, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch);
    if call.version >= 16
        && leader_may_help
        && let Ok(found) = &topic.found
        && let Some((leader, epoch)) =
            core.leader_and_epoch(TopicPartition { topic_id: found.id, index: PartitionIndex(index) })
    {
        moved.insert(leader.0);
        answer.current_leader = LeaderIdAndEpoch { leader_id: leader.0, leader_epoch: epoch };
    }
    answer
}
