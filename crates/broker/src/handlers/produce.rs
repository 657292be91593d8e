//! Produce (API key 0): records are appended to the partitions that this broker leads.
//!
//! Versions 3 to 13 (0 to 2 are advertised because old librdkafka looks for them, and are not served: KAFKA-18659).
//! v8: which records were refused, v10: the new leader (KIP-951), v12: implicit transactions (KIP-890), v13: topic ids.
//! Not done: transactions; a request that names a transactional id is refused with `UNSUPPORTED_VERSION`, which clients
//! take as final.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_Produce>

use super::{Call, Reply};
use crate::config::Durability;
use crate::core::{AppendRefusal, Core, Turn};
use crate::event::EventKind;
use crate::handlers::fetch::TopicName;
use crate::ids::{PartitionIndex, TopicPartition};
use crate::purgatory::{Parked, Wait, Written, WrittenWait};
use crate::topics;
use bytestring::ByteString;
use runnel_protocol::messages::produce::{
    BatchIndexAndErrorMessage, LeaderIdAndEpoch, NodeEndpoint, PartitionProduceData, PartitionProduceResponse,
    ProduceRequest, ProduceResponse, TopicProduceResponse,
};
use runnel_protocol::records::BatchHeader;
use runnel_protocol::{ErrorCode, SmallSet};
use std::time::Duration;

/// The client id under which Kafka lets tools write to internal topics.
const ADMIN_CLIENT_ID: &str = "__admin_client";

/// How surely the producer wants its records kept before the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Acks {
    None,
    Leader,
    All,
}

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: ProduceRequest) -> Reply {
    let acks = match request.acks {
        0 => Ok(Acks::None),
        1 => Ok(Acks::Leader),
        -1 => Ok(Acks::All),
        _ => Err(ErrorCode::InvalidRequiredAcks),
    };
    let acks = match &request.transactional_id {
        Some(_) => Err(ErrorCode::UnsupportedVersion),
        // As Kafka's authorizer says it: what belongs to no transaction may not claim to.
        None if has_transactional_batch(&request) => Err(ErrorCode::TransactionalIdAuthorizationFailed),
        None => acks,
    };
    let by_admin = core.connections.get(&call.connection).is_some_and(|from| from.client.client_id == ADMIN_CLIENT_ID);

    let mut waits = Vec::new();
    let mut moved: SmallSet<i32> = SmallSet::new();
    let mut failed: Option<(ErrorCode, String)> = None;
    let mut responses = Vec::with_capacity(request.topic_data.len());
    for topic in request.topic_data {
        let name = core.topic_name(call.version >= 13, &topic.name, topic.topic_id);
        let mut partition_responses = Vec::with_capacity(topic.partition_data.len());
        for data in topic.partition_data {
            let index = data.index;
            let written = acks.map_err(AppendRefusal::from).and_then(|acks| {
                let name = name.as_ref().map_err(|code| AppendRefusal::from(*code))?;
                append(core, turn, call, name, data, acks, by_admin)
            });
            partition_responses.push(match written {
                Ok((response, wait)) => {
                    if let Some((partition, end)) = wait {
                        let place = Some((responses.len(), partition_responses.len()));
                        waits.push(WrittenWait { partition, end, place });
                    }
                    response
                }
                Err(refusal) => {
                    report(core, call, &name, index, &refusal);
                    failed.get_or_insert_with(|| (refusal.code, refusal.why.clone()));
                    refused(core, call, &name, index, refusal, &mut moved)
                }
            });
        }
        responses.push(TopicProduceResponse {
            name: if call.version >= 13 { ByteString::new() } else { topic.name },
            topic_id: topic.topic_id,
            partition_responses,
        });
    }
    if acks == Ok(Acks::None) {
        // There is no answer in which to say it, so the connection ends and the client asks for metadata anew.
        return match failed {
            Some((code, message)) => Reply::Close(format!("a Produce with acks=0 failed: {code} {message}")),
            None => Reply::Silence,
        };
    }
    let node_endpoints = endpoints(core, call, &moved);
    let response = ProduceResponse { responses, node_endpoints, ..Default::default() };
    if waits.is_empty() {
        return response.into();
    }
    park(core, turn, call, response, waits, request.timeout_ms);
    Reply::Parked
}

/// Whether a batch says that it belongs to a transaction.
fn has_transactional_batch(request: &ProduceRequest) -> bool {
    let batches = request.topic_data.iter().flat_map(|topic| &topic.partition_data).filter_map(|data| {
        let bytes = data.records.as_ref()?.as_bytes()?;
        BatchHeader::read(&bytes).ok()
    });
    batches.into_iter().any(|header| header.attributes.is_transactional())
}

