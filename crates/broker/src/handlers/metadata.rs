//! Metadata (API key 3): the brokers, and the topics with their partitions' leaders.
//!
//! Versions 0 to 13. v1: null asks for all topics (v0: an empty list does), v4: creation of unknown topics can be
//! refused, v10: topic ids, v12: topics by id, v13: an error for the whole answer.
//! An unknown topic that may be created is there, with leaders, in the same answer.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_Metadata>

use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::handlers::describe_cluster::{CLUSTER_OPERATIONS, TOPIC_OPERATIONS};
use crate::metadata::Topic;
use crate::purgatory::WrittenWait;
use crate::topics::{self, AutoCreation};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker, MetadataResponsePartition,
    MetadataResponseTopic,
};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: MetadataRequest) -> Reply {
    let mut created: Vec<WrittenWait> = Vec::new();
    let wanted = match request.topics {
        Some(topics) if !(call.version == 0 && topics.is_empty()) => Some(topics),
        _ => None,
    };
    let mut topics = Vec::new();
    match wanted {
        None => topics.extend(core.metadata.image().topics().map(describe)),
        Some(wanted) => {
            if let Some(code) = misnamed(call.version, &wanted) {
                // Kafka tells nothing else then, not even the brokers.
                let topics = wanted.into_iter().map(|topic| refuse(topic, code)).collect();
                return MetadataResponse { topics, cluster_id: None, ..Default::default() }.into();
            }
            let mut seen: BTreeSet<(Option<ByteString>, Uuid)> = BTreeSet::new();
            // Kafka looks at identifiers first; a request that has one is answered by identifiers only.
            let by_id = wanted.iter().any(|topic| !topic.topic_id.is_nil());
            for topic in wanted {
                if by_id == topic.topic_id.is_nil() || !seen.insert((topic.name.clone(), topic.topic_id)) {
                    continue;
                }
                topics.push(find_or_create(core, turn, topic, request.allow_auto_topic_creation, &mut created));
            }
            // As Kafka: what was found stands before what was not.
            topics.sort_by_key(|topic: &MetadataResponseTopic| topic.error_code != ErrorCode::None.number());
        }
    }
    if request.include_topic_authorized_operations && call.version >= 8 {
        for topic in topics.iter_mut().filter(|topic| topic.name.is_some()) {
            topic.topic_authorized_operations = TOPIC_OPERATIONS;
        }
    }
    let response = MetadataResponse {
        brokers: brokers(core, call),
        cluster_id: Some(core.cluster_id.clone()),
        controller_id: core.controller().0,
        topics,
        cluster_authorized_operations: if request.include_cluster_authorized_operations {
            CLUSTER_OPERATIONS
        } else {
            i32::MIN
        },
        ..Default::default()
    };
    Reply::after(response, created)
}

/// The error of a request that names topics as its version cannot. Kafka's check before v12 is a check; in v12 a topic
/// that is named in no way at all trips it.
fn misnamed(version: i16, wanted: &[MetadataRequestTopic]) -> Option<ErrorCode> {
    let by_id = wanted.iter().any(|topic| !topic.topic_id.is_nil());
    let nameless = wanted.iter().any(|topic| topic.name.is_none());
    match version {
        ..12 if by_id || nameless => Some(ErrorCode::InvalidRequest),
        12.. if nameless && !by_id => Some(ErrorCode::UnknownServerError),
        _ => None,
    }
}

fn brokers(core: &Core, call: &Call) -> Vec<MetadataResponseBroker> {
    core.endpoints(call.listener)
        .map(|(broker, endpoint)| MetadataResponseBroker {
            node_id: broker.0,
            host: ByteString::from(endpoint.host.as_str()),
            port: i32::from(endpoint.port),
            rack: None,
        })
        .collect()
}

fn find_or_create(
    core: &mut Core,
    turn: &mut Turn<'_>,
    wanted: MetadataRequestTopic,
    may_create: bool,
    created: &mut Vec<WrittenWait>,
) -> MetadataResponseTopic {
    if !wanted.topic_id.is_nil() {
        return match core.metadata.image().topic(wanted.topic_id) {
            Some(topic) => describe(topic),
            None => MetadataResponseTopic {
                error_code: ErrorCode::UnknownTopicId.number(),
                topic_id: wanted.topic_id,
                name: None,
                ..Default::default()
            },
        };
    }
    let Some(name) = wanted.name.clone() else { return refuse(wanted, ErrorCode::InvalidRequest) };
    if let Some(topic) = core.metadata.image().topic_named(&name) {
        return describe(topic);
    }
    match topics::create_automatically(core, turn, &name, may_create) {
        AutoCreation::Created(wait) => {
            created.push(wait);
            match core.metadata.image().topic_named(&name) {
                Some(topic) => describe(topic),
                None => refuse(wanted, ErrorCode::LeaderNotAvailable),
            }
        }
        AutoCreation::Refused(code) => refuse(wanted, code),
    }
}

fn refuse(topic: MetadataRequestTopic, code: ErrorCode) -> MetadataResponseTopic {
    let name = topic.name.unwrap_or_default();
    MetadataResponseTopic {
        error_code: code.number(),
        is_internal: topics::is_internal(&name),
        name: Some(name),
        topic_id: topic.topic_id,
        ..Default::default()
    }
}

fn describe(topic: &Topic) -> MetadataResponseTopic {
    let partitions = (0..)
        .zip(&topic.partitions)
        .map(|(index, partition)| MetadataResponsePartition {
            error_code: match partition.leader {
                Some(_) => ErrorCode::None.number(),
                None => ErrorCode::LeaderNotAvailable.number(),
            },
            partition_index: index,
            leader_id: partition.leader.map_or(-1, |leader| leader.0),
            leader_epoch: partition.leader_epoch,
            replica_nodes: partition.replicas.iter().map(|broker| broker.0).collect(),
            isr_nodes: partition.in_sync_replicas.iter().map(|broker| broker.0).collect(),
            offline_replicas: match partition.leader {
                Some(_) => Vec::new(),
                None => partition.replicas.iter().map(|broker| broker.0).collect(),
            },
        })
        .collect();
    MetadataResponseTopic {
        error_code: ErrorCode::None.number(),
        name: Some(topic.name.clone()),
        topic_id: topic.id,
        is_internal: topics::is_internal(&topic.name),
        partitions,
        ..Default::default()
    }
}
