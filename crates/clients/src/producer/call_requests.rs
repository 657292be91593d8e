//! The requests of kafkajs's calls, and what their answers mean.

use super::call_link::Link;
use super::calls::{Calls, Part, SentRequest, Step};
use super::core::Core;
use super::record::{ProducerRecord, RecordPlace, SendFailure, SendId};
use super::view::InFlightView;
use crate::TopicPartition;
use crate::event::ProducerEvent;
use crate::network::{Failure, Peer, Reply};
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::messages::init_producer_id::InitProducerIdRequest;
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData};
use runnel_protocol::records::BatchBuilder;
use runnel_protocol::{Chunks, ErrorCode, Request, Response, SmallMap, Timestamp};

impl Calls {
    /// Partitions the records of a call and asks every broker that has not answered in an earlier try.
    pub(super) fn produce(&mut self, core: &mut Core, now: Timestamp, id: u64) {
        let Some(call) = self.calls.get(&id) else { return };
        let mut of_node: SmallMap<i32, SmallMap<TopicPartition, Part>> = SmallMap::new();
        let mut queued = Vec::new();
        for (send_id, record) in &call.records {
            let Some(lanes) = core.lanes(&record.topic) else {
                let error = ErrorCode::UnknownTopicOrPartition;
                return self.repair(core, id, SendFailure::Refused { error, message: None });
            };
            let key = record.key.as_deref();
            let choice = core.partitioner.choose(now, &record.topic, &lanes.lanes(), record.partition, key);
            let place = TopicPartition::new(record.topic.clone(), choice.partition);
            queued.push((*send_id, record.topic.clone(), choice, place.clone()));
            if !(0..lanes.partitions_count).contains(&place.partition) {
                // kafkajs finds no leader for it and says nothing.
                continue;
            }
            let Some(leader) = core.metadata.leader_of(&place.topic, place.partition) else {
                let error = ErrorCode::LeaderNotAvailable;
                return self.repair(core, id, SendFailure::Refused { error, message: None });
            };
            let parts = of_node.entry(leader.node_id).or_default();
            let part = parts.entry(place.clone()).or_insert_with(|| Part::new(place));
            part.records.push((*send_id, record.clone()));
        }
        let Some(call) = self.calls.get_mut(&id) else { return };
        for node_id in of_node.keys() {
            call.brokers.entry(*node_id).or_insert(false);
        }
        let open: Vec<i32> = call.brokers.iter().filter(|(_, answered)| !**answered).map(|(node, _)| *node).collect();
        let attempt = call.attempt;
        call.step = Step::Producing;
        call.awaited_count = 0;
        let of_part = |part: &Part| (part.records.len(), part.encode(core, now, (-1, 0), 0).size());
        let parts = of_node.values().flat_map(SmallMap::values);
        let sizes: SmallMap<TopicPartition, (usize, usize)> =
            parts.filter(|_| core.is_watched()).map(|part| (part.place.clone(), of_part(part))).collect();
        for (send_id, topic, choice, place) in queued {
            let (batch_records_count, batch_bytes) = sizes.get(&place).copied().unwrap_or((0, 0));
            core.note(|| ProducerEvent::RecordQueued {
                send_id,
                topic: topic.to_string(),
                choice,
                batch_records_count,
                batch_bytes,
            });
        }
        for node_id in open {
            let Some(parts) = of_node.remove(&node_id) else { continue };
            call.awaited_count += 1;
            let parts = parts.into_values().collect();
            self.pending.push_back((node_id, SentRequest { call: id, attempt, node_id, parts }));
        }
        if call.awaited_count == 0 {
            self.finish(core, id);
        }
    }

    /// Sends what does not have to wait for a request before it.
    pub(super) fn send_pending(&mut self, core: &mut Core, now: Timestamp) {
        let mut held_back = Vec::new();
        while let Some((node_id, request)) = self.pending.pop_front() {
            let is_locked = core.settings.is_idempotent()
                && (self.requests.values().any(|other| other.node_id == node_id)
                    || held_back.iter().any(|(other, _)| *other == node_id));
            let in_flight = core.network.in_flight(Peer::Node { node_id, lane: 0 });
            if is_locked || in_flight >= core.settings.effective_max_in_flight() {
                held_back.push((node_id, request));
            } else {
                self.request(core, now, request);
            }
        }
        self.pending = held_back.into();
    }

