//! Java's partitioner for records without a key: uniform sticky (KIP-794).
//!
//! The producer keeps to one partition until it has put `batch.size` bytes there, then draws another. It leaves only
//! when the batch at the end of the queue is full, so that it does not break off half a batch, but at twice the size at
//! the latest. With `partitioner.adaptive.partitioning.enable` partitions with shorter queues are drawn more often.

use std::ops::RangeInclusive;

/// What the draw is made among.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lanes<'a> {
    /// How many partitions the topic has.
    pub partitions_count: i32,
    /// Those that have a leader, in order.
    pub available: &'a [i32],
}

/// The sticky partition of one topic.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sticky {
    current: Option<StickyPartition>,
    load: Option<Load>,
}

/// A partition that is kept to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StickyPartition {
    /// Its index.
    pub partition: i32,
    /// The random number that led to it.
    pub drawn: u32,
    /// What was put there since.
    pub produced_bytes: u64,
}

/// How likely each partition is drawn: for numbers from the sum before up to its own.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Load {
    /// Sums, each with its partition.
    sums: Vec<(u32, i32)>,
}

impl Sticky {
    /// The partition to keep to. `draw` gives a number from 0 to 2^31 - 1 where a new one has to be drawn.
    pub fn peek(&mut self, lanes: &Lanes<'_>, draw: impl FnOnce() -> u32) -> StickyPartition {
        match self.current {
            Some(current) => current,
            None => self.switch(lanes, draw()),
        }
    }

    /// Counts what a record added to its batch, and moves on when there is enough. `batch_is_full` tells that the batch
    /// at the end of the partition's queue takes no more, or that there is none.
    pub fn appended(
        &mut self,
        lanes: &Lanes<'_>,
        bytes: u64,
        batch_size: u64,
        batch_is_full: bool,
        draw: impl FnOnce() -> u32,
    ) {
        let Some(current) = &mut self.current else { return };
        current.produced_bytes += bytes;
        let produced_bytes = current.produced_bytes;
        if (produced_bytes >= batch_size && batch_is_full) || produced_bytes >= batch_size.saturating_mul(2) {
            self.switch(lanes, draw());
        }
    }

    /// Takes in how long the queues are, partition by partition, of those that have a leader. Equal queues of all
    /// partitions make all equally likely.
    pub fn handle_queues(&mut self, queues: &[(i32, u32)], partitions_count: usize) {
        let longest = queues.iter().map(|(_, size)| *size).max().unwrap_or(0);
        let all_equal = queues.iter().all(|(_, size)| *size == longest);
        if queues.is_empty() || partitions_count < 2 || (all_equal && queues.len() == partitions_count) {
            self.load = None;
            return;
        }
        let mut sum = 0;
        let sums = queues.iter().map(|(partition, size)| {
            sum += longest + 1 - size;
            (sum, *partition)
        });
        // The room of the last ones is used again: this comes with every record.
        let mut load = self.load.take().unwrap_or_else(|| Load { sums: Vec::with_capacity(queues.len()) });
        load.sums.clear();
        load.sums.extend(sums);
        self.load = Some(load);
    }

    /// The lengths of queues are not known, or not to be looked at.
    pub fn forget_queues(&mut self) {
        self.load = None;
    }

    fn switch(&mut self, lanes: &Lanes<'_>, drawn: u32) -> StickyPartition {
        let current = StickyPartition { partition: self.next(lanes, drawn), drawn, produced_bytes: 0 };
        self.current = Some(current);
        current
    }

    fn next(&self, lanes: &Lanes<'_>, drawn: u32) -> i32 {
        if let Some(load) = &self.load
            && let Some((total, _)) = load.sums.last()
        {
            let weighted = drawn % total;
            let index = load.sums.partition_point(|(sum, _)| *sum <= weighted);
            return load.sums[index].1;
        }
        match u32::try_from(lanes.available.len()) {
            Ok(count @ 1..) => lanes.available[usize::try_from(drawn % count).expect("an index fits")],
            _ => super::choice::remainder(drawn, lanes.partitions_count),
        }
    }
}

/// The numbers that Java draws: those of an `int` with its sign bit cleared.
pub const DRAWS: RangeInclusive<u32> = 0..=0x7fff_ffff;
