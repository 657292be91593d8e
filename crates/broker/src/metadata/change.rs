//! One change of the cluster's metadata, and the record of Kafka's that says it.

use super::PartitionRegistration;
use crate::config::Endpoint;
use crate::ids::{BrokerId, PartitionIndex};
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::DecodeError;
use runnel_protocol::kinds::MetadataRecord;
use runnel_protocol::kinds::broker_registration_change::BrokerRegistrationChangeRecord;
use runnel_protocol::kinds::config::ConfigRecord;
use runnel_protocol::kinds::feature_level::FeatureLevelRecord;
use runnel_protocol::kinds::partition::PartitionRecord;
use runnel_protocol::kinds::partition_change::PartitionChangeRecord;
use runnel_protocol::kinds::producer_ids::ProducerIdsRecord;
use runnel_protocol::kinds::register_broker::{BrokerEndpoint, BrokerFeature, RegisterBrokerRecord};
use runnel_protocol::kinds::remove_topic::RemoveTopicRecord;
use runnel_protocol::kinds::topic::TopicRecord;
use uuid::Uuid;

/// Resource types of Kafka's configs.
const BROKER: i8 = 4;
const TOPIC: i8 = 2;
const GROUP: i8 = 32;

/// `leader` of a PartitionChangeRecord that says nothing of the leader.
const LEADER_UNCHANGED: i32 = -2;
/// `leader_recovery_state` that says nothing.
const RECOVERY_UNCHANGED: i8 = -1;
/// `fenced` of a BrokerRegistrationChangeRecord.
const FENCED: i8 = 1;
const UNFENCED: i8 = -1;
/// The plaintext protocol in Kafka's numbering.
const PLAINTEXT: i16 = 0;

/// One change. All of one decision stand in one batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    Topic {
        name: ByteString,
        id: Uuid,
    },
    Partition {
        topic_id: Uuid,
        index: PartitionIndex,
        registration: PartitionRegistration,
    },
    PartitionDelta {
        topic_id: Uuid,
        index: PartitionIndex,
        delta: PartitionDelta,
    },
    RemoveTopic {
        id: Uuid,
    },
    TopicConfig {
        topic: ByteString,
        name: String,
        value: Option<String>,
    },
    /// The empty broker name means all brokers.
    BrokerConfig {
        broker: String,
        name: String,
        value: Option<String>,
    },
    GroupConfig {
        group: String,
        name: String,
        value: Option<String>,
    },
    ProducerIds {
        broker: BrokerId,
        broker_epoch: i64,
        next_producer_id: i64,
    },
    Feature {
        name: String,
        level: i16,
    },
    RegisterBroker {
        broker: BrokerId,
        epoch: i64,
        incarnation: Uuid,
        fenced: bool,
        endpoints: Vec<Endpoint>,
    },
    BrokerDelta {
        broker: BrokerId,
        epoch: i64,
        /// Whether it takes part from here on; `None` leaves that as it is.
        fenced: Option<bool>,
        in_controlled_shutdown: bool,
    },
    /// A record of a kind that a broker of Kafka's writes and that means nothing here; it is kept in the log.
    Foreign {
        kind: i16,
    },
}

/// What changed of a partition; `None` leaves a fact as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct PartitionDelta {
    /// The new leader, or none.
    pub(crate) leader: Option<Option<BrokerId>>,
    pub(crate) in_sync_replicas: Option<Vec<BrokerId>>,
    pub(crate) eligible_leaders: Option<Vec<BrokerId>>,
    pub(crate) last_known_leaders: Option<Vec<BrokerId>>,
    pub(crate) leader_recovery_state: Option<i8>,
}

fn brokers(ids: &[BrokerId]) -> Vec<i32> {
    ids.iter().map(|id| id.0).collect()
}

fn broker_ids(numbers: &[i32]) -> Vec<BrokerId> {
    numbers.iter().copied().map(BrokerId).collect()
}