    fn request(&mut self, core: &mut Core, now: Timestamp, mut request: SentRequest) {
        let identity = self.identity.unwrap_or((-1, 0));
        let mut topics: SmallMap<ByteString, Vec<PartitionProduceData>> = SmallMap::new();
        for part in &mut request.parts {
            let sequence = self.sequences.get(&part.place).copied().unwrap_or(0);
            part.timestamps =
                part.records.iter().map(|(_, record)| record.timestamp.unwrap_or_else(|| now.as_millis())).collect();
            let bytes = part.encode(core, now, identity, sequence).build();
            if self.identity.is_some() {
                let count = i32::try_from(part.records.len()).unwrap_or(i32::MAX);
                self.sequences.insert(part.place.clone(), sequence.checked_add(count).unwrap_or(0));
            }
            core.counters.sent_bytes += u64::try_from(bytes.len()).unwrap_or(0);
            let (first, last) = part.ends();
            core.note(|| ProducerEvent::BatchSent {
                topic: part.place.topic.to_string(),
                partition: part.place.partition,
                node_id: request.node_id,
                first,
                last,
                records_count: part.records.len(),
                bytes: bytes.len(),
                attempt: request.attempt + 1,
                producer_id: identity.0,
                producer_epoch: identity.1,
                base_sequence: sequence,
            });
            let data = PartitionProduceData { index: part.place.partition, records: Some(Chunks::from(bytes)) };
            topics.entry(part.place.topic.clone()).or_default().push(data);
        }
        let topic_data = topics.into_iter().map(|(name, partition_data)| TopicProduceData {
            name,
            partition_data,
            ..Default::default()
        });
        let produce = ProduceRequest {
            transactional_id: None,
            acks: core.settings.acks,
            timeout_ms: i32::try_from(core.settings.ack_timeout.as_millis()).unwrap_or(i32::MAX),
            topic_data: topic_data.collect(),
        };
        core.counters.requests_count += 1;
        let peer = Peer::Node { node_id: request.node_id, lane: 0 };
        let id = core.network.ask(now, peer, Request::Produce(produce));
        if core.settings.acks == 0 {
            self.answered(core, request, None);
        } else {
            self.requests.insert(id, request);
        }
    }

    pub(super) fn handle_reply(&mut self, core: &mut Core, now: Timestamp, reply: Reply) {
        if self.asking_identity == Some(reply.id) {
            return self.handle_identity(core, reply);
        }
        let Some(request) = self.requests.remove(&reply.id) else { return };
        let failure = match reply.outcome {
            Ok(Response::Produce(response)) => {
                let all = response.responses.iter().flat_map(|topic| &topic.partition_responses);
                match all.map(|partition| partition.error_code).find(|code| *code != 0) {
                    None => return self.answered(core, request, Some(&response)),
                    Some(code) => {
                        let error = ErrorCode::from_number(code).unwrap_or(ErrorCode::UnknownServerError);
                        SendFailure::Refused { error, message: None }
                    }
                }
            }
            Ok(_) => return,
            Err(failure) => SendFailure::NoAnswer(failure),
        };
        self.request_failed(core, now, &request, failure);
    }

    fn request_failed(&mut self, core: &mut Core, now: Timestamp, request: &SentRequest, failure: SendFailure) {
        if self.identity.is_some() {
            for part in &request.parts {
                // The numbers are given to whatever comes next.
                let count = i32::try_from(part.records.len()).unwrap_or(0);
                self.sequences.entry(part.place.clone()).and_modify(|next| *next = next.saturating_sub(count).max(0));
            }
        }
        let Some(call) = self.calls.get_mut(&request.call) else { return };
        call.brokers.remove(&request.node_id);
        if call.attempt != request.attempt || !matches!(call.step, Step::Producing) {
            return;
        }
        let is_refused = matches!(&failure, SendFailure::Refused { error, .. } if error.is_retriable());
        let is_cut =
            matches!(failure, SendFailure::NoAnswer(Failure::NotConnected { .. } | Failure::Disconnected { .. }));
        if is_refused || is_cut {
            self.repair(core, request.call, failure);
        } else if failure == SendFailure::NoAnswer(Failure::TimedOut) {
            self.try_again(core, now, request.call, failure);
        } else {
            self.fail(core, request.call, failure);
        }
    }

