//! CreateTopics (API key 19): topics by name, with counts or assignments, and configs.
//!
//! Versions 0 to 7. v1: messages, validate only, v4: default counts (-1, which older clients send too), v5: the new
//! topic's configs, v7: its id. When the answer leaves, every broker knows the topics.
//! Not done: quotas, and more than one copy of a partition.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_CreateTopics>

use super::Reply;
use crate::core::{Core, Turn};
use crate::ids::{BrokerId, uuid_text};
use crate::metadata::METADATA_TOPIC;
use crate::purgatory::{Written, WrittenWait};
use crate::topics::{self, Assignments, Plan, Refusal};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest, CreateTopicsResponse,
};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, request: CreateTopicsRequest) -> Reply {
    let mut times_named: BTreeMap<ByteString, u32> = BTreeMap::new();
    for topic in &request.topics {
        *times_named.entry(topic.name.clone()).or_default() += 1;
    }
    let mut topics = Vec::with_capacity(request.topics.len());
    let mut waits: Vec<WrittenWait> = Vec::new();
    for topic in request.topics {
        match times_named.get(&topic.name) {
            Some(1) => {}
            // A name that came twice is answered once.
            Some(2..) => {
                times_named.remove(&topic.name);
                topics.push(refused(&topic.name, Refusal::new(ErrorCode::InvalidRequest, "Duplicate topic name.")));
                continue;
            }
            _ => continue,
        }
        topics.push(match create(core, turn, &topic, request.validate_only, &mut waits) {
            Ok(result) => result,
            Err(refusal) => refused(&topic.name, refusal),
        });
    }
    let response = CreateTopicsResponse { topics, ..Default::default() };
    if waits.is_empty() {
        return response.into();
    }
    Reply::After(Box::new(Written { response: response.into(), waits }))
}

fn create(
    core: &mut Core,
    turn: &mut Turn<'_>,
    topic: &CreatableTopic,
    validate_only: bool,
    waits: &mut Vec<WrittenWait>,
) -> Result<CreatableTopicResult, Refusal> {
    if topic.name == METADATA_TOPIC {
        let message = format!("Creation of internal topic {METADATA_TOPIC} is prohibited.");
        return Err(Refusal::new(ErrorCode::InvalidRequest, message));
    }
    let configs: Vec<(String, Option<String>)> = topic
        .configs
        .iter()
        .map(|config| (config.name.to_string(), config.value.as_ref().map(ToString::to_string)))
        .collect();
    let plan = topics::plan_topic(core, &topic.name, &assignments(topic)?, &configs)?;
    let mut result = describe(core, &plan);
    // Kafka draws the identifier in either case, and answers it.
    result.topic_id = core.random.next_uuid();
    if !validate_only {
        let (ids, wait) = core.create_topics(turn, vec![plan], false)?;
        result.topic_id = ids.first().copied().unwrap_or(Uuid::nil());
        waits.push(wait);
    }
    debug_assert!(!uuid_text(result.topic_id).starts_with('-'), "identifiers never look like a flag");
    Ok(result)
}

fn assignments(topic: &CreatableTopic) -> Result<Assignments, Refusal> {
    if topic.assignments.is_empty() {
        let (partitions, replication_factor) = (topic.num_partitions, topic.replication_factor);
        return Ok(Assignments::Automatic { partitions, replication_factor });
    }
    let refuse = |message: &str| Err(Refusal::new(ErrorCode::InvalidRequest, message));
    if topic.replication_factor != -1 {
        return refuse("A manual partition assignment was specified, but replication factor was not set to -1.");
    }
    if topic.num_partitions != -1 {
        return refuse("A manual partition assignment was specified, but numPartitions was not set to -1.");
    }
    let manual = topic
        .assignments
        .iter()
        .map(|assignment| {
            (assignment.partition_index, assignment.broker_ids.iter().map(|broker| BrokerId(*broker)).collect())
        })
        .collect();
    Ok(Assignments::Manual(manual))
}

fn describe(core: &Core, plan: &Plan) -> CreatableTopicResult {
    let configs = core
        .created_topic_configs(&plan.configs)
        .into_iter()
        .map(|entry| CreatableTopicConfigs {
            name: ByteString::from(entry.name),
            value: entry.value.map(ByteString::from),
            read_only: entry.read_only,
            config_source: entry.source.number(),
            is_sensitive: entry.sensitive,
        })
        .collect();
    CreatableTopicResult {
        name: plan.name.clone(),
        num_partitions: i32::try_from(plan.replicas.len()).unwrap_or(i32::MAX),
        replication_factor: plan.replicas.first().and_then(|replicas| i16::try_from(replicas.len()).ok()).unwrap_or(-1),
        configs: Some(configs),
        ..Default::default()
    }
}

fn refused(name: &ByteString, refusal: Refusal) -> CreatableTopicResult {
    CreatableTopicResult {
        name: name.clone(),
        error_code: refusal.code.number(),
        error_message: Some(ByteString::from(refusal.message)),
        configs: Some(Vec::new()),
        ..Default::default()
    }
}
