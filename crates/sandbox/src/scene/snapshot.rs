//! The scene of a watcher who comes and sees the cluster for the first time.

use super::Scene;
use super::cluster::{Broker, Cluster, Connection};
use super::group::{Group, Wait};
use super::lane::{LEADERLESS, Lane, Record, Segment, Topic};
use runnel_broker::{
    BrokerSnapshot, BrokerState, ConnectionSnapshot, Endpoint, PartitionSnapshot, SegmentSnapshot, Snapshot,
    TopicSnapshot,
};

impl Scene {
    /// The scene at the time of a snapshot; what happens after it is folded in.
    pub fn from_snapshot(snapshot: &Snapshot) -> Self {
        let mut scene = Scene::empty(snapshot.time);
        scene.sequence = snapshot.sequence;
        scene.cluster = Cluster {
            cluster_id: snapshot.cluster_id.clone(),
            controller: snapshot.controller.0,
            brokers: snapshot.brokers.iter().map(|broker| (broker.id.0, Broker::of(broker))).collect(),
            topics: snapshot.topics.iter().map(|topic| (topic.name.clone(), Topic::of(topic))).collect(),
            groups: snapshot.groups.iter().map(|group| (group.group_id.clone(), Group::of(group))).collect(),
            connections: snapshot.connections.iter().map(|one| (one.connection.0, Connection::of(one))).collect(),
        };
        for broker in &snapshot.brokers {
            if let Some(due) = broker.session_until {
                let wait = Wait { started: snapshot.time, due };
                scene.seen.broker_sessions.insert(broker.id.0, wait);
            }
        }
        let groups: Vec<String> = scene.cluster.groups.keys().cloned().collect();
        for group_id in groups {
            scene.note_lag(&group_id);
        }
        scene.restage();
        scene
    }
}

impl Broker {
    fn of(snapshot: &BrokerSnapshot) -> Self {
        let endpoints = Broker::addresses(&snapshot.endpoints);
        Broker { id: snapshot.id.0, endpoints, state: snapshot.state, fenced: snapshot.fenced }
    }

    /// One that joins, before its start.
    pub(super) fn added(id: i32, endpoints: &[Endpoint]) -> Self {
        Broker { id, endpoints: Broker::addresses(endpoints), state: BrokerState::Down, fenced: true }
    }

    fn addresses(endpoints: &[Endpoint]) -> Vec<String> {
        endpoints.iter().map(|one| format!("{}:{}", one.host, one.port)).collect()
    }
}

impl Connection {
    fn of(snapshot: &ConnectionSnapshot) -> Self {
        Connection {
            broker: snapshot.broker.0,
            peer: snapshot.peer.clone(),
            client_id: snapshot.client_id.clone(),
            software: snapshot.software.clone(),
            version: snapshot.version.clone(),
        }
    }
}

impl Topic {
    fn of(snapshot: &TopicSnapshot) -> Self {
        Topic {
            topic_id: snapshot.topic_id.clone(),
            internal: snapshot.internal,
            configs: snapshot.configs.clone(),
            lanes: snapshot.partitions.iter().map(Lane::of).collect(),
        }
    }
}

impl Segment {
    pub(super) fn of(snapshot: &SegmentSnapshot) -> Self {
        Segment {
            base_offset: snapshot.base_offset,
            size: u64::from(snapshot.size),
            newest_timestamp: snapshot.newest_timestamp,
            active: snapshot.active,
        }
    }
}

impl Lane {
    fn of(snapshot: &PartitionSnapshot) -> Self {
        let mut segments: Vec<Segment> = snapshot.segment_list.iter().map(Segment::of).collect();
        if segments.is_empty() && snapshot.size == 0 {
            // Files appear when they are first used.
            segments.push(Segment::begun_at(snapshot.log_end_offset.max(0)));
        }
        Lane {
            partition: snapshot.partition,
            leader: snapshot.leader,
            leader_epoch: snapshot.leader_epoch,
            replicas: snapshot.replicas.clone(),
            in_sync_replicas: snapshot.in_sync_replicas.clone(),
            log_start_offset: snapshot.log_start_offset,
            last_stable_offset: snapshot.last_stable_offset,
            high_watermark: snapshot.high_watermark,
            log_end_offset: snapshot.log_end_offset,
            size: snapshot.size,
            offline: match snapshot.leader {
                -1 => Some(LEADERLESS.to_owned()),
                _ => snapshot.offline.clone(),
            },
            segments,
            records: snapshot.previews.iter().map(|preview| (preview.offset, Record::of(preview))).collect(),
        }
    }
}
