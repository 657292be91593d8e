//! Markers on the ruler of a partition.

use super::Scene;
use serde::Serialize;

/// What stands at an offset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkerKind {
    /// A group's committed offset: where it goes on after a restart.
    Committed,
    /// A consumer's position: what it asks for next.
    Position,
    /// Where consumers that read committed records only stop.
    LastStable,
    /// Where consumers stop.
    HighWatermark,
    /// First readable offset.
    LogStart,
    /// Next offset to hand out.
    LogEnd,
}

/// A marker. It stands between the offset before it and its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Marker {
    /// What it is.
    pub kind: MarkerKind,
    /// Where.
    pub offset: i64,
    /// The group or the consumer whose it is.
    pub of: Option<String>,
}

impl Scene {
    /// The markers of a partition, those first for which room is made first.
    pub fn markers(&self, topic: &str, partition: i32) -> Vec<Marker> {
        let Some(lane) = self.cluster.lane(topic, partition) else { return Vec::new() };
        let mut markers = Vec::new();
        for (group_id, group) in &self.cluster.groups {
            if let Some(offset) = group.offsets.get(topic).and_then(|offsets| offsets.get(&partition)) {
                let of = Some(group_id.clone());
                markers.push(Marker { kind: MarkerKind::Committed, offset: *offset, of });
            }
        }
        for (name, client) in &self.clients {
            if let Some(offset) = client.positions.get(topic).and_then(|offsets| offsets.get(&partition)) {
                markers.push(Marker { kind: MarkerKind::Position, offset: *offset, of: Some(name.clone()) });
            }
        }
        let ends = [
            (MarkerKind::LastStable, lane.last_stable_offset),
            (MarkerKind::HighWatermark, lane.high_watermark),
            (MarkerKind::LogStart, lane.log_start_offset),
            (MarkerKind::LogEnd, lane.log_end_offset),
        ];
        let known = ends.into_iter().filter(|(_, offset)| *offset >= 0);
        markers.extend(known.map(|(kind, offset)| Marker { kind, offset, of: None }));
        markers
    }
}
