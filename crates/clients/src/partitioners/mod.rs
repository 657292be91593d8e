//! Which partition a record goes to, exactly as each library decides it, and why.
//!
//! ```
//! use runnel_clients::partitioners::{Lanes, Partitioner, PartitionerSettings};
//! use runnel_clients::ClientKind;
//! use runnel_protocol::Timestamp;
//!
//! let mut partitioner = Partitioner::new(PartitionerSettings::of(ClientKind::Kafkajs), 1);
//! let lanes = Lanes { partitions_count: 3, available: &[0, 1, 2] };
//! let choice = partitioner.choose(Timestamp(0), "payment-done", &lanes, None, Some(b"user-1"));
//! assert_eq!(choice.partition, 2);
//! ```

mod choice;
mod hash;
mod librdkafka;
mod sticky;
#[cfg(test)]
mod tests;

pub use choice::{HashName, PartitionChoice, PartitionReason};
pub use hash::{crc32, fnv1a, murmur2, murmur2_of_kafkajs_1};
pub use librdkafka::LibrdkafkaPartitioner;
pub use sticky::{DRAWS, Lanes, Sticky, StickyPartition};

use crate::kind::ClientKind;
use choice::remainder;
use librdkafka::TimedSticky;
use runnel_protocol::{Random, SmallMap, Timestamp};
use std::time::Duration;

/// Which partitioner, and its settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartitionerSettings {
    /// Java's, built into the producer since 3.3.
    Java {
        /// `partitioner.ignore.keys`: keys play no part.
        ignores_keys: bool,
        /// `partitioner.adaptive.partitioning.enable`: shorter queues get more.
        is_adaptive: bool,
        /// `batch.size`: how much a partition gets before another is drawn.
        batch_size: u64,
    },
    /// kafkajs's `DefaultPartitioner`, the same as its `JavaCompatiblePartitioner`.
    KafkajsDefault,
    /// kafkajs's `LegacyPartitioner`, the default before version 2.
    KafkajsLegacy,
    /// One of librdkafka's.
    Librdkafka {
        /// Which.
        partitioner: LibrdkafkaPartitioner,
        /// `sticky.partitioning.linger.ms`.
        sticky_linger: Duration,
    },
}

impl PartitionerSettings {
    /// What a library uses where nothing is said.
    pub fn of(kind: ClientKind) -> Self {
        match kind {
            ClientKind::Java => {
                PartitionerSettings::Java { ignores_keys: false, is_adaptive: true, batch_size: 16_384 }
            }
            ClientKind::Kafkajs => PartitionerSettings::KafkajsDefault,
            ClientKind::Librdkafka => PartitionerSettings::Librdkafka {
                partitioner: LibrdkafkaPartitioner::ConsistentRandom,
                sticky_linger: Duration::from_millis(10),
            },
        }
    }
}

/// A producer's partitioner, with what it remembers of each topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partitioner {
    settings: PartitionerSettings,
    random: Random,
    topics: SmallMap<String, Memory>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Memory {
    sticky: Sticky,
    timed: TimedSticky,
    counter: Option<u32>,
}

impl Partitioner {
    /// A partitioner that has seen nothing yet.
    pub fn new(settings: PartitionerSettings, seed: u64) -> Self {
        Partitioner { settings, random: Random::new(seed), topics: SmallMap::new() }
    }

