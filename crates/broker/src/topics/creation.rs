//! CreateTopics and CreatePartitions as plans: what would be made, or why not, without making it.

use super::names::{CLUSTER_METADATA, check_name, colliding};
use super::placement::{UsableBroker, check_assignment, place, unplaceable};
use crate::Random;
use crate::configs::{BrokerConfigs, ConfigRefusal, Overrides, TopicConfigs};
use runnel_protocol::ErrorCode;
use std::collections::{BTreeMap, BTreeSet};

/// Most records that one request may write to the metadata log, and most partitions that it may ask for.
const RECORDS_MAX: usize = 10_000;

/// A topic to create, as a request asks for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// How many partitions; -1 for the default, and when `assignments` says it.
    pub partitions: i32,
    /// How many replicas of each; -1 for the default, and when `assignments` says it.
    pub replication_factor: i16,
    /// Partition indexes and the brokers chosen for each; empty to leave it to the cluster.
    pub assignments: Vec<(i32, Vec<i32>)>,
    /// Names and values of configs.
    pub configs: Vec<(String, Option<String>)>,
}

/// Partitions to add, as a request asks for them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MorePartitions {
    /// The topic's name.
    pub name: String,
    /// How many partitions it is to have.
    pub count: i32,
    /// The brokers chosen for each new partition; `None` to leave it to the cluster.
    pub assignments: Option<Vec<Vec<i32>>>,
}

/// A topic that may be created.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedTopic {
    /// The replicas of each partition; the first that is alive leads.
    pub replicas: Vec<Vec<i32>>,
    /// Its configs.
    pub overrides: Overrides,
}

/// The size of a topic that exists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// How many partitions.
    pub partitions: usize,
    /// How many replicas of each.
    pub replication_factor: usize,
}

/// The topics that exist.
pub trait Topics {
    /// The size of a topic; `None`: there is no such topic.
    fn shape(&self, name: &str) -> Option<Shape>;

    /// All names.
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_>;
}

/// What planning needs to know.
pub struct View<'a> {
    /// The topics that exist.
    pub topics: &'a dyn Topics,
    /// Every registered broker.
    pub brokers: &'a [UsableBroker],
    /// The configs of the broker that is the controller.
    pub controller: &'a BrokerConfigs,
    /// Most copies of a partition that the cluster can keep at this stage of its making.
    pub copies_max: usize,
}

/// One answer for each topic that a request names, in the order in which Kafka answers: repeated names come last, once.
pub type Answers<T> = Vec<(String, Result<T, ConfigRefusal>)>;

/// Plans CreateTopics. Kafka's checks in Kafka's order: names, then whether the topic is there, then configs, then
/// counts and placement.
pub fn plan_topics(topics: &[NewTopic], view: &View<'_>, random: &mut Random) -> Answers<PlannedTopic> {
    let repeated = repeated(topics.iter().map(|topic| topic.name.as_str()));
    let is_plannable = |topic: &&NewTopic| !repeated.contains(topic.name.as_str()) && topic.name != CLUSTER_METADATA;
    let plannable: Vec<&NewTopic> = topics.iter().filter(is_plannable).collect();
    let mut answers: Answers<PlannedTopic> = if exceeds(plannable.iter().map(|topic| asked(topic, view))) {
        refuse_all(&plannable, "Excessively large number of partitions per request.")
    } else {
        plannable.iter().map(|topic| (topic.name.clone(), plan_topic(topic, view, random))).collect()
    };
    let planned = answers.iter().filter_map(|(_, answer)| answer.as_ref().ok());
    if exceeds(planned.map(|topic| 1 + topic.overrides.len() + topic.replicas.len())) {
        answers = refuse_all(&plannable, "Unable to perform excessively large batch operation.");
    }
    if topics.iter().any(|topic| topic.name == CLUSTER_METADATA) && !repeated.contains(CLUSTER_METADATA) {
        let text = format!("Creation of internal topic {CLUSTER_METADATA} is prohibited.");
        answers.push((CLUSTER_METADATA.to_owned(), Err(ConfigRefusal::invalid_request(text))));
    }
    answers.extend(refuse_repeated(repeated));
    answers
}

