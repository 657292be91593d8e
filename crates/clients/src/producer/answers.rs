//! What becomes of a batch: acknowledged, sent again, split, or given up.

use super::batch::Batch;
use super::batching::{Batching, InFlight};
use super::core::Core;
use super::record::{RecordPlace, SendFailure};
use crate::carrier::Address;
use crate::event::ProducerEvent;
use crate::kind::ClientKind;
use crate::metadata::{Leader, is_stale};
use crate::network::{Failure, Reply};
use runnel_protocol::messages::produce::{PartitionProduceResponse, ProduceResponse};
use runnel_protocol::{ErrorCode, Response, Timestamp};

/// What a broker, or the lack of an answer, says of one batch.
#[derive(Clone, Debug)]
struct Verdict {
    error: ErrorCode,
    message: Option<String>,
    base_offset: i64,
    log_append_time_ms: i64,
    log_start_offset: i64,
}

impl Batching {
    pub(super) fn handle_reply(&mut self, core: &mut Core, now: Timestamp, reply: Reply) {
        if self.idempotence.as_ref().is_some_and(|idempotence| idempotence.asking == Some(reply.id)) {
            return self.handle_identity(core, now, reply);
        }
        let Some(request) = self.in_flight.remove(&reply.id) else { return };
        match reply.outcome {
            Ok(Response::Produce(response)) => {
                self.learn_leaders(core, now, &response, &request);
                for batch in request.batches {
                    let verdict = find(core, &response, &batch).unwrap_or_else(|| Verdict {
                        message: Some("the answer does not name the partition".to_owned()),
                        ..Verdict::of(ErrorCode::UnknownServerError)
                    });
                    self.judge(core, now, batch, &verdict);
                }
            }
            Ok(_) => {}
            Err(failure) => {
                let error = match &failure {
                    Failure::TimedOut => ErrorCode::RequestTimedOut,
                    Failure::UnsupportedVersion { .. } => ErrorCode::UnsupportedVersion,
                    Failure::Encode(_) => ErrorCode::InvalidRecord,
                    Failure::NotConnected { .. } | Failure::Disconnected { .. } | Failure::Decode(_) => {
                        ErrorCode::NetworkException
                    }
                };
                core.metadata.demand();
                let verdict = Verdict { message: Some(failure.to_string()), ..Verdict::of(error) };
                for batch in request.batches {
                    self.judge(core, now, batch, &verdict);
                }
            }
        }
    }

    fn judge(&mut self, core: &mut Core, now: Timestamp, batch: Batch, verdict: &Verdict) {
        if is_stale(verdict.error) {
            core.metadata.demand();
        }
        if batch.is_done {
            self.allocated = self.allocated.saturating_sub(batch.allocated);
            return;
        }
        let error = verdict.error;
        if error == ErrorCode::None {
            return self.complete(core, batch, Some(verdict.base_offset), Some(verdict.log_append_time_ms));
        }
        if error == ErrorCode::DuplicateSequenceNumber {
            // The broker has newer ones and forgot where this one lies.
            return self.complete(core, batch, None, None);
        }
        if error == ErrorCode::MessageTooLarge && batch.held.len() > 1 && core.settings.kind == ClientKind::Java {
            return self.split(core, batch);
        }
        if self.can_retry(core, now, &batch, verdict) {
            return self.send_again(core, now, batch, verdict);
        }
        let has_tries_left = batch.attempts < core.settings.retries;
        if let Some(idempotence) = &mut self.idempotence
            && (has_tries_left || error == ErrorCode::OutOfOrderSequenceNumber)
        {
            // Its numbers are lost to the partition, so that what follows would leave a gap.
            idempotence.want_bump(&batch.place, error.name());
        }
        let failure = SendFailure::Refused { error, message: verdict.message.clone() };
        self.fail_batch(core, batch, &failure);
    }

