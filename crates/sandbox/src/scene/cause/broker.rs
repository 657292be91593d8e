//! Sentences for what brokers do.

use super::Weight::{Notable, Routine, Warning};
use super::{Told, group};
use crate::scene::Scene;
use crate::scene::node::NodeId;
use crate::scene::words::{between, count, offsets, quoted};
use runnel_broker::{ConnectionId, Event, EventKind, RecordPreview, RemovalReason};

pub(super) fn told(scene: &Scene, event: &Event) -> Told {
    let broker = format!("broker {}", event.broker);
    let lane = |topic: &str, partition: i32| format!("{topic}-{partition}");
    let at_broker = NodeId::Broker(event.broker.0);
    match &event.kind {
        EventKind::BrokerAdded { .. } => {
            let text = "joins the cluster: new partitions may be placed on it, those that are there do not move";
            Told::new("broker_added", Notable, broker, text).about(at_broker)
        }
        EventKind::BrokerStarted { partitions } => {
            let text = format!("runs and keeps {}", count(i64::from(*partitions), "partition"));
            Told::new("broker_started", Notable, broker, text).about(at_broker)
        }
        EventKind::BrokerStopped { clean: true, .. } => {
            Told::new("broker_stopped", Notable, broker, "is stopped and has said goodbye").about(at_broker)
        }
        EventKind::BrokerStopped { clean: false, session_until } => {
            let text = match session_until {
                Some(until) => format!(
                    "has crashed: the controller will miss it in {}, its broker.session.timeout.ms",
                    between(event.time, *until)
                ),
                None => "has crashed".to_owned(),
            };
            Told::new("broker_stopped", Warning, broker, text).about(at_broker)
        }
        EventKind::BrokerFenced { why } => {
            let text = format!("is fenced: {why}; nobody leads what it led");
            Told::new("broker_fenced", Warning, broker, text).about(at_broker)
        }
        EventKind::BrokerStarting { partitions } => {
            let text = format!("starts and reads the files of {}", count(i64::from(*partitions), "partition"));
            Told::new("broker_starting", Notable, broker, text).about(at_broker)
        }
        EventKind::ControllerMoved { from, to } => {
            let text = format!("is the controller, after broker {from}: it decides about topics");
            Told::new("controller_moved", Notable, format!("broker {to}"), text).about(NodeId::Broker(to.0))
        }
        EventKind::LeaderChanged { topic, partition, from, to, leader_epoch, why, .. } => {
            let (weight, text) = match (from, to) {
                (_, -1) => (Warning, format!("has no leader: {why}")),
                (-1, to) => (Notable, format!("is led by broker {to} in epoch {leader_epoch}: {why}")),
                (from, to) => {
                    (Notable, format!("is led by broker {to} in epoch {leader_epoch}, after broker {from}: {why}"))
                }
            };
            Told::new("leader_changed", weight, lane(topic, *partition), text).on(topic, *partition).about(at_broker)
        }
        EventKind::PartitionOnline { topic, partition, log_start_offset, high_watermark, log_end_offset } => {
            let text = format!(
                "takes requests again: its log begins at {log_start_offset} and ends at {log_end_offset}, and consumers \
                 may read up to {high_watermark}"
            );
            Told::new("partition_online", Notable, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::LogRecovered { topic, partition, what } => {
            let text = format!("was repaired after an unclean stop: {what}");
            Told::new("log_recovered", Warning, lane(topic, *partition), text).on(topic, *partition).about(at_broker)
        }
        EventKind::ConnectionOpened { connection, peer } => {
            let text = format!("connects to {broker}");
            let told = Told::new("connection_opened", Routine, format!("a client at {peer}"), text);
            told.about(NodeId::Connection(connection.0)).about(at_broker)
        }
        EventKind::ClientIdentified { connection, client_id, software, version } => {
            let name = if client_id.is_empty() { "a client without a name" } else { client_id };
            let text = format!("says that it is {software} {version}, on its connection to {broker}");
            let told = Told::new("client_identified", Routine, name, text).about(NodeId::Connection(connection.0));
            told.by_name(scene, client_id).about(at_broker)
        }
        EventKind::ConnectionClosed { connection, reason } => {
            let text = format!("is disconnected from {broker}: {reason}");
            Told::new("connection_closed", Routine, who(scene, *connection), text)
                .by(scene, *connection)
                .about(at_broker)
        }
        EventKind::TopicCreated { topic, internal, partitions, automatic, .. } => {
            let partitions = count(i64::try_from(partitions.len()).unwrap_or(i64::MAX), "partition");
            let why = if *automatic { ": a client asked for it, and topics are created when asked for" } else { "" };
            let weight = if *internal { Routine } else { Notable };
            let text = format!("is created with {partitions}{why}");
            Told::new("topic_created", weight, format!("topic {topic}"), text).about(NodeId::Topic(topic.clone()))
        }
        EventKind::PartitionsAdded { topic, partitions } => {
            let before = scene.cluster.topics.get(topic).map_or(0, |topic| topic.lanes.len());
            let after = before + partitions.len();
            let text = format!(
                "grows from {before} to {after} partitions: keys that are hashed over the number of partitions go to \
                 other lanes from here on, and what they wrote stays where it is"
            );
            Told::new("partitions_added", Notable, format!("topic {topic}"), text).about(NodeId::Topic(topic.clone()))
        }
        EventKind::TopicDeleted { topic, .. } => {
            let text = "is deleted with all of its records";
            Told::new("topic_deleted", Notable, format!("topic {topic}"), text).about(NodeId::Topic(topic.clone()))
        }
        EventKind::ConfigChanged { resource, name, value } => {
            let text = match value {
                Some(value) => format!("has {name} set to {value}"),
                None => format!("has {name} back at its default"),
            };
            let told = Told::new("config_changed", Notable, resource.clone(), text);
            match resource.split_once(' ') {
                Some(("topic", topic)) => told.about(NodeId::Topic(topic.to_owned())),
                Some(_) | None => told.about(at_broker),
            }
        }
        EventKind::BatchAppended {
            topic, partition, base_offset, last_offset, records, previews, connection, ..
        } => {
            let place = lane(topic, *partition);
            let what = what_records(*records, previews);
            let text = format!("writes {what} to {place} at {}", offsets(*base_offset, *last_offset));
            let Some(connection) = connection else {
                return Told::new("batch_appended", Routine, broker, text).on(topic, *partition).about(at_broker);
            };
            let told = Told::new("batch_appended", Notable, who(scene, *connection), text);
            told.by(scene, *connection).on(topic, *partition).about(at_broker)
        }
        EventKind::DuplicateBatch { topic, partition, base_offset, producer_id, connection } => {
            let text = format!(
                "sends a batch again that {}-{partition} has at offset {base_offset}: producer id {producer_id} and \
                 its sequence number are known, so nothing is written twice",
                topic
            );
            let told = Told::new("duplicate_batch", Warning, who(scene, *connection), text);
            told.by(scene, *connection).on(topic, *partition)
        }
        EventKind::ProduceRefused { topic, partition, error, why, connection } => {
            let text = format!("may not write to {}: {error}, {why}", lane(topic, *partition));
            let told = Told::new("produce_refused", Warning, who(scene, *connection), text);
            told.by(scene, *connection).on(topic, *partition)
        }
        EventKind::HighWatermarkMoved { topic, partition, from, to, .. } => {
            let text = format!("lets consumers read up to offset {to}: its high watermark moves from {from} to {to}");
            Told::new("high_watermark_moved", Routine, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::LogStartMoved { topic, partition, from, to, why, .. } => {
            let text = format!("begins at offset {to}, before at {from}: {}", removal(*why));
            Told::new("log_start_moved", Notable, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::SegmentRolled { topic, partition, base_offset } => {
            let text = format!("begins a new segment at offset {base_offset}");
            Told::new("segment_rolled", Routine, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::SegmentRemoved { topic, partition, base_offset, size, why } => {
            let text = format!("drops its segment {base_offset} of {size} bytes: {}", removal(*why));
            Told::new("segment_removed", Notable, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::LogCompacted {
            topic, partition, records_before, records_after, size_before, size_after, ..
        } => {
            let text = format!(
                "is compacted: of {records_before} records {records_after} are left, the last of each key, and \
                 {size_before} bytes become {size_after}"
            );
            Told::new("log_compacted", Notable, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::SegmentsReplaced { topic, partition, segments, .. } => {
            let segments = count(i64::try_from(segments.len()).unwrap_or(i64::MAX), "segment");
            let text = format!("has {segments}, in which older values of a key have made room for newer ones");
            Told::new("segments_replaced", Routine, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::RecordsFetched { topic, partition, from, to, connection, .. } => {
            let text = format!("reads {} of {}", offsets(*from, *to), lane(topic, *partition));
            let told = Told::new("records_fetched", Notable, who(scene, *connection), text);
            told.by(scene, *connection).on(topic, *partition).about(at_broker)
        }
        EventKind::FetchParked { connection, until } => {
            let text = format!("waits at {broker} for records, at most {}", between(event.time, *until));
            Told::new("fetch_parked", Routine, who(scene, *connection), text).by(scene, *connection).about(at_broker)
        }
        EventKind::ProducerIdAssigned { producer_id, producer_epoch, connection } => {
            let text = format!(
                "gets producer id {producer_id} with epoch {producer_epoch}, so that a batch that it sends twice is \
                 known again"
            );
            Told::new("producer_id_assigned", Notable, who(scene, *connection), text).by(scene, *connection)
        }
        EventKind::PartitionOffline { topic, partition, why } => {
            let text = format!("takes no requests: {why}");
            Told::new("partition_offline", Warning, lane(topic, *partition), text).on(topic, *partition)
        }
        EventKind::Group { event: happening } => group::told(scene, event, happening),
    }
}

fn who(scene: &Scene, connection: ConnectionId) -> String {
    scene.name_of_connection(connection.0)
}

/// `3 records`, or of a single one its key.
fn what_records(records: i32, previews: &[RecordPreview]) -> String {
    match previews {
        [only] => match &only.key {
            Some(key) if only.value.is_none() => format!("a tombstone for key {}", quoted(&key.text)),
            Some(key) => format!("a record with key {}", quoted(&key.text)),
            None => "a record without a key".to_owned(),
        },
        _ => count(i64::from(records), "record"),
    }
}

fn removal(why: RemovalReason) -> &'static str {
    match why {
        RemovalReason::RetentionTime => "its newest record was older than retention.ms",
        RemovalReason::RetentionSize => "the log was larger than retention.bytes",
        RemovalReason::LogStart => "DeleteRecords had moved the start of the log",
    }
}

impl Told {
    fn on(self, topic: &str, partition: i32) -> Self {
        self.about(NodeId::lane(topic, partition)).about(NodeId::Topic(topic.to_owned()))
    }

    fn by(self, scene: &Scene, connection: ConnectionId) -> Self {
        let name = scene.cluster.connections.get(&connection.0).map(|known| known.client_id.clone());
        let told = self.about(NodeId::Connection(connection.0));
        told.by_name(scene, &name.unwrap_or_default())
    }

    /// The client of that name, and the members that call themselves so.
    pub(super) fn by_name(self, scene: &Scene, name: &str) -> Self {
        match name {
            "" => self,
            name => self.about(scene.node_of_client(name)),
        }
    }
}