/// Plans CreatePartitions: the replicas of each partition to add.
pub fn plan_partitions(topics: &[MorePartitions], view: &View<'_>, random: &mut Random) -> Answers<Vec<Vec<i32>>> {
    let repeated = repeated(topics.iter().map(|topic| topic.name.as_str()));
    let plannable: Vec<&MorePartitions> =
        topics.iter().filter(|topic| !repeated.contains(topic.name.as_str())).collect();
    let mut answers: Answers<Vec<Vec<i32>>> = refuse_repeated(repeated).collect();
    let mut records = 0;
    for topic in plannable {
        let answer = plan_more(topic, RECORDS_MAX - records, view, random);
        records += answer.as_ref().map_or(0, Vec::len);
        answers.push((topic.name.clone(), answer));
    }
    answers
}

fn plan_topic(topic: &NewTopic, view: &View<'_>, random: &mut Random) -> Result<PlannedTopic, ConfigRefusal> {
    let name = topic.name.as_str();
    if view.topics.shape(name).is_some() {
        return Err(ConfigRefusal::new(ErrorCode::TopicAlreadyExists, format!("Topic '{name}' already exists.")));
    }
    if let Some(other) = colliding(name, view.topics.names()) {
        let text = format!("Topic '{name}' collides with existing topic: {other}");
        return Err(ConfigRefusal::new(ErrorCode::InvalidTopicException, text));
    }
    check_name(name)?;
    let overrides = overrides(&topic.configs)?;
    let overrides = TopicConfigs::new(overrides, view.controller)?.into_overrides();
    let replicas = if topic.assignments.is_empty() { placed(topic, view, random)? } else { assigned(topic, view)? };
    Ok(PlannedTopic { replicas, overrides })
}

/// Of a key that stands twice, the last value counts.
fn overrides(configs: &[(String, Option<String>)]) -> Result<Overrides, ConfigRefusal> {
    let nulls: Vec<&str> = configs.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.as_str()).collect();
    if !nulls.is_empty() {
        let text = format!("Null value not supported for topic configs: {}", nulls.join(","));
        return Err(ConfigRefusal::invalid_config(text));
    }
    Ok(configs.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect())
}

fn assigned(topic: &NewTopic, view: &View<'_>) -> Result<Vec<Vec<i32>>, ConfigRefusal> {
    let counted = |what: &str| {
        let text = format!("A manual partition assignment was specified, but {what} was not set to -1.");
        ConfigRefusal::invalid_request(text)
    };
    if topic.replication_factor != -1 {
        return Err(counted("replication factor"));
    }
    if topic.partitions != -1 {
        return Err(counted("numPartitions"));
    }
    let refuse = |text: String| ConfigRefusal::new(ErrorCode::InvalidReplicaAssignment, text);
    let mut chosen: BTreeMap<i32, &Vec<i32>> = BTreeMap::new();
    let mut factor = None;
    for (index, replicas) in &topic.assignments {
        if chosen.contains_key(index) {
            return Err(refuse(format!("Found multiple manual partition assignments for partition {index}")));
        }
        check_assignment(*index, replicas, factor, view.brokers)?;
        check_copies(replicas.len(), view).map_err(refuse)?;
        factor = Some(replicas.len());
        chosen.insert(*index, replicas);
    }
    if !chosen.keys().copied().eq(0..i32::try_from(chosen.len()).unwrap_or(i32::MAX)) {
        return Err(refuse("partitions should be a consecutive 0-based integer sequence".to_owned()));
    }
    Ok(chosen.into_values().cloned().collect())
}

