//! Making topics and sending records.

use super::{CallError, Connection, accepted, encode, unexpected};
use bytes::Bytes;
use runnel_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use runnel_protocol::records::BatchBuilder;
use runnel_protocol::{ApiKey, Chunks, Response};
use std::collections::VecDeque;

/// The version of Produce that names topics and knows flexible fields.
const PRODUCE: i16 = 11;

/// Makes a topic and waits until it is there.
///
/// # Errors
/// The broker's refusal, or a broken connection.
pub fn create_topic(connection: &mut Connection, name: &str, partitions: i32) -> Result<(), CallError> {
    let topic =
        CreatableTopic { name: name.into(), num_partitions: partitions, replication_factor: 1, ..Default::default() };
    let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
    let response = connection.call(7, request)?;
    let Response::CreateTopics(response) = response else {
        return Err(unexpected(&response));
    };
    response.topics.iter().try_for_each(|topic| accepted(topic.error_code))
}

/// A batch with these values and this time, and no keys.
pub fn batch<'a>(time_ms: i64, values: impl IntoIterator<Item = &'a [u8]>) -> Bytes {
    let mut builder = BatchBuilder::new();
    for value in values {
        builder.append(time_ms, None, Some(value), &[]);
    }
    builder.build()
}

/// A Produce request with one batch for one partition, acks=all, as bytes.
///
/// # Errors
/// When the batch does not fit into a request.
pub fn prepare(topic: &str, partition: i32, batch: &Bytes) -> Result<Bytes, CallError> {
    let records = Some(Chunks::from(batch.clone()));
    let partition_data = vec![PartitionProduceData { index: partition, records }];
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData { name: topic.into(), partition_data, ..Default::default() }],
        ..Default::default()
    };
    encode(PRODUCE, 0, &request.into())
}

/// What the broker has said of one batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acknowledged {
    /// The number that the caller gave to the batch.
    pub tag: u64,
    /// Offset of its first record.
    pub base_offset: i64,
}

/// Produce requests under way on one connection, at most `depth` at a time.
#[derive(Debug)]
pub struct Pipeline {
    connection: Connection,
    depth: usize,
    under_way: VecDeque<u64>,
}

impl Pipeline {
    /// A pipeline over a connection.
    pub fn new(connection: Connection, depth: usize) -> Pipeline {
        Pipeline { connection, depth, under_way: VecDeque::new() }
    }

    /// Sends a request that [`prepare`] made. If as many are under way as may be, waits first for the oldest, and
    /// returns what was said of it.
    ///
    /// # Errors
    /// The broker's refusal, or a broken connection.
    pub fn send(&mut self, tag: u64, request: &Bytes) -> Result<Option<Acknowledged>, CallError> {
        let oldest = if self.under_way.len() >= self.depth { self.wait()? } else { None };
        self.under_way.push_back(tag);
        self.connection.send_frame(request)?;
        Ok(oldest)
    }

    /// Waits for the oldest request under way; `None` if there is none.
    ///
    /// # Errors
    /// The broker's refusal, or a broken connection.
    pub fn wait(&mut self) -> Result<Option<Acknowledged>, CallError> {
        let Some(&tag) = self.under_way.front() else {
            return Ok(None);
        };
        let response = self.connection.receive(ApiKey::Produce, PRODUCE)?;
        self.under_way.pop_front();
        let Response::Produce(response) = response else {
            return Err(unexpected(&response));
        };
        let partition = response.responses.first().and_then(|topic| topic.partition_responses.first());
        let partition = partition.ok_or_else(|| CallError::Malformed("an empty answer to Produce".to_owned()))?;
        accepted(partition.error_code)?;
        Ok(Some(Acknowledged { tag, base_offset: partition.base_offset }))
    }
}