    /// Whether the batch may be sent once more.
    fn can_retry(&mut self, core: &Core, now: Timestamp, batch: &Batch, verdict: &Verdict) -> bool {
        let is_late = batch.created_at + core.settings.effective_delivery_timeout() <= now;
        if is_late || batch.attempts >= core.settings.retries {
            return false;
        }
        let (Some(idempotence), Some(stamp)) = (&mut self.idempotence, batch.stamp) else {
            return verdict.error.is_retriable();
        };
        let place = &batch.place;
        if verdict.error == ErrorCode::UnknownProducerId {
            if verdict.log_start_offset >= 0 && !batch.sequence_was_reset {
                let is_truncated = idempotence.last_acked_offset(place) < verdict.log_start_offset;
                let reason = if is_truncated { "the log's head is gone" } else { "the broker forgot the producer" };
                idempotence.want_bump(place, reason);
            }
            return true;
        }
        if verdict.error == ErrorCode::OutOfOrderSequenceNumber {
            let is_next = idempotence.is_next(place, stamp.base_sequence);
            let is_unresolved = idempotence.is_unresolved(place);
            let waits_for_others = !is_unresolved && (batch.sequence_was_reset || !is_next);
            let is_gap = !is_unresolved || idempotence.is_next_after_unresolved(place, stamp.base_sequence);
            if !waits_for_others && is_gap {
                idempotence.want_bump(place, "the broker misses records before this batch");
            }
            return true;
        }
        verdict.error.is_retriable()
    }

    fn send_again(&mut self, core: &mut Core, now: Timestamp, mut batch: Batch, verdict: &Verdict) {
        batch.attempts += 1;
        let wait = core.settings.retry_backoff.after(batch.attempts, &mut core.random);
        batch.not_before = now + wait;
        core.counters.retries_count += 1;
        core.note(|| ProducerEvent::BatchRetried {
            topic: batch.place.topic.to_string(),
            partition: batch.place.partition,
            records_count: batch.held.len(),
            reason: match &verdict.message {
                Some(message) => format!("{}: {message}", verdict.error.name()),
                None => verdict.error.name().to_owned(),
            },
            attempt: batch.attempts + 1,
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        });
        self.put_back(core, batch);
    }

    /// Puts a batch back into its queue: by its number where it has one, by age in librdkafka. Java without idempotence
    /// puts it first, whatever came back before.
    fn put_back(&mut self, core: &Core, batch: Batch) {
        let queue = self.queues.entry(batch.place.clone()).or_default();
        let sequence = |batch: &Batch| batch.stamp.map(|stamp| stamp.base_sequence);
        let at = if let Some(own) = sequence(&batch) {
            queue.iter().take_while(|other| sequence(other).is_some_and(|number| number < own)).count()
        } else if core.settings.kind == ClientKind::Librdkafka {
            queue.iter().take_while(|other| other.first() < batch.first()).count()
        } else {
            0
        };
        queue.insert(at, batch);
    }

    fn split(&mut self, core: &mut Core, batch: Batch) {
        let allocated = batch.allocated;
        self.allocated = self.allocated.saturating_sub(allocated);
        let (place, records_count) = (batch.place.clone(), batch.held.len());
        let parts = batch.split(core.settings.batch_size);
        core.note(|| ProducerEvent::BatchSplit {
            topic: place.topic.to_string(),
            partition: place.partition,
            records_count,
            parts_count: parts.len(),
        });
        for part in parts.into_iter().rev() {
            self.put_back(core, part);
        }
    }

    /// A broker has the batch, or nobody was asked to say so.
    pub(super) fn complete(
        &mut self,
        core: &mut Core,
        batch: Batch,
        base_offset: Option<i64>,
        log_append_time_ms: Option<i64>,
    ) {
        self.allocated = self.allocated.saturating_sub(batch.allocated);
        let base_offset = base_offset.filter(|offset| *offset >= 0);
        let last_offset = base_offset.map(|base| base + i64::from(batch.records_count()) - 1);
        if let Some(idempotence) = &mut self.idempotence {
            idempotence.acknowledged(&batch, last_offset);
        }
        core.note(|| ProducerEvent::BatchAcknowledged {
            topic: batch.place.topic.to_string(),
            partition: batch.place.partition,
            first: batch.first(),
            last: batch.last(),
            records_count: batch.held.len(),
            base_offset,
        });
        let log_append_time = log_append_time_ms.filter(|millis| *millis >= 0);
        for (held, index) in batch.held.into_iter().zip(0_i64..) {
            let offset = base_offset.map(|base| base + index);
            let timestamp = log_append_time.unwrap_or(held.timestamp);
            core.finish(held.id, Ok(RecordPlace { partition: batch.place.partition, offset, timestamp }));
        }
    }

