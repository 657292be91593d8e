//! What is under way on the cables between clients and brokers.

use super::Scene;
use super::cargo::Contents;
use super::node::NodeId;
use super::point::Point;
use runnel_broker::Timestamp;
use serde::Serialize;

/// Parcels that are drawn at most; of more those that were sent first are not.
const PARCELS_MAX: usize = 400;

/// What becomes of a parcel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It will arrive.
    #[default]
    UnderWay,
    /// It will arrive late: somebody has held it up.
    Delayed,
    /// It is lost on its way.
    Dropped,
}

/// A frame on its way.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Parcel {
    /// The client.
    pub client: NodeId,
    /// The broker.
    pub broker: i32,
    /// Whether it goes from the broker to the client.
    pub is_answer: bool,
    /// What it carries.
    pub contents: Contents,
    /// Its bytes.
    pub size: u64,
    /// When it was sent.
    pub sent: Timestamp,
    /// When it arrives, or when it is lost.
    pub arrives: Timestamp,
    /// What becomes of it.
    pub fate: Fate,
}

impl Parcel {
    /// How much of its way is behind it, from 0 to 1.
    pub fn progress(&self, time: Timestamp) -> f64 {
        let whole = self.arrives.since(self.sent).as_secs_f64();
        if whole <= 0.0 { 1.0 } else { (time.since(self.sent).as_secs_f64() / whole).clamp(0.0, 1.0) }
    }

    /// Whether it is still to be drawn.
    pub(super) fn is_shown(&self, time: Timestamp) -> bool {
        self.arrives > time
    }

    /// The end that is not the client's: the first partition that it is about, otherwise the broker.
    fn broker_end(&self) -> NodeId {
        match self.contents.cargo.first() {
            Some(cargo) => NodeId::lane(&cargo.topic, cargo.partition),
            None => NodeId::Broker(self.broker),
        }
    }
}

impl Scene {
    /// Puts a parcel on its way.
    pub fn send(&mut self, id: u64, mut parcel: Parcel) {
        parcel.contents.name_topics(&self.cluster);
        if parcel.is_shown(self.time) {
            self.seen.parcels.insert(id, parcel);
        }
        if self.seen.parcels.len() > PARCELS_MAX {
            self.seen.parcels.pop_first();
        }
    }

    /// Changes what becomes of a parcel.
    pub fn redirect(&mut self, id: u64, arrives: Timestamp, fate: Fate) {
        if let Some(parcel) = self.seen.parcels.get_mut(&id) {
            (parcel.arrives, parcel.fate) = (arrives, fate);
        }
    }

    /// Takes a parcel off its cable.
    pub fn take_parcel(&mut self, id: u64) -> Option<Parcel> {
        self.seen.parcels.remove(&id)
    }

    /// Where the wire ends that a parcel goes along: at a partition, or at the card that holds it, or at the broker.
    fn end_of_parcel(&self, parcel: &Parcel) -> NodeId {
        let end = parcel.broker_end();
        let NodeId::Lane { topic, .. } = &end else { return end };
        let written = self.stage.wires.iter().find(|wire| wire.from == parcel.client).map(|wire| &wire.to);
        let ends = match written {
            Some(NodeId::Card { .. } | NodeId::Topic(_)) => {
                let card = NodeId::Card { topic: topic.clone(), broker: parcel.broker };
                vec![card, NodeId::Topic(topic.clone()), end]
            }
            Some(_) | None => vec![end],
        };
        let found = ends.into_iter().find(|end| self.stage.areas.contains_key(end));
        found.unwrap_or(NodeId::Broker(parcel.broker))
    }

    /// Where a parcel is. Nothing if one of its ends does not stand on the stage.
    pub fn parcel_at(&self, parcel: &Parcel) -> Option<Point> {
        let end = self.end_of_parcel(parcel);
        let (from, to) = if parcel.is_answer { (&end, &parcel.client) } else { (&parcel.client, &end) };
        Some(self.stage.way(from, to)?.at(parcel.progress(self.time)))
    }
}
