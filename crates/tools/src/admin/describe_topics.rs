//! Topics with their partitions: by name with DescribeTopicPartitions, page by page, or with Metadata where a broker is
//! older; by id with Metadata.

use super::{Call, Whom, broker_nodes};
use crate::java::Exception;
use crate::story::{Outcome, Story};
use runnel_protocol::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponsePartition, TopicRequest,
};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponseTopic};
use runnel_protocol::{ErrorCode, Request, Response};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TopicDescription {
    /// Its name.
    pub(crate) name: String,
    /// Its id; nil where the broker has none.
    pub(crate) topic_id: Uuid,
    /// By number.
    pub(crate) partitions: Vec<PartitionDescription>,
}

/// A partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PartitionDescription {
    /// Its number.
    pub(crate) index: i32,
    /// The broker that leads it.
    pub(crate) leader: Option<i32>,
    /// Brokers that hold it.
    pub(crate) replicas: Vec<i32>,
    /// Brokers that hold all of it.
    pub(crate) isr: Vec<i32>,
    /// Eligible leader replicas; `None` where the broker does not tell.
    pub(crate) elr: Option<Vec<i32>>,
    /// Those that were it last.
    pub(crate) last_known_elr: Option<Vec<i32>>,
}

/// What came of each topic that was asked for.
pub(crate) type Described = BTreeMap<String, Result<TopicDescription, Exception>>;

/// Asks for topics by name.
///
/// # Errors
/// Java's exception, if nothing could be learnt at all.
pub(crate) fn by_name(story: &mut Story<'_>, names: &[String], limit: i32) -> Outcome<Described> {
    let nodes: BTreeSet<i32> = broker_nodes(story)?.iter().map(|node| node.broker_id).collect();
    let mut names: Vec<String> = names.to_vec();
    names.sort();
    let mut described = Described::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let from = cursor.as_ref().map(|cursor| cursor.topic_name.to_string());
        let wanted = names.iter().filter(|name| from.as_ref().is_none_or(|from| *name >= from));
        let topics = wanted.map(|name| TopicRequest { name: name.as_str().into() }).collect();
        let request = DescribeTopicPartitionsRequest { topics, response_partition_limit: limit, cursor };
        let call = Call::new("describeTopicPartitions", Whom::Any, Request::DescribeTopicPartitions(request));
        let response = match story.ask(call)? {
            Ok(Response::DescribeTopicPartitions(response)) => response,
            Ok(_) => panic!("DescribeTopicPartitions is answered with DescribeTopicPartitions"),
            Err(exception) if exception.code() == Some(ErrorCode::UnsupportedVersion) => {
                return by_metadata(story, names.iter().map(|name| topic_named(name)).collect(), &nodes);
            }
            Err(exception) => return Err(exception.execution().into()),
        };
        for topic in response.topics {
            let name = topic.name.unwrap_or_default().to_string();
            if topic.error_code != 0 {
                described.insert(name, Err(Exception::of_number(topic.error_code, None)));
                continue;
            }
            let page = topic.partitions.into_iter().map(|partition| of_page(partition, &nodes));
            let empty =
                || Ok(TopicDescription { name: name.clone(), topic_id: topic.topic_id, partitions: Vec::new() });
            if let Ok(topic) = described.entry(name.clone()).or_insert_with(empty) {
                topic.partitions.extend(page);
            }
        }
        cursor = response.next_cursor;
        if cursor.is_none() {
            return Ok(described);
        }
    }
}

/// Asks for topics by id.
///
/// # Errors
/// Java's exception, if nothing could be learnt at all.
pub(crate) fn by_id(story: &mut Story<'_>, ids: &[Uuid]) -> Outcome<Described> {
    let nodes: BTreeSet<i32> = broker_nodes(story)?.iter().map(|node| node.broker_id).collect();
    let topics = ids.iter().map(|id| MetadataRequestTopic { topic_id: *id, name: None }).collect();
    by_metadata(story, topics, &nodes)
}

fn topic_named(name: &str) -> MetadataRequestTopic {
    MetadataRequestTopic { topic_id: Uuid::nil(), name: Some(name.into()) }
}

fn by_metadata(story: &mut Story<'_>, topics: Vec<MetadataRequestTopic>, nodes: &BTreeSet<i32>) -> Outcome<Described> {
    let request = MetadataRequest { topics: Some(topics), allow_auto_topic_creation: false, ..Default::default() };
    let call = Call::new("describeTopics", Whom::Any, Request::Metadata(request));
    let Response::Metadata(metadata) = story.ask(call)?.map_err(Exception::execution)? else {
        panic!("Metadata is answered with Metadata")
    };
    Ok(metadata.topics.into_iter().map(|topic| of_metadata(topic, nodes)).collect())
}

fn of_metadata(topic: MetadataResponseTopic, nodes: &BTreeSet<i32>) -> (String, Result<TopicDescription, Exception>) {
    let name = topic.name.map(|name| name.to_string()).unwrap_or_else(|| topic.topic_id.to_string());
    if topic.error_code != 0 {
        return (name, Err(Exception::of_number(topic.error_code, None)));
    }
    let mut partitions: Vec<PartitionDescription> = topic
        .partitions
        .into_iter()
        .map(|partition| PartitionDescription {
            index: partition.partition_index,
            leader: Some(partition.leader_id).filter(|leader| nodes.contains(leader)),
            replicas: partition.replica_nodes,
            isr: partition.isr_nodes,
            elr: None,
            last_known_elr: None,
        })
        .collect();
    partitions.sort_by_key(|partition| partition.index);
    (name.clone(), Ok(TopicDescription { name, topic_id: topic.topic_id, partitions }))
}

fn of_page(partition: DescribeTopicPartitionsResponsePartition, nodes: &BTreeSet<i32>) -> PartitionDescription {
    PartitionDescription {
        index: partition.partition_index,
        leader: Some(partition.leader_id).filter(|leader| nodes.contains(leader)),
        replicas: partition.replica_nodes,
        isr: partition.isr_nodes,
        elr: partition.eligible_leader_replicas,
        last_known_elr: partition.last_known_elr,
    }
}
