//! Offsets of partitions, as describing and resetting groups need them.

use crate::admin::{Partition, by_name, list_offsets};
use crate::java::{Exception, java_hash, sort_as_java};
use crate::story::{Outcome, Story};
use std::collections::{BTreeMap, BTreeSet};

/// The partitions of topics, each with whether it is led.
fn partitions_of(story: &mut Story<'_>, topics: &BTreeSet<String>) -> Outcome<BTreeMap<Partition, bool>> {
    let names: Vec<String> = topics.iter().cloned().collect();
    let mut known = BTreeMap::new();
    if names.is_empty() {
        return Ok(known);
    }
    for (name, topic) in by_name(story, &names, 2000)? {
        for partition in topic.map_err(|exception| exception.execution().runtime())?.partitions {
            known.insert(Partition::new(&name, partition.index), partition.leader.is_some());
        }
    }
    Ok(known)
}

fn topics_of(partitions: &BTreeSet<Partition>) -> BTreeSet<String> {
    partitions.iter().map(|partition| partition.topic.clone()).collect()
}

/// Those that nobody leads.
pub(super) fn without_leader(story: &mut Story<'_>, partitions: &BTreeSet<Partition>) -> Outcome<BTreeSet<Partition>> {
    let known = partitions_of(story, &topics_of(partitions))?;
    let leaderless = known.into_iter().filter(|(partition, is_led)| !is_led && partitions.contains(partition));
    Ok(leaderless.map(|(partition, _)| partition).collect())
}

/// Refuses partitions that are not there or that nobody leads.
pub(super) fn ensure_valid(story: &mut Story<'_>, partitions: &[Partition]) -> Outcome<()> {
    let known = partitions_of(story, &topics_of(&partitions.iter().cloned().collect()))?;
    let list = |wanted: &dyn Fn(&Partition) -> bool| {
        let found = partitions.iter().filter(|partition| wanted(partition)).map(Partition::to_string);
        found.collect::<Vec<String>>().join(",")
    };
    let absent = list(&|partition| !known.contains_key(partition));
    if !absent.is_empty() {
        let class = "org.apache.kafka.common.errors.UnknownTopicOrPartitionException";
        return Err(Exception::new(class, format!("The partitions \"{absent}\" do not exist")).into());
    }
    let leaderless = list(&|partition| known.get(partition) == Some(&false));
    if !leaderless.is_empty() {
        let class = "org.apache.kafka.common.errors.LeaderNotAvailableException";
        return Err(Exception::new(class, format!("The partitions \"{leaderless}\" have no leader")).into());
    }
    Ok(())
}

/// The offset of each partition at a time, or at one of Kafka's special times; -1 where there is none.
pub(super) fn offsets_at(
    story: &mut Story<'_>,
    partitions: &BTreeSet<Partition>,
    time: i64,
) -> Outcome<BTreeMap<Partition, i64>> {
    let times = partitions.iter().map(|partition| (partition.clone(), time)).collect();
    let mut offsets = BTreeMap::new();
    for (partition, found) in list_offsets(story, &times, 0)? {
        let found = found.map_err(|exception| exception.execution().runtime())?;
        offsets.insert(partition, found.offset);
    }
    Ok(offsets)
}

/// Where each partition's log ends.
pub(super) fn end_offsets(
    story: &mut Story<'_>,
    partitions: &BTreeSet<Partition>,
) -> Outcome<BTreeMap<Partition, i64>> {
    if partitions.is_empty() {
        return Ok(BTreeMap::new());
    }
    offsets_at(story, partitions, -1)
}

/// `topic`, or `topic:0,1`: the partitions that arguments name, those with numbers first.
pub(super) fn partitions_named(story: &mut Story<'_>, arguments: &[String]) -> Outcome<Vec<Partition>> {
    let mut partitions = Vec::new();
    for argument in arguments.iter().filter(|argument| argument.contains(':')) {
        partitions.extend(numbered(argument)?);
    }
    let topics: Vec<String> = arguments.iter().filter(|argument| !argument.contains(':')).cloned().collect();
    if topics.is_empty() {
        return Ok(partitions);
    }
    let mut described: Vec<_> = by_name(story, &topics, 2000)?.into_iter().collect();
    sort_as_java(&mut described, |(name, _)| java_hash(name));
    for (name, topic) in described {
        let topic = topic.map_err(Exception::execution)?;
        partitions.extend(topic.partitions.iter().map(|partition| Partition::new(&name, partition.index)));
    }
    Ok(partitions)
}

/// `topic:0,1`.
pub(super) fn numbered(argument: &str) -> Result<Vec<Partition>, Exception> {
    let parts: Vec<&str> = argument.split(':').collect();
    let [topic, numbers] = parts[..] else {
        let message = format!("Invalid topic arg '{argument}', expected topic name and partitions");
        return Err(Exception::illegal_argument(message));
    };
    let numbers = numbers.split(',').map(|number| {
        number.parse().map(|index| Partition::new(topic, index)).map_err(|_| {
            let message = format!("Invalid partition '{number}' specified in topic arg '{argument}''");
            Exception::illegal_argument(message)
        })
    });
    numbers.collect()
}
