//! Who is at work in a life: producers, a committing group, a consumer, an administrator.

use super::Counts;
use super::model::{Model, Place, Promised, value_of};
use super::producer::{Batch, Producer};
use crate::world::World;
use bytes::Bytes;
use runnel_broker::{ConnectionId, Durability, FaultyStorage, Random};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use runnel_protocol::messages::delete_records::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic};
use runnel_protocol::messages::delete_topics::DeleteTopicsRequest;
use runnel_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use runnel_protocol::messages::init_producer_id::InitProducerIdRequest;
use runnel_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Its partitions keep everything that DeleteRecords leaves; segments are small.
pub(crate) const ORDERS: &str = "orders";
/// Its one partition keeps little.
pub(crate) const SHORT: &str = "short";
/// Topics that come and go, with one partition each.
pub(crate) const EXTRAS: [&str; 2] = ["extra-0", "extra-1"];
pub(crate) const GROUP: &str = "billing";
/// Batches of an idempotent producer that may be under way to one partition.
const IN_FLIGHT_MAX: usize = 5;

pub(crate) type Cluster = World<FaultyStorage>;

/// A request that was sent, and what to do with its answer.
pub(super) enum Pending {
    ProducerId { producer: usize },
    Produce { producer: usize, place: Place, incarnation: u64, batch: Batch },
    Commit { place: Place, number: i64 },
    Fetch { place: Place, incarnation: u64 },
    DeleteRecords,
    Create { name: &'static str },
    Delete { name: &'static str, known: Option<Uuid> },
}

pub(crate) struct Load {
    pub(super) durability: Durability,
    pub(super) model: Model,
    pub(super) producers: Vec<Producer>,
    pub(super) pending: BTreeMap<(ConnectionId, i32), Pending>,
    /// How often each topic that comes and goes has gone.
    pub(super) incarnations: BTreeMap<&'static str, u64>,
    committer: ConnectionId,
    reader: ConnectionId,
    admin: ConnectionId,
}

impl Load {
    pub(crate) fn new(durability: Durability) -> Self {
        let mut model = Model::default();
        for place in [(ORDERS, 0), (ORDERS, 1), (ORDERS, 2), (SHORT, 0)] {
            model.places.insert(place, Promised::default());
        }
        let nobody = ConnectionId(0);
        Load {
            durability,
            model,
            producers: vec![
                Producer::new("exact-a", true),
                Producer::new("exact-b", true),
                Producer::new("plain-a", false),
                Producer::new("plain-b", false),
            ],
            pending: BTreeMap::new(),
            incarnations: BTreeMap::new(),
            committer: nobody,
            reader: nobody,
            admin: nobody,
        }
    }

    /// Makes the topics that are always there, and the one in which groups are kept.
    pub(crate) fn prepare(&mut self, world: &mut Cluster) -> Result<(), String> {
        let topics = vec![
            new_topic(ORDERS, 3, &[("internal.segment.bytes", "2000")]),
            new_topic(SHORT, 1, &[("internal.segment.bytes", "1600"), ("retention.bytes", "4000")]),
        ];
        let answer: CreateTopicsResponse = world.ask(7, CreateTopicsRequest { topics, ..Default::default() })?;
        for topic in answer.topics {
            match ErrorCode::from_number(topic.error_code) {
                Some(ErrorCode::None) => {
                    self.model.topics.insert(topic.name.to_string(), topic.topic_id);
                }
                Some(ErrorCode::TopicAlreadyExists) if self.durability == Durability::Interval => {}
                other => return Err(format!("{} cannot be made: {other:?}", topic.name)),
            }
        }
        let request = FindCoordinatorRequest { key: GROUP.into(), ..Default::default() };
        let answer: FindCoordinatorResponse = world.ask(3, request)?;
        if answer.error_code == 0 { Ok(()) } else { Err(format!("no coordinator: {}", answer.error_code)) }
    }

    /// Everybody connects anew; what idempotent producers have not been told of is sent again.
    pub(crate) fn connect(&mut self, world: &mut Cluster, random: &mut Random, counts: &mut Counts) {
        self.pending.clear();
        (self.committer, self.reader, self.admin) = (world.connect(1), world.connect(1), world.connect(1));
        for producer in 0..self.producers.len() {
            self.producers[producer].connection = world.connect(1);
            // Some wait with it until the first new record.
            for (place, batch) in self.producers[producer].reconnect() {
                counts.batches_sent_again += 1;
                self.produce(world, producer, place, batch);
            }
        }
        self.producers.iter_mut().for_each(|producer| producer.is_renewing = false);
        for producer in self.producers.iter_mut().filter(|producer| producer.is_exact) {
            if random.below(6) == 0 {
                // A producer that starts anew asks for another id.
                producer.start_anew();
            }
        }
    }

    /// One of them does something.
    pub(crate) fn act(&mut self, world: &mut Cluster, random: &mut Random, counts: &mut Counts) -> Result<(), String> {
        match random.below(20) {
            0..12 => self.produce_something(world, random),
            12..14 => self.commit(world, random),
            14..16 => self.fetch(world, random),
            16 => self.delete_records(world, random, counts),
            17..19 => self.make_or_delete_topic(world, random),
            _ => self.open_and_close(world),
        }
        Ok(())
    }

    fn any_place(&self, random: &mut Random, is_good: impl Fn(&Place) -> bool) -> Option<Place> {
        let places: Vec<Place> = self.model.places.keys().copied().filter(is_good).collect();
        let chosen = random.below(places.len() as u64);
        places.get(usize::try_from(chosen).expect("it is below a length")).copied()
    }

    fn produce_something(&mut self, world: &mut Cluster, random: &mut Random) {
        let count = self.producers.len() as u64;
        let number = usize::try_from(random.below(count)).expect("it is below a length");
        let is_exact = self.producers[number].is_exact;
        let Some(place) = self.any_place(random, |place| !is_exact || !EXTRAS.contains(&place.0)) else { return };
        let producer = &mut self.producers[number];
        if is_exact && producer.id.is_none() {
            if !std::mem::replace(&mut producer.is_renewing, true) {
                let connection = producer.connection;
                let request = InitProducerIdRequest { transactional_id: None, ..Default::default() };
                let sent = world.send(connection, 4, request);
                self.pending.insert((connection, sent), Pending::ProducerId { producer: number });
            }
            return;
        }
        let name = producer.name();
        let line = producer.lines.entry(place).or_default();
        if line.unanswered.len() >= IN_FLIGHT_MAX {
            return;
        }
        let values: Vec<String> = (0..1 + random.below(3))
            .map(|_| {
                line.next_number += 1;
                value_of(&name, line.next_number)
            })
            .collect();
        let batch = Batch { base_sequence: line.next_sequence, values, filling: random.below(400) };
        if is_exact {
            line.next_sequence += i32::try_from(batch.values.len()).expect("batches are small");
            line.unanswered.push_back(batch.clone());
        }
        self.produce(world, number, place, batch);
    }

    fn produce(&mut self, world: &mut Cluster, producer: usize, place: Place, batch: Batch) {
        let request = self.producers[producer].request(place, &batch, world.now);
        let connection = self.producers[producer].connection;
        let sent = world.send(connection, 9, request);
        let incarnation = self.incarnation(place);
        self.pending.insert((connection, sent), Pending::Produce { producer, place, incarnation, batch });
    }

    pub(super) fn incarnation(&self, place: Place) -> u64 {
        self.incarnations.get(place.0).copied().unwrap_or(0)
    }

    fn commit(&mut self, world: &mut Cluster, random: &mut Random) {
        let Some(place) = self.any_place(random, |place| !EXTRAS.contains(&place.0)) else { return };
        let Some(promised) = self.model.places.get_mut(&place) else { return };
        let number = promised.commits_sent;
        promised.commits_sent += 1;
        let partition = OffsetCommitRequestPartition {
            partition_index: place.1,
            committed_offset: number,
            committed_metadata: Some("by simulation".into()),
            ..Default::default()
        };
        let topic =
            OffsetCommitRequestTopic { name: place.0.into(), partitions: vec![partition], ..Default::default() };
        let request = OffsetCommitRequest {
            group_id: GROUP.into(),
            generation_id_or_member_epoch: -1,
            topics: vec![topic],
            ..Default::default()
        };
        let sent = world.send(self.committer, 8, request);
        self.pending.insert((self.committer, sent), Pending::Commit { place, number });
    }

    fn fetch(&mut self, world: &mut Cluster, random: &mut Random) {
        let Some(place) = self.any_place(random, |_| true) else { return };
        let known = self.model.places[&place].records.last_key_value().map_or(0, |(offset, _)| offset + 3);
        let offset = i64::try_from(random.below(u64::try_from(known + 1).unwrap_or(1))).expect("it was an i64");
        let sent = world.send(self.reader, 11, super::read_back::fetch_request(place, offset, 50));
        let incarnation = self.incarnation(place);
        self.pending.insert((self.reader, sent), Pending::Fetch { place, incarnation });
    }

    fn delete_records(&mut self, world: &mut Cluster, random: &mut Random, counts: &mut Counts) {
        let Some(place) = self.any_place(random, |_| true) else { return };
        let Some(promised) = self.model.places.get_mut(&place) else { return };
        let known = promised.records.last_key_value().map_or(0, |(offset, _)| offset + 1);
        let offset = i64::try_from(random.below(u64::try_from(known + 1).unwrap_or(1))).expect("it was an i64");
        promised.deleted_to = promised.deleted_to.max(offset);
        let partitions = vec![DeleteRecordsPartition { partition_index: place.1, offset }];
        let topics = vec![DeleteRecordsTopic { name: place.0.into(), partitions }];
        let sent = world.send(self.admin, 2, DeleteRecordsRequest { topics, timeout_ms: 1000 });
        counts.log_starts_moved += u64::from(offset > 0);
        self.pending.insert((self.admin, sent), Pending::DeleteRecords);
    }

    fn make_or_delete_topic(&mut self, world: &mut Cluster, random: &mut Random) {
        let name = EXTRAS[usize::try_from(random.below(2)).expect("it is small")];
        let is_same = |pending: &Pending| match pending {
            Pending::Create { name: other } | Pending::Delete { name: other, .. } => *other == name,
            Pending::ProducerId { .. } | Pending::Produce { .. } | Pending::Commit { .. } => false,
            Pending::Fetch { .. } | Pending::DeleteRecords => false,
        };
        if self.pending.values().any(is_same) {
            return;
        }
        let known = self.model.topics.get(name).copied();
        if known.is_some() || random.below(4) == 0 {
            // From here on nothing is promised.
            *self.incarnations.entry(name).or_default() += 1;
            self.model.topics.remove(name);
            self.model.places.remove(&(name, 0));
            let request =
                DeleteTopicsRequest { topic_names: vec![name.into()], timeout_ms: 1000, ..Default::default() };
            let sent = world.send(self.admin, 5, request);
            self.pending.insert((self.admin, sent), Pending::Delete { name, known });
        } else {
            let topics = vec![new_topic(name, 1, &[("internal.segment.bytes", "1600")])];
            let sent = world.send(self.admin, 7, CreateTopicsRequest { topics, ..Default::default() });
            self.pending.insert((self.admin, sent), Pending::Create { name });
        }
    }

    fn open_and_close(&mut self, world: &mut Cluster) {
        let connection = world.connect(1);
        world.input(runnel_broker::Input::Frame { connection, bytes: Bytes::from_static(b"garbage") });
    }
}

fn new_topic(name: &str, num_partitions: i32, configs: &[(&str, &str)]) -> CreatableTopic {
    CreatableTopic {
        name: name.into(),
        num_partitions,
        replication_factor: 1,
        configs: configs
            .iter()
            .map(|(name, value)| CreatableTopicConfig { name: (*name).into(), value: Some((*value).into()) })
            .collect(),
        ..Default::default()
    }
}
