//! Which batches leave, when, and in which request.

use super::batch::Batch;
use super::batching::{Batching, InFlight, WaitsFor};
use super::core::Core;
use super::idempotence::Idempotence;
use crate::TopicPartition;
use crate::event::ProducerEvent;
use crate::kind::ClientKind;
use crate::network::Peer;
use bytes::Bytes;
use runnel_protocol::messages::init_producer_id::InitProducerIdRequest;
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use runnel_protocol::{Chunks, Request, SmallMap, SmallSet, Timestamp};
use std::collections::VecDeque;

impl Batching {
    /// Sends what may leave. Java sends one request with a batch of every partition that a broker leads once one of
    /// them is due; librdkafka sends a request for each partition that is.
    pub(super) fn drain(&mut self, core: &mut Core, now: Timestamp) {
        self.tell_partitioner(core);
        if self.queues.is_empty() {
            return;
        }
        let mut unreachable = SmallSet::new();
        loop {
            let due = self.due(core, now);
            let Some(node_id) = due.keys().copied().find(|node_id| !unreachable.contains(node_id)) else { break };
            let peer = Peer::Node { node_id, lane: 0 };
            if !core.network.is_ready(peer) {
                core.network.connect(now, peer);
                unreachable.insert(node_id);
                continue;
            }
            if core.network.in_flight(peer) >= core.settings.effective_max_in_flight() {
                unreachable.insert(node_id);
                continue;
            }
            let batches = match core.settings.kind {
                ClientKind::Java | ClientKind::Kafkajs => self.take_of_node(core, now, node_id),
                ClientKind::Librdkafka => {
                    let places = due.get(&node_id).map(Vec::as_slice).unwrap_or_default();
                    places.iter().find_map(|place| self.take_if_it_may(core, now, place)).into_iter().collect()
                }
            };
            if batches.is_empty() {
                unreachable.insert(node_id);
                continue;
            }
            self.request(core, now, node_id, batches);
        }
        self.queues.retain(|_, queue| !queue.is_empty());
    }

    /// The partitions of which a batch should leave, by their leaders.
    fn due(&self, core: &mut Core, now: Timestamp) -> SmallMap<i32, Vec<TopicPartition>> {
        let is_pressed = self.waiting.front().is_some_and(|waiting| waiting.waits_for == Some(WaitsFor::BufferMemory));
        let leaves_at_once = is_pressed || self.is_closing || self.flush_until.is_some();
        let mut due: SmallMap<i32, Vec<TopicPartition>> = SmallMap::new();
        let mut leaderless: Vec<&str> = Vec::new();
        for (place, queue) in &self.queues {
            let Some(head) = queue.front() else { continue };
            let Some(leader) = core.metadata.leader_of(&place.topic, place.partition) else {
                leaderless.push(&place.topic);
                continue;
            };
            let is_full = queue.len() > 1 || head.is_full();
            let has_lingered = head.attempts > 0 || head.created_at + core.settings.linger <= now;
            if (is_full || has_lingered || leaves_at_once) && self.may_leave(core, now, head) {
                due.entry(leader.node_id).or_default().push(place.clone());
            }
        }
        for topic in leaderless {
            core.metadata.want(now, topic);
            core.metadata.demand();
        }
        due
    }

    /// Whether nothing holds back the first batch of a queue.
    fn may_leave(&self, core: &Core, now: Timestamp, head: &Batch) -> bool {
        let leader = core.metadata.leader_of(&head.place.topic, head.place.partition);
        let has_new_leader = leader.is_some_and(|leader| leader.leader_epoch > head.sent_epoch && head.sent_epoch >= 0);
        if head.attempts > 0 && head.not_before > now && !has_new_leader {
            return false;
        }
        // With one request at a time a partition's next batch waits for the answer, wherever that request went.
        if core.settings.effective_max_in_flight() == 1 && self.flying(&head.place).next().is_some() {
            return false;
        }
        match &self.idempotence {
            None => true,
            Some(idempotence) => idempotence.may_leave(head, &self.stamped(&head.place)),
        }
    }

    /// Batches of a partition that are on their way.
    pub(super) fn flying<'a>(&'a self, place: &'a TopicPartition) -> impl Iterator<Item = &'a Batch> {
        let batches = self.in_flight.values().flat_map(|request| &request.batches);
        batches.filter(move |batch| batch.place == *place && !batch.is_done)
    }

