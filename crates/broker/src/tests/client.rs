//! What the clients of these tests ask most, in few words.

use super::harness::{Bench, config};
use super::produce_and_fetch::{fetch_request, produce_request};
use crate::MemoryStorage;
use crate::config::ClusterConfig;
use crate::ids::ConnectionId;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use runnel_protocol::messages::delete_topics::{DeleteTopicsRequest, DeleteTopicsResponse};
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse};
use runnel_protocol::messages::produce::{PartitionProduceResponse, ProduceResponse};
use runnel_protocol::records::BatchBuilder;
use uuid::Uuid;

pub(super) type Memory = Bench<MemoryStorage>;

/// The time at which benches begin, in milliseconds.
pub(super) const START: i64 = 1_700_000_000_000;

pub(super) fn code(number: i16) -> ErrorCode {
    ErrorCode::from_number(number).expect("answers say errors that exist")
}

/// What an answer says where it says no error.
pub(super) fn unless_error<T>(number: i16, value: T) -> Result<T, ErrorCode> {
    let code = code(number);
    if code == ErrorCode::None { Ok(value) } else { Err(code) }
}

/// A cluster of one broker with settings of `server.properties`.
pub(super) fn with_settings(settings: &[(&str, &str)]) -> ClusterConfig {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ClusterConfig { settings, ..config(1) }
}

/// Makes a topic with one copy of each partition and answers its id.
#[track_caller]
pub(super) fn create(
    bench: &mut Memory,
    client: ConnectionId,
    name: &str,
    partitions: i32,
    configs: &[(&str, &str)],
) -> Uuid {
    let configs = configs.iter().map(|(name, value)| CreatableTopicConfig {
        name: ByteString::from(*name),
        value: Some(ByteString::from(*value)),
    });
    let topic = CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs.collect(),
        ..Default::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let response: CreateTopicsResponse = bench.ask(client, 7, request);
    assert_eq!(response.topics[0].error_code, 0, "{:?}", response.topics[0].error_message);
    response.topics[0].topic_id
}

#[track_caller]
pub(super) fn delete(bench: &mut Memory, client: ConnectionId, name: &str) {
    let request = DeleteTopicsRequest { topic_names: vec![name.into()], ..Default::default() };
    let response: DeleteTopicsResponse = bench.ask(client, 5, request);
    assert_eq!(response.responses[0].error_code, 0);
}

/// Sends records to partition 0 and answers all that is said of it.
#[track_caller]
pub(super) fn produce_to(
    bench: &mut Memory,
    client: ConnectionId,
    version: i16,
    topic: &str,
    records: Bytes,
) -> PartitionProduceResponse {
    let mut response: ProduceResponse = bench.ask(client, version, produce_request(topic, -1, records));
    response.responses.remove(0).partition_responses.remove(0)
}

/// A batch of one record at a time, without a key.
pub(super) fn batch_at(timestamp: i64, value: &str) -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.append(timestamp, None, Some(value.as_bytes()), &[]);
    builder.build()
}

/// A Fetch of several partitions of a topic from their first offsets, which does not wait.
pub(super) fn fetch_many(topic: &str, partitions: &[i32], partition_max_bytes: i32, max_bytes: i32) -> FetchRequest {
    let mut request = fetch_request(topic, 0, 0);
    request.max_bytes = max_bytes;
    request.topics[0].partitions = partitions
        .iter()
        .map(|partition| FetchPartition { partition: *partition, partition_max_bytes, ..Default::default() })
        .collect();
    request
}

/// Partition, error and bytes of records of each partition in an answer.
pub(super) fn sizes(response: &FetchResponse) -> Vec<(i32, ErrorCode, usize)> {
    let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
    partitions
        .map(|partition| {
            let size = partition.records.as_ref().expect("records are never null").size();
            (partition.partition_index, code(partition.error_code), size)
        })
        .collect()
}
