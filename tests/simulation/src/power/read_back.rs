//! Reading everything back, and comparing it with what was promised.

use super::Counts;
use super::load::{Cluster, GROUP, Load, ORDERS, SHORT};
use super::model::{Place, Promised};
use runnel_broker::{Durability, PartitionSnapshot};
use runnel_protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic, PartitionData};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use runnel_protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchResponse};
use runnel_protocol::{Chunks, records};
use std::collections::BTreeMap;
use std::time::Duration;

const SIZE_MAX: i32 = 1 << 20;

pub(super) fn fetch_request(place: Place, fetch_offset: i64, max_wait_ms: i32) -> FetchRequest {
    let partition =
        FetchPartition { partition: place.1, fetch_offset, partition_max_bytes: SIZE_MAX, ..Default::default() };
    FetchRequest {
        max_wait_ms,
        min_bytes: 1,
        max_bytes: SIZE_MAX,
        topics: vec![FetchTopic { topic: place.0.into(), partitions: vec![partition], ..Default::default() }],
        ..Default::default()
    }
}

/// The records in a Fetch answer, with their offsets.
pub(super) fn records_of(partition: &PartitionData) -> Result<Vec<(i64, String)>, String> {
    let bytes = partition.records.as_ref().and_then(Chunks::as_bytes).ok_or("records in one piece")?;
    let mut found = Vec::new();
    for batch in records::split(&bytes).ending_at_partial().with_checksums() {
        let (_, range) = batch.map_err(|error| error.to_string())?;
        for record in records::iterate(&bytes.slice(range), 1 << 20).map_err(|error| error.to_string())? {
            let record = record.map_err(|error| error.to_string())?;
            found.push((record.offset, String::from_utf8_lossy(&record.value.unwrap_or_default()).into_owned()));
        }
    }
    Ok(found)
}

impl Load {
    /// Looks at everything; under `interval` what was lost is counted and no longer expected.
    pub(crate) fn read_back(&mut self, world: &mut Cluster, counts: &mut Counts) -> Result<(), String> {
        world.run(Duration::from_secs(1));
        if self.durability == Durability::Interval {
            self.prepare(world)?;
        }
        self.read_topics(world, counts)?;
        let places: Vec<Place> = self.model.places.keys().copied().collect();
        for place in places {
            self.read_place(world, place, counts).map_err(|complaint| format!("{place:?}: {complaint}"))?;
        }
        self.read_commits(world, counts)
    }

    fn lost(&self, what: impl FnOnce() -> String) -> Result<(), String> {
        if self.durability == Durability::Always { Err(what()) } else { Ok(()) }
    }

    fn read_topics(&mut self, world: &mut Cluster, counts: &mut Counts) -> Result<(), String> {
        let answer: MetadataResponse = world.ask(12, MetadataRequest { topics: None, ..Default::default() })?;
        let found: BTreeMap<String, _> = answer
            .topics
            .iter()
            .map(|topic| (topic.name.as_ref().map(ToString::to_string).unwrap_or_default(), topic.topic_id))
            .collect();
        for (name, id) in self.model.topics.clone() {
            if found.get(&name) != Some(&id) {
                counts.topics_lost += 1;
                self.lost(|| format!("topic {name:?} with id {id} is lost: {:?} is there", found.get(&name)))?;
                self.model.topics.remove(&name);
                if name != ORDERS && name != SHORT {
                    self.model.places.retain(|place, _| place.0 != name);
                }
            }
        }
        if let Some((name, id)) = found.iter().find(|(_, id)| self.model.deleted.contains(id)) {
            self.lost(|| format!("topic {name:?} with id {id} is there, and its deletion was acknowledged"))?;
        }
        Ok(())
    }

    fn read_place(&mut self, world: &mut Cluster, place: Place, counts: &mut Counts) -> Result<(), String> {
        let Some(view) = view(world, place) else { return self.lost(|| "it is gone".to_owned()) };
        if view.high_watermark != view.log_end_offset || view.offline.is_some() {
            return Err(format!("it is not at rest: {view:?}"));
        }
        let mut found: Vec<(i64, String)> = Vec::new();
        let mut offset = view.log_start_offset;
        while offset < view.high_watermark {
            let answer: FetchResponse = world.ask(11, fetch_request(place, offset, 0))?;
            let partition = &answer.responses[0].partitions[0];
            if partition.error_code != 0 {
                return Err(format!("fetch from {offset}: error {}", partition.error_code));
            }
            let records = records_of(partition)?;
            found.extend(records.into_iter().filter(|(at, _)| *at >= offset));
            match found.last() {
                Some((last, _)) if *last >= offset => offset = last + 1,
                _ => return Err(format!("nothing at offset {offset} of {}", view.high_watermark)),
            }
        }
        counts.records_read_back += found.len() as u64;
        let promised = self.model.places.get(&place).cloned().unwrap_or_default();
        if place.0 != SHORT && view.log_start_offset > promised.deleted_to {
            let (start, asked) = (view.log_start_offset, promised.deleted_to);
            self.lost(|| format!("the log starts at {start}, and records were to be deleted up to {asked}"))?;
        }
        let lost = promised.check(view.log_start_offset, &found)?;
        counts.records_lost += lost;
        if lost > 0 {
            let last = promised.records.last_key_value();
            self.lost(|| format!("{lost} records are lost; the last promised is {last:?}, the log: {view:?}"))?;
        }
        // What is shown is promised from here on.
        let records = found.into_iter().collect();
        self.model.places.insert(place, Promised { records, ..promised });
        Ok(())
    }

    fn read_commits(&mut self, world: &mut Cluster, counts: &mut Counts) -> Result<(), String> {
        let request = OffsetFetchRequest { group_id: GROUP.into(), topics: None, ..Default::default() };
        let answer: OffsetFetchResponse = world.ask(7, request)?;
        if answer.error_code != 0 {
            return Err(format!("offsets of the group: error {}", answer.error_code));
        }
        let mut found = BTreeMap::new();
        for topic in &answer.topics {
            for partition in &topic.partitions {
                found.insert((topic.name.to_string(), partition.partition_index), partition.committed_offset);
            }
        }
        for place in self.model.places.keys().copied().collect::<Vec<_>>() {
            let Some(promised) = self.model.places.get(&place) else { continue };
            let committed = found.get(&(place.0.to_owned(), place.1)).copied();
            let (acknowledged, sent) = (promised.commit_acknowledged, promised.commits_sent);
            if committed.is_some_and(|committed| committed >= sent) {
                return Err(format!("{place:?}: {committed:?} was never committed"));
            }
            if committed < acknowledged {
                counts.commits_lost += 1;
                self.lost(|| format!("{place:?}: {acknowledged:?} was acknowledged, {committed:?} is there"))?;
            }
            if let Some(promised) = self.model.places.get_mut(&place) {
                promised.commit_acknowledged = committed;
            }
        }
        Ok(())
    }
}

fn view(world: &Cluster, place: Place) -> Option<PartitionSnapshot> {
    let snapshot = world.cluster.snapshot();
    let topic = snapshot.topics.into_iter().find(|topic| topic.name == place.0)?;
    topic.partitions.into_iter().find(|partition| partition.partition == place.1)
}
