//! What a record may not be, how long it may wait, and when something is due.

use super::batch::Batch;
use super::batching::{Batching, Waiting, WaitsFor, held_size};
use super::core::{Core, TopicLanes};
use super::record::SendFailure;
use crate::kind::ClientKind;
use runnel_protocol::{ErrorCode, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

impl Batching {
    /// The partitions that a record may go to. `Err(None)` where it has to wait for metadata.
    pub(super) fn lanes_for(&self, core: &Core, waiting: &Waiting) -> Result<TopicLanes, Option<SendFailure>> {
        let settings = &core.settings;
        let record = &waiting.record;
        if settings.kind == ClientKind::Librdkafka {
            let of = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, bytes::Bytes::len);
            check_size(of(&record.key) + of(&record.value), settings.max_request_size, "message.max.bytes")?;
        }
        let Some(lanes) = core.lanes(&record.topic) else {
            let error = core.metadata.topic(&record.topic).map_or(ErrorCode::None, |topic| topic.error);
            let is_final = error != ErrorCode::None && !error.is_retriable();
            return Err(is_final.then_some(SendFailure::Refused { error, message: None }));
        };
        if let Some(partition) = record.partition
            && !(0..lanes.partitions_count).contains(&partition)
        {
            let waits = settings.kind == ClientKind::Java && partition >= 0;
            return Err((!waits).then(|| not_in_metadata(core, waiting, Duration::ZERO)));
        }
        if settings.kind == ClientKind::Java {
            let size = held_size(record);
            check_size(size, settings.max_request_size, "max.request.size")?;
            check_size(size, usize::try_from(settings.buffer_memory).unwrap_or(usize::MAX), "buffer.memory")?;
        }
        Ok(lanes)
    }

    /// Gives up what has taken too long.
    pub(super) fn expire(&mut self, core: &mut Core, now: Timestamp) {
        while let Some(waiting) = self.waiting.pop_front_if(|waiting| waiting_until(core, waiting) <= now) {
            let waited = now.since(waiting.since);
            let failure = if waiting.waits_for == Some(WaitsFor::BufferMemory) {
                let size = core.settings.batch_size.max(held_size(&waiting.record));
                SendFailure::BufferExhausted { size, total: core.settings.buffer_memory, waited }
            } else {
                not_in_metadata(core, &waiting, waited)
            };
            self.waiting_bytes =
                self.waiting_bytes.saturating_sub(u64::try_from(waiting.record.memory_size()).unwrap_or(0));
            self.fail_one(core, waiting.id, &waiting.record, failure);
            if let Some(next) = self.waiting.front_mut()
                && core.settings.kind == ClientKind::Java
            {
                next.since = next.since.max(now);
            }
        }
        let timeout = core.settings.effective_delivery_timeout();
        let is_late = |batch: &Batch| batch.created_at + timeout <= now && !batch.is_done;
        let mut expired: Vec<Batch> = Vec::new();
        for queue in self.queues.values_mut() {
            while let Some(batch) = queue.pop_front_if(|batch| is_late(batch)) {
                expired.push(batch);
            }
        }
        for batch in self.in_flight.values_mut().flat_map(|request| &mut request.batches) {
            if is_late(batch) {
                expired.push(batch.clone());
                // The answer may come yet; the memory is given back with it.
                batch.is_done = true;
            }
        }
        self.queues.retain(|_, queue| !queue.is_empty());
        for batch in expired {
            let failure = SendFailure::Expired { records_count: batch.held.len(), waited: now.since(batch.created_at) };
            if let Some(idempotence) = &mut self.idempotence {
                idempotence.mark_unresolved(&batch);
            }
            self.fail_batch(core, batch, &failure);
        }
    }

    /// The next instant at which something is given up, or may leave. Only what lies ahead counts: what is due already
    /// waits for an answer.
    pub(super) fn next_deadline(&self, core: &Core, now: Timestamp) -> Option<Timestamp> {
        let timeout = core.settings.effective_delivery_timeout();
        let waiting = self.waiting.front().map(|waiting| waiting_until(core, waiting));
        let heads = self.queues.values().filter_map(VecDeque::front);
        let of_heads = heads
            .flat_map(|batch| [batch.created_at + timeout, batch.created_at + core.settings.linger, batch.not_before]);
        let in_flight = self.in_flight.values().flat_map(|request| &request.batches);
        let of_flight = in_flight.filter(|batch| !batch.is_done).map(|batch| batch.created_at + timeout);
        let identity = self.idempotence.as_ref().map(|idempotence| idempotence.not_before);
        let all = waiting.into_iter().chain(of_heads).chain(of_flight).chain(identity);
        all.filter(|at| *at > now).min()
    }
}

/// Until when a record may wait for its partition.
pub(super) fn waiting_until(core: &Core, waiting: &Waiting) -> Timestamp {
    match core.settings.kind {
        ClientKind::Java | ClientKind::Kafkajs => waiting.since + core.settings.max_block,
        ClientKind::Librdkafka => waiting.since + core.settings.delivery_timeout,
    }
}

fn not_in_metadata(core: &Core, waiting: &Waiting, waited: Duration) -> SendFailure {
    SendFailure::NotInMetadata {
        topic: waiting.record.topic.to_string(),
        partition: waiting.record.partition,
        partitions_count: core.metadata.partitions_count(&waiting.record.topic),
        waited,
    }
}

fn check_size(size: usize, max: usize, setting: &'static str) -> Result<(), Option<SendFailure>> {
    let max_bytes = u64::try_from(max).unwrap_or(u64::MAX);
    if size > max { Err(Some(SendFailure::RecordTooLarge { size, max: max_bytes, setting })) } else { Ok(()) }
}
