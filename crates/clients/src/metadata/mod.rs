//! A client's picture of the cluster: which brokers there are, which topics, and who leads each partition.
//!
//! ```text
//! want(topic) --> is it due? --> choose a broker --> Metadata --> the picture --> leader_of(topic, partition)
//!                    ^                                  |
//!                    '---- back-off <--- failed, or a topic without a leader
//! ```
//!
//! The owner says which topics it wants, calls [`Metadata::refresh_if_due`] after each input, and shows each reply of
//! its [`Network`] to [`Metadata::handle_reply`]. A refresh is due when a new topic is wanted, when someone learned that
//! the picture is wrong ([`Metadata::demand`]), and when it is too old.
//!
//! The kinds differ. Java and librdkafka go on until they have an answer, with a growing wait. kafkajs asks as often as
//! its retry policy says and then gives up; one topic with an error makes it throw the whole answer away.

mod choice;
mod picture;
mod reply;
mod settings;
#[cfg(test)]
mod tests;

pub use picture::{KnownBroker, KnownPartition, KnownTopic, Leader, is_stale};
pub use reply::{MetadataFailure, MetadataOutcome};
pub use settings::MetadataSettings;

use crate::backoff::KafkajsRetrier;
use crate::kind::ClientKind;
use crate::network::{Network, Peer, RequestId};
use picture::Picture;
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use runnel_protocol::{Random, Request, SmallMap, SmallSet, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The picture and what keeps it fresh.
#[derive(Clone, Debug)]
pub struct Metadata {
    settings: MetadataSettings,
    random: Random,
    wanted: Wanted,
    picture: Picture,
    /// Whether all that is wanted is to be asked for, however young the picture is.
    demanded: bool,
    asking: Option<Asking>,
    /// kafkajs's tries of this refresh.
    retrier: Option<KafkajsRetrier>,
    /// Whom kafkajs could not reach in this try.
    unreachable: SmallSet<Peer>,
    /// Which bootstrap address kafkajs connects to next: it takes them in turn.
    bootstrap_turn: usize,
    /// Requests that failed, or that told nothing new, one after another.
    fruitless_count: u32,
    not_before: Timestamp,
    refreshed_at: Option<Timestamp>,
    /// The connection that is awaited before the request is made.
    awaiting: Option<Peer>,
}

#[derive(Clone, Debug)]
enum Wanted {
    All,
    Topics(SmallMap<String, WantedTopic>),
}

#[derive(Clone, Debug)]
struct WantedTopic {
    used_at: Timestamp,
    /// Whether no answer has told of it yet.
    is_new: bool,
}

/// The request under way.
#[derive(Clone, Debug)]
struct Asking {
    id: RequestId,
    /// Whether only new topics were asked for.
    is_partial: bool,
}

impl Metadata {
    /// An empty picture, in which Java and librdkafka ask at once who is there. The seed is for choices among brokers
    /// and for back-offs.
    pub fn new(settings: MetadataSettings, seed: u64) -> Self {
        Metadata {
            settings,
            random: Random::new(seed),
            wanted: Wanted::Topics(SmallMap::new()),
            picture: Picture::default(),
            demanded: false,
            asking: None,
            retrier: None,
            unreachable: SmallSet::new(),
            bootstrap_turn: 0,
            fruitless_count: 0,
            not_before: Timestamp(i64::MIN),
            refreshed_at: None,
            awaiting: None,
        }
    }

    /// How it refreshes.
    pub fn settings(&self) -> &MetadataSettings {
        &self.settings
    }

    /// Asks for a topic from here on, or says that it is still used. Returns whether it is new.
    pub fn want(&mut self, now: Timestamp, topic: &str) -> bool {
        match &mut self.wanted {
            Wanted::All => false,
            Wanted::Topics(topics) => {
                let known = topics.get_mut(topic);
                let is_new = known.is_none();
                match known {
                    Some(known) => known.used_at = now,
                    None => {
                        topics.insert(topic.to_owned(), WantedTopic { used_at: now, is_new });
                    }
                }
                is_new
            }
        }
    }

    /// Asks for these topics and no others.
    pub fn want_only<'a>(&mut self, now: Timestamp, topics: impl IntoIterator<Item = &'a str>) {
        let before = match std::mem::replace(&mut self.wanted, Wanted::Topics(SmallMap::new())) {
            Wanted::All => SmallMap::new(),
            Wanted::Topics(topics) => topics,
        };
        for topic in topics {
            self.want(now, topic);
        }
        if let Wanted::Topics(topics) = &mut self.wanted {
            for (name, topic) in &before {
                if let Some(still) = topics.get_mut(name) {
                    still.is_new = topic.is_new;
                }
            }
            self.picture.topics.retain(|name, _| topics.contains_key(name));
        }
    }

    /// Asks for every topic, as a subscription by pattern needs.
    pub fn want_all(&mut self) {
        if matches!(self.wanted, Wanted::Topics(_)) {
            self.wanted = Wanted::All;
            self.demand();
        }
    }

    /// Asks for a topic no more.
    pub fn forget(&mut self, topic: &str) {
        if let Wanted::Topics(topics) = &mut self.wanted {
            topics.remove(topic);
            self.picture.topics.remove(topic);
        }
    }

    /// Has the picture refreshed as soon as the back-off allows.
    pub fn demand(&mut self) {
        self.demanded = true;
    }

    /// Whether a refresh is due or under way.
    pub fn is_refreshing(&self) -> bool {
        self.demanded || self.asking.is_some()
    }

    /// Whether the picture is missing something that is wanted, or is too old, or is known to be wrong. kafkajs asks
    /// this before it uses the picture, and refreshes it then; the others do so by themselves.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let is_missing = match &self.wanted {
            Wanted::All => false,
            Wanted::Topics(topics) => topics.keys().any(|name| !self.picture.topics.contains_key(name)),
        };
        self.demanded || is_missing || self.expires_at().is_none_or(|at| at <= now)
    }

    /// Where partitions of a topic are; `None` while no answer told of the topic.
    pub fn topic(&self, topic: &str) -> Option<&KnownTopic> {
        self.picture.topics.get(topic)
    }

    /// All topics that answers told of.
    pub fn topics(&self) -> &BTreeMap<String, KnownTopic> {
        &self.picture.topics
    }

    /// The name of the topic with an identifier.
    pub fn topic_name(&self, topic_id: Uuid) -> Option<&str> {
        let mut topics = self.picture.topics.iter();
        topics.find(|(_, topic)| topic.topic_id == topic_id && !topic_id.is_nil()).map(|(name, _)| name.as_str())
    }

    /// How many partitions a topic has; `None` while that is unknown.
    pub fn partitions_count(&self, topic: &str) -> Option<i32> {
        let count = self.topic(topic)?.partitions.len();
        (count > 0).then(|| i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Who leads a partition; `None` where nobody does, or nobody whose address is known.
    pub fn leader_of(&self, topic: &str, partition_index: i32) -> Option<Leader> {
        self.leader_in(self.topic(topic)?, partition_index)
    }

    /// As [`Metadata::leader_of`], for who has found the topic already.
    pub fn leader_in(&self, topic: &KnownTopic, partition_index: i32) -> Option<Leader> {
        self.leader_of_known(topic.partitions.get(&partition_index)?)
    }

    /// The leader of a partition that was looked up before; `None` where its broker is not known.
    pub fn leader_of_known(&self, partition: &KnownPartition) -> Option<Leader> {
        let node_id = partition.leader_id.filter(|node_id| self.picture.brokers.contains_key(node_id))?;
        Some(Leader { node_id, leader_epoch: partition.leader_epoch })
    }

    /// Takes in a leader that a broker named in another answer (KIP-951). Returns whether it is newer than the known.
    pub fn handle_leader(&mut self, topic: &str, partition_index: i32, leader: Leader) -> bool {
        let Some(topic) = self.picture.topics.get_mut(topic) else { return false };
        let Some(partition) = topic.partitions.get_mut(&partition_index) else { return false };
        let is_newer = leader.leader_epoch > partition.leader_epoch && leader.node_id >= 0;
        if is_newer {
            partition.leader_id = Some(leader.node_id);
            partition.leader_epoch = leader.leader_epoch;
        }
        is_newer
    }

    /// The brokers, by number.
    pub fn brokers(&self) -> &SmallMap<i32, KnownBroker> {
        &self.picture.brokers
    }

    /// The controller, or the broker that stands for it.
    pub fn controller_id(&self) -> Option<i32> {
        self.picture.controller_id
    }

    /// The cluster's identifier.
    pub fn cluster_id(&self) -> Option<&str> {
        self.picture.cluster_id.as_deref()
    }

    /// Asks for what is due. To be called after every input.
    pub fn refresh_if_due(&mut self, now: Timestamp, network: &mut Network) {
        self.awaiting = None;
        if self.asking.is_some() || now < self.not_before || !self.is_due(now) {
            return;
        }
        let Some(peer) = self.choose(now, network) else {
            // Without any address there is nothing but to look again.
            self.not_before = now + self.settings.backoff.max;
            return;
        };
        if !network.is_ready(peer) && self.settings.kind != ClientKind::Kafkajs {
            // What is asked for is settled when the connection is there.
            network.connect(now, peer);
            self.awaiting = Some(peer);
            return;
        }
        self.drop_idle_topics(now);
        let is_partial = !self.demanded && self.expires_at().is_some_and(|at| at > now) && self.has_new_topics();
        let is_partial = is_partial && self.settings.asks_new_topics_alone;
        let topics = match &self.wanted {
            Wanted::All => None,
            Wanted::Topics(topics) => {
                let asked = topics.iter().filter(|(_, topic)| topic.is_new || !is_partial);
                Some(asked.map(|(name, _)| name.clone()).collect::<BTreeSet<_>>())
            }
        };
        let request = self.request(topics.as_ref());
        let id = network.ask(now, peer, request);
        self.asking = Some(Asking { id, is_partial });
        self.demanded = false;
    }

    /// When [`Metadata::refresh_if_due`] has something to do though nothing else happens. The instant may be past.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        if self.asking.is_some() || self.awaiting.is_some() {
            return None;
        }
        let at = self.due_at()?;
        Some(at.max(self.not_before))
    }

    /// From when on a request is due, were it not for the back-off.
    fn due_at(&self) -> Option<Timestamp> {
        let at_once = self.demanded || self.has_new_topics();
        match self.settings.kind {
            _ if at_once => Some(Timestamp(i64::MIN)),
            ClientKind::Java | ClientKind::Librdkafka => Some(self.expires_at().unwrap_or(Timestamp(i64::MIN))),
            ClientKind::Kafkajs => None,
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.due_at().is_some_and(|at| at <= now)
    }

    /// From when on the picture is too old; `None` before the first answer.
    fn expires_at(&self) -> Option<Timestamp> {
        self.refreshed_at.map(|at| at + self.settings.max_age)
    }

    fn has_new_topics(&self) -> bool {
        match &self.wanted {
            Wanted::All => false,
            Wanted::Topics(topics) => topics.values().any(|topic| topic.is_new),
        }
    }

    fn drop_idle_topics(&mut self, now: Timestamp) {
        let Some(idle) = self.settings.topic_max_idle else { return };
        if let Wanted::Topics(topics) = &mut self.wanted {
            topics.retain(|_, topic| topic.is_new || topic.used_at + idle > now);
        }
    }

    fn request(&mut self, topics: Option<&BTreeSet<String>>) -> Request {
        let topics = topics.map(|topics| {
            let mut names: Vec<&String> = topics.iter().collect();
            self.shuffle_as_kafkajs_does(&mut names);
            let one = |name: &String| MetadataRequestTopic { name: Some(name.as_str().into()), ..Default::default() };
            names.into_iter().map(one).collect()
        });
        Request::Metadata(MetadataRequest {
            topics,
            allow_auto_topic_creation: self.settings.allow_auto_topic_creation,
            ..Default::default()
        })
    }
}
