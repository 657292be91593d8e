//! `--delete` and `--delete-offsets`.

use super::offsets::numbered;
use super::read::coordinator_verdict;
use super::{error, group_ids};
use crate::admin::{Call, Partition, Whom, by_name};
use crate::java::{Exception, java_hash, sort_as_java};
use crate::options::Options;
use crate::story::{Outcome, Story};
use runnel_protocol::messages::delete_groups::DeleteGroupsRequest;
use runnel_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use runnel_protocol::{ErrorCode, Request, Response};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn delete(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let mut ids = group_ids(story, options)?;
    ids.sort();
    ids.dedup();
    let calls = ids.iter().map(|id| {
        let request = DeleteGroupsRequest { groups_names: vec![id.as_str().into()] };
        let whom = Whom::Coordinator(id.clone());
        Call::new("deleteConsumerGroups", whom, Request::DeleteGroups(request)).with_verdict(|response| {
            let Response::DeleteGroups(response) = response else { return crate::admin::Verdict::Done };
            coordinator_verdict(response.results.iter().map(|result| result.error_code))
        })
    });
    let calls = calls.collect();
    let mut outcomes = Vec::new();
    for (id, answer) in ids.into_iter().zip(story.ask_all(calls)?) {
        let outcome = answer.and_then(|told| {
            let Response::DeleteGroups(response) = told.response else {
                panic!("DeleteGroups is answered with DeleteGroups")
            };
            match response.results.first().map_or(0, |result| result.error_code) {
                0 => Ok(()),
                code => Err(Exception::of_number(code, None)),
            }
        });
        outcomes.push((id, outcome));
    }
    sort_as_java(&mut outcomes, |(id, _)| java_hash(id));
    let deleted: Vec<String> =
        outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(id, _)| format!("'{id}'")).collect();
    if deleted.len() == outcomes.len() {
        story.out(format!("Deletion of requested consumer groups ({}) was successful.", deleted.join(", ")));
        return Ok(());
    }
    error(story, "Deletion of some consumer groups failed:");
    for (id, outcome) in &outcomes {
        if let Err(exception) = outcome {
            story.out(format!("* Group '{id}' could not be deleted due to: {exception}"));
        }
    }
    if !deleted.is_empty() {
        story.out("");
        story.out(format!("These consumer groups were deleted successfully: {}", deleted.join(", ")));
    }
    Ok(())
}

/// What came of a partition, or of a topic as a whole (-1).
type Outcomes = BTreeMap<Partition, Option<Exception>>;

pub(super) fn delete_offsets(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let group = options.value("group")?.unwrap_or_default().to_owned();
    let mut outcomes = Outcomes::new();
    let mut partitions: BTreeSet<Partition> = BTreeSet::new();
    for argument in options.values("topic").iter().filter(|argument| argument.contains(':')) {
        partitions.extend(numbered(argument)?);
    }
    let topics: Vec<String> =
        options.values("topic").iter().filter(|argument| !argument.contains(':')).cloned().collect();
    if !topics.is_empty() {
        for (name, topic) in by_name(story, &topics, 2000)? {
            match topic {
                Ok(topic) => {
                    partitions.extend(topic.partitions.iter().map(|partition| Partition::new(&name, partition.index)));
                }
                Err(exception) => {
                    outcomes.insert(Partition::new(&name, -1), Some(exception));
                }
            }
        }
    }
    let top = ask(story, &group, &partitions, &mut outcomes)?;
    match top {
        None => story.out(format!("Request succeeded for deleting offsets from group {group}.")),
        Some(
            code @ (ErrorCode::InvalidGroupId
            | ErrorCode::GroupIdNotFound
            | ErrorCode::GroupAuthorizationFailed
            | ErrorCode::NonEmptyGroup),
        ) => error(story, code.message()),
        Some(
            ErrorCode::GroupSubscribedToTopic
            | ErrorCode::TopicAuthorizationFailed
            | ErrorCode::UnknownTopicOrPartition,
        ) => error(story, "Encountered some partition-level error, see the follow-up details."),
        Some(code) => error(story, &format!("Encountered some unknown error: {}", code.name())),
    }
    let width = outcomes.keys().map(|partition| partition.topic.chars().count()).max().unwrap_or(0).max(15);
    story.out("");
    story.out(format!("{:<width$} {:<10} {:<15}", "TOPIC", "PARTITION", "STATUS"));
    let mut outcomes: Vec<_> = outcomes.into_iter().collect();
    outcomes.sort_by_key(|(partition, _)| format!("{}{}", partition.topic, partition.index));
    for (partition, outcome) in outcomes {
        let number = if partition.index < 0 { "-".to_owned() } else { partition.index.to_string() };
        let status = outcome.map_or_else(|| "Successful".to_owned(), |exception| format!("Error: {exception}"));
        story.out(format!("{:<width$} {number:<10} {status:<15}", partition.topic));
    }
    Ok(())
}

/// Asks the coordinator. Returns the error that stands for all.
fn ask(
    story: &mut Story<'_>,
    group: &str,
    partitions: &BTreeSet<Partition>,
    outcomes: &mut Outcomes,
) -> Outcome<Option<ErrorCode>> {
    let mut topics: BTreeMap<&str, Vec<OffsetDeleteRequestPartition>> = BTreeMap::new();
    for partition in partitions {
        let wanted = OffsetDeleteRequestPartition { partition_index: partition.index };
        topics.entry(&partition.topic).or_default().push(wanted);
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| OffsetDeleteRequestTopic { name: name.into(), partitions })
        .collect();
    let request = OffsetDeleteRequest { group_id: group.into(), topics };
    let whom = Whom::Coordinator(group.to_owned());
    let call = Call::new("offsetDelete", whom, Request::OffsetDelete(request)).with_verdict(|response| {
        let Response::OffsetDelete(response) = response else { return crate::admin::Verdict::Done };
        coordinator_verdict([response.error_code])
    });
    let mut everywhere = |exception: &Exception| {
        outcomes.extend(partitions.iter().map(|partition| (partition.clone(), Some(exception.clone()))));
        Some(exception.code().unwrap_or(ErrorCode::UnknownServerError))
    };
    let response = match story.ask(call)? {
        Ok(Response::OffsetDelete(response)) if response.error_code == 0 => response,
        Ok(Response::OffsetDelete(response)) => {
            return Ok(everywhere(&Exception::of_number(response.error_code, None)));
        }
        Ok(_) => panic!("OffsetDelete is answered with OffsetDelete"),
        Err(exception) => return Ok(everywhere(&exception)),
    };
    let mut top = None;
    for topic in response.topics {
        for partition in topic.partitions {
            let exception = (partition.error_code != 0).then(|| Exception::of_number(partition.error_code, None));
            top = top.or(exception.as_ref().and_then(Exception::code));
            outcomes.insert(Partition::new(&topic.name, partition.partition_index), exception);
        }
    }
    Ok(top)
}