fn leader_number(leader: Option<BrokerId>) -> i32 {
    leader.map_or(-1, |leader| leader.0)
}

fn leader_of(number: i32) -> Option<BrokerId> {
    (number >= 0).then_some(BrokerId(number))
}

impl Change {
    /// The value of the record that says this.
    pub(super) fn encode(&self) -> Bytes {
        let (record, version) = self.record();
        record.encode(version).expect("a record in its own version can say all its fields")
    }

    fn record(&self) -> (MetadataRecord, i16) {
        match self {
            Change::Topic { name, id } => (MetadataRecord::Topic(TopicRecord { name: name.clone(), topic_id: *id }), 0),
            Change::Partition { topic_id, index, registration } => {
                let record = PartitionRecord {
                    partition_id: index.0,
                    topic_id: *topic_id,
                    replicas: brokers(&registration.replicas),
                    isr: brokers(&registration.in_sync_replicas),
                    leader: leader_number(registration.leader),
                    leader_epoch: registration.leader_epoch,
                    leader_recovery_state: registration.leader_recovery_state,
                    partition_epoch: registration.partition_epoch,
                    eligible_leader_replicas: unless_empty(&registration.eligible_leaders),
                    last_known_elr: unless_empty(&registration.last_known_leaders),
                    // Which of a broker's folders holds it is not assigned: there is one.
                    directories: vec![Uuid::nil(); registration.replicas.len()],
                    ..Default::default()
                };
                (MetadataRecord::Partition(record), 2)
            }
            Change::PartitionDelta { topic_id, index, delta } => {
                (MetadataRecord::PartitionChange(partition_change(*topic_id, *index, delta)), 2)
            }
            Change::RemoveTopic { id } => (MetadataRecord::RemoveTopic(RemoveTopicRecord { topic_id: *id }), 0),
            Change::TopicConfig { topic, name, value } => config_record(TOPIC, topic, name, value),
            Change::BrokerConfig { broker, name, value } => config_record(BROKER, broker, name, value),
            Change::GroupConfig { group, name, value } => config_record(GROUP, group, name, value),
            Change::ProducerIds { broker, broker_epoch, next_producer_id } => {
                let (broker_id, broker_epoch, next_producer_id) = (broker.0, *broker_epoch, *next_producer_id);
                (MetadataRecord::ProducerIds(ProducerIdsRecord { broker_id, broker_epoch, next_producer_id }), 0)
            }
            Change::Feature { name, level } => {
                let record = FeatureLevelRecord { name: ByteString::from(name.as_str()), feature_level: *level };
                (MetadataRecord::FeatureLevel(record), 0)
            }
            Change::RegisterBroker { broker, epoch, incarnation, fenced, endpoints } => {
                let record = registration(*broker, *epoch, *incarnation, *fenced, endpoints);
                (MetadataRecord::RegisterBroker(record), 3)
            }
            Change::BrokerDelta { broker, epoch, fenced, in_controlled_shutdown } => {
                let record = BrokerRegistrationChangeRecord {
                    broker_id: broker.0,
                    broker_epoch: *epoch,
                    fenced: fenced.map_or(0, |fenced| if fenced { FENCED } else { UNFENCED }),
                    in_controlled_shutdown: i8::from(*in_controlled_shutdown),
                    ..Default::default()
                };
                (MetadataRecord::BrokerRegistrationChange(record), i16::from(*in_controlled_shutdown))
            }
            Change::Foreign { .. } => (MetadataRecord::NoOp(Default::default()), 0),
        }
    }

