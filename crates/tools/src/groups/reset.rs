//! `--reset-offsets`: plans new offsets for groups at rest, and commits them with `--execute`.

use super::csv::{self, Plan};
use super::offsets::{end_offsets, ensure_valid, offsets_at, partitions_named};
use super::read::{committed, coordinator_verdict, describe_groups};
use super::{error, group_ids};
use crate::admin::{Call, Partition, Whom};
use crate::java::{Exception, java_hash, parse_date_time, parse_duration, sort_as_java};
use crate::options::Options;
use crate::story::{Outcome, Stop, Story};
use runnel_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use runnel_protocol::{ErrorCode, Request, Response};
use std::collections::{BTreeMap, BTreeSet};

type Offsets = BTreeMap<Partition, i64>;

pub(super) fn reset(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let ids = group_ids(story, options)?;
    let described = describe_groups(story, &ids)?;
    let mut plan = Plan::new();
    for (id, group) in described {
        let is_inactive = match group {
            Ok(group) if matches!(group.state.as_str(), "Empty" | "Dead") => true,
            Ok(group) => {
                let state = group.state;
                error(
                    story,
                    &format!(
                        "Assignments can only be reset if the group '{id}' is inactive, but the current state is {state}."
                    ),
                );
                false
            }
            Err(exception) if exception.code() == Some(ErrorCode::GroupIdNotFound) => true,
            Err(exception) => return Err(exception.execution().runtime().into()),
        };
        let offsets = if is_inactive { reset_group(story, options, &id)? } else { Offsets::new() };
        plan.insert(id, offsets);
    }
    let mut plan: Vec<(String, Vec<(Partition, i64)>)> =
        plan.into_iter().map(|(id, offsets)| (id, offsets.into_iter().collect())).collect();
    sort_as_java(&mut plan, |(id, _)| java_hash(id));
    for (_, offsets) in &mut plan {
        sort_as_java(offsets, |(partition, _)| partition.java_hash());
    }
    if options.has("export") {
        let is_single = options.values("group").len() == 1;
        let lines = plan.iter().flat_map(|(id, offsets)| {
            let group = (!is_single).then_some(id.as_str());
            offsets.iter().map(move |(partition, offset)| csv::line(group, partition, *offset) + "\n")
        });
        let text: String = lines.collect();
        story.out(text);
    } else {
        print(story, &plan);
    }
    Ok(())
}

fn print(story: &mut Story<'_>, plan: &[(String, Vec<(Partition, i64)>)]) {
    let group_width = plan.iter().map(|(id, _)| id.chars().count()).max().unwrap_or(0).max(15);
    let topics = plan.iter().flat_map(|(_, offsets)| offsets.iter().map(|(partition, _)| &partition.topic));
    let topic_width = topics.map(|topic| topic.chars().count()).max().unwrap_or(0).max(15);
    if !plan.is_empty() {
        story.out("");
        story.out(format!("{:<group_width$} {:<topic_width$} {:<10} NEW-OFFSET", "GROUP", "TOPIC", "PARTITION"));
    }
    for (id, offsets) in plan {
        for (partition, offset) in offsets {
            let Partition { topic, index } = partition;
            story.out(format!("{id:<group_width$} {topic:<topic_width$} {index:<10} {offset}"));
        }
    }
    if plan.is_empty() {
        story.out("");
    }
}

fn reset_group(story: &mut Story<'_>, options: &Options, id: &str) -> Outcome<Offsets> {
    let partitions = scope(story, options, id)?;
    let prepared = prepare(story, options, id, &partitions)?;
    if options.has("execute") {
        commit(story, id, &prepared)?;
    }
    Ok(prepared)
}

fn scope(story: &mut Story<'_>, options: &Options, id: &str) -> Outcome<Vec<Partition>> {
    if options.has("all-topics") {
        Ok(committed(story, id)?.into_keys().collect())
    } else if options.has("topic") {
        partitions_named(story, options.values("topic")).map_err(|stop| match stop {
            Stop::Thrown(exception) => Stop::Thrown(exception.unwrapped()),
            Stop::Waiting | Stop::Exit(_) => stop,
        })
    } else if options.has("from-file") {
        Ok(Vec::new())
    } else {
        Err(options.usage(story, "One of the reset scopes should be defined: --all-topics, --topic."))
    }
}

fn prepare(story: &mut Story<'_>, options: &Options, id: &str, partitions: &[Partition]) -> Outcome<Offsets> {
    ensure_valid(story, partitions)?;
    let wanted: BTreeSet<Partition> = partitions.iter().cloned().collect();
    if let Some(offset) = options.number::<i64>("to-offset")? {
        in_range(story, wanted.into_iter().map(|partition| (partition, offset)).collect())
    } else if options.has("to-earliest") {
        offsets_at(story, &wanted, -2)
    } else if options.has("to-latest") {
        end_offsets(story, &wanted)
    } else if let Some(shift) = options.number::<i64>("shift-by")? {
        let committed = committed(story, id)?;
        let shifted = wanted.into_iter().map(|partition| match committed.get(&partition).copied().flatten() {
            Some(known) => Ok((partition, known.offset.saturating_add(shift))),
            None => Err(Exception::illegal_argument(format!(
                "Cannot shift offset for partition {partition} since there is no current committed offset"
            ))),
        });
        let shifted = shifted.collect::<Result<Offsets, Exception>>()?;
        in_range(story, shifted)
    } else if let Some(text) = options.values("to-datetime").first() {
        let time =
            parse_date_time(text).map_err(|message| Exception::new("java.text.ParseException", message).runtime())?;
        at_time(story, &wanted, time)
    } else if let Some(text) = options.value("by-duration")? {
        let duration = parse_duration(text).ok_or_else(|| {
            let class = "java.time.format.DateTimeParseException";
            Exception::new(class, "Text cannot be parsed to a Duration")
        })?;
        let time = (story.now()? - duration).as_millis();
        at_time(story, &wanted, time)
    } else if let Some(path) = options.values("from-file").first() {
        from_file(story, options, id, path)
    } else if options.has("to-current") {
        to_current(story, id, wanted)
    } else {
        let sentence = "Option '[reset-offsets]' requires one of the following scenarios: [[to-offset], [shift-by], \
                        [to-datetime], [by-duration], [to-earliest], [to-latest], [to-current], [from-file]]";
        Err(options.usage(story, sentence))
    }
}

