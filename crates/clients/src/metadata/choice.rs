//! Whom to ask.

use super::Metadata;
use crate::kind::ClientKind;
use crate::network::{Network, Peer};
use runnel_protocol::Timestamp;

impl Metadata {
    /// A broker that can be asked what every broker knows, such as who coordinates a group.
    pub fn any_broker(&mut self, now: Timestamp, network: &Network) -> Option<Peer> {
        self.choose(now, network)
    }

    /// The broker to ask, or to connect to so that it can be asked; `None` where all have to be waited for.
    pub(super) fn choose(&mut self, now: Timestamp, network: &Network) -> Option<Peer> {
        match self.settings.kind {
            ClientKind::Java | ClientKind::Librdkafka => self.least_loaded(now, network),
            ClientKind::Kafkajs => Some(self.next_of_kafkajs(network)),
        }
    }

    /// The broker with the least to do, for a request that any broker answers: an idle connection, else one with few
    /// requests, else one that is or can be made. `None` where there is no address at all.
    ///
    /// Where no known broker can be reached, the bootstrap addresses come into
    /// play again: Java's `metadata.recovery.strategy=rebootstrap`, and librdkafka never forgets them.
    pub fn least_loaded(&mut self, now: Timestamp, network: &Network) -> Option<Peer> {
        let known: Vec<Peer> = self.known_peers();
        let bootstrap: Vec<Peer> = (0..network.settings().bootstrap.len()).map(Peer::Bootstrap).collect();
        let usable = self.least_loaded_of(now, network, &known);
        let usable = usable.or_else(|| self.least_loaded_of(now, network, &bootstrap));
        let soonest = known.iter().chain(&bootstrap).min_by_key(|peer| network.connect_at(now, **peer));
        usable.or(soonest.copied())
    }

    /// A connection that is idle, else the one with the fewest requests, else one that is being made, else one that
    /// can be made, beginning at a random place.
    fn least_loaded_of(&mut self, now: Timestamp, network: &Network, peers: &[Peer]) -> Option<Peer> {
        let bound = u64::try_from(peers.len()).unwrap_or(u64::MAX);
        let offset = usize::try_from(self.random.below(bound)).unwrap_or(0);
        let (later, sooner) = peers.split_at(offset.min(peers.len()));
        let turned: Vec<Peer> = sooner.iter().chain(later).copied().collect();
        let ready = turned.iter().filter(|peer| network.is_ready(**peer)).min_by_key(|peer| network.in_flight(**peer));
        let connecting =
            || turned.iter().find(|peer| network.is_connecting(**peer) && !network.is_backing_off(now, **peer));
        let connectable = || turned.iter().find(|peer| !network.is_backing_off(now, **peer));
        ready.or_else(connecting).or_else(connectable).copied()
    }

    /// A connected broker; else each known one is tried once, then the next bootstrap address.
    fn next_of_kafkajs(&mut self, network: &Network) -> Peer {
        let mut known = self.known_peers();
        self.shuffle_as_kafkajs_does(&mut known);
        let connected = known.iter().find(|peer| network.is_ready(**peer));
        let untried = || known.iter().find(|peer| !self.unreachable.contains(peer));
        let count = network.settings().bootstrap.len().max(1);
        let seed = (0..count).map(Peer::Bootstrap).find(|peer| network.is_ready(*peer));
        let next = Peer::Bootstrap(self.bootstrap_turn % count);
        connected.or_else(untried).copied().or(seed).unwrap_or(next)
    }

    fn known_peers(&self) -> Vec<Peer> {
        self.picture.brokers.keys().map(|node_id| Peer::Node { node_id: *node_id, lane: 0 }).collect()
    }

    /// kafkajs shuffles what it lists; the others do not.
    pub(super) fn shuffle_as_kafkajs_does<T>(&mut self, items: &mut [T]) {
        if self.settings.kind == ClientKind::Kafkajs {
            for last in (1..items.len()).rev() {
                let bound = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
                items.swap(last, usize::try_from(self.random.below(bound)).unwrap_or(last));
            }
        }
    }
}
