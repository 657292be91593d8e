//! `--describe`: topics with their configs, and partitions with their leaders.

use super::{ensure_exists, matching};
use crate::admin::{
    ConfigResource, PartitionDescription, TopicDescription, broker_nodes, by_id, by_name, describe_configs, list_topics,
};
use crate::java::{Exception, id_from_text, id_to_text, java_hash, sort_by_buckets, table_size};
use crate::options::Options;
use crate::story::{Outcome, Story};
use runnel_protocol::messages::describe_configs::DescribeConfigsResourceResult;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The number of a config's source that means "nobody set it".
const DEFAULT_CONFIG: i8 = 5;

pub(super) fn describe(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let topics = topics(story, options)?;
    let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
    let mut configs = describe_configs(story, ConfigResource::Topic, &names, false)?;
    let live: BTreeSet<i32> = broker_nodes(story)?.iter().map(|node| node.broker_id).collect();
    for topic in topics {
        let configs = configs.remove(&topic.name).unwrap_or_else(|| Ok(Vec::new()))?;
        print(story, options, &topic, &configs, &live);
    }
    Ok(())
}

/// The topics that are meant, in the order in which Java's map gives them.
fn topics(story: &mut Story<'_>, options: &Options) -> Outcome<Vec<TopicDescription>> {
    let id = options.value("topic-id")?.map(id_from_text).transpose()?.filter(|id| !id.is_nil());
    let described = match id {
        Some(id) => {
            let known: Vec<Uuid> = list_topics(story)?.iter().map(|topic| topic.topic_id).collect();
            if !known.contains(&id) {
                if options.has("if-exists") {
                    return Ok(Vec::new());
                }
                let message = format!("TopicId '{}' does not exist as expected", id_to_text(id));
                return Err(Exception::illegal_argument(message).into());
            }
            by_id(story, &[id])?
        }
        None => {
            let names = matching(story, options)?;
            ensure_exists(options, &names)?;
            if names.is_empty() {
                return Ok(Vec::new());
            }
            by_name(story, &names, options.number("partition-size-limit-per-response")?.unwrap_or(2000))?
        }
    };
    let mut topics = described.into_values().collect::<Result<Vec<TopicDescription>, Exception>>()?;
    let buckets = table_size(Some(topics.len()), topics.len());
    sort_by_buckets(&mut topics, buckets, |topic| java_hash(&topic.name));
    Ok(topics)
}

fn print(
    story: &mut Story<'_>,
    options: &Options,
    topic: &TopicDescription,
    configs: &[DescribeConfigsResourceResult],
    live: &BTreeSet<i32>,
) {
    let reports = ["under-replicated-partitions", "unavailable-partitions", "under-min-isr-partitions"]
        .into_iter()
        .chain(["at-min-isr-partitions"])
        .any(|report| options.has(report));
    let set: Vec<String> = configs
        .iter()
        .filter(|config| config.config_source != DEFAULT_CONFIG)
        .map(|config| format!("{}={}", config.name, config.value.as_deref().unwrap_or("null")))
        .collect();
    if !reports && (!options.has("topics-with-overrides") || !set.is_empty()) {
        let id =
            if topic.topic_id.is_nil() { String::new() } else { format!("\tTopicId: {}", id_to_text(topic.topic_id)) };
        let replicas_count = topic.partitions.first().map_or(0, |partition| partition.replicas.len());
        story.out(format!(
            "Topic: {}{id}\tPartitionCount: {}\tReplicationFactor: {replicas_count}\tConfigs: {}",
            topic.name,
            topic.partitions.len(),
            set.join(",")
        ));
    }
    if options.has("topics-with-overrides") {
        return;
    }
    let min_isr = configs
        .iter()
        .find(|config| &*config.name == "min.insync.replicas")
        .and_then(|config| config.value.as_deref()?.parse::<usize>().ok())
        .unwrap_or(1);
    for partition in &topic.partitions {
        if !reports || is_reported(options, partition, min_isr, live) {
            story.out(line(&topic.name, partition));
        }
    }
}

fn is_reported(options: &Options, partition: &PartitionDescription, min_isr: usize, live: &BTreeSet<i32>) -> bool {
    let isr_count = partition.isr.len();
    (options.has("under-replicated-partitions") && partition.replicas.len() > isr_count)
        || (options.has("unavailable-partitions") && partition.leader.is_none_or(|leader| !live.contains(&leader)))
        || (options.has("under-min-isr-partitions") && (partition.leader.is_none() || isr_count < min_isr))
        || (options.has("at-min-isr-partitions") && isr_count == min_isr)
}

fn line(topic: &str, partition: &PartitionDescription) -> String {
    let list = |nodes: &[i32]| nodes.iter().map(i32::to_string).collect::<Vec<String>>().join(",");
    let maybe = |nodes: &Option<Vec<i32>>| nodes.as_deref().map_or_else(|| "N/A".to_owned(), list);
    format!(
        "\tTopic: {topic}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}\tElr: {}\tLastKnownElr: {}",
        partition.index,
        partition.leader.map_or_else(|| "none".to_owned(), |leader| leader.to_string()),
        list(&partition.replicas),
        list(&partition.isr),
        maybe(&partition.elr),
        maybe(&partition.last_known_elr),
    )
}