    /// Gives up the records of a batch.
    pub(super) fn fail_batch(&mut self, core: &mut Core, batch: Batch, failure: &SendFailure) {
        if !self
            .in_flight
            .values()
            .flat_map(|request| &request.batches)
            .any(|other| other.is_done && other.place == batch.place && other.first() == batch.first())
        {
            self.allocated = self.allocated.saturating_sub(batch.allocated);
        }
        core.note(|| ProducerEvent::RecordsFailed {
            topic: batch.place.topic.to_string(),
            partition: Some(batch.place.partition),
            first: batch.first(),
            records_count: batch.held.len(),
            reason: failure.to_string(),
        });
        for held in batch.held {
            core.finish(held.id, Err(failure.clone()));
        }
    }

    /// Takes in newer leaders that an answer names (KIP-951).
    fn learn_leaders(&self, core: &mut Core, now: Timestamp, response: &ProduceResponse, request: &InFlight) {
        for endpoint in &response.node_endpoints {
            if let Ok(port) = u16::try_from(endpoint.port) {
                core.network.learn(now, endpoint.node_id, Address { host: endpoint.host.to_string(), port });
            }
        }
        for batch in &request.batches {
            if let Some(partition) = partition_of(core, response, batch) {
                let leader = Leader {
                    node_id: partition.current_leader.leader_id,
                    leader_epoch: partition.current_leader.leader_epoch,
                };
                core.metadata.handle_leader(&batch.place.topic, batch.place.partition, leader);
            }
        }
    }

    fn handle_identity(&mut self, core: &mut Core, now: Timestamp, reply: Reply) {
        let Some(mut idempotence) = self.idempotence.take() else { return };
        idempotence.asking = None;
        let refusal = match reply.outcome {
            Ok(Response::InitProducerId(response)) => {
                let error = ErrorCode::from_number(response.error_code).unwrap_or(ErrorCode::UnknownServerError);
                if error == ErrorCode::None {
                    let (producer_id, producer_epoch) = (response.producer_id, response.producer_epoch);
                    idempotence.identity = Some((producer_id, producer_epoch));
                    idempotence.failures_count = 0;
                    idempotence.begin_anew(self.all_batches());
                    core.note(|| ProducerEvent::ProducerIdObtained { producer_id, producer_epoch });
                }
                (error != ErrorCode::None).then(|| error.name().to_owned())
            }
            Ok(_) => Some("another answer came".to_owned()),
            Err(failure) => Some(failure.to_string()),
        };
        if let Some(reason) = refusal {
            idempotence.failures_count = idempotence.failures_count.saturating_add(1);
            let wait = core.settings.retry_backoff.after(idempotence.failures_count, &mut core.random);
            idempotence.not_before = now + wait;
            core.note(|| ProducerEvent::ProducerIdRefused { reason });
        }
        self.idempotence = Some(idempotence);
    }
}

impl Verdict {
    fn of(error: ErrorCode) -> Self {
        Verdict { error, message: None, base_offset: -1, log_append_time_ms: -1, log_start_offset: -1 }
    }
}

/// What an answer says of a batch.
fn find(core: &Core, response: &ProduceResponse, batch: &Batch) -> Option<Verdict> {
    let partition = partition_of(core, response, batch)?;
    let of_record = partition.record_errors.iter().find_map(|error| error.batch_index_error_message.as_ref());
    let message = of_record.or(partition.error_message.as_ref()).map(ToString::to_string);
    Some(Verdict {
        error: ErrorCode::from_number(partition.error_code).unwrap_or(ErrorCode::UnknownServerError),
        message,
        base_offset: partition.base_offset,
        log_append_time_ms: partition.log_append_time_ms,
        log_start_offset: partition.log_start_offset,
    })
}

/// The part of an answer about a batch; from version 13 on a topic is named by its identifier.
fn partition_of<'a>(core: &Core, response: &'a ProduceResponse, batch: &Batch) -> Option<&'a PartitionProduceResponse> {
    let topic_id = core.metadata.topic(&batch.place.topic).map(|topic| topic.topic_id).unwrap_or_default();
    let topic = response.responses.iter().find(|topic| {
        let by_name = topic.topic_id.is_nil() && *topic.name == *batch.place.topic;
        by_name || (!topic_id.is_nil() && topic.topic_id == topic_id)
    })?;
    topic.partition_responses.iter().find(|partition| partition.index == batch.place.partition)
}
