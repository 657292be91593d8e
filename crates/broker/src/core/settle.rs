//! After an input: everything that follows from it, until nothing more does.

use super::{Broker, Core, Turn};
use crate::event::EventKind;
use crate::groups::{AppendId, GroupOutput, OffsetsRecord};
use crate::handlers;
use crate::ids::{BrokerId, PartitionIndex, TopicPartition};
use crate::purgatory::{Wait, Waiter, mark_failed};
use crate::timers::{ReplyId, Timer};
use crate::topics;
use crate::{Offset, metadata};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::Response;
use runnel_protocol::records::BatchBuilder;

impl Core {
    /// Runs until nothing is left that this input has set going.
    pub(crate) fn settle(&mut self, turn: &mut Turn<'_>) {
        loop {
            if self.drain_groups(turn) {
                continue;
            }
            // A delay of nothing is over at once.
            let due = |broker: &Broker| {
                broker.groups.is_changed && broker.groups.next_wakeup().is_some_and(|at| at <= turn.now)
            };
            if let Some(broker) = self.brokers.values_mut().find(|broker| due(broker)) {
                broker.groups.change().handle_timers(turn.now);
                continue;
            }
            if let Some(waiter) = self.purgatory.pop_woken() {
                self.wake(turn, waiter);
                continue;
            }
            if !self.is_opening
                && let Some(connection) = self.ready.pop_first()
            {
                self.next_request(turn, connection);
                continue;
            }
            self.begin_flush();
            // A flush of nothing may have let a waiter go.
            if !self.purgatory.has_woken() {
                break;
            }
        }
        for (id, broker) in self.brokers.iter_mut().filter(|(_, broker)| broker.groups.is_changed) {
            broker.groups.is_changed = false;
            let due = broker.groups.next_wakeup();
            if broker.groups_due == due {
                continue;
            }
            broker.groups_due = due;
            match due {
                Some(at) => self.timers.set(Timer::Groups(*id), at),
                None => self.timers.cancel(&Timer::Groups(*id)),
            }
        }
    }

    /// What happens when a time has come.
    pub(crate) fn handle_timer(&mut self, turn: &mut Turn<'_>, timer: Timer) {
        match timer {
            Timer::Reply(reply) => self.reply_due(turn, reply),
            Timer::Groups(broker) => {
                if let Some(state) = self.brokers.get_mut(&broker) {
                    state.groups_due = None;
                }
                self.groups(broker).handle_timers(turn.now);
            }
            Timer::Retention => self.begin_retention(turn),
            Timer::Compaction => self.begin_compaction(turn),
            Timer::Cleaning => self.clean_next(turn),
            Timer::Checkpoint => self.checkpoint(turn),
            Timer::BrokerSession(broker) => self.broker_session_over(turn, broker),
            Timer::BrokerStart(broker) => self.start_next(turn, broker),
        }
    }

    pub(crate) fn drain_groups(&mut self, turn: &mut Turn<'_>) -> bool {
        let mut any = false;
        let mut next = self.next_speaker(None);
        while let Some(broker) = next {
            any = true;
            while let Some(output) = self.groups(broker).poll_output() {
                match output {
                    GroupOutput::Reply { reply, answer } => {
                        let reply = ReplyId(reply.0);
                        let Some(parked) = self.purgatory.take(reply) else { continue };
                        let mut response = handlers::group_answer(parked.version, answer);
                        self.answer_parked(reply, &parked, &mut response);
                    }
                    GroupOutput::Append { id, partition, records } => {
                        self.append_for_groups(turn, broker, id, partition, &records);
                    }
                    GroupOutput::Event(event) => self.emit(broker, || EventKind::Group { event }),
                }
            }
            next = self.next_speaker(Some(broker));
        }
        any
    }

    /// The first broker behind this one whose groups have something to say. A look alone: whoever asks for a change
    /// gets a copy of what clones share.
    fn next_speaker(&self, behind: Option<BrokerId>) -> Option<BrokerId> {
        let mut brokers = self.brokers.iter().filter(|(id, _)| behind.is_none_or(|behind| **id > behind));
        brokers.find(|(_, broker)| broker.groups.is_changed && broker.groups.has_output()).map(|(id, _)| *id)
    }

