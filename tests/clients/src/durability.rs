//! What survives: rounds of load, `kill -9` in the middle of it, restart, and everything read back.

use crate::chance::Chance;
use crate::native::{self, CallError, Connection, Pipeline};
use crate::server::Server;

use std::collections::BTreeMap;
use std::time::Duration;

/// How many batches are under way at once.
const DEPTH: usize = 16;

/// Records per batch.
const BATCH_RECORDS: u64 = 5;

/// The longest time under load before a kill.
const LOAD_MS_MAX: u64 = 120;

/// A topic under load, and all that the broker has acknowledged of it.
#[derive(Debug)]
pub struct Load {
    topic: &'static str,
    partitions: i32,
    random: Chance,
    next_number: u64,
    /// Per partition: offset of each acknowledged record, and the number that it carries.
    acknowledged: BTreeMap<i32, BTreeMap<i64, u64>>,
}

/// What a check has found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Records that were acknowledged.
    pub acknowledged: usize,
    /// Records that were read back.
    pub read: usize,
}

impl Load {
    /// A load whose chances follow from `seed`.
    pub fn new(topic: &'static str, partitions: i32, seed: u64) -> Load {
        Load { topic, partitions, random: Chance::new(seed), next_number: 0, acknowledged: BTreeMap::new() }
    }

    /// Sends batches as fast as the broker takes them, and kills the server at a random point of it.
    ///
    /// # Errors
    /// A refusal by the broker. A connection that breaks is what this is about, and no error.
    pub fn until_killed(&mut self, server: &mut Server) -> Result<(), CallError> {
        let after = Duration::from_micros(self.random.below(LOAD_MS_MAX * 1000));
        let mut pipeline = Pipeline::new(Connection::open(server.port())?, DEPTH);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::park_timeout(after);
                server.kill();
            });
            loop {
                match self.send(&mut pipeline) {
                    Ok(()) => {}
                    Err(CallError::Io(_)) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
        })
    }

    fn send(&mut self, pipeline: &mut Pipeline) -> Result<(), CallError> {
        let first = self.next_number;
        self.next_number += BATCH_RECORDS;
        let values: Vec<[u8; 8]> = (first..self.next_number).map(u64::to_be_bytes).collect();
        let batch = native::batch(1_700_000_000_000, values.iter().map(|value| &value[..]));
        let partition = self.partition_of(first);
        let request = native::prepare(self.topic, partition, &batch)?;
        if let Some(acknowledged) = pipeline.send(first, &request)? {
            let partition = self.partition_of(acknowledged.tag);
            let records = self.acknowledged.entry(partition).or_default();
            for (offset, number) in (acknowledged.base_offset..).zip(acknowledged.tag..acknowledged.tag + BATCH_RECORDS)
            {
                let before = records.insert(offset, number);
                assert!(before.is_none(), "offset {offset} of partition {partition} was given to two records");
            }
        }
        Ok(())
    }

    /// Batches go around the partitions.
    fn partition_of(&self, first: u64) -> i32 {
        let count = u64::try_from(self.partitions).expect("a topic has partitions");
        i32::try_from(first / BATCH_RECORDS % count).expect("the remainder is smaller than a count of partitions")
    }

    /// Reads everything back: each acknowledged record has to stand at its offset, and no number may come twice or
    /// before a smaller one. What was sent and not acknowledged may be there or not.
    ///
    /// # Errors
    /// The first thing that is wrong, in words.
    pub fn check(&self, server: &Server) -> Result<Counts, String> {
        let mut counts = Counts::default();
        let mut connection = Connection::open(server.port()).map_err(|error| format!("cannot connect: {error}"))?;
        for partition in 0..self.partitions {
            let records = native::fetch_all(&mut connection, self.topic, partition, 0)
                .map_err(|error| format!("partition {partition}: {error}"))?;
            let mut found = BTreeMap::new();
            let mut last = None;
            for record in &records {
                let value = record.value.as_deref().and_then(|value| value.try_into().ok()).map(u64::from_be_bytes);
                let number =
                    value.ok_or_else(|| format!("partition {partition}: offset {}: not ours", record.offset))?;
                if last >= Some(number) {
                    return Err(format!("partition {partition}: number {number} stands after {last:?}"));
                }
                last = Some(number);
                found.insert(record.offset, number);
            }
            let empty = BTreeMap::new();
            let acknowledged = self.acknowledged.get(&partition).unwrap_or(&empty);
            for (offset, number) in acknowledged {
                match found.get(offset) {
                    Some(there) if there == number => {}
                    other => {
                        return Err(format!(
                            "partition {partition}: number {number} was acknowledged at offset {offset}, where there \
                             is {other:?}; the log ends after {:?}",
                            records.last().map(|record| record.offset)
                        ));
                    }
                }
            }
            counts.acknowledged += acknowledged.len();
            counts.read += records.len();
        }
        Ok(counts)
    }
}
