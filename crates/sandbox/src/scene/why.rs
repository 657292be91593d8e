//! "Why here?": how the key of a record leads to its partition, step by step, under each partitioner that may have been
//! at work.
//!
//! In the world the producer itself tells why it chose a partition. Of records that others wrote the key is known only,
//! so the known partitioners are tried, and those are named that lead to where the record is.

use super::seen::Choice;
use super::{Lane, Scene, cause};
use runnel_clients::partitioners::{crc32, fnv1a, murmur2, murmur2_of_kafkajs_1};
use serde::Serialize;

/// One way from a key to a partition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Path {
    /// Whose partitioner it is.
    pub partitioner: &'static str,
    /// The hash, like `murmur2`.
    pub hash: &'static str,
    /// What the hash makes of the key, as a signed number, as Java prints it.
    pub hash_value: i32,
    /// The same with its sign bit cleared; nothing where the library has no need.
    pub sign_cleared: Option<i32>,
    /// Divided by this many partitions.
    pub partitions_count: i32,
    /// What remains.
    pub partition: i32,
    /// Whether the record is there.
    pub agrees: bool,
}

/// Why a record is where it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Why {
    /// The key as it is shown; nothing for a record without one.
    pub key: Option<String>,
    /// The bytes of the key in hexadecimal, if all of them are known.
    pub key_bytes: Option<String>,
    /// What its producer told, if it is one of the world and was watched.
    pub choice: Option<Choice>,
    /// Each known way; none without a key, or if not all of its bytes are known.
    pub paths: Vec<Path>,
    /// In a sentence.
    pub sentence: String,
}

/// The partitioners that choose by key: name, hash, whether the sign bit is cleared.
const PARTITIONERS: [(&str, &str, Hash, bool); 4] = [
    ("Java, kafkajs 2 (and librdkafka's murmur2)", "murmur2", murmur2, true),
    ("librdkafka's default (consistent_random)", "crc32", crc32, false),
    ("librdkafka's and Sarama's fnv1a", "fnv1a", fnv1a, false),
    ("kafkajs before version 2 (LegacyPartitioner)", "murmur2 in doubles", murmur2_of_kafkajs_1, true),
];

type Hash = fn(&[u8]) -> u32;

impl Scene {
    /// Why a record is in its partition. Nothing if the record is not known.
    pub fn why(&self, topic: &str, partition: i32, offset: i64) -> Option<Why> {
        let mut why = self.why_by_key(topic, partition, offset)?;
        if let Some(told) = self.seen.choice(topic, partition, offset) {
            why.sentence = format!("{} chose partition {partition}: {}", told.producer, cause::chosen_by(&told.choice));
            why.choice = Some(told.clone());
        }
        Some(why)
    }

    fn why_by_key(&self, topic: &str, partition: i32, offset: i64) -> Option<Why> {
        let lanes_count = i32::try_from(self.cluster.topics.get(topic)?.lanes.len()).ok()?;
        let record = self.cluster.lane(topic, partition)?.records.get(&offset)?;
        let Some(key) = &record.preview.key else {
            let sentence = "the record has no key, so its producer chose the partition: sticky for a batch in Java, \
                            one after the other in kafkajs, sticky for some milliseconds in librdkafka";
            return Some(Why {
                key: None,
                key_bytes: None,
                choice: None,
                paths: Vec::new(),
                sentence: sentence.to_owned(),
            });
        };
        let shown = Some(key.text.clone());
        let Some(bytes) = Lane::whole_key(key) else {
            let sentence = format!("the key has {} bytes, of which the first are known only", key.size);
            return Some(Why { key: shown, key_bytes: None, choice: None, paths: Vec::new(), sentence });
        };
        let paths = paths(&bytes, partition, lanes_count);
        let agreeing: Vec<&str> = paths.iter().filter(|path| path.agrees).map(|path| path.partitioner).collect();
        let sentence = if agreeing.is_empty() {
            "no known partitioner leads this key here with as many partitions as there are: the producer named the \
             partition itself, or the topic had fewer partitions then"
                .to_owned()
        } else {
            format!("this key leads to partition {partition} of {lanes_count} with: {}", agreeing.join("; "))
        };
        let key_bytes = Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        Some(Why { key: shown, key_bytes, choice: None, paths, sentence })
    }
}

/// Where each known partitioner leads a key to.
pub fn paths(key: &[u8], partition: i32, partitions_count: i32) -> Vec<Path> {
    let path = |(partitioner, name, hash, clears_sign): (&'static str, &'static str, Hash, bool)| {
        let value = hash(key);
        let cleared = value & 0x7fff_ffff;
        let dividend = if clears_sign { cleared } else { value };
        let remainder = i64::from(dividend) % i64::from(partitions_count.max(1));
        let chosen = i32::try_from(remainder).expect("a remainder is below its divisor");
        Path {
            partitioner,
            hash: name,
            hash_value: value.cast_signed(),
            sign_cleared: clears_sign.then(|| cleared.cast_signed()),
            partitions_count,
            partition: chosen,
            agrees: chosen == partition,
        }
    };
    PARTITIONERS.into_iter().map(path).collect()
}
