//! A cluster, consumers beside it, and what was heard of them.

use crate::consumer::{Consumer, ConsumerEvent, ConsumerSettings, Reads};
use crate::testing::{Lab, Machine};
use crate::{Address, Carried, ClientKind, Signal, TopicPartition};
use runnel_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use runnel_protocol::records::BatchBuilder;
use runnel_protocol::{Chunks, Request, Response, Timestamp};
use std::time::Duration;

/// A consumer, or where one was.
pub(super) struct Process {
    pub(super) consumer: Consumer,
    pub(super) events: Vec<(Timestamp, ConsumerEvent)>,
    is_dead: bool,
}

impl Machine for Process {
    fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        if !self.is_dead {
            self.consumer.handle_signal(now, signal);
            self.listen(now);
        }
    }

    fn poll_output(&mut self) -> Option<Carried> {
        if self.is_dead { None } else { self.consumer.poll_output() }
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        if self.is_dead { None } else { self.consumer.next_wakeup() }
    }
}

impl Process {
    fn listen(&mut self, now: Timestamp) {
        while let Some(event) = self.consumer.poll_event() {
            self.events.push((now, event));
        }
    }
}

pub(super) struct Stage {
    pub(super) lab: Lab,
    brokers: i32,
    pub(super) processes: Vec<Process>,
}

impl Stage {
    /// One broker, and topic `t` with so many partitions.
    pub(super) fn new(partitions: i32) -> Stage {
        Stage::with_brokers(1, partitions)
    }

    /// Several brokers; each partition lies on one of them.
    pub(super) fn with_brokers(brokers: i32, partitions: i32) -> Stage {
        let mut stage = Stage { lab: Lab::new(brokers), brokers, processes: Vec::new() };
        stage.topic("t", partitions);
        stage
    }

    pub(super) fn topic(&mut self, name: &str, partitions: i32) {
        let topic = CreatableTopic {
            name: name.into(),
            num_partitions: partitions,
            replication_factor: 1,
            ..Default::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 1000, ..Default::default() };
        let Response::CreateTopics(response) = self.lab.ask(1, 5, &Request::CreateTopics(request)) else {
            unreachable!()
        };
        assert_eq!(response.topics[0].error_code, 0);
    }

    /// Appends records with these values, and returns the offset of the first.
    pub(super) fn produce(&mut self, partition: i32, values: &[&str]) -> i64 {
        self.produce_to("t", partition, values)
    }

    pub(super) fn produce_to(&mut self, topic: &str, partition: i32, values: &[&str]) -> i64 {
        let mut batch = BatchBuilder::new();
        for value in values {
            batch.append(self.lab.now.as_millis(), None, Some(value.as_bytes()), &[]);
        }
        self.append(topic, partition, batch)
    }

    pub(super) fn append(&mut self, topic: &str, partition: i32, batch: BatchBuilder) -> i64 {
        let one = PartitionProduceData { index: partition, records: Some(Chunks::from(batch.build())) };
        let topic = TopicProduceData { name: topic.into(), partition_data: vec![one], ..Default::default() };
        let request = ProduceRequest { acks: -1, timeout_ms: 1000, topic_data: vec![topic], ..Default::default() };
        let request = Request::Produce(request);
        let appended = (1..=self.brokers).find_map(|broker_id| {
            let Response::Produce(response) = self.lab.ask(broker_id, 7, &request) else { unreachable!() };
            let one = &response.responses[0].partition_responses[0];
            (one.error_code == 0).then_some(one.base_offset)
        });
        appended.expect("one broker leads the partition")
    }

    /// Starts a consumer of `t` in group `g`.
    pub(super) fn add(&mut self, kind: ClientKind, change: impl FnOnce(&mut ConsumerSettings)) -> usize {
        let mut settings = ConsumerSettings::of(kind);
        settings.bootstrap = vec![Address { host: "localhost".to_owned(), port: 9092 }];
        settings.group_id = Some("g".to_owned());
        settings.reads = Reads::Topics(vec!["t".to_owned()]);
        change(&mut settings);
        let index = self.processes.len();
        let mut consumer = Consumer::new(settings, u64::try_from(index).unwrap() + 1);
        consumer.set_watched(true);
        consumer.start(self.lab.now);
        let mut process = Process { consumer, events: Vec::new(), is_dead: false };
        process.listen(self.lab.now);
        self.processes.push(process);
        index
    }

    pub(super) fn run(&mut self, duration: Duration) {
        let mut clients: Vec<&mut dyn Machine> =
            self.processes.iter_mut().map(|process| process as &mut dyn Machine).collect();
        self.lab.run(&mut clients, duration);
    }

    pub(super) fn seconds(&mut self, seconds: u64) {
        self.run(Duration::from_secs(seconds));
    }

    /// The process dies.
    pub(super) fn crash(&mut self, index: usize) {
        self.processes[index].is_dead = true;
        self.lab.crash(index);
    }

    pub(super) fn close(&mut self, index: usize) {
        let now = self.lab.now;
        let process = &mut self.processes[index];
        process.consumer.close(now);
        process.listen(now);
    }

    pub(super) fn consumer(&mut self, index: usize) -> &mut Consumer {
        &mut self.processes[index].consumer
    }

    /// The partitions of each that is alive.
    pub(super) fn assigned(&self) -> Vec<Vec<i32>> {
        let alive = self.processes.iter().filter(|process| !process.is_dead);
        alive.map(|one| one.consumer.view().partitions.iter().map(|part| part.partition.partition).collect()).collect()
    }

    /// What the program of a consumer has finished, as partition and offset.
    pub(super) fn processed(&self, index: usize) -> Vec<(i32, i64)> {
        let events = self.processes[index].events.iter();
        let finished = events.filter_map(|(_, event)| {
            let ConsumerEvent::ProcessingFinished { partition, offset } = event else { return None };
            Some((partition.partition, *offset))
        });
        finished.collect()
    }

    pub(super) fn count(&self, index: usize, wanted: impl Fn(&ConsumerEvent) -> bool) -> usize {
        self.processes[index].events.iter().filter(|(_, event)| wanted(event)).count()
    }

    /// When the first such event after `from` happened, in seconds after it.
    pub(super) fn after(&self, index: usize, from: Timestamp, wanted: impl Fn(&ConsumerEvent) -> bool) -> f64 {
        let found = self.processes[index].events.iter().find(|(at, event)| *at >= from && wanted(event));
        let (at, _) = found.expect("the event happened");
        at.since(from).as_secs_f64()
    }
}

pub(super) fn partition(number: i32) -> TopicPartition {
    TopicPartition::new("t", number)
}

pub(super) fn earliest(settings: &mut ConsumerSettings) {
    settings.set("auto.offset.reset", "earliest").unwrap();
}