    /// The partition of a record. One that the program names wins, whether it exists or not.
    pub fn choose(
        &mut self,
        now: Timestamp,
        topic: &str,
        lanes: &Lanes<'_>,
        explicit: Option<i32>,
        key: Option<&[u8]>,
    ) -> PartitionChoice {
        if !self.topics.contains_key(topic) {
            // kafkajs begins each topic's counter at random, 32 bits of it.
            let counter = self.is_of_kafkajs().then(|| draw(&mut self.random, u32::MAX));
            self.topics.insert(topic.to_owned(), Memory { counter, ..Memory::default() });
        }
        let memory = self.topics.get_mut(topic).expect("the topic was just entered");
        let random = &mut self.random;
        let partitions_count = lanes.partitions_count;
        if let Some(partition) = explicit {
            return PartitionChoice { partition, reason: PartitionReason::Explicit };
        }
        match (self.settings, key) {
            (PartitionerSettings::Java { ignores_keys: false, .. }, Some(key))
            | (PartitionerSettings::KafkajsDefault, Some(key)) => {
                PartitionChoice::by_key(HashName::Murmur2, key, partitions_count, true)
            }
            (PartitionerSettings::KafkajsLegacy, Some(key)) => {
                PartitionChoice::by_key(HashName::Murmur2Legacy, key, partitions_count, true)
            }
            (PartitionerSettings::Java { .. }, _) => {
                let sticky = memory.sticky.peek(lanes, || draw(random, *DRAWS.end()));
                let available_count = i32::try_from(lanes.available.len()).unwrap_or(i32::MAX);
                let reason = PartitionReason::Sticky {
                    is_new: sticky.produced_bytes == 0,
                    drawn: sticky.drawn,
                    available_count,
                    produced_bytes: Some(sticky.produced_bytes),
                };
                PartitionChoice { partition: sticky.partition, reason }
            }
            (PartitionerSettings::KafkajsDefault | PartitionerSettings::KafkajsLegacy, None) => {
                let counter = memory.counter.unwrap_or(0).wrapping_add(1);
                memory.counter = Some(counter);
                round_robin(counter, lanes)
            }
            (PartitionerSettings::Librdkafka { partitioner, sticky_linger }, key) => {
                let by_key = partitioner.by_key(key, partitions_count);
                by_key.unwrap_or_else(|| memory.timed.choose(now, partitioner, sticky_linger, key, lanes, random))
            }
        }
    }

    /// Takes in that a record chosen by [`PartitionReason::Sticky`] is in its batch, where it takes so many bytes, and
    /// whether that batch takes no more. Only Java's partitioner listens.
    pub fn appended(&mut self, topic: &str, lanes: &Lanes<'_>, bytes: u64, batch_is_full: bool) {
        if let PartitionerSettings::Java { batch_size, .. } = self.settings
            && let Some(memory) = self.topics.get_mut(topic)
        {
            let random = &mut self.random;
            memory.sticky.appended(lanes, bytes, batch_size, batch_is_full, || draw(random, *DRAWS.end()));
        }
    }

    /// Takes in how many batches wait for each partition that has a leader, for Java's adaptive partitioning. `None`
    /// while some partitions have never been used.
    pub fn handle_queues(&mut self, topic: &str, queues: Option<&[(i32, u32)]>, partitions_count: usize) {
        if let PartitionerSettings::Java { is_adaptive: true, .. } = self.settings
            && let Some(memory) = self.topics.get_mut(topic)
        {
            match queues {
                Some(queues) => memory.sticky.handle_queues(queues, partitions_count),
                None => memory.sticky.forget_queues(),
            }
        }
    }

    fn is_of_kafkajs(&self) -> bool {
        matches!(self.settings, PartitionerSettings::KafkajsDefault | PartitionerSettings::KafkajsLegacy)
    }
}

/// A number from 0 to `last`.
fn draw(random: &mut Random, last: u32) -> u32 {
    u32::try_from(random.below(u64::from(last) + 1)).unwrap_or(last)
}

/// The next of the partitions that have a leader; of all, where none has.
fn round_robin(counter: u32, lanes: &Lanes<'_>) -> PartitionChoice {
    let positive = counter & 0x7fff_ffff;
    let available_count = i32::try_from(lanes.available.len()).unwrap_or(i32::MAX);
    let partition = if available_count > 0 {
        let index = usize::try_from(remainder(positive, available_count)).unwrap_or(0);
        lanes.available.get(index).copied().unwrap_or(0)
    } else {
        remainder(positive, lanes.partitions_count)
    };
    PartitionChoice { partition, reason: PartitionReason::RoundRobin { counter: positive, available_count } }
}
