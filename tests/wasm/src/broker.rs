//! The broker alone: topics, records under every codec, a group, and time passing.

use bytes::Bytes;
use runnel_broker::{
    BlobId, BrokerId, BrokerSettings, Cluster, ClusterConfig, ConnectionId, Durability, Endpoint, Input, MemoryStorage,
    Output, Profile, Storage, Timestamp,
};
use runnel_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use runnel_protocol::messages::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use runnel_protocol::messages::metadata::MetadataRequest;
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use runnel_protocol::records::{BatchBuilder, Compression};
use runnel_protocol::{Request, frame};
use std::hash::Hasher;
use std::time::Duration;
use twox_hash::XxHash64;

const START: Timestamp = Timestamp(1_700_000_000_000_000);
const CODECS: [Compression; 5] =
    [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

struct Run {
    cluster: Cluster<MemoryStorage>,
    now: Timestamp,
    next_correlation: i32,
    hash: XxHash64,
}

/// Runs it, and returns the hash over the times and bytes of all frames that went out.
pub fn run(seed: u64) -> u64 {
    let mut run = Run::open(seed);
    let connections = [1, 2, 3].map(ConnectionId);
    for (connection, broker) in connections.into_iter().zip(1..) {
        let peer = "127.0.0.1".to_owned();
        run.input(Input::ConnectionOpened { connection, broker: BrokerId(broker), listener: 0, peer });
    }
    let topic = |name: &str| CreatableTopic {
        name: name.into(),
        num_partitions: 6,
        replication_factor: 1,
        ..Default::default()
    };
    let topics = vec![topic("orders"), topic("payments")];
    run.ask(connections[0], 7, CreateTopicsRequest { topics, timeout_ms: 1000, ..Default::default() }.into());
    run.ask(connections[1], 12, MetadataRequest { topics: None, ..Default::default() }.into());
    for (round, codec) in (0..).zip(CODECS) {
        for connection in connections {
            run.ask(connection, 9, produce("orders", round, codec));
            run.pass(Duration::from_millis(7));
        }
    }
    let protocol = JoinGroupRequestProtocol { name: "range".into(), metadata: Bytes::from_static(b"\0\0\0\0\0\0") };
    let join = JoinGroupRequest {
        group_id: "billing".into(),
        session_timeout_ms: 6000,
        rebalance_timeout_ms: 6000,
        protocol_type: "consumer".into(),
        protocols: vec![protocol],
        ..Default::default()
    };
    for connection in connections {
        run.ask(connection, 3, join.clone().into());
        run.ask(connection, 12, fetch("orders"));
    }
    run.pass(Duration::from_secs(30));
    run.hash.finish()
}

impl Run {
    fn open(seed: u64) -> Run {
        let endpoint = |port| Endpoint { listener: "PLAINTEXT".to_owned(), host: "localhost".to_owned(), port };
        let brokers = [(1, 9092), (2, 9093), (3, 9094)]
            .map(|(id, port)| BrokerSettings { id: BrokerId(id), endpoints: vec![endpoint(port)] });
        let config = ClusterConfig {
            brokers: brokers.to_vec(),
            profile: Profile::Dev,
            durability: Durability::Interval,
            settings: Default::default(),
            seed,
        };
        let cluster = Cluster::open(config, MemoryStorage::new(), START).expect("an empty store opens");
        let mut run = Run { cluster, now: START, next_correlation: 0, hash: XxHash64::with_seed(0) };
        run.drain();
        run
    }

    fn ask(&mut self, connection: ConnectionId, version: i16, request: Request) {
        self.next_correlation += 1;
        let chunks = frame::encode_request(version, self.next_correlation, Some("wasm"), &request);
        let chunks = chunks.expect("the version can say it");
        let bytes = chunks.gather(|_| Err(())).expect("a request lies in no store").slice(4..);
        self.input(Input::Frame { connection, bytes });
    }

    /// Lets time pass, from wake-up to wake-up.
    fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.cluster.next_wakeup().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Timer);
        }
        self.now = end;
    }

    fn input(&mut self, input: Input) {
        self.cluster.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        let mut flushed = Vec::new();
        loop {
            match self.cluster.poll_output() {
                Some(Output::Send { connection, chunks }) => {
                    let storage = self.cluster.storage();
                    let bytes = chunks
                        .gather(|range| storage.read(BlobId(range.blob), range.position, range.size as usize))
                        .expect("ranges that are served can be read");
                    self.hash.write(&self.now.0.to_be_bytes());
                    self.hash.write(&connection.0.to_be_bytes());
                    self.hash.write(&bytes);
                }
                Some(Output::Flush { id, .. }) => flushed.push(id),
                Some(Output::Close { .. } | Output::Event(_)) => {}
                None => match flushed.pop() {
                    Some(id) => self.cluster.handle_input(self.now, Input::Flushed { id, outcome: Ok(()) }),
                    None => return,
                },
            }
        }
    }
}

fn produce(topic: &str, round: i32, codec: Compression) -> Request {
    let partition = |index: i32| {
        let mut batch = BatchBuilder::new().compression(codec);
        for record in 0..20_i64 {
            let value = format!("record {record} of round {round}, {}", "again and ".repeat(10));
            batch.append(
                START.as_millis() + record,
                Some(format!("user{record}").as_bytes()),
                Some(value.as_bytes()),
                &[],
            );
        }
        PartitionProduceData { index, records: Some(batch.build().into()) }
    };
    let data =
        TopicProduceData { name: topic.into(), partition_data: (0..6).map(partition).collect(), ..Default::default() };
    ProduceRequest { acks: -1, timeout_ms: 1000, topic_data: vec![data], ..Default::default() }.into()
}

fn fetch(topic: &str) -> Request {
    let partition = |partition| FetchPartition { partition, partition_max_bytes: 1 << 20, ..Default::default() };
    let partitions = (0..6).map(partition).collect();
    FetchRequest {
        max_wait_ms: 500,
        min_bytes: 1,
        topics: vec![FetchTopic { topic: topic.into(), partitions, ..Default::default() }],
        ..Default::default()
    }
    .into()
}
