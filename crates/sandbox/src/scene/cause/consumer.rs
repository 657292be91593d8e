//! Sentences for what happens inside the world's consumers.

use super::Told;
use super::Weight::{Notable, Routine, Warning};
use crate::scene::node::NodeId;
use crate::scene::words::{between, count, list, millis, offsets};
use runnel_broker::Timestamp;
use runnel_clients::TopicPartition;
use runnel_clients::consumer::{ConsumerEvent, OffsetReset, PartitionOffset, PositionCause, StartAt};

pub(super) fn told(name: &str, event: &ConsumerEvent, time: Timestamp) -> Told {
    let told = |kind, weight, text: String| Told::new(kind, weight, name, text);
    let told = match event {
        ConsumerEvent::CoordinatorFound { group_id, node_id } => {
            let text = format!("learns that broker {node_id} coordinates group {group_id}");
            told("coordinator_found", Routine, text).about(NodeId::Broker(*node_id)).in_group(group_id)
        }
        ConsumerEvent::CoordinatorLost { group_id, reason } => {
            let text = format!("looks for the coordinator of group {group_id} again: {reason}");
            told("coordinator_lost", Warning, text).in_group(group_id)
        }
        ConsumerEvent::Joining { group_id, reason, .. } => {
            told("joining", Routine, format!("asks to join group {group_id}: {reason}")).in_group(group_id)
        }
        ConsumerEvent::MemberIdGiven { member_id } => {
            told("member_id_given", Routine, format!("is to be {member_id} in its group, and joins again as that"))
        }
        ConsumerEvent::Joined { group_id, generation_id, is_leader, protocol, .. } => {
            let role = if *is_leader {
                format!(" and leads it: it deals the partitions, by {protocol}")
            } else {
                String::new()
            };
            told("joined", Routine, format!("is in generation {generation_id} of group {group_id}{role}"))
                .in_group(group_id)
        }
        ConsumerEvent::Dealt { generation_id, members } => {
            let members: Vec<String> =
                members.iter().map(|(member, owned)| format!("{} to {member}", names(owned))).collect();
            told("dealt", Routine, format!("deals the partitions of generation {generation_id}: {}", list(&members)))
        }
        ConsumerEvent::Assigned { generation_id, added, partitions } => {
            let news = match (partitions.is_empty(), added.len() == partitions.len()) {
                (true, _) => "nothing to read".to_owned(),
                (false, true) => format!("{} to read", names(partitions)),
                (false, false) => format!("{} to read, of these new: {}", names(partitions), names(added)),
            };
            told("assigned", Notable, format!("has {news} in generation {generation_id}")).on_all(partitions)
        }
        ConsumerEvent::Revoked { partitions } => {
            told("revoked", Notable, format!("gives up {}, with time to commit", names(partitions))).on_all(partitions)
        }
        ConsumerEvent::Lost { partitions, reason } => {
            let text = format!("has lost {}: {reason}", names(partitions));
            told("lost", Warning, text).on_all(partitions)
        }
        ConsumerEvent::PositionMoved { partition, from, to, cause } => {
            let why = match cause {
                PositionCause::Committed => "its group has committed that",
                PositionCause::ResetToEarliest => "auto.offset.reset says so: earliest, the first record that is there",
                PositionCause::ResetToLatest => "auto.offset.reset says so: latest, after the last record",
                PositionCause::Seek => "somebody asked for it",
            };
            let before = from.map(|from| format!(", after offset {from}")).unwrap_or_default();
            told("position_moved", Notable, format!("reads {partition} from offset {to}{before}: {why}"))
                .reading(partition)
        }
        ConsumerEvent::OffsetReset { partition, policy, reason, offset } => {
            let what = match policy {
                OffsetReset::Earliest => "begins at the first record that is there",
                OffsetReset::Latest => "begins with what comes next",
                OffsetReset::None => "gives up",
            };
            let wanted = offset.map(|offset| format!(" (offset {offset})")).unwrap_or_default();
            let text = format!("has no valid offset{wanted} for {partition} and {what}: {reason}");
            told("offset_reset", Notable, text).reading(partition)
        }
        ConsumerEvent::Fetched { partition, from_offset, to_offset, records_count, .. } => {
            let records = count(i64::try_from(*records_count).unwrap_or(i64::MAX), "record");
            let text = format!("receives {records} of {partition}, {}", offsets(*from_offset, *to_offset));
            told("fetched", Routine, text).reading(partition)
        }
        ConsumerEvent::Unreadable { partition, fetch_offset, reason } => {
            let text = format!("cannot read {partition} at offset {fetch_offset} and stays there: {reason}");
            told("unreadable", Warning, text).reading(partition)
        }
        ConsumerEvent::ProcessingStarted { partition, offset, until } => {
            let text = format!("works on offset {offset} of {partition} for {}", between(time, *until));
            told("processing_started", Routine, text).reading(partition)
        }
        ConsumerEvent::ProcessingFinished { partition, offset } => {
            told("processing_finished", Routine, format!("is done with offset {offset} of {partition}"))
                .reading(partition)
        }
        ConsumerEvent::Committing { offsets } => {
            told("committing", Routine, format!("asks to commit {}", places(offsets))).on_places(offsets)
        }
        ConsumerEvent::Committed { offsets } => {
            let text = format!("knows that {} is committed: its group goes on there after a restart", places(offsets));
            told("committed", Routine, text).on_places(offsets)
        }
        ConsumerEvent::CommitRefused { offsets, error } => {
            let text = format!("could not commit {}, so it may be read again: {error}", places(offsets));
            told("commit_refused", Warning, text).on_places(offsets)
        }
        ConsumerEvent::HeartbeatRefused { error } => {
            told("heartbeat_refused", Notable, format!("learns from a heartbeat that its group has moved on: {error}"))
        }
        ConsumerEvent::SessionTimedOut { timeout_ms } => {
            let text =
                format!("has heard nothing of its coordinator for its session time-out of {}", wait(*timeout_ms));
            told("session_timed_out", Warning, text)
        }
        ConsumerEvent::PollIntervalExceeded { interval_ms } => {
            let text = format!(
                "leaves its group by itself: its program did not ask for records for max.poll.interval.ms, {}",
                wait(*interval_ms)
            );
            told("poll_interval_exceeded", Warning, text)
        }
        ConsumerEvent::Left { group_id, reason, .. } => {
            told("left", Notable, format!("says goodbye to group {group_id}: {reason}")).in_group(group_id)
        }
        ConsumerEvent::Sought { partition, to } => {
            let place = match to {
                StartAt::Earliest => "the first record that is there".to_owned(),
                StartAt::Latest => "the end".to_owned(),
                StartAt::Offset(offset) => format!("offset {offset}"),
            };
            told("sought", Notable, format!("is told to read {partition} from {place} on")).reading(partition)
        }
        ConsumerEvent::Paused { partitions } => {
            told("paused", Notable, format!("holds back with {}", names(partitions))).on_all(partitions)
        }
        ConsumerEvent::Resumed { partitions } => {
            told("resumed", Notable, format!("goes on with {}", names(partitions))).on_all(partitions)
        }
        ConsumerEvent::Restarting { reason, wait_ms } => {
            let text = format!("starts all over in {}: {reason}", wait(*wait_ms));
            told("restarting", Warning, text)
        }
        ConsumerEvent::Failed { reason } => told("failed", Warning, format!("has given up: {reason}")),
        ConsumerEvent::Closed => told("closed", Notable, "is closed".to_owned()),
    };
    told.about(NodeId::Client(name.to_owned()))
}

fn names(partitions: &[TopicPartition]) -> String {
    match partitions {
        [] => "nothing".to_owned(),
        some => list(&some.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}

fn places(offsets: &[PartitionOffset]) -> String {
    let places = offsets.iter().map(|one| format!("offset {} of {}", one.offset, one.partition));
    match offsets {
        [] => "nothing".to_owned(),
        _ => list(&places.collect::<Vec<_>>()),
    }
}

fn wait(wait_ms: u64) -> String {
    millis(i64::try_from(wait_ms).unwrap_or(i64::MAX))
}

impl Told {
    fn reading(self, partition: &TopicPartition) -> Self {
        self.about(NodeId::lane(&partition.topic, partition.partition))
    }

    fn on_all(self, partitions: &[TopicPartition]) -> Self {
        partitions.iter().fold(self, Told::reading)
    }

    fn on_places(self, offsets: &[PartitionOffset]) -> Self {
        offsets.iter().fold(self, |told, one| told.reading(&one.partition))
    }

    fn in_group(self, group_id: &str) -> Self {
        self.about(NodeId::Group(group_id.to_owned()))
    }
}