    fn append_for_groups(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        id: AppendId,
        partition: i32,
        records: &[OffsetsRecord],
    ) {
        let Some(topic) = self.metadata.image().topic_named(topics::CONSUMER_OFFSETS) else {
            return self.groups(broker).handle_appended(turn.now, id, Err(ErrorCode::NotCoordinator));
        };
        let key = TopicPartition { topic_id: topic.id, index: PartitionIndex(partition) };
        let timestamp = turn.now.as_millis();
        let mut builder = BatchBuilder::new();
        for record in records {
            builder.append(timestamp, Some(&record.key), record.value.as_deref(), &[]);
        }
        match self.append_own(turn, broker, key, &builder.build()) {
            Err(code) => self.groups(broker).handle_appended(turn.now, id, Err(code)),
            Ok(appended) => {
                let waiter = Waiter::GroupAppend(broker, id, appended.last_offset + 1);
                self.purgatory.watch(key, waiter);
                self.wake_group_append(turn, key, broker, id, appended.last_offset + 1);
            }
        }
    }

    /// Tells a coordinator that its records are safe, or lost; says nothing while neither is so.
    fn wake_group_append(&mut self, turn: &Turn<'_>, key: TopicPartition, broker: BrokerId, id: AppendId, end: Offset) {
        let outcome = match self.partition(broker, key) {
            None => Err(ErrorCode::NotCoordinator),
            Some(partition) if partition.offline.is_some() => Err(ErrorCode::KafkaStorageError),
            Some(partition) if partition.high_watermark >= end => Ok(end - 1),
            Some(_) => return,
        };
        self.purgatory.unwatch(key, Waiter::GroupAppend(broker, id, end));
        self.groups(broker).handle_appended(turn.now, id, outcome);
    }

    fn wake(&mut self, turn: &mut Turn<'_>, (key, waiter): (TopicPartition, Waiter)) {
        match waiter {
            Waiter::GroupAppend(broker, id, end) => self.wake_group_append(turn, key, broker, id, end),
            Waiter::Reply(reply) => self.look_again(turn, reply, false),
        }
    }

    fn reply_due(&mut self, turn: &mut Turn<'_>, reply: ReplyId) {
        self.look_again(turn, reply, true);
    }

    /// Answers a parked request if it can be answered, or must be because its time is over.
    fn look_again(&mut self, turn: &mut Turn<'_>, reply: ReplyId, time_is_over: bool) {
        let Some(parked) = self.purgatory.parked(reply) else { return };
        let response = match &parked.wait {
            Wait::Group => return,
            Wait::Fetch(fetch) => {
                let (call, fetch) = (self.call_of(reply, parked), fetch.clone());
                handlers::resume_fetch(self, turn, &call, &fetch, time_is_over)
            }
            Wait::Written(_) => self.look_at_written(reply, time_is_over),
        };
        if let Some(mut response) = response
            && let Some(parked) = self.purgatory.take(reply)
        {
            self.answer_parked(reply, &parked, &mut response);
        }
    }

    fn look_at_written(&mut self, reply: ReplyId, time_is_over: bool) -> Option<Response> {
        let Wait::Written(written) = &self.purgatory.parked(reply)?.wait else { return None };
        let mut written = written.clone();
        let mut open = Vec::new();
        for wait in std::mem::take(&mut written.waits) {
            let partition = self.owner_of(wait.partition).and_then(|broker| self.partition(broker, wait.partition));
            let failure = match partition {
                None => Some(ErrorCode::NotLeaderOrFollower),
                Some(partition) if partition.offline.is_some() => Some(ErrorCode::KafkaStorageError),
                Some(partition) if partition.high_watermark >= wait.end => None,
                Some(_) if time_is_over => Some(ErrorCode::RequestTimedOut),
                Some(_) => {
                    open.push(wait);
                    None
                }
            };
            if let Some(code) = failure {
                match wait.place {
                    Some(place) => mark_failed(&mut written.response, place, code),
                    None => handlers::mark_all_failed(&mut written.response, code),
                }
            }
        }
        open.is_empty().then_some(written.response)
    }

    /// The broker that has a partition's log.
    pub(crate) fn owner_of(&self, key: TopicPartition) -> Option<BrokerId> {
        if key.topic_id == metadata::METADATA_TOPIC_ID {
            return Some(self.controller());
        }
        self.metadata.image().leader(key)
    }
}
