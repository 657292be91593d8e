//! What brokers do, as lines.

use super::{Line, Teller};
use runnel_broker::groups::{GroupEvent, GroupState, LeaveReason, OffsetRemoval};
use runnel_broker::{Event, EventKind, RemovalReason};

/// Kafka's own topics are the inside of groups and transactions; their records are silent.
fn is_internal(topic: &str) -> bool {
    topic.starts_with("__")
}

fn counted(partitions: usize) -> String {
    if partitions == 1 { "1 partition".to_owned() } else { format!("{partitions} partitions") }
}

impl Teller {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only what is worth a line is told")]
    pub(super) fn note_broker(&mut self, event: &Event) {
        match &event.kind {
            EventKind::TopicCreated { topic, partitions, .. } if !is_internal(topic) => {
                self.say(format!("topic {topic} has {}", counted(partitions.len())));
            }
            EventKind::PartitionsAdded { topic, partitions } => {
                self.say(format!("topic {topic} gets {} more", counted(partitions.len())));
            }
            EventKind::TopicDeleted { topic, .. } => self.say(format!("topic {topic} is deleted")),
            EventKind::BatchAppended { topic, partition, base_offset, last_offset, previews, connection, .. }
                if !is_internal(topic) =>
            {
                let before = format!("{} ->", connection.map_or_else(|| "a broker".to_owned(), |id| self.at(id)));
                let place = format!("{topic}-{partition}");
                if previews.is_empty() {
                    let (first, last, behind) = (*base_offset, *last_offset, String::new());
                    self.join(Line::Run { before, partition: place, first, last, behind });
                    return;
                }
                for preview in previews {
                    let key = preview.key.as_ref().map(|key| format!(" key={}", key.text));
                    let tombstone = preview.value.is_none().then_some(" tombstone");
                    self.join(Line::Run {
                        before: before.clone(),
                        partition: place.clone(),
                        first: preview.offset,
                        last: preview.offset,
                        behind: format!("{}{}", key.unwrap_or_default(), tombstone.unwrap_or_default()),
                    });
                }
            }
            EventKind::DuplicateBatch { topic, partition, base_offset, connection, .. } => {
                let who = self.at(*connection);
                self.say(format!("{who} -> {topic}-{partition}@{base_offset} again, known already"));
            }
            EventKind::ProduceRefused { topic, partition, error, connection, .. } => {
                let who = self.at(*connection);
                self.say(format!("{who} -> {topic}-{partition} refused: {error}"));
            }
            EventKind::LogStartMoved { topic, partition, to, why, .. } if !is_internal(topic) => {
                let why = match why {
                    RemovalReason::RetentionTime => "older than retention.ms",
                    RemovalReason::RetentionSize => "larger than retention.bytes",
                    RemovalReason::LogStart => "deleted by a tool",
                };
                self.say(format!("{topic}-{partition} begins at {to}: {why}"));
            }
            EventKind::SegmentRolled { topic, partition, base_offset } if !is_internal(topic) => {
                self.say(format!("{topic}-{partition} has a new segment from {base_offset}"));
            }
            EventKind::LogCompacted { topic, partition, records_before, records_after, .. } if !is_internal(topic) => {
                self.say(format!("{topic}-{partition} is compacted: {records_before} records to {records_after}"));
            }
            EventKind::PartitionOffline { topic, partition, why } if !is_internal(topic) => {
                self.say(format!("{topic}-{partition} is offline: {why}"));
            }
            EventKind::BrokerAdded { .. } => self.say(format!("broker {} joins the cluster", event.broker)),
            EventKind::BrokerStopped { .. } => self.say(format!("broker {} is gone", event.broker)),
            EventKind::BrokerFenced { .. } => self.say(format!("broker {} is missed by the controller", event.broker)),
            EventKind::BrokerStarted { .. } => self.say(format!("broker {} takes connections", event.broker)),
            EventKind::LeaderChanged { topic, partition, to, .. } if !is_internal(topic) => {
                self.say(match to {
                    -1 => format!("{topic}-{partition} is led by nobody"),
                    leader => format!("{topic}-{partition} is led by broker {leader}"),
                });
            }
            EventKind::Group { event } => self.note_group(event),
            // The rest is periodic, internal, or told by a client.
            _other => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only what is worth a line is told")]
    fn note_group(&mut self, event: &GroupEvent) {
        match event {
            GroupEvent::GroupStateChanged { group_id, from, to, .. } => {
                let line = self.lines.iter_mut().rev().find_map(|line| match line {
                    Line::States { group, states } if group == group_id => Some(states),
                    Line::Plain(_) | Line::States { .. } | Line::Run { .. } | Line::Moves { .. } => None,
                });
                if let Some(states) = line
                    && states.last() == Some(from)
                    && !rests(*from)
                {
                    states.push(*to);
                } else {
                    self.push(Line::States { group: group_id.clone(), states: vec![*from, *to] });
                }
            }
            GroupEvent::MemberLeft { group_id, client_id, reason, .. } if !client_id.is_empty() => {
                let why = match reason {
                    LeaveReason::Left { .. } => "said goodbye",
                    LeaveReason::SessionTimeout => "was silent for its session time-out",
                    LeaveReason::RebalanceTimeout => "did not join again in time",
                    LeaveReason::SyncTimeout => "did not ask for its assignment in time",
                    LeaveReason::GroupFull => "finds the group full",
                    LeaveReason::Unloaded => "belongs to another coordinator",
                };
                self.say(format!("{group_id}: {client_id} {why}"));
            }
            GroupEvent::MemberReplaced { group_id, group_instance_id, .. } => {
                self.say(format!("{group_id}: {group_instance_id} comes back as the same member"));
            }
            GroupEvent::OffsetsRemoved { group_id, offsets, reason } => {
                let why = match reason {
                    OffsetRemoval::Expired => "expired",
                    OffsetRemoval::Deleted => "deleted by a tool",
                    OffsetRemoval::TopicDeleted => "the topic is deleted",
                };
                for offset in offsets {
                    let place = format!("{}-{}@{}", offset.topic, offset.partition_index, offset.from);
                    self.say(format!("{group_id} forgets {place}: {why}"));
                }
            }
            _other => {}
        }
    }
}

/// Whether a group rests in a state, so that what follows is another story.
fn rests(state: GroupState) -> bool {
    match state {
        GroupState::Empty | GroupState::Stable | GroupState::Dead => true,
        GroupState::PreparingRebalance | GroupState::CompletingRebalance => false,
    }
}