    /// The numbers of a partition's batches that have left and are not settled.
    pub(super) fn stamped(&self, place: &TopicPartition) -> Vec<i32> {
        let queued = self.queues.get(place).into_iter().flatten();
        let batches = queued.chain(self.flying(place));
        batches.filter_map(|batch| batch.stamp.map(|stamp| stamp.base_sequence)).collect()
    }

    /// The first batch of every partition that a broker leads, as many as one request holds.
    fn take_of_node(&mut self, core: &mut Core, now: Timestamp, node_id: i32) -> Vec<Batch> {
        let places: Vec<TopicPartition> = self
            .queues
            .keys()
            .filter(|place| {
                core.metadata.leader_of(&place.topic, place.partition).is_some_and(|to| to.node_id == node_id)
            })
            .cloned()
            .collect();
        let start = self.drain_index.get(&node_id).copied().unwrap_or(0) % places.len().max(1);
        self.drain_index.insert(node_id, start + 1);
        let mut batches: Vec<Batch> = Vec::new();
        let mut size = 0;
        for place in places[start..].iter().chain(&places[..start]) {
            let Some(head) = self.queues.get(place).and_then(VecDeque::front) else { continue };
            if !self.may_leave(core, now, head) {
                continue;
            }
            if size + head.size() > core.settings.max_request_size && !batches.is_empty() {
                break;
            }
            if let Some(batch) = self.take(core, place) {
                size += batch.size();
                batches.push(batch);
            }
        }
        batches
    }

    fn take_if_it_may(&mut self, core: &Core, now: Timestamp, place: &TopicPartition) -> Option<Batch> {
        let head = self.queues.get(place)?.front()?;
        if self.may_leave(core, now, head) { self.take(core, place) } else { None }
    }

    /// Takes the first batch of a queue, and numbers it.
    fn take(&mut self, core: &Core, place: &TopicPartition) -> Option<Batch> {
        let mut batch = self.queues.get_mut(place)?.pop_front()?;
        batch.is_closed = true;
        if let Some(idempotence) = &mut self.idempotence {
            idempotence.stamp(&mut batch);
        }
        let leader = core.metadata.leader_of(&place.topic, place.partition);
        batch.sent_epoch = leader.map_or(-1, |leader| leader.leader_epoch);
        Some(batch)
    }

    fn request(&mut self, core: &mut Core, now: Timestamp, node_id: i32, batches: Vec<Batch>) {
        let mut encoded: Vec<(&Batch, Bytes)> = Vec::with_capacity(batches.len());
        for batch in &batches {
            let bytes = batch.encode(core.settings.compression);
            core.counters.sent_bytes += u64::try_from(bytes.len()).unwrap_or(0);
            encoded.push((batch, bytes));
        }
        for (batch, bytes) in &encoded {
            core.note(|| batch_sent(node_id, batch, bytes.len()));
        }
        let request = produce(core, &encoded);
        core.counters.requests_count += 1;
        let timeout = core.settings.request_timeout;
        let id = core.network.ask_within(now, Peer::Node { node_id, lane: 0 }, request, timeout);
        if core.settings.acks == 0 {
            for batch in batches {
                self.complete(core, batch, None, None);
            }
        } else {
            self.in_flight.insert(id, InFlight { node_id, batches });
        }
    }

    /// Has an idempotent producer get its id, and another epoch where one is wanted.
    pub(super) fn keep_identity(&mut self, core: &mut Core, now: Timestamp) {
        if self.idempotence.as_ref().is_none_or(Idempotence::is_settled) {
            return;
        }
        let Some(mut idempotence) = self.idempotence.take() else { return };
        idempotence.resolve(|place| !self.stamped(place).is_empty());
        if let Some(reason) = idempotence.bump_reason().map(ToOwned::to_owned) {
            match core.settings.kind {
                ClientKind::Java | ClientKind::Kafkajs => {
                    if let Some((producer_id, producer_epoch)) = idempotence.bump_alone() {
                        idempotence.begin_anew(self.all_batches());
                        core.note(|| ProducerEvent::ProducerEpochBumped { producer_id, producer_epoch, reason });
                    }
                }
                // librdkafka asks for another id; Java too, once the epochs of one are used up.
                ClientKind::Librdkafka => {
                    if idempotence.asking.is_none() {
                        idempotence.identity = None;
                    }
                }
            }
        }
        if idempotence.identity.is_none() && idempotence.asking.is_none() && idempotence.not_before <= now {
            self.ask_identity(core, now, &mut idempotence);
        }
        self.idempotence = Some(idempotence);
    }

