//! What an answer changes.

use super::picture::Picture;
use super::{Asking, Metadata, Wanted};
use crate::backoff::KafkajsRetrier;
use crate::kind::ClientKind;
use crate::network::{Failure, Network, Peer, Reply};
use runnel_protocol::messages::metadata::MetadataResponse;
use runnel_protocol::{ErrorCode, Response, Timestamp};
use std::fmt;

/// What became of a refresh.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MetadataOutcome {
    /// The picture is what the answer told.
    Updated {
        /// Whether anything is different from before.
        is_changed: bool,
    },
    /// The picture stays as it was.
    Failed {
        /// Why.
        failure: MetadataFailure,
        /// Whether it will be tried again without anybody's doing. Only kafkajs gives up.
        will_retry: bool,
    },
}

/// Why a refresh failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MetadataFailure {
    /// There was no answer.
    NoAnswer(Failure),
    /// A topic has an error, for which kafkajs throws the whole answer away.
    Topic(ErrorCode),
}

impl fmt::Display for MetadataFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetadataFailure::NoAnswer(failure) => failure.fmt(out),
            MetadataFailure::Topic(error) => out.write_str(error.message()),
        }
    }
}

impl Metadata {
    /// Takes an answer. `None` if it is not the answer to this room's request.
    pub fn handle_reply(&mut self, now: Timestamp, network: &mut Network, reply: &Reply) -> Option<MetadataOutcome> {
        let asking = self.asking.take_if(|asking| asking.id == reply.id)?;
        let failure = match &reply.outcome {
            Ok(Response::Metadata(response)) => match self.refusal(response) {
                None => return Some(self.update(now, network, reply.peer, &asking, response)),
                Some(error) => MetadataFailure::Topic(error),
            },
            // An answer of another API cannot be: the network decodes what it asked for.
            Ok(_) => return None,
            Err(failure) => MetadataFailure::NoAnswer(failure.clone()),
        };
        let will_retry = match self.settings.kind {
            ClientKind::Java | ClientKind::Librdkafka => {
                self.fruitless_count = self.fruitless_count.saturating_add(1);
                self.not_before = now + self.settings.backoff.after(self.fruitless_count, &mut self.random);
                true
            }
            ClientKind::Kafkajs => self.kafkajs_tries_again(now, reply.peer, &failure),
        };
        self.demanded = will_retry;
        Some(MetadataOutcome::Failed { failure, will_retry })
    }

    /// The error for which kafkajs takes nothing of an answer.
    fn refusal(&self, response: &MetadataResponse) -> Option<ErrorCode> {
        if self.settings.kind != ClientKind::Kafkajs {
            return None;
        }
        let of_topics = response.topics.iter().map(|topic| topic.error_code);
        let of_partitions = response.topics.iter().flat_map(|topic| &topic.partitions).map(|one| one.error_code);
        let code = of_topics.chain(of_partitions).find(|code| *code != 0)?;
        Some(ErrorCode::from_number(code).unwrap_or(ErrorCode::UnknownServerError))
    }

    /// Brokers that cannot be reached give way to others, and a topic without a leader is waited for; whatever else
    /// fails is left to who needs the picture.
    fn kafkajs_tries_again(&mut self, now: Timestamp, peer: Peer, failure: &MetadataFailure) -> bool {
        let waits = match failure {
            MetadataFailure::NoAnswer(Failure::NotConnected { .. }) => match peer {
                Peer::Node { .. } => {
                    self.unreachable.insert(peer);
                    return true;
                }
                Peer::Bootstrap(_) => {
                    self.bootstrap_turn = self.bootstrap_turn.wrapping_add(1);
                    true
                }
            },
            MetadataFailure::Topic(error) => *error == ErrorCode::LeaderNotAvailable,
            MetadataFailure::NoAnswer(_) => false,
        };
        let policy = self.settings.kafkajs_retry;
        let random = &mut self.random;
        let retrier = self.retrier.get_or_insert_with(|| KafkajsRetrier::new(policy, random));
        match waits.then(|| retrier.next_wait(random)).flatten() {
            Some(wait) => {
                self.not_before = now + wait;
                true
            }
            None => {
                self.retrier = None;
                self.unreachable.clear();
                self.give_up_new_topics(failure);
                false
            }
        }
    }

    /// kafkajs asks no more for topics whose first answer was that they cannot be had.
    fn give_up_new_topics(&mut self, failure: &MetadataFailure) {
        let drops = matches!(
            failure,
            MetadataFailure::Topic(
                ErrorCode::InvalidTopicException
                    | ErrorCode::UnknownTopicOrPartition
                    | ErrorCode::TopicAuthorizationFailed
            )
        );
        if let Wanted::Topics(topics) = &mut self.wanted {
            topics.retain(|_, topic| !(drops && topic.is_new));
            for topic in topics.values_mut() {
                topic.is_new = false;
            }
        }
    }

    fn update(
        &mut self,
        now: Timestamp,
        network: &mut Network,
        peer: Peer,
        asking: &Asking,
        response: &MetadataResponse,
    ) -> MetadataOutcome {
        self.retrier = None;
        self.unreachable.clear();
        let answered = response.topics.iter().filter_map(|topic| topic.name.as_deref());
        if let Wanted::Topics(topics) = &mut self.wanted {
            for name in answered {
                if let Some(topic) = topics.get_mut(name) {
                    topic.is_new = false;
                }
            }
        }
        let wanted = &self.wanted;
        let wants = |name: &str| match wanted {
            Wanted::All => true,
            Wanted::Topics(topics) => topics.contains_key(name),
        };
        let mut picture = self.picture.updated(response, |name| asking.is_partial && wants(name));
        picture.topics.retain(|name, _| wants(name));
        self.tell_network(now, network, peer, &picture);
        let is_changed = picture != self.picture;
        self.picture = picture;
        if !asking.is_partial {
            self.refreshed_at = Some(now);
        }
        self.fruitless_count = if is_changed { 0 } else { self.fruitless_count.saturating_add(1) };
        let is_incomplete = self.picture.is_incomplete();
        self.demanded |= is_incomplete;
        // Java keeps a distance between any two requests, librdkafka only while it misses something.
        let keeps_distance = match self.settings.kind {
            ClientKind::Java => true,
            ClientKind::Librdkafka => is_incomplete,
            ClientKind::Kafkajs => false,
        };
        if keeps_distance {
            self.not_before = now + self.settings.backoff.after(self.fruitless_count.max(1), &mut self.random);
        }
        MetadataOutcome::Updated { is_changed }
    }

    /// Tells the network where brokers are. kafkajs closes its connections to those that are gone.
    fn tell_network(&self, now: Timestamp, network: &mut Network, peer: Peer, picture: &Picture) {
        for (node_id, broker) in &picture.brokers {
            network.learn(now, *node_id, broker.address.clone());
            network.adopt(peer, *node_id);
        }
        network.leave_bootstrap(now, peer);
        if self.settings.kind == ClientKind::Kafkajs {
            for node_id in self.picture.brokers.keys().filter(|node_id| !picture.brokers.contains_key(node_id)) {
                for lane in 0..=1 {
                    network.disconnect(now, Peer::Node { node_id: *node_id, lane }, "the broker has left the cluster");
                }
            }
        }
    }
}
