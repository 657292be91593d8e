//! What happens inside the world's producers: which partition each record was given, and why.

use crate::scene::client::{Client, ClientState, ClientView};
use crate::scene::countdown::CountdownKind;
use crate::scene::seen::Choice;
use crate::scene::{Scene, cause};
use runnel_broker::Timestamp;
use runnel_clients::event::{ClientEvent, ConnectionEvent, ProducerEvent};
use runnel_clients::partitioners::PartitionChoice;
use runnel_clients::producer::{ProducerView, SendId};
use std::ops::RangeBounds;

/// Records whose choice is remembered until they are acknowledged.
const UNDER_WAY_MAX: usize = 10_000;

impl Scene {
    /// Takes in what happened inside a client of the world. One that nobody introduced is not known.
    pub fn fold_client(&mut self, name: &str, event: &ClientEvent, time: Timestamp) {
        match event {
            ClientEvent::Connection(event) => self.fold_connection(name, event, time),
            ClientEvent::Producer(event) => self.fold_producer(name, event, time),
            ClientEvent::Consumer(event) => self.fold_consumer(name, event, time),
        }
    }

    /// Takes in what happened to the connections of a client of the world.
    pub fn fold_connection(&mut self, name: &str, event: &ConnectionEvent, time: Timestamp) {
        if self.clients.contains_key(name) {
            self.advance(time);
            let told = cause::of_connection(self, name, event, time);
            self.seen.causes.push(told);
        }
    }

    /// Takes in what happened inside a producer of the world.
    pub fn fold_producer(&mut self, name: &str, event: &ProducerEvent, time: Timestamp) {
        if !self.clients.contains_key(name) {
            return;
        }
        self.advance(time);
        let told = cause::of_producer(self, name, event, time);
        self.seen.causes.push(told);
        if let Some(client) = self.clients.get_mut(name) {
            for (topic, partition, offset, choice) in client.fold_producer(event) {
                self.seen.remember_choice(&topic, partition, offset, Choice { producer: name.to_owned(), choice });
            }
        }
    }

    /// Takes in how a producer is: its queues, and what it waits for.
    pub fn see_producer(&mut self, name: &str, view: ProducerView, time: Timestamp) {
        self.advance(time);
        let Some(client) = self.clients.get_mut(name) else { return };
        let mut waits = Vec::new();
        for queue in &view.queues {
            let place = format!("{}-{}", queue.topic, queue.partition);
            waits.extend(queue.linger_until.map(|due| (CountdownKind::Linger, place.clone(), due)));
            waits.extend(queue.retry_at.map(|due| (CountdownKind::Retry, place.clone(), due)));
            waits.push((CountdownKind::Delivery, place, queue.expires_at));
        }
        waits.extend(view.waiting_until.map(|due| (CountdownKind::Delivery, String::new(), due)));
        client.set_waits(waits, time);
        client.view = Some(ClientView::Producer(Box::new(view)));
    }
}

impl Client {
    /// Follows records from their choice to their offset, by the numbers that the producer gave them: batches may be
    /// acknowledged in another order than they were sent, and a call that kafkajs tries again chooses anew.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are told in sentences only")]
    fn fold_producer(&mut self, event: &ProducerEvent) -> Vec<(String, i32, i64, PartitionChoice)> {
        match event {
            ProducerEvent::RecordQueued { send_id, topic, choice, .. } => {
                self.under_way.insert(*send_id, (topic.clone(), choice.clone()));
                if self.under_way.len() > UNDER_WAY_MAX {
                    self.under_way.pop_first();
                }
                Vec::new()
            }
            ProducerEvent::BatchAcknowledged { topic, partition, first, last, base_offset, .. } => {
                let acknowledged = self.take_under_way(*first..=*last, topic, Some(*partition), usize::MAX);
                let offsets = base_offset.iter().flat_map(|base| *base..);
                let placed = acknowledged.into_iter().zip(offsets);
                placed.map(|(choice, offset)| (topic.clone(), *partition, offset, choice)).collect()
            }
            ProducerEvent::RecordsFailed { topic, partition, first, records_count, .. } => {
                self.take_under_way(*first.., topic, *partition, *records_count);
                Vec::new()
            }
            ProducerEvent::Closed => {
                self.state = ClientState::Closed;
                self.under_way.clear();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Takes the first so many choices of records for a topic, and a partition of it, that have these numbers.
    fn take_under_way(
        &mut self,
        numbers: impl RangeBounds<SendId>,
        topic: &str,
        partition: Option<i32>,
        count: usize,
    ) -> Vec<PartitionChoice> {
        let is_wanted = |(of, choice): &(String, PartitionChoice)| {
            of == topic && partition.is_none_or(|partition| choice.partition == partition)
        };
        let found = self.under_way.range(numbers).filter(|(_, known)| is_wanted(known)).take(count);
        let found: Vec<SendId> = found.map(|(number, _)| *number).collect();
        found.iter().filter_map(|number| self.under_way.remove(number)).map(|(_, choice)| choice).collect()
    }
}
