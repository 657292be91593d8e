//! How Java and librdkafka send: records gather in batches, and batches leave when they are full or old enough.
//!
//! ```text
//! send --> waits for metadata, for room --> queue of its partition --> request to the leader --> acknowledged
//!                                               ^                            |
//!                                               '------ back-off <-----------'  an error that may pass
//! ```

use super::batch::{Batch, Held};
use super::core::{Core, Heard};
use super::idempotence::Idempotence;
use super::record::{ProducerRecord, SendFailure, SendId};
use crate::TopicPartition;
use crate::event::ProducerEvent;
use crate::kind::ClientKind;
use crate::network::RequestId;
use bytestring::ByteString;
use runnel_protocol::{SmallMap, SmallSet, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

/// Queues, requests under way, and who waits.
#[derive(Clone, Debug)]
pub(super) struct Batching {
    /// Records that have no partition yet, in order.
    pub(super) waiting: VecDeque<Waiting>,
    /// Bytes of them.
    pub(super) waiting_bytes: u64,
    pub(super) queues: SmallMap<TopicPartition, VecDeque<Batch>>,
    pub(super) in_flight: SmallMap<RequestId, InFlight>,
    /// Partitions that have had a record, by topic.
    pub(super) used: SmallMap<ByteString, SmallSet<i32>>,
    /// Bytes of `buffer.memory` in use.
    pub(super) allocated: u64,
    pub(super) idempotence: Option<Idempotence>,
    /// Everything up to here leaves at once.
    pub(super) flush_until: Option<SendId>,
    pub(super) is_closing: bool,
    /// Where the next request to a broker begins, so that no partition starves.
    pub(super) drain_index: SmallMap<i32, usize>,
    /// The next deadline.
    pub(super) wake_at: Option<Timestamp>,
}

/// A record whose `send` has not come to a partition.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) id: SendId,
    pub(super) record: ProducerRecord,
    /// When its `send` began: for Java, when that of the record before it was done.
    pub(super) since: Timestamp,
    /// What it has been seen to wait for.
    pub(super) waits_for: Option<WaitsFor>,
}

/// What a record waits for before it has a partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WaitsFor {
    Metadata,
    BufferMemory,
}

/// A request under way.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    pub(super) node_id: i32,
    pub(super) batches: Vec<Batch>,
}

impl Waiting {
    fn waits(&mut self, core: &mut Core, waits_for: WaitsFor) {
        if self.waits_for != Some(waits_for) {
            self.waits_for = Some(waits_for);
            let for_what = match waits_for {
                WaitsFor::Metadata => "metadata",
                WaitsFor::BufferMemory => "buffer_memory",
            };
            core.note(|| ProducerEvent::RecordWaits {
                send_id: self.id,
                topic: self.record.topic.to_string(),
                for_what,
            });
        }
    }
}

impl Batching {
    pub(super) fn new(core: &Core) -> Self {
        Batching {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            queues: SmallMap::new(),
            in_flight: SmallMap::new(),
            used: SmallMap::new(),
            allocated: 0,
            idempotence: core.settings.is_idempotent().then(Idempotence::new),
            flush_until: None,
            is_closing: false,
            drain_index: SmallMap::new(),
            wake_at: Some(Timestamp(i64::MIN)),
        }
    }

    pub(super) fn send(&mut self, core: &mut Core, now: Timestamp, id: SendId, record: ProducerRecord) {
        let size = u64::try_from(record.memory_size()).unwrap_or(u64::MAX);
        let bytes = self.waiting_bytes.saturating_add(size);
        let is_full = match core.settings.kind {
            ClientKind::Java | ClientKind::Kafkajs => bytes > core.settings.buffer_memory,
            ClientKind::Librdkafka => {
                let held_count = core.unfinished.len() - 1;
                held_count >= core.settings.queue_buffering_max_messages
                    || self.allocated.saturating_add(bytes) > core.settings.buffer_memory
            }
        };
        if self.is_closing {
            return self.fail_one(core, id, &record, SendFailure::Closed);
        }
        if is_full {
            return self.fail_one(core, id, &record, SendFailure::QueueFull);
        }
        core.metadata.want(now, &record.topic);
        self.waiting_bytes = bytes;
        self.waiting.push_back(Waiting { id, record, since: now, waits_for: None });
    }

    /// Everything that follows from an input.
    pub(super) fn advance(&mut self, core: &mut Core, now: Timestamp) {
        loop {
            while let Some(heard) = core.poll_reply(now) {
                match heard {
                    Heard::Metadata(_) => {}
                    Heard::Reply(reply) => self.handle_reply(core, now, reply),
                }
            }
            self.admit(core, now);
            self.expire(core, now);
            // What is due of metadata goes before all else.
            core.metadata.refresh_if_due(now, &mut core.network);
            self.keep_identity(core, now);
            self.drain(core, now);
            core.metadata.refresh_if_due(now, &mut core.network);
            // A request that cannot be said fails at once.
            if !core.network.has_replies() {
                break;
            }
        }
        if self.flush_until.is_some_and(|until| core.unfinished.first().is_none_or(|first| *first > until)) {
            self.flush_until = None;
        }
        self.wake_at = self.next_deadline(core, now);
    }

    /// Brings waiting records to their partitions. In Java the program is blocked in one `send` after the other;
    /// librdkafka keeps the records of each topic in order.
    fn admit(&mut self, core: &mut Core, now: Timestamp) {
        let mut held_back: Vec<Waiting> = Vec::new();
        while let Some(waiting) = self.waiting.pop_front() {
            let is_behind = held_back.iter().any(|other| other.record.topic == waiting.record.topic);
            if is_behind {
                held_back.push(waiting);
                continue;
            }
            match self.place(core, now, waiting) {
                None => {
                    if core.settings.kind == ClientKind::Java
                        && let Some(next) = self.waiting.front_mut()
                    {
                        next.since = next.since.max(now);
                    }
                }
                Some(waiting) if core.settings.kind == ClientKind::Java => {
                    self.waiting.push_front(waiting);
                    break;
                }
                Some(waiting) => held_back.push(waiting),
            }
        }
        if !held_back.is_empty() {
            held_back.extend(std::mem::take(&mut self.waiting));
            self.waiting = held_back.into();
        }
    }

