//! Sentences for what happens inside the world's producers, and on any client's connections.

use super::Told;
use super::Weight::{Notable, Routine, Warning};
use crate::scene::node::NodeId;
use crate::scene::words::{count, list, millis};
use runnel_clients::event::{ConnectionEvent, ProducerEvent};
use runnel_clients::partitioners::{HashName, PartitionChoice, PartitionReason};

pub(super) fn told(name: &str, event: &ProducerEvent) -> Told {
    let told = |kind, weight, text: String| Told::new(kind, weight, name, text);
    let records = |number: usize| count(i64::try_from(number).unwrap_or(i64::MAX), "record");
    let told = match event {
        ProducerEvent::RecordWaits { topic, for_what, .. } => {
            let text = format!("holds back a record for {topic}: it waits for {}", for_what.replace('_', "."));
            told("record_waits", Routine, text).about(NodeId::Topic(topic.clone()))
        }
        ProducerEvent::RecordQueued { topic, choice, .. } => {
            let text = format!("puts a record in line for {topic}-{}: {}", choice.partition, chosen_by(choice));
            told("record_queued", Routine, text).on_lane(topic, choice.partition)
        }
        ProducerEvent::BatchSent { topic, partition, node_id, records_count, attempt, .. } => {
            let again = if *attempt > 1 { format!(", for the {attempt}. time") } else { String::new() };
            let text = format!("sends {} for {topic}-{partition} to broker {node_id}{again}", records(*records_count));
            told("batch_sent", Routine, text).on_lane(topic, *partition).about(NodeId::Broker(*node_id))
        }
        ProducerEvent::BatchAcknowledged { topic, partition, records_count, base_offset, .. } => {
            let records = records(*records_count);
            let text = match base_offset {
                Some(offset) => format!("knows that {records} lie in {topic}-{partition} from offset {offset} on"),
                None => format!("takes {records} for {topic}-{partition} as sent: no broker says where they lie"),
            };
            told("batch_acknowledged", Routine, text).on_lane(topic, *partition)
        }
        ProducerEvent::BatchRetried { topic, partition, records_count, reason, wait_ms, .. } => {
            let records = records(*records_count);
            let text = format!("will send {records} for {topic}-{partition} again in {}: {reason}", wait(*wait_ms));
            told("batch_retried", Warning, text).on_lane(topic, *partition)
        }
        ProducerEvent::BatchSplit { topic, partition, records_count, parts_count } => {
            let text = format!(
                "splits a batch of {} for {topic}-{partition} into {parts_count}: the broker found it too large",
                records(*records_count)
            );
            told("batch_split", Warning, text).on_lane(topic, *partition)
        }
        ProducerEvent::CallRetried { records_count, reason, attempt, wait_ms, .. } => {
            let text = format!(
                "will try the whole call with {} again in {}, after {}: {reason}",
                records(*records_count),
                wait(*wait_ms),
                count(i64::from(*attempt), "attempt")
            );
            told("call_retried", Warning, text)
        }
        ProducerEvent::RecordsFailed { topic, partition, records_count, reason, .. } => {
            let place = partition.map_or_else(|| topic.clone(), |partition| format!("{topic}-{partition}"));
            let text = format!("gives up {} for {place}: {reason}", records(*records_count));
            let told = told("records_failed", Warning, text).about(NodeId::Topic(topic.clone()));
            partition.iter().fold(told, |told, partition| told.on_lane(topic, *partition))
        }
        ProducerEvent::ProducerIdObtained { producer_id, producer_epoch } => {
            let text = format!("has producer id {producer_id} with epoch {producer_epoch} and numbers its records");
            told("producer_id_obtained", Routine, text)
        }
        ProducerEvent::ProducerEpochBumped { producer_id, producer_epoch, reason } => {
            let text =
                format!("begins to number anew as producer id {producer_id} with epoch {producer_epoch}: {reason}");
            told("producer_epoch_bumped", Warning, text)
        }
        ProducerEvent::ProducerIdRefused { reason } => {
            told("producer_id_refused", Warning, format!("gets no producer id: {reason}"))
        }
        ProducerEvent::Closed => told("closed", Notable, "is closed: all that it was given is settled".to_owned()),
    };
    told.about(NodeId::Client(name.to_owned()))
}