fn park(
    core: &mut Core,
    turn: &Turn<'_>,
    call: &Call,
    response: ProduceResponse,
    waits: Vec<WrittenWait>,
    timeout_ms: i32,
) {
    let watched: Vec<TopicPartition> = waits.iter().map(|wait| wait.partition).collect();
    let wait = Wait::Written(Box::new(Written { response: response.into(), waits }));
    let until = turn.now + Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
    core.purgatory.park(call.reply, Parked::of(call, wait, Some(until)), watched);
    core.timers.set_reply(call.reply, until);
}

type Answer = (PartitionProduceResponse, Option<(TopicPartition, i64)>);

/// Appends one partition's batch and answers what to say, and what to wait for before saying it.
fn append(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    topic: &TopicName,
    data: PartitionProduceData,
    acks: Acks,
    by_admin: bool,
) -> Result<Answer, AppendRefusal> {
    if topics::is_internal(&topic.name) && !by_admin {
        return Err(ErrorCode::InvalidTopicException.into());
    }
    let key = TopicPartition { topic_id: topic.id, index: PartitionIndex(data.index) };
    let partition = core.led(call.broker, key, -1)?;
    let min_in_sync_replicas = usize::try_from(partition.min_in_sync_replicas).unwrap_or(0);
    if acks == Acks::All && !core.has_in_sync_replicas(key, min_in_sync_replicas) {
        return Err(ErrorCode::NotEnoughReplicas.into());
    }
    let batch = data.records.and_then(|records| records.as_bytes()).unwrap_or_default();
    let appended = core.append_produced(turn, call, key, &batch)?;
    let response = PartitionProduceResponse {
        index: data.index,
        error_code: ErrorCode::None.number(),
        base_offset: appended.base_offset,
        log_append_time_ms: appended.log_append_time,
        log_start_offset: appended.log_start_offset,
        ..Default::default()
    };
    let must_wait = match acks {
        Acks::None => false,
        Acks::Leader => core.config.durability == Durability::Always,
        Acks::All => true,
    };
    let end = appended.last_offset + 1;
    let reached = core.high_watermark(call.broker, key).is_some_and(|high_watermark| high_watermark >= end);
    Ok((response, (must_wait && !reached).then_some((key, end))))
}

#[cold]
fn refused(
    core: &Core,
    call: &Call,
    name: &Result<TopicName, ErrorCode>,
    index: i32,
    refusal: AppendRefusal,
    moved: &mut SmallSet<i32>,
) -> PartitionProduceResponse {
    let mut response = PartitionProduceResponse {
        index,
        error_code: refusal.code.number(),
        base_offset: -1,
        log_append_time_ms: -1,
        log_start_offset: refusal.log_start_offset.unwrap_or(-1),
        record_errors: refusal
            .record_errors
            .into_iter()
            .map(|(batch_index, message)| BatchIndexAndErrorMessage {
                batch_index,
                batch_index_error_message: Some(ByteString::from(message)),
            })
            .collect(),
        error_message: refusal.message.map(ByteString::from),
        ..Default::default()
    };
    if call.version >= 10
        && refusal.code == ErrorCode::NotLeaderOrFollower
        && let Ok(topic) = name
        && let Some((leader, epoch)) =
            core.leader_and_epoch(TopicPartition { topic_id: topic.id, index: PartitionIndex(index) })
    {
        moved.insert(leader.0);
        response.current_leader = LeaderIdAndEpoch { leader_id: leader.0, leader_epoch: epoch };
    }
    response
}

#[cold]
fn report(core: &mut Core, call: &Call, name: &Result<TopicName, ErrorCode>, index: i32, refusal: &AppendRefusal) {
    let topic = name.as_ref().map(|topic| topic.name.to_string()).unwrap_or_default();
    let why = refusal.why.clone();
    let error = refusal.code.name().into();
    core.emit(call.broker, || EventKind::ProduceRefused {
        topic,
        partition: index,
        error,
        why,
        connection: call.connection,
    });
}

fn endpoints(core: &Core, call: &Call, moved: &SmallSet<i32>) -> Vec<NodeEndpoint> {
    if moved.is_empty() {
        return Vec::new();
    }
    core.endpoints(call.listener)
        .filter(|(broker, _)| moved.contains(&broker.0))
        .map(|(broker, endpoint)| NodeEndpoint {
            node_id: broker.0,
            host: ByteString::from(endpoint.host.as_str()),
            port: i32::from(endpoint.port),
            rack: None,
        })
        .collect()
}
