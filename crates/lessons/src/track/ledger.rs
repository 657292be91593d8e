//! What happened so far, as far as goals ask for it and the scene does not tell.
//!
//! A plain fold of happenings, bounded: of very many keys, records or names, those that come last are not counted.

use super::Touch;
use runnel_broker::groups::{GroupEvent, LeaveReason};
use runnel_broker::{EventKind, RecordPreview};
use runnel_clients::consumer::ConsumerEvent;
use runnel_clients::{ClientEvent, TopicPartition};
use runnel_sandbox::scene::{ClientRole, Scene};
use runnel_sandbox::script::split_words;
use runnel_sandbox::world::{Change, End, Happening, HappeningKind, Stream};
use std::collections::{BTreeMap, BTreeSet};

/// Most entries of each map.
const ENTRIES_MAX: usize = 10_000;
/// Most records of a partition of which it is kept who has worked through them: every scene that is kept has a copy.
const OFFSETS_MAX: usize = 4_000;
/// Most happenings of one instant.
const INSTANT_MAX: usize = 10_000;

/// A partition.
pub(super) type Place = (String, i32);

/// Something that happened at this instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Happened {
    Started { name: String, is_again: bool },
    Crashed(String),
    Left(String),
    StruckOff { name: String, group: String },
    Handled { name: String, place: Place, offset: i64 },
    ToolEnded { command: Vec<String>, status: i32 },
    Printed { command: Vec<String>, text: String },
}

/// Records of a topic by a producer, as far as they have no key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Run {
    partition: i32,
    length: i64,
    pub(super) longest: i64,
}

/// What happened.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Ledger {
    /// Since the last instant was closed.
    pub(super) instant: Vec<Happened>,
    /// By partition and producer: records, and those without a key.
    pub(super) written: BTreeMap<(Place, String), (i64, i64)>,
    /// By topic, key and partition: records.
    pub(super) keys: BTreeMap<(String, String), BTreeMap<i32, i64>>,
    /// By topic and producer.
    pub(super) runs: BTreeMap<(String, String), Run>,
    /// By partition.
    pub(super) compactions: BTreeMap<Place, i64>,
    /// By group.
    pub(super) rebalances: BTreeMap<String, i64>,
    /// By group and partition: how often each record was worked through.
    pub(super) handled: BTreeMap<(String, Place), BTreeMap<i64, i64>>,
    /// By client and partition: the records that it has worked through.
    pub(super) handled_by: BTreeMap<(String, Place), BTreeSet<i64>>,
    /// By consumer: what it has at hand.
    pub(super) at_hand: BTreeMap<String, BTreeSet<(Place, i64)>>,
    /// By client: how much it had at hand when its process last ended.
    pub(super) cut_short: BTreeMap<String, i64>,
    /// By client: how often it was started.
    pub(super) starts: BTreeMap<String, i64>,
    /// The commands of tools by their names.
    tools: BTreeMap<String, Vec<String>>,
    /// Lines of tools that are not whole yet.
    printed: BTreeMap<String, String>,
    /// Names that anything ever bore: topics, groups, clients.
    pub(super) names: BTreeSet<String>,
}

/// An entry to count in; nothing where there are too many.
fn entry<K: Ord, V: Default>(map: &mut BTreeMap<K, V>, key: K) -> Option<&mut V> {
    if map.len() >= ENTRIES_MAX && !map.contains_key(&key) {
        return None;
    }
    Some(map.entry(key).or_default())
}

fn place(partition: &TopicPartition) -> Place {
    (partition.topic.to_string(), partition.partition)
}

impl Ledger {
    /// The lesson begins: what is counted from there on is counted from nothing.
    pub(super) fn begin(&mut self) {
        self.rebalances.clear();
        self.compactions.clear();
        self.starts.clear();
    }

    /// Takes in what happened, with the scene after it; says what may have changed.
    pub(super) fn note(&mut self, scene: &Scene, happening: &Happening) -> Touch {
        match &happening.kind {
            HappeningKind::Broker { event } => self.note_broker(scene, &event.kind),
            HappeningKind::Client { name, event } => match event {
                ClientEvent::Consumer(event) => self.note_consumer(scene, name, event),
                ClientEvent::Connection(_) | ClientEvent::Producer(_) => Touch::NOTHING,
            },
            HappeningKind::Printed { name, stream, text } => self.note_print(name, *stream, text),
            HappeningKind::Packet { .. } | HappeningKind::Logged { .. } => Touch::NOTHING,
            HappeningKind::Change { change } => self.note_change(change),
        }
    }