    fn ask_identity(&self, core: &mut Core, now: Timestamp, idempotence: &mut Idempotence) {
        let Some(peer) = core.metadata.least_loaded(now, &core.network) else { return };
        if !core.network.is_ready(peer) {
            return core.network.connect(now, peer);
        }
        let request = InitProducerIdRequest {
            transactional_id: None,
            transaction_timeout_ms: i32::MAX,
            producer_id: -1,
            producer_epoch: -1,
        };
        idempotence.asking = Some(core.network.ask(now, peer, Request::InitProducerId(request)));
    }

    /// Every batch, queued or on its way.
    pub(super) fn all_batches(&mut self) -> impl Iterator<Item = &mut Batch> {
        let queued = self.queues.values_mut().flatten();
        let flying = self.in_flight.values_mut().flat_map(|request| &mut request.batches);
        queued.chain(flying.filter(|batch| !batch.is_done))
    }

    /// Java's partitioner looks at the queues while every partition of the topic is in use.
    fn tell_partitioner(&self, core: &mut Core) {
        if core.settings.kind != ClientKind::Java {
            return;
        }
        for (topic, partitions) in &self.used {
            let known = core.metadata.topic(topic).filter(|known| !known.partitions.is_empty());
            let Some(known) = known else { continue };
            if partitions.len() < known.partitions.len() {
                core.partitioner.handle_queues(topic, None, partitions.len());
                continue;
            }
            let mut lengths: Vec<(i32, u32)> = Vec::with_capacity(partitions.len());
            let with_leader =
                partitions.iter().filter(|partition| core.metadata.leader_in(known, **partition).is_some());
            lengths.extend(with_leader.map(|partition| (*partition, 0)));
            // Few partitions have a queue.
            for (place, queue) in self.queues.iter().filter(|(place, _)| place.topic == *topic) {
                if let Ok(at) = lengths.binary_search_by_key(&place.partition, |(partition, _)| *partition) {
                    lengths[at].1 = u32::try_from(queue.len()).unwrap_or(u32::MAX);
                }
            }
            core.partitioner.handle_queues(topic, Some(&lengths), partitions.len());
        }
    }
}

/// A Produce request with these batches.
fn produce(core: &Core, batches: &[(&Batch, Bytes)]) -> Request {
    let mut topics: SmallMap<&str, Vec<PartitionProduceData>> = SmallMap::new();
    for (batch, bytes) in batches {
        let records = Some(Chunks::from(bytes.clone()));
        let data = PartitionProduceData { index: batch.place.partition, records };
        topics.entry(&batch.place.topic).or_default().push(data);
    }
    let topic_data = topics.into_iter().map(|(name, partition_data)| TopicProduceData {
        name: name.into(),
        topic_id: core.metadata.topic(name).map(|topic| topic.topic_id).unwrap_or_default(),
        partition_data,
    });
    let timeout_ms = i32::try_from(core.settings.ack_timeout.as_millis()).unwrap_or(i32::MAX);
    Request::Produce(ProduceRequest {
        transactional_id: None,
        acks: core.settings.acks,
        timeout_ms,
        topic_data: topic_data.collect(),
    })
}

fn batch_sent(node_id: i32, batch: &Batch, bytes: usize) -> ProducerEvent {
    ProducerEvent::BatchSent {
        topic: batch.place.topic.to_string(),
        partition: batch.place.partition,
        node_id,
        first: batch.first(),
        last: batch.last(),
        records_count: batch.held.len(),
        bytes,
        attempt: batch.attempts + 1,
        producer_id: batch.stamp.map_or(-1, |stamp| stamp.producer_id),
        producer_epoch: batch.stamp.map_or(-1, |stamp| stamp.producer_epoch),
        base_sequence: batch.stamp.map_or(-1, |stamp| stamp.base_sequence),
    }
}
