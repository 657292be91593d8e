//! librdkafka's partitioners, and its own way to keep to a partition for a while.

use super::choice::{HashName, PartitionChoice, PartitionReason};
use runnel_protocol::{Random, Timestamp};
use std::time::Duration;

/// The property `partitioner`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LibrdkafkaPartitioner {
    /// `random`: keys play no part.
    Random,
    /// `consistent`: CRC-32 of the key; no key is an empty one.
    Consistent,
    /// `consistent_random`, the default: CRC-32 of the key; without a key, or with an empty one, any partition.
    ConsistentRandom,
    /// `murmur2`: as Java does with keys; no key is an empty one.
    Murmur2,
    /// `murmur2_random`: as Java does with keys; without a key any partition.
    Murmur2Random,
    /// `fnv1a`: as Sarama does with keys; no key is an empty one.
    Fnv1a,
    /// `fnv1a_random`: as Sarama does with keys; without a key any partition.
    Fnv1aRandom,
}

impl LibrdkafkaPartitioner {
    const NAMES: [(LibrdkafkaPartitioner, &'static str); 7] = [
        (LibrdkafkaPartitioner::Random, "random"),
        (LibrdkafkaPartitioner::Consistent, "consistent"),
        (LibrdkafkaPartitioner::ConsistentRandom, "consistent_random"),
        (LibrdkafkaPartitioner::Murmur2, "murmur2"),
        (LibrdkafkaPartitioner::Murmur2Random, "murmur2_random"),
        (LibrdkafkaPartitioner::Fnv1a, "fnv1a"),
        (LibrdkafkaPartitioner::Fnv1aRandom, "fnv1a_random"),
    ];

    /// The partitioner of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(_, known)| *known == name).map(|(partitioner, _)| partitioner)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().map(|(_, name)| name)
    }

    /// The choice by the key; `None` where any partition will do.
    pub(super) fn by_key(self, key: Option<&[u8]>, partitions_count: i32) -> Option<PartitionChoice> {
        use LibrdkafkaPartitioner as P;
        let (hash, key) = match self {
            P::Random => return None,
            P::Consistent => (HashName::Crc32, key.unwrap_or_default()),
            P::ConsistentRandom => (HashName::Crc32, key.filter(|key| !key.is_empty())?),
            P::Murmur2 => (HashName::Murmur2, key.unwrap_or_default()),
            P::Murmur2Random => (HashName::Murmur2, key?),
            P::Fnv1a => (HashName::Fnv1a, key.unwrap_or_default()),
            P::Fnv1aRandom => (HashName::Fnv1a, key?),
        };
        Some(PartitionChoice::by_key(hash, key, partitions_count, hash == HashName::Murmur2))
    }

    /// Whether records without a key keep to one partition for a while.
    fn is_sticky(self, key: Option<&[u8]>) -> bool {
        use LibrdkafkaPartitioner as P;
        match self {
            P::Consistent | P::Murmur2 | P::Fnv1a => false,
            P::ConsistentRandom => key.is_none_or(<[u8]>::is_empty),
            P::Random | P::Murmur2Random | P::Fnv1aRandom => key.is_none(),
        }
    }
}

/// The partition of one topic that is kept to: `sticky.partitioning.linger.ms`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct TimedSticky {
    current: Option<(i32, u32, Timestamp)>,
}

impl TimedSticky {
    /// The partition of a record for which any will do.
    pub(super) fn choose(
        &mut self,
        now: Timestamp,
        partitioner: LibrdkafkaPartitioner,
        linger: Duration,
        key: Option<&[u8]>,
        lanes: &super::Lanes<'_>,
        random: &mut Random,
    ) -> PartitionChoice {
        let partitions_count = lanes.partitions_count;
        if linger.is_zero() || !partitioner.is_sticky(key) {
            let (partition, _) = draw(lanes, random);
            return PartitionChoice { partition, reason: PartitionReason::Random { partitions_count } };
        }
        let kept = self.current.filter(|(partition, _, since)| {
            now.since(*since) < linger && *partition < partitions_count && lanes.available.contains(partition)
        });
        let (partition, drawn, _) = kept.unwrap_or_else(|| {
            let (partition, drawn) = draw(lanes, random);
            (partition, drawn, now)
        });
        if kept.is_none() {
            self.current = Some((partition, drawn, now));
        }
        let available_count = i32::try_from(lanes.available.len()).unwrap_or(i32::MAX);
        let reason = PartitionReason::Sticky { is_new: kept.is_none(), drawn, available_count, produced_bytes: None };
        PartitionChoice { partition, reason }
    }
}

/// Any partition; one without a leader is drawn once more. Returns the partition and the draw.
fn draw(lanes: &super::Lanes<'_>, random: &mut Random) -> (i32, u32) {
    let bound = u64::try_from(lanes.partitions_count.max(1)).unwrap_or(1);
    let mut once = || u32::try_from(random.below(bound)).unwrap_or(0);
    let first = once();
    let is_available = lanes.available.contains(&i32::try_from(first).unwrap_or(0));
    let drawn = if is_available { first } else { once() };
    (i32::try_from(drawn).unwrap_or(0), drawn)
}
