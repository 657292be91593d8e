//! What must hold after every step, whatever came in.

use crate::world::{Disk, World};
use runnel_broker::{MemoryStorage, PartitionSnapshot};
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use runnel_protocol::{Chunks, records};
use std::collections::BTreeMap;

/// The most memory that a step without records may hold beyond what it found.
const MEMORY_MAX: u64 = 4 << 20;
/// And with records: what one batch may decompress to, and twice as much while it grows.
const MEMORY_MAX_WITH_RECORDS: u64 = 3 * (64 << 20) + MEMORY_MAX;

/// What was seen after the step before.
#[derive(Default)]
pub(crate) struct Checks {
    partitions: BTreeMap<(String, i32), PartitionSnapshot>,
}

impl Checks {
    pub(super) fn memory(&self, bytes_max: u64, frame_size: usize, what: &str) -> Result<(), String> {
        // Strict checks, a search by time, and compaction read compressed records.
        let with_records = ["Produce", "ListOffsets", "time"].iter().any(|reader| what.starts_with(reader));
        let base = if with_records { MEMORY_MAX_WITH_RECORDS } else { MEMORY_MAX };
        let allowed = base + 4 * frame_size as u64;
        if bytes_max <= allowed { Ok(()) } else { Err(format!("{what} took {bytes_max} bytes of memory")) }
    }

    /// Offsets only ever grow, and stand in the order in which they must.
    pub(crate) fn run<S: Disk>(&mut self, world: &mut World<S>) -> Result<(), String> {
        let snapshot = world.cluster.snapshot();
        let mut partitions = BTreeMap::new();
        for topic in snapshot.topics {
            for view in topic.partitions {
                let key = (topic.topic_id.clone(), view.partition);
                let complain = |what: &str| Err(format!("{}-{}: {what}: {view:?}", topic.name, view.partition));
                if view.offline.is_some() {
                    return complain("it is offline");
                }
                if view.log_start_offset > view.high_watermark
                    || view.last_stable_offset > view.high_watermark
                    || view.high_watermark > view.log_end_offset
                {
                    return complain("offsets out of order");
                }
                if let Some(before) = self.partitions.get(&key) {
                    if view.high_watermark < before.high_watermark || view.log_end_offset < before.log_end_offset {
                        return complain(&format!("the end fell from {}", before.high_watermark));
                    }
                    if view.log_start_offset < before.log_start_offset || view.leader_epoch < before.leader_epoch {
                        return complain("its start or epoch fell");
                    }
                }
                partitions.insert(key, view);
            }
        }
        self.partitions = partitions;
        let (waiting, connections) = (world.cluster.purgatory_size(), snapshot.connections.len());
        if waiting > connections {
            return Err(format!("{waiting} requests wait on {connections} connections"));
        }
        Ok(())
    }
}

/// Reads every partition through: whole batches, right checksums, offsets that follow each other but for what
/// compaction took.
pub(super) fn logs_are_whole(world: &mut World<MemoryStorage>) -> Result<(), String> {
    for topic in world.cluster.snapshot().topics {
        let was_compacted = topic.configs.contains_key("cleanup.policy") || topic.internal;
        for view in &topic.partitions {
            let mut offset = view.log_start_offset;
            let mut expected = None;
            while offset < view.last_stable_offset.max(view.high_watermark) {
                let partition = FetchPartition {
                    partition: view.partition,
                    fetch_offset: offset,
                    partition_max_bytes: 1 << 20,
                    ..Default::default()
                };
                let wanted =
                    FetchTopic { topic: topic.name.as_str().into(), partitions: vec![partition], ..Default::default() };
                let request = FetchRequest { max_bytes: 1 << 20, topics: vec![wanted], ..Default::default() };
                let answer: FetchResponse = world.ask_of(view.leader, 11, request)?;
                let partition = &answer.responses[0].partitions[0];
                let bytes = partition.records.as_ref().and_then(Chunks::as_bytes).ok_or("records in one piece")?;
                let before = offset;
                for batch in records::split(&bytes).ending_at_partial().with_checksums() {
                    let (header, _) = batch.map_err(|error| format!("{}-{}: {error}", topic.name, view.partition))?;
                    if expected
                        .is_some_and(|next| header.base_offset < next || (header.base_offset > next && !was_compacted))
                    {
                        return Err(format!("{}: offset {} after {expected:?}", topic.name, header.base_offset));
                    }
                    expected = Some(header.next_offset());
                    offset = header.next_offset();
                }
                if offset == before && was_compacted {
                    break;
                }
                if offset == before {
                    return Err(format!(
                        "{}-{}: nothing at {offset}: {view:?} {}",
                        topic.name, view.partition, partition.error_code
                    ));
                }
            }
        }
    }
    Ok(())
}
