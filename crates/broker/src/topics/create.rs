//! Deciding what a new topic, or new partitions of a topic, will be.

use super::{Refusal, check_assignment, check_name, collides, is_internal, place};
use crate::core::{Core, Turn};
use crate::ids::BrokerId;
use crate::purgatory::WrittenWait;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use std::collections::BTreeMap;

/// The topic that keeps the groups' offsets.
pub(crate) const CONSUMER_OFFSETS: &str = "__consumer_offsets";

/// Partitions that one request may make, in all its topics together; Kafka's controller writes no larger batch.
const PARTITIONS_PER_REQUEST_MAX: usize = 10_000;

/// Which brokers a request names for its partitions.
#[derive(Clone, Debug)]
pub(crate) enum Assignments {
    /// None: the cluster places `partitions` partitions with `replication_factor` copies; -1 means the default.
    Automatic { partitions: i32, replication_factor: i16 },
    /// These, by partition index.
    Manual(Vec<(i32, Vec<BrokerId>)>),
}

/// A topic that is about to be made.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) name: ByteString,
    /// Replicas by partition index.
    pub(crate) replicas: Vec<Vec<BrokerId>>,
    pub(crate) configs: BTreeMap<String, String>,
}

/// What became of a topic that a request named and nobody had made.
#[derive(Debug)]
pub(crate) enum AutoCreation {
    /// It is there; what was written for it is to be waited for.
    Created(WrittenWait),
    /// It is not.
    Refused(ErrorCode),
}

/// Decides what a new topic will be. Names in `planned` are made by the same request.
///
/// # Errors
/// Kafka's code and message for whatever is wrong with name, counts, assignment or configs.
pub(crate) fn plan_topic(
    core: &mut Core,
    name: &ByteString,
    assignments: &Assignments,
    configs: &[(String, Option<String>)],
) -> Result<Plan, Refusal> {
    check_name(name).map_err(|message| Refusal::new(ErrorCode::InvalidTopicException, message))?;
    if let Some(existing) = core.metadata.image().topic_names().find(|existing| collides(existing, name))
        && existing != name
    {
        let message = format!("Topic '{name}' collides with existing topic: {existing}");
        return Err(Refusal::new(ErrorCode::InvalidTopicException, message));
    }
    if core.metadata.image().topic_named(name).is_some() {
        return Err(Refusal::new(ErrorCode::TopicAlreadyExists, format!("Topic '{name}' already exists.")));
    }
    let configs = core.check_new_topic_configs(configs)?;
    let replicas = match assignments {
        Assignments::Manual(assignments) => manual(core, assignments)?,
        Assignments::Automatic { partitions, replication_factor } => {
            automatic(core, name, *partitions, *replication_factor)?
        }
    };
    Ok(Plan { name: name.clone(), replicas, configs })
}

fn manual(core: &Core, assignments: &[(i32, Vec<BrokerId>)]) -> Result<Vec<Vec<BrokerId>>, Refusal> {
    let refuse = |message: String| Refusal::new(ErrorCode::InvalidReplicaAssignment, message);
    let mut by_index: BTreeMap<i32, Vec<BrokerId>> = BTreeMap::new();
    let mut replication_factor = None;
    for (index, replicas) in assignments {
        if by_index.contains_key(index) {
            return Err(refuse(format!("Found multiple manual partition assignments for partition {index}")));
        }
        check_assignment(replicas, replication_factor, &core.broker_ids())?;
        refuse_copies(replicas.len(), ErrorCode::InvalidReplicaAssignment)?;
        replication_factor = Some(replicas.len());
        by_index.insert(*index, replicas.clone());
    }
    if (0..).zip(by_index.keys()).any(|(expected, index)| expected != *index) {
        return Err(refuse("partitions should be a consecutive 0-based integer sequence".to_owned()));
    }
    Ok(by_index.into_values().collect())
}

fn automatic(
    core: &mut Core,
    name: &ByteString,
    partitions: i32,
    replication_factor: i16,
) -> Result<Vec<Vec<BrokerId>>, Refusal> {
    if replication_factor < -1 || replication_factor == 0 {
        return Err(Refusal::new(
            ErrorCode::InvalidReplicationFactor,
            "Replication factor must be larger than 0, or -1 to use the default value.",
        ));
    }
    if partitions < -1 || partitions == 0 {
        return Err(Refusal::new(
            ErrorCode::InvalidPartitions,
            "Number of partitions was set to an invalid non-positive value.",
        ));
    }
    let partitions = if partitions == -1 { core.default_partitions(name) } else { partitions };
    let factor = if replication_factor == -1 { core.default_replication_factor(name) } else { replication_factor };
    place_partitions(core, 0, partitions, factor)
}

