//! CreateTopics (API key 19): topics by name, with counts or assignments, and configs.
//!
//! Versions 0 to 7. v1: messages, validate only, v4: default counts (-1, which older clients send too), v5: the new
//! topic's configs, v7: its id. When the answer leaves, every broker knows the topics.
//! Not done: quotas, and more than one copy of a partition.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_CreateTopics>

use super::Reply;
use crate::configs::ConfigRefusal;
use crate::core::{Core, Turn};
use crate::purgatory::WrittenWait;
use crate::topics::creation::{NewTopic, PlannedTopic};
use bytestring::ByteString;
use runnel_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest, CreateTopicsResponse,
};

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, request: CreateTopicsRequest) -> Reply {
    let wanted: Vec<NewTopic> = request.topics.iter().map(unpack).collect();
    let mut waits: Vec<WrittenWait> = Vec::new();
    let topics = core
        .plan_topics(&wanted)
        .into_iter()
        .map(|(name, planned)| {
            let made = planned.and_then(|planned| {
                let mut result = describe(core, &name, &planned);
                // Kafka draws an identifier in either case, and answers it.
                result.topic_id = if request.validate_only {
                    core.random.next_uuid()
                } else {
                    let (id, wait) = core.create_topic(turn, &name, planned, false).map_err(ConfigRefusal::from)?;
                    waits.push(wait);
                    id
                };
                Ok(result)
            });
            made.unwrap_or_else(|refusal| refused(&name, refusal))
        })
        .collect();
    let response = CreateTopicsResponse { topics, ..Default::default() };
    Reply::after(response, waits)
}

fn unpack(topic: &CreatableTopic) -> NewTopic {
    NewTopic {
        name: topic.name.to_string(),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: topic
            .assignments
            .iter()
            .map(|assignment| (assignment.partition_index, assignment.broker_ids.clone()))
            .collect(),
        configs: topic
            .configs
            .iter()
            .map(|config| (config.name.to_string(), config.value.as_ref().map(ToString::to_string)))
            .collect(),
    }
}

fn describe(core: &Core, name: &str, planned: &PlannedTopic) -> CreatableTopicResult {
    let configs = core
        .created_topic_configs(&planned.overrides)
        .into_iter()
        .map(|entry| CreatableTopicConfigs {
            name: ByteString::from(entry.name),
            value: entry.value.map(ByteString::from),
            read_only: entry.read_only,
            config_source: entry.source.number(),
            is_sensitive: entry.sensitive,
        })
        .collect();
    let replicas = planned.replicas.first().map_or(0, Vec::len);
    CreatableTopicResult {
        name: ByteString::from(name),
        num_partitions: i32::try_from(planned.replicas.len()).unwrap_or(i32::MAX),
        replication_factor: i16::try_from(replicas).unwrap_or(i16::MAX),
        configs: Some(configs),
        error_message: None,
        ..Default::default()
    }
}

fn refused(name: &str, refusal: ConfigRefusal) -> CreatableTopicResult {
    CreatableTopicResult {
        name: ByteString::from(name),
        error_code: refusal.code.number(),
        error_message: refusal.message.map(ByteString::from),
        configs: Some(Vec::new()),
        ..Default::default()
    }
}
