//! The scene as one JSON document: what is kept, and what follows from it for a drawing.

use super::Scene;
use super::cells::Row;
use super::countdown::Countdown;
use super::marker::Marker;
use super::node::NodeId;
use super::point::Point;
use serde::Serialize;
use std::collections::BTreeMap;

/// A scene with all that a drawing needs.
#[derive(Clone, Debug, Serialize)]
pub struct Document<'a> {
    /// What is kept.
    #[serde(flatten)]
    pub scene: &'a Scene,
    /// Every wait that can be seen.
    pub countdowns: Vec<Countdown>,
    /// The cells and markers of each lane on the stage.
    pub lanes: BTreeMap<NodeId, LaneDrawing>,
    /// How far each group is behind, by group.
    pub lags: BTreeMap<&'a str, GroupLag>,
    /// Where the parcels are, by number.
    pub parcels: BTreeMap<u64, Point>,
    /// The latest sentence that matters.
    pub cause: Option<String>,
}

/// What is drawn on a lane.
#[derive(Clone, Debug, Serialize)]
pub struct LaneDrawing {
    /// Its cells.
    #[serde(flatten)]
    pub row: Row,
    /// Its markers.
    pub markers: Vec<Marker>,
}

/// How far a group is behind.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GroupLag {
    /// Over all partitions where it has committed.
    pub total: i64,
    /// By topic and partition.
    pub partitions: BTreeMap<String, BTreeMap<i32, i64>>,
}

impl Scene {
    /// The scene with all that a drawing needs.
    pub fn document(&self) -> Document<'_> {
        let on_stage = self.stage.areas.keys().filter_map(|node| match node {
            NodeId::Lane { topic, partition } => {
                let markers = self.markers(topic, *partition);
                let row = self.cluster.lane(topic, *partition).map(|lane| self.row_around(lane, &markers));
                Some((node.clone(), LaneDrawing { row: row.unwrap_or_default(), markers }))
            }
            NodeId::Broker(_)
            | NodeId::Topic(_)
            | NodeId::Card { .. }
            | NodeId::Group(_)
            | NodeId::Client(_)
            | NodeId::Member { .. }
            | NodeId::Guest(_)
            | NodeId::Connection(_) => None,
        });
        let parcels = self.seen.parcels.iter();
        Document {
            scene: self,
            countdowns: self.countdowns(),
            lanes: on_stage.collect(),
            lags: self.cluster.groups.keys().map(|group_id| (group_id.as_str(), self.group_lag(group_id))).collect(),
            parcels: parcels.filter_map(|(id, parcel)| Some((*id, self.parcel_at(parcel)?))).collect(),
            cause: self.seen.causes.latest().map(super::Cause::sentence),
        }
    }

    /// How far a group is behind.
    pub fn group_lag(&self, group_id: &str) -> GroupLag {
        let mut lag = GroupLag { total: self.cluster.total_lag(group_id), ..GroupLag::default() };
        let Some(group) = self.cluster.groups.get(group_id) else { return lag };
        for (topic, offsets) in &group.offsets {
            let known = offsets.keys().filter_map(|at| Some((*at, self.cluster.lag(group_id, topic, *at)?)));
            lag.partitions.insert(topic.clone(), known.collect());
        }
        lag
    }
}
