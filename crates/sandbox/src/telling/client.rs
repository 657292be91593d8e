//! What clients do, as lines.

use super::{Line, Teller};
use runnel_clients::consumer::{ConsumerEvent, OffsetReset, PositionCause};
use runnel_clients::{ProducerEvent, TopicPartition};

fn place(partition: &TopicPartition) -> String {
    format!("{}-{}", partition.topic, partition.partition)
}

fn places(partitions: &[TopicPartition]) -> String {
    if partitions.is_empty() {
        return "nothing".to_owned();
    }
    partitions.iter().map(place).collect::<Vec<_>>().join(" ")
}

impl Teller {
    pub(super) fn note_producer(&mut self, name: &str, event: &ProducerEvent) {
        match event {
            ProducerEvent::BatchRetried { topic, partition, reason, .. } => {
                self.say(format!("{name} will send to {topic}-{partition} again: {reason}"));
            }
            ProducerEvent::CallRetried { reason, .. } => self.say(format!("{name} will try again: {reason}")),
            ProducerEvent::RecordsFailed { topic, records_count, reason, .. } => {
                self.say(format!("{name} gives up {records_count} records for {topic}: {reason}"));
            }
            ProducerEvent::ProducerIdRefused { reason } => self.say(format!("{name} has no producer id: {reason}")),
            ProducerEvent::RecordWaits { .. }
            | ProducerEvent::RecordQueued { .. }
            | ProducerEvent::BatchSent { .. }
            | ProducerEvent::BatchAcknowledged { .. }
            | ProducerEvent::BatchSplit { .. }
            | ProducerEvent::ProducerIdObtained { .. }
            | ProducerEvent::ProducerEpochBumped { .. }
            | ProducerEvent::Closed => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only what is worth a line is told")]
    pub(super) fn note_consumer(&mut self, name: &str, event: &ConsumerEvent) {
        match event {
            ConsumerEvent::Assigned { partitions, .. } => self.say(format!("{name} <- {}", places(partitions))),
            ConsumerEvent::Revoked { partitions } if !partitions.is_empty() => {
                self.say(format!("{name} gives back {}", places(partitions)));
            }
            ConsumerEvent::Lost { partitions, .. } if !partitions.is_empty() => {
                self.say(format!("{name} has lost {}", places(partitions)));
            }
            ConsumerEvent::PositionMoved { partition, to, cause, .. } => {
                let why = match cause {
                    PositionCause::Committed => "committed",
                    PositionCause::ResetToEarliest => "the beginning, since nothing is committed",
                    PositionCause::ResetToLatest => "the end, since nothing is committed",
                    PositionCause::Seek => "sought",
                };
                self.say(format!("{name} reads {} from {to} ({why})", place(partition)));
            }
            ConsumerEvent::OffsetReset { partition, policy, offset: Some(offset), .. } => {
                let policy = match policy {
                    OffsetReset::Earliest => "earliest",
                    OffsetReset::Latest => "latest",
                    OffsetReset::None => "none",
                };
                self.say(format!("{name}: {}@{offset} is out of range, reset to {policy}", place(partition)));
            }
            ConsumerEvent::ProcessingFinished { partition, offset } => {
                let (before, behind) = (format!("{name} did"), String::new());
                self.join(Line::Run { before, partition: place(partition), first: *offset, last: *offset, behind });
            }
            ConsumerEvent::Committed { offsets } => {
                for offset in offsets {
                    let (before, partition) = (format!("{name} commits"), place(&offset.partition));
                    // Java's consumers say the same again every five seconds.
                    let key = (name.to_owned(), partition.clone());
                    if self.committed.insert(key, offset.offset) != Some(offset.offset) {
                        self.join(Line::Moves { before, partition, to: offset.offset });
                    }
                }
            }
            ConsumerEvent::CommitRefused { error, .. } => self.say(format!("{name} may not commit: {error}")),
            ConsumerEvent::SessionTimedOut { .. } => self.say(format!("{name} has heard nothing for its session")),
            ConsumerEvent::PollIntervalExceeded { .. } => {
                self.say(format!("{name} was away for longer than max.poll.interval.ms"));
            }
            ConsumerEvent::Restarting { reason, .. } => self.say(format!("{name} starts over: {reason}")),
            ConsumerEvent::Failed { reason } => self.say(format!("{name} fails: {reason}")),
            ConsumerEvent::Unreadable { partition, fetch_offset, reason } => {
                self.say(format!("{name} cannot read {}@{fetch_offset}: {reason}", place(partition)));
            }
            // The rest is how it comes to these.
            _other => {}
        }
    }
}