fn placed(topic: &NewTopic, view: &View<'_>, random: &mut Random) -> Result<Vec<Vec<i32>>, ConfigRefusal> {
    let factor = match topic.replication_factor {
        -1 => i16::try_from(view.controller.i32("default.replication.factor")).unwrap_or(i16::MAX),
        factor if factor <= 0 => {
            let text = "Replication factor must be larger than 0, or -1 to use the default value.";
            return Err(ConfigRefusal::new(ErrorCode::InvalidReplicationFactor, text));
        }
        factor => factor,
    };
    if topic.partitions == 0 || topic.partitions < -1 {
        let text = "Number of partitions was set to an invalid non-positive value.";
        return Err(ConfigRefusal::new(ErrorCode::InvalidPartitions, text));
    }
    let replicas = place(asked(topic, view), factor, view.brokers, random).map_err(|why| unplaceable(factor, &why))?;
    check_copies(usize::from(factor.unsigned_abs()), view).map_err(|why| unplaceable(factor, &why))?;
    Ok(replicas)
}

fn plan_more(
    topic: &MorePartitions,
    records_left: usize,
    view: &View<'_>,
    random: &mut Random,
) -> Result<Vec<Vec<i32>>, ConfigRefusal> {
    let unknown = ConfigRefusal { code: ErrorCode::UnknownTopicOrPartition, message: None };
    let shape = view.topics.shape(&topic.name).ok_or(unknown)?;
    let (found, count) = (shape.partitions, usize::try_from(topic.count).unwrap_or(0));
    if count == found {
        let text = format!("Topic already has {found} partition(s).");
        return Err(ConfigRefusal::new(ErrorCode::InvalidPartitions, text));
    }
    if count < found {
        let (name, count) = (&topic.name, topic.count);
        let text = format!("The topic {name} currently has {found} partition(s); {count} would not be an increase.");
        return Err(ConfigRefusal::new(ErrorCode::InvalidPartitions, text));
    }
    let additional = count - found;
    let given = topic.assignments.as_ref().map_or(additional, Vec::len);
    if given != additional {
        let text = format!(
            "Attempted to add {additional} additional partition(s), but only {given} assignment(s) were specified."
        );
        return Err(ConfigRefusal::new(ErrorCode::InvalidReplicaAssignment, text));
    }
    if additional > records_left {
        let text = "Unable to perform excessively large batch operation.";
        return Err(ConfigRefusal::new(ErrorCode::PolicyViolation, text));
    }
    let Some(assignments) = &topic.assignments else {
        let factor = i16::try_from(shape.replication_factor).unwrap_or(i16::MAX);
        return place(additional, factor, view.brokers, random)
            .map_err(|why| ConfigRefusal::new(ErrorCode::InvalidReplicationFactor, why));
    };
    for (index, replicas) in (found..).zip(assignments) {
        let index = i32::try_from(index).unwrap_or(i32::MAX);
        check_assignment(index, replicas, Some(shape.replication_factor), view.brokers)?;
    }
    Ok(assignments.clone())
}

fn check_copies(factor: usize, view: &View<'_>) -> Result<(), String> {
    if factor <= view.copies_max {
        return Ok(());
    }
    Err(format!("{factor} copies of a partition are wanted, and this server keeps {} at most.", view.copies_max))
}

/// How many partitions a topic asks for.
fn asked(topic: &NewTopic, view: &View<'_>) -> usize {
    if !topic.assignments.is_empty() {
        return topic.assignments.len();
    }
    let partitions = if topic.partitions == -1 { view.controller.i32("num.partitions") } else { topic.partitions };
    usize::try_from(partitions).unwrap_or(0)
}

fn exceeds(mut counts: impl Iterator<Item = usize>) -> bool {
    counts.try_fold(0, |sum: usize, count| sum.checked_add(count).filter(|sum| *sum <= RECORDS_MAX)).is_none()
}

fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).collect()
}

fn refuse_repeated<T>(names: BTreeSet<&str>) -> impl Iterator<Item = (String, Result<T, ConfigRefusal>)> {
    names.into_iter().map(|name| (name.to_owned(), Err(ConfigRefusal::invalid_request("Duplicate topic name."))))
}

fn refuse_all<T>(topics: &[&NewTopic], why: &str) -> Answers<T> {
    let refusal = ConfigRefusal::new(ErrorCode::PolicyViolation, why);
    topics.iter().map(|topic| (topic.name.clone(), Err(refusal.clone()))).collect()
}