    /// Reads a record's value.
    pub(super) fn decode(value: &Bytes) -> Result<Self, DecodeError> {
        let record = MetadataRecord::decode(value)?;
        let kind = record.number();
        #[expect(clippy::wildcard_enum_match_arm, reason = "kinds that mean nothing here are one case")]
        Ok(match record {
            MetadataRecord::Topic(record) => Change::Topic { name: record.name, id: record.topic_id },
            MetadataRecord::Partition(record) => Change::Partition {
                topic_id: record.topic_id,
                index: PartitionIndex(record.partition_id),
                registration: PartitionRegistration {
                    replicas: broker_ids(&record.replicas),
                    in_sync_replicas: broker_ids(&record.isr),
                    leader: leader_of(record.leader),
                    leader_epoch: record.leader_epoch,
                    partition_epoch: record.partition_epoch,
                    eligible_leaders: broker_ids(&record.eligible_leader_replicas.unwrap_or_default()),
                    last_known_leaders: broker_ids(&record.last_known_elr.unwrap_or_default()),
                    leader_recovery_state: record.leader_recovery_state,
                },
            },
            MetadataRecord::PartitionChange(record) => Change::PartitionDelta {
                topic_id: record.topic_id,
                index: PartitionIndex(record.partition_id),
                delta: PartitionDelta {
                    leader: (record.leader != LEADER_UNCHANGED).then(|| leader_of(record.leader)),
                    in_sync_replicas: record.isr.as_deref().map(broker_ids),
                    eligible_leaders: record.eligible_leader_replicas.as_deref().map(broker_ids),
                    last_known_leaders: record.last_known_elr.as_deref().map(broker_ids),
                    leader_recovery_state: (record.leader_recovery_state >= 0).then_some(record.leader_recovery_state),
                },
            },
            MetadataRecord::RemoveTopic(record) => Change::RemoveTopic { id: record.topic_id },
            MetadataRecord::Config(record) => {
                let (name, value) = (record.name.to_string(), record.value.map(|value| value.to_string()));
                match record.resource_type {
                    TOPIC => Change::TopicConfig { topic: record.resource_name, name, value },
                    BROKER => Change::BrokerConfig { broker: record.resource_name.to_string(), name, value },
                    GROUP => Change::GroupConfig { group: record.resource_name.to_string(), name, value },
                    _ => Change::Foreign { kind },
                }
            }
            MetadataRecord::ProducerIds(record) => Change::ProducerIds {
                broker: BrokerId(record.broker_id),
                broker_epoch: record.broker_epoch,
                next_producer_id: record.next_producer_id,
            },
            MetadataRecord::FeatureLevel(record) => {
                Change::Feature { name: record.name.to_string(), level: record.feature_level }
            }
            MetadataRecord::RegisterBroker(record) => Change::RegisterBroker {
                broker: BrokerId(record.broker_id),
                epoch: record.broker_epoch,
                incarnation: record.incarnation_id,
                fenced: record.fenced,
                endpoints: record
                    .end_points
                    .into_iter()
                    .map(|endpoint| Endpoint {
                        listener: endpoint.name.to_string(),
                        host: endpoint.host.to_string(),
                        port: endpoint.port,
                    })
                    .collect(),
            },
            MetadataRecord::BrokerRegistrationChange(record) => Change::BrokerDelta {
                broker: BrokerId(record.broker_id),
                epoch: record.broker_epoch,
                fenced: (record.fenced != 0).then_some(record.fenced == FENCED),
                in_controlled_shutdown: record.in_controlled_shutdown == 1,
            },
            _ => Change::Foreign { kind },
        })
    }
}

fn config_record(resource_type: i8, resource: &str, name: &str, value: &Option<String>) -> (MetadataRecord, i16) {
    let record = ConfigRecord {
        resource_type,
        resource_name: ByteString::from(resource),
        name: ByteString::from(name),
        value: value.as_deref().map(ByteString::from),
    };
    (MetadataRecord::Config(record), 0)
}

fn partition_change(topic_id: Uuid, index: PartitionIndex, delta: &PartitionDelta) -> PartitionChangeRecord {
    let list = |told: &Option<Vec<BrokerId>>| told.as_ref().map(|replicas| brokers(replicas));
    PartitionChangeRecord {
        partition_id: index.0,
        topic_id,
        isr: list(&delta.in_sync_replicas),
        leader: delta.leader.map_or(LEADER_UNCHANGED, leader_number),
        leader_recovery_state: delta.leader_recovery_state.unwrap_or(RECOVERY_UNCHANGED),
        eligible_leader_replicas: list(&delta.eligible_leaders),
        last_known_elr: list(&delta.last_known_leaders),
        ..Default::default()
    }
}

