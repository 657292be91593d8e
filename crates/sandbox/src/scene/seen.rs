//! What only who has watched can know: what led here, how it went, what is under way.
//!
//! Nothing of it stands in a snapshot, and all of it is bounded.

use super::cargo::Cargo;
use super::cause::CauseLog;
use super::group::{Assignment, Wait};
use super::parcel::Parcel;
use super::series::Series;
use runnel_broker::Timestamp;
use runnel_clients::TopicPartition;
use runnel_clients::partitioners::PartitionChoice;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Batches of a lane whose producers are remembered.
const BATCHES_MAX: usize = 64;

/// Records of a lane of which it is remembered why they are there.
const CHOICES_MAX: usize = 200;

/// Records of a consumer of which it is remembered that it is done with them: the latest.
const HANDLED_MAX: usize = 50;

/// Guests that are remembered: those who came last.
const GUESTS_MAX: usize = 64;

/// What was seen since the watcher came.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Seen {
    /// What happened, in sentences.
    pub causes: CauseLog,
    /// Figures over time.
    pub rates: Rates,
    /// The latest batches by topic and partition, oldest first.
    pub batches: BTreeMap<String, BTreeMap<i32, VecDeque<Batch>>>,
    /// By topic and partition: why the world's producers put the latest records there, by offset.
    pub choices: BTreeMap<String, BTreeMap<i32, BTreeMap<i64, Choice>>>,
    /// By group: who read what before the latest rebalance.
    pub before: BTreeMap<String, Before>,
    /// By connection: until when its Fetch waits for records.
    pub fetch_waits: BTreeMap<u64, Wait>,
    /// By broker that has crashed: until the controller misses it.
    pub broker_sessions: BTreeMap<i32, Wait>,
    /// Who reads or writes, by the name that it gave itself.
    pub guests: BTreeMap<String, Guest>,
    /// What is under way, by its number.
    pub parcels: BTreeMap<u64, Parcel>,
    /// By consumer of the world: what its program is done with.
    #[serde(skip)]
    pub handled: BTreeMap<String, Handled>,
    /// By connection: the client of the world that opened it.
    #[serde(skip)]
    pub(super) callers: BTreeMap<u64, String>,
    /// Tools that have ended, and when.
    #[serde(skip)]
    pub(super) ended_tools: VecDeque<(Timestamp, String)>,
    /// By connection: records that the next answer to a Fetch carries.
    #[serde(skip)]
    pub(super) fetched: BTreeMap<u64, Vec<Cargo>>,
    /// By group: why a rebalance may be about to begin.
    #[serde(skip)]
    pub(super) departures: BTreeMap<String, (Timestamp, String)>,
}

/// Figures over time.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Rates {
    /// Records that producers wrote.
    pub produced: Series,
    /// Records that went out to readers.
    pub consumed: Series,
    /// The same by topic.
    pub topics: BTreeMap<String, TopicRates>,
    /// Records that a group has still to read, by group.
    pub lag: BTreeMap<String, Series>,
}

/// Figures of a topic.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TopicRates {
    /// Records that producers wrote.
    pub produced: Series,
    /// Records that went out to readers.
    pub consumed: Series,
}

/// A batch that was written while somebody watched.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Batch {
    /// Its first offset.
    pub base_offset: i64,
    /// Its last offset.
    pub last_offset: i64,
    /// How many records it has.
    pub records: i32,
    /// Its bytes.
    pub size: u32,
    /// When it was written.
    pub time: Timestamp,
    /// Who sent it; nothing for the broker's own.
    pub producer: Option<String>,
    /// -1 if the producer has none.
    pub producer_id: i64,
    /// -1 if the producer has none.
    pub producer_epoch: i16,
    /// Sequence number of the first record; -1 if the producer numbers none.
    pub base_sequence: i32,
    /// The codec's name.
    pub compression: String,
}

/// Why a record is in its partition, as its producer tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Choice {
    /// The producer's name.
    pub producer: String,
    /// What it chose, and why.
    #[serde(flatten)]
    pub choice: PartitionChoice,
}

/// Records that a consumer's program is done with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Handled {
    /// How many so far.
    pub count: u64,
    /// The latest of them, oldest first.
    pub latest: VecDeque<HandledRecord>,
}

/// A record that a program is done with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandledRecord {
    /// When.
    pub time: Timestamp,
    /// Where it lies.
    pub partition: TopicPartition,
    /// Its offset.
    pub offset: i64,
}