    fn happened(&mut self, happened: Happened) {
        if self.instant.len() < INSTANT_MAX {
            self.instant.push(happened);
        }
    }

    fn name(&mut self, name: &str) {
        if self.names.len() < ENTRIES_MAX && !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only what goals ask for is kept")]
    fn note_broker(&mut self, scene: &Scene, event: &EventKind) -> Touch {
        match event {
            EventKind::TopicCreated { topic, .. } => {
                self.name(topic);
                Touch::LOGS | Touch::TOPICS
            }
            EventKind::BatchAppended { topic, partition, base_offset, previews, previews_left_out, .. }
                if !topic.starts_with("__") =>
            {
                let batch = scene.seen.batch(topic, *partition, *base_offset);
                let producer = batch.and_then(|batch| batch.producer.clone()).unwrap_or_default();
                self.note_records(topic, *partition, &producer, previews, *previews_left_out);
                Touch::LOGS
            }
            EventKind::LogCompacted { topic, partition, .. } => {
                if let Some(count) = entry(&mut self.compactions, (topic.clone(), *partition)) {
                    *count += 1;
                }
                Touch::LOGS
            }
            EventKind::RecordsFetched { topic, partition, from, to, connection, .. } => {
                // Consumers tell themselves what they do with a record; a tool prints what it is given.
                let name = scene.name_of_connection(connection.0);
                let tool = scene.clients.get(&name).filter(|client| client.card.role == ClientRole::Tool);
                let Some(tool) = tool else { return Touch::NOTHING };
                let group = tool.card.group.clone();
                for offset in (*from..=*to).take(ENTRIES_MAX) {
                    self.note_handled(&name, group.as_deref(), (topic.clone(), *partition), offset);
                }
                Touch::READING
            }
            EventKind::Group { event } => {
                self.note_group(event);
                Touch::GROUPS
            }
            EventKind::TopicDeleted { .. } | EventKind::PartitionsAdded { .. } => Touch::LOGS | Touch::TOPICS,
            EventKind::HighWatermarkMoved { .. }
            | EventKind::LogStartMoved { .. }
            | EventKind::SegmentRolled { .. }
            | EventKind::SegmentRemoved { .. }
            | EventKind::SegmentsReplaced { .. } => Touch::LOGS,
            _other => Touch::NOTHING,
        }
    }

    fn note_records(&mut self, topic: &str, partition: i32, producer: &str, previews: &[RecordPreview], more: u32) {
        let all = i64::try_from(previews.len()).unwrap_or(i64::MAX).saturating_add(i64::from(more));
        let keyless = previews.iter().filter(|preview| preview.key.is_none()).count();
        let keyless = i64::try_from(keyless).unwrap_or(i64::MAX);
        if let Some(counts) = entry(&mut self.written, ((topic.to_owned(), partition), producer.to_owned())) {
            counts.0 += all;
            counts.1 += keyless;
        }
        for key in previews.iter().filter_map(|preview| preview.key.as_ref()) {
            if let Some(places) = entry(&mut self.keys, (topic.to_owned(), key.text.clone())) {
                *places.entry(partition).or_default() += 1;
            }
        }
        if keyless == 0 {
            return;
        }
        if let Some(run) = entry(&mut self.runs, (topic.to_owned(), producer.to_owned())) {
            run.length = if run.partition == partition { run.length + keyless } else { keyless };
            run.partition = partition;
            run.longest = run.longest.max(run.length);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only what goals ask for is kept")]
    fn note_group(&mut self, event: &GroupEvent) {
        match event {
            GroupEvent::MemberJoined { group_id, .. } => self.name(group_id),
            GroupEvent::RebalanceStarted { group_id, .. } => {
                if let Some(count) = entry(&mut self.rebalances, group_id.clone()) {
                    *count += 1;
                }
            }
            GroupEvent::MemberLeft { group_id, client_id, reason, .. } if !client_id.is_empty() => match reason {
                LeaveReason::SessionTimeout | LeaveReason::RebalanceTimeout | LeaveReason::SyncTimeout => {
                    self.happened(Happened::StruckOff { name: client_id.clone(), group: group_id.clone() });
                }
                LeaveReason::Left { .. } | LeaveReason::GroupFull | LeaveReason::Unloaded => {}
            },
            _other => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only what goals ask for is kept")]
    fn note_consumer(&mut self, scene: &Scene, name: &str, event: &ConsumerEvent) -> Touch {
        match event {
            ConsumerEvent::ProcessingStarted { partition, offset, .. } => {
                if let Some(at_hand) = entry(&mut self.at_hand, name.to_owned()) {
                    at_hand.insert((place(partition), *offset));
                }
            }
            ConsumerEvent::ProcessingFinished { partition, offset } => {
                let place = place(partition);
                if let Some(at_hand) = self.at_hand.get_mut(name) {
                    at_hand.remove(&(place.clone(), *offset));
                }
                let group = scene.clients.get(name).and_then(|client| client.card.group.clone());
                self.note_handled(name, group.as_deref(), place, *offset);
            }
            ConsumerEvent::PositionMoved { .. } => {}
            _other => return Touch::NOTHING,
        }
        Touch::READING
    }

    fn note_handled(&mut self, name: &str, group: Option<&str>, place: Place, offset: i64) {
        if let Some(times) = group.and_then(|group| entry(&mut self.handled, (group.to_owned(), place.clone())))
            && (times.len() < OFFSETS_MAX || times.contains_key(&offset))
        {
            *times.entry(offset).or_default() += 1;
        }
        if let Some(offsets) = entry(&mut self.handled_by, (name.to_owned(), place.clone()))
            && offsets.len() < OFFSETS_MAX
        {
            offsets.insert(offset);
        }
        self.happened(Happened::Handled { name: name.to_owned(), place, offset });
    }

    fn note_print(&mut self, name: &str, stream: Stream, text: &str) -> Touch {
        if stream == Stream::In {
            return Touch::NOTHING;
        }
        let mut whole = self.printed.remove(name).unwrap_or_default();
        whole.push_str(text);
        let command = self.tools.get(name).cloned().unwrap_or_default();
        let end = whole.rfind('\n').map_or(0, |at| at + 1);
        let rest = whole.split_off(end);
        for line in whole.lines() {
            self.happened(Happened::Printed { command: command.clone(), text: line.to_owned() });
        }
        if !rest.is_empty() && self.printed.len() < ENTRIES_MAX {
            self.printed.insert(name.to_owned(), rest.chars().take(ENTRIES_MAX).collect());
        }
        Touch::TOOLS
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only what goals ask for is kept")]
    fn note_change(&mut self, change: &Change) -> Touch {
        match change {
            Change::ProcessStarted { name, command, incarnation, .. } => {
                self.name(name);
                if let Some(count) = entry(&mut self.starts, name.clone()) {
                    *count += 1;
                }
                if command.starts_with("kafka-") {
                    let words = split_words(command).unwrap_or_default();
                    if let Some(tool) = entry(&mut self.tools, name.clone()) {
                        *tool = words;
                    }
                }
                self.happened(Happened::Started { name: name.clone(), is_again: *incarnation > 1 });
                Touch::CLIENTS
            }
            Change::ProcessEnded { name, how } => {
                let at_hand = self.at_hand.remove(name).unwrap_or_default();
                if let Some(cut_short) = entry(&mut self.cut_short, name.clone()) {
                    *cut_short = i64::try_from(at_hand.len()).unwrap_or(i64::MAX);
                }
                self.printed.remove(name);
                match how {
                    End::Crashed | End::Failed => self.happened(Happened::Crashed(name.clone())),
                    End::Left => self.happened(Happened::Left(name.clone())),
                    End::Exited(status) => {
                        let command = self.tools.get(name).cloned().unwrap_or_default();
                        self.happened(Happened::ToolEnded { command, status: *status });
                    }
                }
                Touch::CLIENTS | Touch::TOOLS | Touch::READING
            }
            Change::Renamed { .. } | Change::Removed { .. } | Change::SetUp { .. } | Change::ProcessPaused { .. } => {
                Touch::CLIENTS
            }
            _other => Touch::NOTHING,
        }
    }
}