/// Kafka leaves an empty list out.
fn unless_empty(ids: &[BrokerId]) -> Option<Vec<i32>> {
    (!ids.is_empty()).then(|| brokers(ids))
}

fn registration(
    broker: BrokerId,
    epoch: i64,
    incarnation: Uuid,
    fenced: bool,
    endpoints: &[Endpoint],
) -> RegisterBrokerRecord {
    RegisterBrokerRecord {
        broker_id: broker.0,
        incarnation_id: incarnation,
        broker_epoch: epoch,
        end_points: endpoints
            .iter()
            .map(|endpoint| BrokerEndpoint {
                name: ByteString::from(endpoint.listener.as_str()),
                host: ByteString::from(endpoint.host.as_str()),
                port: endpoint.port,
                security_protocol: PLAINTEXT,
            })
            .collect(),
        features: vec![BrokerFeature {
            name: ByteString::from_static(super::METADATA_VERSION),
            min_supported_version: super::METADATA_VERSION_LEVEL_MIN,
            max_supported_version: super::METADATA_VERSION_LEVEL,
        }],
        fenced,
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_reads_back_from_its_record() {
        let topic_id = Uuid::from_u128(7);
        let registration = PartitionRegistration {
            replicas: vec![BrokerId(1)],
            in_sync_replicas: vec![BrokerId(1)],
            leader: Some(BrokerId(1)),
            leader_epoch: 3,
            partition_epoch: 4,
            eligible_leaders: vec![BrokerId(2)],
            ..Default::default()
        };
        let endpoint = Endpoint { listener: "PLAINTEXT".to_owned(), host: "localhost".to_owned(), port: 9092 };
        let (name, value) = ("retention.ms".to_owned(), Some("1000".to_owned()));
        for change in [
            Change::Topic { name: ByteString::from_static("orders"), id: topic_id },
            Change::Partition { topic_id, index: PartitionIndex(2), registration },
            Change::PartitionDelta {
                topic_id,
                index: PartitionIndex(2),
                delta: PartitionDelta {
                    leader: Some(None),
                    in_sync_replicas: Some(Vec::new()),
                    eligible_leaders: Some(vec![BrokerId(2)]),
                    last_known_leaders: Some(vec![BrokerId(2)]),
                    leader_recovery_state: Some(1),
                },
            },
            Change::PartitionDelta { topic_id, index: PartitionIndex(2), delta: PartitionDelta::default() },
            Change::BrokerDelta { broker: BrokerId(2), epoch: 7, fenced: Some(true), in_controlled_shutdown: false },
            Change::BrokerDelta { broker: BrokerId(2), epoch: 7, fenced: None, in_controlled_shutdown: true },
            Change::BrokerDelta { broker: BrokerId(2), epoch: 7, fenced: Some(false), in_controlled_shutdown: false },
            Change::RemoveTopic { id: topic_id },
            Change::TopicConfig { topic: ByteString::from_static("orders"), name: name.clone(), value: value.clone() },
            Change::BrokerConfig { broker: String::new(), name: name.clone(), value: None },
            Change::GroupConfig { group: "billing".to_owned(), name, value },
            Change::ProducerIds { broker: BrokerId(1), broker_epoch: 5, next_producer_id: 1000 },
            Change::Feature { name: "metadata.version".to_owned(), level: 29 },
            Change::RegisterBroker {
                broker: BrokerId(1),
                epoch: 5,
                incarnation: Uuid::from_u128(9),
                fenced: true,
                endpoints: vec![endpoint],
            },
        ] {
            assert_eq!(Change::decode(&change.encode()), Ok(change));
        }
    }
}