impl Handled {
    pub(super) fn push(&mut self, record: HandledRecord) {
        self.count += 1;
        if self.latest.len() == HANDLED_MAX {
            self.latest.pop_front();
        }
        self.latest.push_back(record);
    }
}

/// Who read what before a rebalance.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Before {
    /// The generation that ended.
    pub generation_id: i32,
    /// By member identifier: what its client calls itself, and what it read.
    pub members: BTreeMap<String, (String, Assignment)>,
}

/// Who reads or writes, as far as its requests have shown.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Guest {
    /// Topics that it has written to.
    pub writes: BTreeSet<String>,
    /// Topics that it has read.
    pub reads: BTreeSet<String>,
    /// When it was last heard of.
    pub last: Timestamp,
}

impl Default for Rates {
    fn default() -> Self {
        Rates { produced: Series::count(), consumed: Series::count(), topics: BTreeMap::new(), lag: BTreeMap::new() }
    }
}

impl Default for TopicRates {
    fn default() -> Self {
        TopicRates { produced: Series::count(), consumed: Series::count() }
    }
}

impl Rates {
    pub(super) fn topic(&mut self, topic: &str) -> &mut TopicRates {
        if !self.topics.contains_key(topic) {
            self.topics.insert(topic.to_owned(), TopicRates::default());
        }
        self.topics.get_mut(topic).expect("it was put there")
    }

    pub(super) fn note_lag(&mut self, group_id: &str, time: Timestamp, lag: i64) {
        if !self.lag.contains_key(group_id) {
            self.lag.insert(group_id.to_owned(), Series::level());
        }
        self.lag.get_mut(group_id).expect("it was put there").note(time, lag);
    }
}

impl Seen {
    /// The batch that an offset lies in, if it was seen.
    pub fn batch(&self, topic: &str, partition: i32, offset: i64) -> Option<&Batch> {
        let batches = self.batches.get(topic)?.get(&partition)?;
        batches.iter().rev().find(|batch| (batch.base_offset..=batch.last_offset).contains(&offset))
    }

    /// Why a producer of the world put a record where it is, if that was seen.
    pub fn choice(&self, topic: &str, partition: i32, offset: i64) -> Option<&Choice> {
        self.choices.get(topic)?.get(&partition)?.get(&offset)
    }

    pub(super) fn remember_choice(&mut self, topic: &str, partition: i32, offset: i64, choice: Choice) {
        let choices = self.choices.entry(topic.to_owned()).or_default().entry(partition).or_default();
        choices.insert(offset, choice);
        if choices.len() > CHOICES_MAX {
            choices.pop_first();
        }
    }

    pub(super) fn remember_batch(&mut self, topic: &str, partition: i32, batch: Batch) {
        if !self.batches.contains_key(topic) {
            self.batches.insert(topic.to_owned(), BTreeMap::new());
        }
        let lanes = self.batches.get_mut(topic).expect("it was put there");
        let batches = lanes.entry(partition).or_default();
        batches.push_back(batch);
        if batches.len() > BATCHES_MAX {
            batches.pop_front();
        }
    }

    /// Notes that a client reads or writes; says whether that was not known.
    pub(super) fn note_guest(&mut self, name: &str, topic: &str, writes: bool, time: Timestamp) -> bool {
        if !self.guests.contains_key(name) {
            self.guests.insert(name.to_owned(), Guest::default());
        }
        let guest = self.guests.get_mut(name).expect("it was put there");
        guest.last = time;
        let topics = if writes { &mut guest.writes } else { &mut guest.reads };
        let is_new = !topics.contains(topic) && topics.insert(topic.to_owned());
        if self.guests.len() > GUESTS_MAX {
            let oldest = self.guests.iter().min_by_key(|(_, guest)| guest.last).map(|(name, _)| name.clone());
            oldest.and_then(|name| self.guests.remove(&name));
        }
        is_new
    }

    pub(super) fn forget_topic(&mut self, topic: &str) {
        self.batches.remove(topic);
        self.choices.remove(topic);
        self.rates.topics.remove(topic);
        for guest in self.guests.values_mut() {
            guest.reads.remove(topic);
            guest.writes.remove(topic);
        }
    }

    pub(super) fn forget_group(&mut self, group_id: &str) {
        self.before.remove(group_id);
        self.rates.lag.remove(group_id);
        self.departures.remove(group_id);
    }
}