/// Places `count` partitions from index `first` on.
fn place_partitions(
    core: &mut Core,
    first: i32,
    count: i32,
    replication_factor: i16,
) -> Result<Vec<Vec<BrokerId>>, Refusal> {
    if usize::try_from(count).is_ok_and(|count| count > PARTITIONS_PER_REQUEST_MAX) {
        return Err(Refusal::new(
            ErrorCode::PolicyViolation,
            "Excessively large number of partitions per request.",
        ));
    }
    let brokers = core.broker_ids();
    let placed = place(&mut core.random, &brokers, first, count, replication_factor)?;
    refuse_copies(usize::try_from(replication_factor).unwrap_or(0), ErrorCode::InvalidReplicationFactor)?;
    Ok(placed)
}

/// Copies on followers are not there yet: more than the one copy is refused rather than pretended.
fn refuse_copies(replication_factor: usize, code: ErrorCode) -> Result<(), Refusal> {
    if replication_factor <= 1 {
        return Ok(());
    }
    let message = format!(
        "Unable to replicate the partition {replication_factor} time(s): this server keeps one copy of each partition."
    );
    Err(Refusal::new(code, message))
}

/// Decides where new partitions of a topic will live, so that it has `count` in all.
///
/// # Errors
/// Kafka's code and message.
pub(crate) fn plan_partitions(
    core: &mut Core,
    name: &str,
    count: i32,
    assignments: Option<&[Vec<BrokerId>]>,
) -> Result<Vec<Vec<BrokerId>>, Refusal> {
    let topic = core.metadata.image().topic_named(name).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let existing = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
    let replication_factor = topic.partitions.first().map_or(1, |partition| partition.replicas.len());
    let refuse = |message: String| Err(Refusal::new(ErrorCode::InvalidPartitions, message));
    if count == existing {
        return refuse(format!("Topic already has {existing} partition(s)."));
    }
    if count < existing {
        return refuse(format!(
            "The topic {name} currently has {existing} partition(s); {count} would not be an increase."
        ));
    }
    let additional = count - existing;
    let Some(assignments) = assignments else {
        let factor = i16::try_from(replication_factor).unwrap_or(i16::MAX);
        return place_partitions(core, existing, additional, factor);
    };
    if i32::try_from(assignments.len()) != Ok(additional) {
        return Err(Refusal::new(
            ErrorCode::InvalidReplicaAssignment,
            format!(
                "Attempted to add {additional} additional partition(s), but only {} assignment(s) were specified.",
                assignments.len()
            ),
        ));
    }
    for replicas in assignments {
        check_assignment(replicas, Some(replication_factor), &core.broker_ids())?;
    }
    Ok(assignments.to_vec())
}

/// Makes a topic because a request named it, if the cluster's settings and the client allow that.
pub(crate) fn create_automatically(
    core: &mut Core,
    turn: &mut Turn<'_>,
    name: &ByteString,
    client_allows: bool,
) -> AutoCreation {
    if check_name(name).is_err() {
        return AutoCreation::Refused(ErrorCode::InvalidTopicException);
    }
    let internal = is_internal(name);
    if !client_allows || !(core.auto_create_topics() || internal && name == CONSUMER_OFFSETS) {
        return AutoCreation::Refused(ErrorCode::UnknownTopicOrPartition);
    }
    let configs: Vec<(String, Option<String>)> =
        core.internal_topic_configs(name).into_iter().map(|(name, value)| (name, Some(value))).collect();
    let assignments = Assignments::Automatic { partitions: -1, replication_factor: -1 };
    match plan_topic(core, name, &assignments, &configs) {
        Err(refusal) => AutoCreation::Refused(refusal.code),
        Ok(plan) => match core.create_topics(turn, vec![plan], true) {
            Ok((_, wait)) => AutoCreation::Created(wait),
            Err(code) => AutoCreation::Refused(code),
        },
    }
}
