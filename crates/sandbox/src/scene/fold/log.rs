//! What happens to partitions: records come, are read, and go.

use crate::scene::lane::{LEADERLESS, Record, Segment};
use crate::scene::seen::Batch;
use crate::scene::{Scene, Shape};
use runnel_broker::{Event, EventKind};

impl Scene {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are folded elsewhere")]
    pub(super) fn fold_log(&mut self, event: &Event) -> Shape {
        match &event.kind {
            EventKind::BatchAppended { .. } => self.fold_batch(event),
            EventKind::HighWatermarkMoved { topic, partition, to, last_stable_offset, .. } => {
                if let Some(lane) = self.cluster.lane_mut(topic, *partition) {
                    (lane.high_watermark, lane.last_stable_offset) = (*to, *last_stable_offset);
                }
                self.note_lags_of(topic);
                Shape::Same
            }
            EventKind::LogStartMoved { topic, partition, to, previews, .. } => {
                if let Some(lane) = self.cluster.lane_mut(topic, *partition) {
                    lane.log_start_offset = *to;
                    lane.high_watermark = lane.high_watermark.max(*to);
                    lane.last_stable_offset = lane.last_stable_offset.max(*to);
                    lane.log_end_offset = lane.log_end_offset.max(*to);
                    // Records that were between the two ends are at one of them.
                    lane.records = previews.iter().map(|preview| (preview.offset, Record::of(preview))).collect();
                }
                Shape::Same
            }
            EventKind::SegmentRolled { topic, partition, base_offset } => {
                if let Some(lane) = self.cluster.lane_mut(topic, *partition) {
                    lane.roll(*base_offset);
                }
                Shape::Same
            }
            EventKind::SegmentRemoved { topic, partition, base_offset, size, .. } => {
                if let Some(lane) = self.cluster.lane_mut(topic, *partition) {
                    lane.segments.retain(|segment| segment.base_offset != *base_offset);
                    lane.size = lane.size.saturating_sub(*size);
                    // Where all are past, a new one is begun first.
                    lane.active_segment();
                }
                Shape::Same
            }
            EventKind::SegmentsReplaced { topic, partition, segments, previews } => {
                if let Some(lane) = self.cluster.lane_mut(topic, *partition) {
                    lane.segments = segments.iter().map(Segment::of).collect();
                    lane.size = lane.segments.iter().map(|segment| segment.size).sum();
                    lane.records = previews.iter().map(|preview| (preview.offset, Record::of(preview))).collect();
                }
                Shape::Same
            }
            EventKind::LeaderChanged { topic, partition, to, leader_epoch, in_sync_replicas, .. } => {
                if let Some(lane) = self.cluster.lane_mut(topic, *partition) {
                    (lane.leader, lane.leader_epoch) = (*to, *leader_epoch);
                    lane.in_sync_replicas.clone_from(in_sync_replicas);
                    lane.offline = (*to == -1).then(|| LEADERLESS.to_owned());
                }
                Shape::Changed
            }
            EventKind::PartitionOffline { topic, partition, why } => {
                // Without a leader it has been said already that there is none.
                if let Some(lane) = self.cluster.lane_mut(topic, *partition).filter(|lane| lane.leader != -1) {
                    lane.offline = Some(why.clone());
                }
                Shape::Same
            }
            EventKind::PartitionOnline { topic, partition, log_start_offset, high_watermark, log_end_offset } => {
                if let Some(lane) = self.cluster.lane_mut(topic, *partition) {
                    lane.offline = None;
                    lane.log_start_offset = *log_start_offset;
                    lane.high_watermark = *high_watermark;
                    lane.last_stable_offset = *high_watermark;
                    lane.log_end_offset = *log_end_offset;
                    // What was cut off at the end is gone.
                    _ = lane.records.split_off(log_end_offset);
                    lane.forget_middle();
                }
                self.note_lags_of(topic);
                Shape::Same
            }
            EventKind::RecordsFetched { .. } => self.fold_fetched(event),
            _ => Shape::Same,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only one kind comes here")]
    fn fold_batch(&mut self, event: &Event) -> Shape {
        match &event.kind {
            EventKind::BatchAppended {
                topic,
                partition,
                base_offset,
                last_offset,
                records,
                size,
                timestamp,
                producer_id,
                producer_epoch,
                base_sequence,
                leader_epoch: _,
                compression,
                previews,
                previews_left_out: _,
                connection,
            } => {
                let Some(lane) = self.cluster.lane_mut(topic, *partition) else { return Shape::Same };
                let segment = lane.active_segment();
                segment.size += u64::from(*size);
                segment.newest_timestamp = segment.newest_timestamp.max(*timestamp);
                lane.size += u64::from(*size);
                lane.append(previews, *last_offset);
                let producer = connection.map(|connection| self.name_of_connection(connection.0));
                let mut shape = Shape::Same;
                if let Some(producer) = &producer {
                    let count = i64::from(*records);
                    self.seen.rates.produced.note(event.time, count);
                    self.seen.rates.topic(topic).produced.note(event.time, count);
                    if self.seen.note_guest(producer, topic, true, event.time) {
                        shape = Shape::Changed;
                    }
                }
                let batch = Batch {
                    base_offset: *base_offset,
                    last_offset: *last_offset,
                    records: *records,
                    size: *size,
                    time: event.time,
                    producer,
                    producer_id: *producer_id,
                    producer_epoch: *producer_epoch,
                    base_sequence: *base_sequence,
                    compression: compression.to_string(),
                };
                self.seen.remember_batch(topic, *partition, batch);
                shape
            }
            _ => Shape::Same,
        }
    }

    fn fold_fetched(&mut self, event: &Event) -> Shape {
        let EventKind::RecordsFetched { topic, partition, from, to, connection, .. } = &event.kind else {
            return Shape::Same;
        };
        self.seen.fetch_waits.remove(&connection.0);
        self.note_fetched(connection.0, topic, *partition, *from, *to);
        let count = to.saturating_sub(*from).saturating_add(1);
        self.seen.rates.consumed.note(event.time, count);
        self.seen.rates.topic(topic).consumed.note(event.time, count);
        let reader = self.name_of_connection(connection.0);
        if self.seen.note_guest(&reader, topic, false, event.time) { Shape::Changed } else { Shape::Same }
    }

    fn note_lags_of(&mut self, topic: &str) {
        let readers = self.cluster.groups.iter().filter(|(_, group)| group.offsets.contains_key(topic));
        let readers: Vec<String> = readers.map(|(group_id, _)| group_id.clone()).collect();
        for group_id in readers {
            self.note_lag(&group_id);
        }
    }
}
