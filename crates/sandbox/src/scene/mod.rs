//! Everything that is drawn, as plain data: a fold of a snapshot and the events after it, never of inner state.
//!
//! A watcher begins with [`Scene::from_snapshot`] and hands every later [`Event`](runnel_broker::Event) to
//! [`Scene::fold`]. Then [`Scene::cluster`] is what [`Scene::from_snapshot`] would make of the cluster at that time. The
//! other parts hold what no snapshot can tell: [`Scene::seen`] what led here (sentences, figures over time, parcels),
//! [`Scene::clients`] what goes on inside the world's clients, [`Scene::stage`] where things stand.
//!
//! One event costs what it changes; the stage is laid out anew only when something appears, goes or changes hands.
//! Memory is bounded however long the run. The JSON of a scene is described in this folder's `README.md`.

mod actors;
mod cargo;
mod cause;
mod cells;
mod client;
mod cluster;
mod countdown;
mod document;
mod fold;
mod group;
mod indexes;
mod lane;
mod layout;
mod look;
mod marker;
mod node;
mod packets;
mod parcel;
mod point;
mod retention;
mod seen;
mod series;
mod snapshot;
#[cfg(test)]
mod tests;
mod tools;
mod why;
mod words;
mod world;

pub use cargo::{Cargo, Contents, Joining};
pub use cause::{Cause, CauseLog, Weight};
pub use cells::{Row, Slot};
pub use client::{Client, ClientCard, ClientRole, ClientState, ClientView, SendingRate};
pub use cluster::{Broker, Cluster, Connection};
pub use countdown::{Countdown, CountdownKind};
pub use document::{Document, GroupLag, LaneDrawing};
pub use group::{Assignment, Group, Member, Wait};
pub use indexes::{IndexListing, OffsetIndexEntry, SegmentIndexes, TimeIndexEntry};
pub use lane::{Lane, Record, Segment, Topic};
pub use layout::{Curve, Flow, LaneSize, Stage, Way, Wire};
pub use look::{COLOURS, Look, SHAPES};
pub use marker::{Marker, MarkerKind};
pub use node::NodeId;
pub use packets::{Field, Opened, Packet, Tap};
pub use parcel::{Fate, Parcel};
pub use point::{Area, Point};
pub use retention::{LogOutlook, SegmentOutlook, retention_countdown};
pub use seen::{Batch, Before, Choice, Guest, Handled, HandledRecord, Rates, Seen, TopicRates};
pub use series::{Measure, Sample, Series};
pub use why::{Path, Why, paths};

use runnel_broker::Timestamp;
use runnel_broker::groups::GroupState;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the shape in which a scene is written as JSON; it grows when a field changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that is drawn.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Scene {
    /// The version of this shape.
    pub schema_version: u32,
    /// The last event that is contained in it.
    pub sequence: u64,
    /// When.
    pub time: Timestamp,
    /// The cluster: what a snapshot would tell.
    pub cluster: Cluster,
    /// The world's clients by name; empty in live mode.
    pub clients: BTreeMap<String, Client>,
    /// Groups that somebody has drawn, whether a member has joined them since or not. Kafka knows a group from its first
    /// member on; before that [`Scene::group_state`] says what it would say.
    pub fences: BTreeSet<String>,
    /// What only who has watched can know.
    pub seen: Seen,
    /// Places that somebody chose, by what stands there.
    pub placed: BTreeMap<NodeId, Point>,
    /// Which way it flows on the stage.
    pub flow: Flow,
    /// Where everything stands.
    pub stage: Stage,
}

/// Whether a change makes something appear, go or change hands, so that the stage is laid out anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    Same,
    Changed,
}

impl Scene {
    /// A scene in which there is nothing yet.
    pub fn empty(time: Timestamp) -> Self {
        Scene {
            schema_version: SCHEMA_VERSION,
            sequence: 0,
            time,
            cluster: Cluster::default(),
            clients: BTreeMap::new(),
            fences: BTreeSet::new(),
            seen: Seen::default(),
            placed: BTreeMap::new(),
            flow: Flow::default(),
            stage: Stage::default(),
        }
    }

    /// Puts a broker, a topic, a group or a client somewhere; `None` gives it back to the automatic layout.
    ///
    /// A topic that is placed leaves the boxes of its brokers and stands as one card. A consumer in a group stands in
    /// the group's fence wherever it was put before.
    pub fn place(&mut self, node: NodeId, point: Option<Point>) {
        match point {
            Some(point) => _ = self.placed.insert(node, point),
            None => _ = self.placed.remove(&node),
        }
        self.restage();
    }

    /// Forgets all places that somebody chose.
    pub fn tidy(&mut self) {
        self.placed.clear();
        self.restage();
    }

    /// Sets which way data flows on the stage.
    pub fn set_flow(&mut self, flow: Flow) {
        if self.flow != flow {
            self.flow = flow;
            self.restage();
        }
    }

    /// Which cells of a partition are drawn, in the room that its lane has.
    pub fn row(&self, topic: &str, partition: i32) -> Row {
        let Some(lane) = self.cluster.lane(topic, partition) else { return Row::default() };
        self.row_around(lane, &self.markers(topic, partition))
    }

    /// The same for who has the partition and its markers at hand.
    pub fn row_around(&self, lane: &Lane, markers: &[Marker]) -> Row {
        let markers: Vec<i64> = markers.iter().map(|marker| marker.offset).collect();
        Row::fold(lane.log_start_offset.max(0), lane.log_end_offset.max(0), &markers, self.stage.cells_max)
    }

    /// The state of a group as DescribeGroups tells it: a group that nobody has joined yet is `Dead`.
    pub fn group_state(&self, group_id: &str) -> GroupState {
        self.cluster.groups.get(group_id).map_or(GroupState::Dead, |group| group.state)
    }

    fn restage(&mut self) {
        self.stage = layout::lay_out(&self.plan(), self.flow);
    }
}