    /// Puts a record into its partition's queue, or gives it up; gives it back where it has to wait.
    fn place(&mut self, core: &mut Core, now: Timestamp, mut waiting: Waiting) -> Option<Waiting> {
        let lanes = match self.lanes_for(core, &waiting) {
            Ok(lanes) => lanes,
            Err(Some(failure)) => {
                self.left_line(&waiting.record);
                self.fail_one(core, waiting.id, &waiting.record, failure);
                return None;
            }
            Err(None) => {
                if !core.metadata.is_refreshing() && core.metadata.topic(&waiting.record.topic).is_some() {
                    core.metadata.demand();
                }
                core.metadata.want(now, &waiting.record.topic);
                waiting.waits(core, WaitsFor::Metadata);
                return Some(waiting);
            }
        };
        let topic = waiting.record.topic.clone();
        let explicit = waiting.record.partition;
        let mut choice = core.partitioner.choose(now, &topic, &lanes.lanes(), explicit, waiting.record.key.as_deref());
        let is_sticky = matches!(choice.reason, crate::partitioners::PartitionReason::Sticky { .. });
        if is_sticky && self.takes_no_more(&topic, choice.partition) {
            // A switch that was put off because half a batch was open is made up for.
            core.partitioner.appended(&topic, &lanes.lanes(), 0, true);
            choice = core.partitioner.choose(now, &topic, &lanes.lanes(), explicit, waiting.record.key.as_deref());
        }
        let place = TopicPartition::new(topic.clone(), choice.partition);
        let id = waiting.id;
        let size = held_size(&waiting.record);
        let queue = self.queues.entry(place.clone()).or_default();
        let ProducerRecord { key, value, headers, .. } = &waiting.record;
        let timestamp = waiting.record.timestamp_at(now);
        let fits = |batch: &Batch| batch.has_room(timestamp, key.as_deref(), value.as_deref(), headers);
        if !queue.back().is_some_and(fits) {
            if let Some(last) = queue.back_mut() {
                last.is_closed = true;
            }
            let limit = core.settings.batch_size.max(size);
            let wanted = match core.settings.kind {
                ClientKind::Java => u64::try_from(limit).unwrap_or(u64::MAX),
                ClientKind::Kafkajs | ClientKind::Librdkafka => 0,
            };
            if wanted > core.settings.buffer_memory {
                let total = core.settings.buffer_memory;
                let failure = SendFailure::BufferExhausted { size: limit, total, waited: Duration::ZERO };
                self.left_line(&waiting.record);
                self.fail_one(core, id, &waiting.record, failure);
                return None;
            }
            if self.allocated.saturating_add(wanted) > core.settings.buffer_memory {
                waiting.waits(core, WaitsFor::BufferMemory);
                return Some(waiting);
            }
            self.allocated += wanted;
            let mut batch = Batch::new(place, limit, core.settings.batch_num_messages, now);
            batch.allocated = wanted;
            queue.push_back(batch);
        }
        self.left_line(&waiting.record);
        self.used.entry(topic.clone()).or_default().insert(choice.partition);
        let queue = self.queues.get_mut(&TopicPartition::new(topic.clone(), choice.partition));
        let batch = queue.and_then(VecDeque::back_mut).expect("a batch was just found or made");
        if core.settings.kind == ClientKind::Librdkafka {
            let size = u64::try_from(waiting.record.memory_size()).unwrap_or(0);
            batch.allocated += size;
            self.allocated += size;
        }
        let grown = batch.append(Held::new(id, waiting.record, now));
        let is_full = batch.is_full();
        let (batch_records_count, batch_bytes) = (batch.held.len(), batch.size());
        if is_sticky {
            let grown = u64::try_from(grown).unwrap_or(u64::MAX);
            core.partitioner.appended(&topic, &lanes.lanes(), grown, is_full);
        }
        core.note(|| ProducerEvent::RecordQueued {
            send_id: id,
            topic: topic.to_string(),
            choice,
            batch_records_count,
            batch_bytes,
        });
        None
    }

    /// Whether the newest batch of a partition is full, or there is none.
    fn takes_no_more(&self, topic: &str, partition: i32) -> bool {
        let queue = self.queues.get(&TopicPartition::new(topic, partition));
        queue.and_then(VecDeque::back).is_none_or(Batch::is_full)
    }

    fn left_line(&mut self, record: &ProducerRecord) {
        self.waiting_bytes = self.waiting_bytes.saturating_sub(u64::try_from(record.memory_size()).unwrap_or(0));
    }

    /// Gives up one record that is in no batch.
    pub(super) fn fail_one(&mut self, core: &mut Core, id: SendId, record: &ProducerRecord, failure: SendFailure) {
        core.note(|| ProducerEvent::RecordsFailed {
            topic: record.topic.to_string(),
            partition: record.partition,
            first: id,
            records_count: 1,
            reason: failure.to_string(),
        });
        core.finish(id, Err(failure));
    }

    /// Everything is settled.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.queues.is_empty() && self.in_flight.is_empty()
    }
}

/// What a record takes at most in a batch of its own.
pub(super) fn held_size(record: &ProducerRecord) -> usize {
    super::batch::size_max(record.key.as_deref(), record.value.as_deref(), &record.headers)
}
