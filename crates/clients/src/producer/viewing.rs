//! How the inside is shown.

use super::batching::Batching;
use super::core::Core;
use super::limits::waiting_until;
use super::view::{InFlightView, ProducerView, QueueView};
use runnel_protocol::Timestamp;

/// What both ways to send show.
pub(super) fn view(core: &Core) -> ProducerView {
    ProducerView {
        kind: core.settings.kind,
        client_id: core.settings.client_id.clone(),
        producer_id: None,
        producer_epoch: None,
        waiting_count: 0,
        waiting_until: None,
        queues: Vec::new(),
        in_flight: Vec::new(),
        buffer_used: 0,
        buffer_memory: core.settings.buffer_memory,
        counters: core.counters,
    }
}

impl Batching {
    pub(super) fn show(&self, core: &Core, view: &mut ProducerView) {
        let identity = self.idempotence.as_ref().and_then(|idempotence| idempotence.identity);
        view.producer_id = identity.map(|(id, _)| id);
        view.producer_epoch = identity.map(|(_, epoch)| epoch);
        view.waiting_count = self.waiting.len();
        view.waiting_until = self.waiting.front().map(|waiting| waiting_until(core, waiting));
        view.buffer_used = self.allocated;
        let timeout = core.settings.effective_delivery_timeout();
        for (place, queue) in &self.queues {
            let Some(head) = queue.front() else { continue };
            view.queues.push(QueueView {
                topic: place.topic.to_string(),
                partition: place.partition,
                batches_count: queue.len(),
                records_count: queue.iter().map(|batch| batch.held.len()).sum(),
                bytes: queue.iter().map(super::batch::Batch::size).sum(),
                linger_until: (head.attempts == 0).then(|| head.created_at + core.settings.linger),
                retry_at: (head.attempts > 0).then_some(head.not_before),
                expires_at: head.created_at + timeout,
                attempts: head.attempts,
                next_sequence: self.idempotence.as_ref().and_then(|idempotence| idempotence.next_sequence(place)),
            });
        }
        for request in self.in_flight.values() {
            let batches = request.batches.iter().filter(|batch| !batch.is_done);
            view.in_flight.extend(batches.map(|batch| InFlightView {
                node_id: request.node_id,
                topic: batch.place.topic.to_string(),
                partition: batch.place.partition,
                records_count: batch.held.len(),
                bytes: batch.size(),
                base_sequence: batch.stamp.map(|stamp| stamp.base_sequence),
                attempt: batch.attempts + 1,
                expires_at: Some::<Timestamp>(batch.created_at + timeout),
            }));
        }
    }
}