    /// A broker has taken its part of a call.
    fn answered(&mut self, core: &mut Core, request: SentRequest, response: Option<&ProduceResponse>) {
        let Some(call) = self.calls.get_mut(&request.call) else { return };
        call.brokers.insert(request.node_id, true);
        for part in &request.parts {
            let topic = response.and_then(|all| all.responses.iter().find(|one| *one.name == *part.place.topic));
            let partitions = topic.map(|topic| &topic.partition_responses);
            let partition = partitions.and_then(|all| all.iter().find(|one| one.index == part.place.partition));
            let base_offset = partition.map(|partition| partition.base_offset).filter(|offset| *offset >= 0);
            let append_time = partition.map(|partition| partition.log_append_time_ms).filter(|millis| *millis >= 0);
            for (((send_id, _), timestamp), index) in part.records.iter().zip(&part.timestamps).zip(0_i64..) {
                let place = RecordPlace {
                    partition: part.place.partition,
                    offset: base_offset.map(|base| base + index),
                    timestamp: append_time.unwrap_or(*timestamp),
                };
                call.places.insert(*send_id, place);
            }
            let (first, last) = part.ends();
            core.note(|| ProducerEvent::BatchAcknowledged {
                topic: part.place.topic.to_string(),
                partition: part.place.partition,
                first,
                last,
                records_count: part.records.len(),
                base_offset,
            });
        }
        if call.attempt == request.attempt && matches!(call.step, Step::Producing) {
            call.awaited_count = call.awaited_count.saturating_sub(1);
            if call.awaited_count == 0 {
                self.finish(core, request.call);
            }
        }
    }

    /// The call comes back without an error.
    fn finish(&mut self, core: &mut Core, id: u64) {
        let Some(call) = self.calls.remove(&id) else { return };
        self.held_bytes = self.held_bytes.saturating_sub(call.bytes);
        for (send_id, _) in &call.records {
            core.finish(*send_id, call.places.get(send_id).copied().ok_or(SendFailure::NotSent));
        }
    }

    /// An idempotent producer asks the controller for its id.
    pub(super) fn ask_identity(&mut self, core: &mut Core, now: Timestamp) {
        let Some(node_id) = core.metadata.controller_id() else {
            return self.connect_failed(core, "the controller is not known");
        };
        let request =
            InitProducerIdRequest { transactional_id: None, transaction_timeout_ms: 60_000, ..Default::default() };
        let peer = Peer::Node { node_id, lane: 0 };
        self.asking_identity = Some(core.network.ask(now, peer, Request::InitProducerId(request)));
    }

    fn handle_identity(&mut self, core: &mut Core, reply: Reply) {
        self.asking_identity = None;
        let reason = match reply.outcome {
            Ok(Response::InitProducerId(response)) if response.error_code == 0 => {
                let (producer_id, producer_epoch) = (response.producer_id, response.producer_epoch);
                self.identity = Some((producer_id, producer_epoch));
                self.link = Link::On;
                return core.note(|| ProducerEvent::ProducerIdObtained { producer_id, producer_epoch });
            }
            Ok(Response::InitProducerId(response)) => {
                ErrorCode::from_number(response.error_code).unwrap_or(ErrorCode::UnknownServerError).name().to_owned()
            }
            Ok(_) => "another answer came".to_owned(),
            Err(failure) => failure.to_string(),
        };
        core.note(|| ProducerEvent::ProducerIdRefused { reason: reason.clone() });
        self.connect_failed(core, &reason);
    }
}

impl Part {
    fn new(place: TopicPartition) -> Self {
        Part { place, records: Vec::new(), timestamps: Vec::new() }
    }

    fn ends(&self) -> (SendId, SendId) {
        let id = |record: Option<&(SendId, ProducerRecord)>| record.map_or(SendId(0), |(id, _)| *id);
        (id(self.records.first()), id(self.records.last()))
    }

    /// The batch as kafkajs writes it: leader epoch 0, and epoch and sequence 0 where there is no producer id.
    fn encode(&self, core: &Core, now: Timestamp, identity: (i64, i16), sequence: i32) -> BatchBuilder {
        let mut builder = BatchBuilder::new()
            .leader_epoch(0)
            .producer(identity.0, identity.1, sequence)
            .compression(core.settings.compression);
        for (_, record) in &self.records {
            let timestamp = record.timestamp.unwrap_or_else(|| now.as_millis());
            let of = |bytes: &Option<Bytes>| bytes.clone();
            let (key, value) = (of(&record.key), of(&record.value));
            builder.append(timestamp, key.as_deref(), value.as_deref(), &record.headers);
        }
        builder
    }

    pub(super) fn show(&self, core: &Core, request: &SentRequest) -> InFlightView {
        InFlightView {
            node_id: request.node_id,
            topic: self.place.topic.to_string(),
            partition: self.place.partition,
            records_count: self.records.len(),
            bytes: self.encode(core, Timestamp(0), (-1, 0), 0).size(),
            base_sequence: None,
            attempt: request.attempt + 1,
            expires_at: None,
        }
    }
}