pub(super) fn of_connection(name: &str, event: &ConnectionEvent) -> Told {
    let told = |kind, weight, text: String| Told::new(kind, weight, name, text);
    let broker = |node_id: &Option<i32>| node_id.map_or("a bootstrap address".to_owned(), |id| format!("broker {id}"));
    let told = match event {
        ConnectionEvent::Connecting { node_id, address, .. } => {
            told("connecting", Routine, format!("connects to {} at {address}", broker(node_id))).at_node(*node_id)
        }
        ConnectionEvent::Connected { node_id, .. } => {
            told("connected", Routine, format!("is connected to {}", broker(node_id))).at_node(*node_id)
        }
        ConnectionEvent::Disconnected { node_id, reason, .. } => {
            told("disconnected", Warning, format!("has lost its connection to {}: {reason}", broker(node_id)))
                .at_node(*node_id)
        }
        ConnectionEvent::MetadataRefreshed { is_changed, topics, .. } => {
            let names: Vec<&str> = topics.iter().map(|topic| topic.topic.as_str()).collect();
            let of = match names.as_slice() {
                [] => "which brokers there are".to_owned(),
                names => format!("who leads {}", list(names)),
            };
            let news = if *is_changed { "learns anew" } else { "asks again, and nothing has changed:" };
            told("metadata_refreshed", Routine, format!("{news} {of}"))
        }
        ConnectionEvent::MetadataFailed { reason, will_retry } => {
            let then = if *will_retry { "asks again" } else { "gives up" };
            told("metadata_failed", Warning, format!("could not learn who leads what and {then}: {reason}"))
        }
    };
    told.about(NodeId::Client(name.to_owned()))
}

/// Why a partition was chosen, in words.
pub(super) fn chosen_by(choice: &PartitionChoice) -> String {
    let partition = choice.partition;
    match &choice.reason {
        PartitionReason::Explicit => "the program named the partition, and keys play no part".to_owned(),
        PartitionReason::KeyHash { hash, hash_value, sign_cleared, partitions_count, .. } => {
            let hash = match hash {
                HashName::Murmur2 => "murmur2",
                HashName::Murmur2Legacy => "murmur2 in JavaScript's doubles",
                HashName::Crc32 => "CRC-32",
                HashName::Fnv1a => "FNV-1a",
            };
            let dividend = sign_cleared.unwrap_or(*hash_value);
            let cleared = if sign_cleared.is_some() { ", with its sign bit cleared," } else { "" };
            format!(
                "{hash} of its key{cleared} is {dividend}, and {dividend} modulo {partitions_count} partitions is {partition}"
            )
        }
        PartitionReason::Sticky { is_new: true, .. } => {
            format!("it has no key, and partition {partition} was drawn for all such records until a batch is full")
        }
        PartitionReason::Sticky { is_new: false, .. } => {
            format!("it has no key and goes where the last such record went, to partition {partition}")
        }
        PartitionReason::RoundRobin { counter, available_count } => format!(
            "it has no key, and the next partition in turn is {partition}: {counter} modulo {available_count} partitions"
        ),
        PartitionReason::Random { partitions_count } => {
            format!("it has no key, and one of {partitions_count} partitions was drawn")
        }
    }
}

fn wait(wait_ms: u64) -> String {
    millis(i64::try_from(wait_ms).unwrap_or(i64::MAX))
}

impl Told {
    fn on_lane(self, topic: &str, partition: i32) -> Self {
        self.about(NodeId::lane(topic, partition))
    }

    fn at_node(self, node_id: Option<i32>) -> Self {
        node_id.into_iter().fold(self, |told, node_id| told.about(NodeId::Broker(node_id)))
    }
}