/// The first offset at or after a time; the end of the log where there is none.
fn at_time(story: &mut Story<'_>, partitions: &BTreeSet<Partition>, time: i64) -> Outcome<Offsets> {
    let mut offsets = offsets_at(story, partitions, time)?;
    let empty: BTreeSet<Partition> =
        offsets.iter().filter(|(_, offset)| **offset < 0).map(|(partition, _)| partition.clone()).collect();
    for Partition { topic, index } in &empty {
        story.out("");
        story.out(format!("Warn: Partition {index} from topic {topic} is empty. Falling back to latest known offset."));
    }
    offsets.extend(end_offsets(story, &empty)?);
    Ok(offsets)
}

fn from_file(story: &mut Story<'_>, options: &Options, id: &str, path: &str) -> Outcome<Offsets> {
    let text =
        story.read_text(path).map_err(|_| Exception::new("java.nio.file.NoSuchFileException", path).runtime())?;
    let mut plan = csv::read(&text, options.values("group"))?;
    match plan.remove(id) {
        Some(offsets) => in_range(story, offsets),
        None => {
            error(story, &format!("No reset plan for group {id} found"));
            Ok(Offsets::new())
        }
    }
}

fn to_current(story: &mut Story<'_>, id: &str, partitions: BTreeSet<Partition>) -> Outcome<Offsets> {
    let committed = committed(story, id)?;
    let mut offsets = Offsets::new();
    let mut rest = BTreeSet::new();
    for partition in partitions {
        match committed.get(&partition).copied().flatten() {
            Some(known) => {
                offsets.insert(partition, known.offset);
            }
            None => {
                rest.insert(partition);
            }
        }
    }
    offsets.extend(end_offsets(story, &rest)?);
    Ok(offsets)
}

/// Offsets that lie outside a log are moved to its nearer end.
fn in_range(story: &mut Story<'_>, wanted: Offsets) -> Outcome<Offsets> {
    let partitions: BTreeSet<Partition> = wanted.keys().cloned().collect();
    if partitions.is_empty() {
        return Ok(wanted);
    }
    let starts = offsets_at(story, &partitions, -2)?;
    let ends = end_offsets(story, &partitions)?;
    let mut offsets = Offsets::new();
    for (partition, offset) in wanted {
        let start = starts.get(&partition).copied().unwrap_or(0);
        let end = ends.get(&partition).copied().unwrap_or(i64::MAX);
        let (words, moved) = if offset > end {
            ("higher than latest", end)
        } else if offset < start {
            ("lower than earliest", start)
        } else {
            offsets.insert(partition, offset);
            continue;
        };
        let text = format!(
            "New offset ({offset}) is {words} offset for topic partition {partition}. Value will be set to {moved}"
        );
        story.log_warning(&text, "org.apache.kafka.tools.OffsetsUtils")?;
        offsets.insert(partition, moved);
    }
    Ok(offsets)
}

fn commit(story: &mut Story<'_>, id: &str, offsets: &Offsets) -> Outcome<()> {
    let mut topics: BTreeMap<&str, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
    for (partition, offset) in offsets {
        topics.entry(&partition.topic).or_default().push(OffsetCommitRequestPartition {
            partition_index: partition.index,
            committed_offset: *offset,
            committed_metadata: Some(String::new().into()),
            ..Default::default()
        });
    }
    let topics = topics
        .into_iter()
        .map(|(name, partitions)| OffsetCommitRequestTopic { name: name.into(), partitions, ..Default::default() })
        .collect();
    let request = OffsetCommitRequest { group_id: id.into(), topics, ..Default::default() };
    let whom = Whom::Coordinator(id.to_owned());
    let call = Call::new("offsetCommit", whom, Request::OffsetCommit(request)).with_verdict(|response| {
        let Response::OffsetCommit(response) = response else { return crate::admin::Verdict::Done };
        let partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
        coordinator_verdict(partitions.map(|partition| partition.error_code))
    });
    let Response::OffsetCommit(response) = story.ask(call)?? else {
        panic!("OffsetCommit is answered with OffsetCommit")
    };
    let mut refused = Vec::new();
    let mut first = None;
    for topic in response.topics {
        for partition in topic.partitions.iter().filter(|partition| partition.error_code != 0) {
            first = first.or(Some(partition.error_code));
            refused.push(Partition::new(&topic.name, partition.partition_index).to_string());
        }
    }
    match first {
        None => Ok(()),
        Some(code) => {
            let list = refused.join(", ");
            let message = format!("Failed altering group offsets for the following partitions: [{list}]");
            Err(Exception::of_number(code, Some(&message)).into())
        }
    }
}
