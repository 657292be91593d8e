//! `--describe`: offsets and lag, members, or states of groups.

use super::offsets::{end_offsets, without_leader};
use super::read::{Committed, Group, Member, committed, describe_groups};
use super::{error, group_ids};
use crate::admin::Partition;
use crate::java::Exception;
use crate::options::Options;
use crate::story::{Outcome, Story};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn describe(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let ids = group_ids(story, options)?;
    let described = describe_groups(story, &ids)?;
    let groups = described.into_values().collect::<Result<Vec<Group>, Exception>>().map_err(Exception::execution)?;
    let verbose = options.has("verbose");
    if options.has("members") {
        groups.iter().try_for_each(|group| members(story, group, verbose))
    } else if options.has("state") {
        groups.iter().try_for_each(|group| state(story, group, verbose))
    } else {
        // Everything is asked before anything is printed.
        let mut rows = Vec::new();
        for group in &groups {
            rows.push(offset_rows(story, group)?);
        }
        groups.iter().zip(rows).try_for_each(|(group, rows)| offsets(story, group, &rows, verbose))
    }
}

/// Says what is to be said of a group's state. Returns whether its rows are to be printed.
fn is_shown(story: &mut Story<'_>, group: &Group, rows_count: usize) -> Outcome<bool> {
    let id = &group.id;
    match group.state.as_str() {
        "Dead" => error(story, &format!("Consumer group '{id}' does not exist.")),
        "Empty" => {
            story.err("");
            story.err(format!("Consumer group '{id}' has no active members."));
        }
        "PreparingRebalance" | "CompletingRebalance" | "Assigning" | "Reconciling" => {
            story.err("");
            story.err(format!("Warning: Consumer group '{id}' is rebalancing."));
        }
        "Stable" => {}
        other => {
            let message = format!("Expected a valid consumer group state, but found '{other}'.");
            return Err(Exception::new("org.apache.kafka.common.KafkaException", message).into());
        }
    }
    Ok(group.state != "Dead" && rows_count > 0)
}

/// One line of offsets; what is not known is a dash.
struct Row {
    topic: String,
    partition: String,
    leader_epoch: String,
    current: String,
    end: String,
    lag: String,
    consumer_id: String,
    host: String,
    client_id: String,
}

fn offset_rows(story: &mut Story<'_>, group: &Group) -> Outcome<Vec<Row>> {
    let committed = committed(story, &group.id)?;
    let mut members: Vec<&Member> = group.members.iter().filter(|member| !member.partitions.is_empty()).collect();
    members.sort_by_key(|member| std::cmp::Reverse(member.partitions.len()));
    let mut rows = Vec::new();
    let mut assigned: BTreeSet<&Partition> = BTreeSet::new();
    for member in members {
        assigned.extend(&member.partitions);
        let owner = [&member.consumer_id, &member.host, &member.client_id].map(String::as_str);
        rows.extend(rows_of(story, &member.partitions, &committed, owner)?);
    }
    let rest: BTreeSet<Partition> =
        committed.keys().filter(|partition| !assigned.contains(partition)).cloned().collect();
    if !rest.is_empty() {
        rows.extend(rows_of(story, &rest, &committed, ["-", "-", "-"])?);
    }
    Ok(rows)
}

fn rows_of(
    story: &mut Story<'_>,
    partitions: &BTreeSet<Partition>,
    committed: &BTreeMap<Partition, Option<Committed>>,
    [consumer_id, host, client_id]: [&str; 3],
) -> Outcome<Vec<Row>> {
    let leaderless = without_leader(story, partitions)?;
    let led: BTreeSet<Partition> = partitions.difference(&leaderless).cloned().collect();
    let ends = end_offsets(story, &led)?;
    let rows = partitions.iter().map(|partition| {
        let known = committed.get(partition).copied().flatten();
        let end = ends.get(partition).copied();
        let lag = known.zip(end).map(|(known, end)| end - known.offset);
        let text = |number: Option<i64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        Row {
            topic: partition.topic.clone(),
            partition: partition.index.to_string(),
            leader_epoch: text(known.and_then(|known| known.leader_epoch).map(i64::from)),
            current: text(known.map(|known| known.offset)),
            end: text(end),
            lag: text(lag),
            consumer_id: consumer_id.to_owned(),
            host: host.to_owned(),
            client_id: client_id.to_owned(),
        }
    });
    Ok(rows.collect())
}

fn width<'a>(least: usize, texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0).max(least)
}

