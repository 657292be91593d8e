//! A producer: what it has sent to each partition, and what it has not been told of.

use super::model::Place;
use runnel_broker::{ConnectionId, Timestamp};
use runnel_protocol::Chunks;
use runnel_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use runnel_protocol::records::BatchBuilder;
use std::collections::{BTreeMap, VecDeque};

#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) base_sequence: i32,
    pub(super) values: Vec<String>,
    /// Bytes of a header that makes it larger.
    pub(super) filling: u64,
}

/// What a producer writes to one partition.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) next_number: u64,
    pub(super) next_sequence: i32,
    /// In order, those of an idempotent producer that may or may not have been written.
    pub(super) unanswered: VecDeque<Batch>,
}

pub(super) struct Producer {
    first_name: &'static str,
    /// How often it has started anew.
    life: u32,
    /// Whether it is idempotent.
    pub(super) is_exact: bool,
    pub(super) id: Option<i64>,
    /// Whether it has asked for an id.
    pub(super) is_renewing: bool,
    pub(super) connection: ConnectionId,
    pub(super) lines: BTreeMap<Place, Line>,
}

impl Producer {
    pub(super) fn new(first_name: &'static str, is_exact: bool) -> Self {
        Producer {
            first_name,
            life: 0,
            is_exact,
            id: None,
            is_renewing: false,
            connection: ConnectionId(0),
            lines: BTreeMap::new(),
        }
    }

    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.first_name, self.life)
    }

    /// Forgets everything, as a new process does.
    pub(super) fn start_anew(&mut self) {
        self.life += 1;
        self.id = None;
        self.is_renewing = false;
        self.lines.clear();
    }

    /// What is to be sent again on a new connection.
    pub(super) fn reconnect(&mut self) -> Vec<(Place, Batch)> {
        let lines = self.lines.iter();
        lines.flat_map(|(place, line)| line.unanswered.iter().map(|batch| (*place, batch.clone()))).collect()
    }

    pub(super) fn request(&self, place: Place, batch: &Batch, now: Timestamp) -> ProduceRequest {
        let builder = BatchBuilder::new();
        let mut builder = match self.id {
            Some(id) => builder.producer(id, 0, batch.base_sequence),
            None => builder,
        };
        let filling = vec![b'.'; usize::try_from(batch.filling).expect("it is small")];
        for value in &batch.values {
            builder.append(now.as_millis(), Some(&filling), Some(value.as_bytes()), &[]);
        }
        let records = Some(Chunks::from(builder.build()));
        ProduceRequest {
            acks: -1,
            timeout_ms: 600_000,
            topic_data: vec![TopicProduceData {
                name: place.0.into(),
                partition_data: vec![PartitionProduceData { index: place.1, records }],
                ..Default::default()
            }],
            ..Default::default()
        }
    }
}