fn offsets(story: &mut Story<'_>, group: &Group, rows: &[Row], verbose: bool) -> Outcome<()> {
    if !is_shown(story, group, rows.len())? {
        return Ok(());
    }
    let group_width = width(15, std::iter::once(group.id.as_str()));
    let topic_width = width(15, rows.iter().map(|row| row.topic.as_str()));
    let consumer_width = width(15, rows.iter().map(|row| row.consumer_id.as_str()));
    let host_width = width(15, rows.iter().map(|row| row.host.as_str()));
    let line = |id: &str, row: &Row| {
        let epoch = if verbose { format!("{:<15} ", row.leader_epoch) } else { String::new() };
        format!(
            "{id:<group_width$} {:<topic_width$} {:<10} {epoch}{:<15} {:<15} {:<15} {:<consumer_width$} \
             {:<host_width$} {}",
            row.topic, row.partition, row.current, row.end, row.lag, row.consumer_id, row.host, row.client_id
        )
    };
    let head = Row {
        topic: "TOPIC".to_owned(),
        partition: "PARTITION".to_owned(),
        leader_epoch: "LEADER-EPOCH".to_owned(),
        current: "CURRENT-OFFSET".to_owned(),
        end: "LOG-END-OFFSET".to_owned(),
        lag: "LAG".to_owned(),
        consumer_id: "CONSUMER-ID".to_owned(),
        host: "HOST".to_owned(),
        client_id: "CLIENT-ID".to_owned(),
    };
    story.out("");
    story.out(line("GROUP", &head));
    for row in rows {
        story.out(line(&group.id, row));
    }
    Ok(())
}

fn members(story: &mut Story<'_>, group: &Group, verbose: bool) -> Outcome<()> {
    let shown = is_shown(story, group, group.members.len())?;
    // Columns keep their least width where the state forbids to look.
    let measured: &[Member] = if shown { &group.members } else { &[] };
    let group_width = if measured.is_empty() { 15 } else { width(15, std::iter::once(group.id.as_str())) };
    let consumer_width = width(15, measured.iter().map(|member| member.consumer_id.as_str()));
    let instance_width = width(17, measured.iter().map(|member| member.instance_id.as_str()));
    let host_width = width(15, measured.iter().map(|member| member.host.as_str()));
    let client_width = width(15, measured.iter().map(|member| member.client_id.as_str()));
    let assignments: Vec<String> = measured.iter().map(assignment).collect();
    let assignment_width = width(20, assignments.iter().map(String::as_str));
    let is_static = measured.iter().any(|member| !member.instance_id.is_empty());
    let line = |columns: [&str; 6], extra: [&str; 4]| {
        let [id, consumer, instance, host, client, count] = columns;
        let instance = if is_static { format!("{instance:<instance_width$} ") } else { String::new() };
        let mut text = format!(
            "{id:<group_width$} {consumer:<consumer_width$} {instance}{host:<host_width$} {client:<client_width$} \
             {count:<15} "
        );
        if verbose {
            let [epoch, current, target_epoch, target] = extra;
            text.push_str(&format!("{epoch:<15} {current:<assignment_width$} {target_epoch:<15} {target:<20}"));
        }
        text
    };
    story.out("");
    story.out(line(
        ["GROUP", "CONSUMER-ID", "GROUP-INSTANCE-ID", "HOST", "CLIENT-ID", "#PARTITIONS"],
        ["CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT"],
    ));
    for member in &group.members {
        let count = member.partitions.len().to_string();
        let columns = [&group.id, &member.consumer_id, &member.instance_id, &member.host, &member.client_id, &count];
        story.out(line(columns.map(String::as_str), ["-", &assignment(member), "-", "-"]));
    }
    Ok(())
}

/// `orders:0,1;payments:2`.
fn assignment(member: &Member) -> String {
    let mut topics: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for partition in &member.partitions {
        topics.entry(&partition.topic).or_default().push(partition.index.to_string());
    }
    let mut texts: Vec<String> =
        topics.into_iter().map(|(topic, partitions)| format!("{topic}:{}", partitions.join(","))).collect();
    texts.sort();
    if texts.is_empty() { "-".to_owned() } else { texts.join(";") }
}

fn state(story: &mut Story<'_>, group: &Group, verbose: bool) -> Outcome<()> {
    if !is_shown(story, group, 1)? {
        return Ok(());
    }
    let (node, address) = &group.coordinator;
    let coordinator = format!("{}:{}  ({node})", address.host, address.port);
    let coordinator_width = width(25, std::iter::once(coordinator.as_str()));
    let group_width = width(15, std::iter::once(group.id.as_str()));
    let assignor = if group.assignor.is_empty() { "-" } else { &group.assignor };
    let line = |id: &str, coordinator: &str, assignor: &str, state: &str, epochs: [&str; 2], members: &str| {
        let epochs = if verbose { format!("{:<15} {:<25} ", epochs[0], epochs[1]) } else { String::new() };
        format!("{id:<group_width$} {coordinator:<coordinator_width$} {assignor:<20} {state:<20} {epochs}{members}")
    };
    story.out("");
    story.out(line(
        "GROUP",
        "COORDINATOR (ID)",
        "ASSIGNMENT-STRATEGY",
        "STATE",
        ["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"],
        "#MEMBERS",
    ));
    let members = group.members.len().to_string();
    story.out(line(&group.id, &coordinator, assignor, &group.state, ["-", "-"], &members));
    Ok(())
}
