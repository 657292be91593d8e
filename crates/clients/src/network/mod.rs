//! A client's connections: opened when first needed, introduced with ApiVersions, one line of requests each.
//!
//! ```text
//! ask -> queue -> Connect ... Connected -> ApiVersions -> requests, in order -> replies
//!                    |  refused, timed out                    |  closed, answer too late
//!                    v                                        v
//!                 all that was asked of this peer fails; the next request connects again, after a back-off
//! ```
//!
//! Retrying is not decided here: who asked learns of the failure and knows whether to ask again, and whom.

mod change;
mod handshake;
mod peer;
mod reply;
mod sending;
mod settings;
#[cfg(test)]
mod tests;
mod timers;

pub use change::ConnectionChange;
pub use reply::{Failure, Peer, Reply, RequestId};
pub use settings::{BootstrapLink, Handshake, LateAnswer, NetworkSettings, Software};

use crate::carrier::{Address, Carried, LinkId, Signal};
use peer::{Asked, PeerState, Stage};
use runnel_protocol::{ApiKey, DecodeError, Random, Request, SmallMap, Timestamp};
use sending::common_version;
use std::collections::VecDeque;
use std::hint::cold_path;
use std::time::Duration;

/// A client's connections and the requests on them.
#[derive(Clone, Debug)]
pub struct Network {
    settings: NetworkSettings,
    random: Random,
    addresses: SmallMap<i32, Address>,
    peers: SmallMap<Peer, PeerState>,
    /// What the first handshake said, with [`Handshake::First`].
    versions: Option<SmallMap<i16, (i16, i16)>>,
    links: SmallMap<LinkId, Peer>,
    /// Nothing of the peers is due before this.
    quiet_until: Timestamp,
    next_link: u32,
    next_request: u64,
    next_correlation: i32,
    outputs: VecDeque<Carried>,
    replies: VecDeque<Reply>,
    watched: bool,
    changes: VecDeque<ConnectionChange>,
}

impl Network {
    /// A client that has not connected yet. The seed spreads its back-offs.
    pub fn new(settings: NetworkSettings, seed: u64) -> Self {
        Network {
            settings,
            random: Random::new(seed),
            addresses: SmallMap::new(),
            peers: SmallMap::new(),
            versions: None,
            links: SmallMap::new(),
            quiet_until: Timestamp(i64::MIN),
            next_link: 0,
            next_request: 0,
            next_correlation: 0,
            outputs: VecDeque::new(),
            replies: VecDeque::new(),
            watched: false,
            changes: VecDeque::new(),
        }
    }

    /// Whether changes of connections are told; at first they are not.
    pub fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
        self.changes.clear();
    }

    /// The next change of a connection, while watched. Nothing that decides reads it.
    pub fn poll_change(&mut self) -> Option<ConnectionChange> {
        self.changes.pop_front()
    }

    /// How it connects.
    pub fn settings(&self) -> &NetworkSettings {
        &self.settings
    }

    /// Takes in where a broker is, as metadata or FindCoordinator told. One that moved is connected to anew.
    pub fn learn(&mut self, now: Timestamp, node_id: i32, address: Address) {
        let before = self.addresses.insert(node_id, address.clone());
        if before.is_some_and(|before| before != address) {
            let moved: Vec<Peer> = self
                .peers
                .keys()
                .copied()
                .filter(|peer| matches!(peer, Peer::Node { node_id: id, .. } if *id == node_id))
                .collect();
            for peer in moved {
                self.disconnect(now, peer, "the broker has moved");
            }
        }
    }

    /// Makes the connection to a bootstrap address the one to a broker, where settings say so and the address is that
    /// broker's. What waits for an answer on it is answered under the broker's name.
    pub fn adopt(&mut self, bootstrap: Peer, node_id: i32) {
        let node = Peer::Node { node_id, lane: 0 };
        let same = self.address(bootstrap).is_some_and(|address| self.addresses.get(&node_id) == Some(address));
        if !same || self.settings.bootstrap_link != BootstrapLink::IsAdopted || self.in_flight(node) > 0 {
            return;
        }
        if self.is_ready(bootstrap)
            && self.link(node).is_none()
            && let Some(state) = self.peers.remove(&bootstrap)
        {
            self.links.extend(state.link().map(|link| (link, node)));
            self.peers.insert(node, state);
        }
    }

    /// Closes the connection to a bootstrap address on which nothing is awaited, where settings say so and brokers are
    /// known.
    pub fn leave_bootstrap(&mut self, now: Timestamp, peer: Peer) {
        let is_spent = self.settings.bootstrap_link == BootstrapLink::IsClosed
            && matches!(peer, Peer::Bootstrap(_))
            && !self.addresses.is_empty()
            && self.is_ready(peer)
            && self.in_flight(peer) == 0;
        if is_spent {
            self.disconnect(now, peer, "the brokers are known by their numbers");
        }
    }

    /// Where a peer is, if that is known.
    pub fn address(&self, peer: Peer) -> Option<&Address> {
        match peer {
            Peer::Bootstrap(_) => self.settings.bootstrap_address(peer),
            Peer::Node { node_id, .. } => self.addresses.get(&node_id),
        }
    }

    /// Asks a peer, connecting to it first where there is no connection. The answer is [`Network::poll_reply`]'s.
    pub fn ask(&mut self, now: Timestamp, peer: Peer, request: Request) -> RequestId {
        let timeout = self.settings.request_timeout;
        self.ask_within(now, peer, request, timeout)
    }

    /// Asks a peer with a time-out of its own, counted from the moment of sending.
    pub fn ask_within(&mut self, now: Timestamp, peer: Peer, request: Request, timeout: Duration) -> RequestId {
        let id = RequestId(self.next_request);
        self.next_request += 1;
        if self.address(peer).is_none() {
            let outcome = Err(Failure::NotConnected { address: None, reason: "its address is not known".to_owned() });
            self.replies.push_back(Reply { id, peer, outcome });
            return id;
        }
        let state = self.peers.entry(peer).or_default();
        // A Produce with acks=0 is not answered.
        let answered = !matches!(&request, Request::Produce(produce) if produce.acks == 0);
        let asked = Asked { id, request, timeout, answered };
        if matches!(state.stage, Stage::Ready { .. }) && state.waiting.is_empty() {
            self.send(now, peer, &asked);
            return id;
        }
        state.waiting.push_back(asked);
        self.connect(now, peer);
        self.send_waiting(now, peer);
        id
    }

    /// Closes the connection to a peer; what was asked of it and not answered fails.
    pub fn disconnect(&mut self, now: Timestamp, peer: Peer, reason: &str) {
        let failure = Failure::Disconnected { reason: reason.to_owned() };
        self.close(peer, &failure);
        self.fail(now, peer, &failure, false);
    }

    /// Closes all connections.
    pub fn disconnect_all(&mut self, now: Timestamp) {
        let peers: Vec<Peer> = self.peers.keys().copied().collect();
        for peer in peers {
            self.disconnect(now, peer, "the client closed it");
        }
    }

    /// Opens a connection to a peer of which nothing is asked yet, after its back-off where there is one.
    pub fn connect(&mut self, now: Timestamp, peer: Peer) {
        if self.peers.get(&peer).is_some_and(|state| !matches!(state.stage, Stage::Idle)) {
            return;
        }
        let Some(address) = self.address(peer).cloned() else { return };
        let state = self.peers.entry(peer).or_default();
        if matches!(state.stage, Stage::Idle) {
            let at = state.connect_at(now);
            state.stage = Stage::BackingOff { at, address };
            self.quiet_until = Timestamp(i64::MIN);
            self.advance(now, peer);
        }
    }

    /// Whether a connection to the peer is being made, or will be once its back-off is over.
    pub fn is_connecting(&self, peer: Peer) -> bool {
        self.peers.get(&peer).is_some_and(|state| !matches!(state.stage, Stage::Idle | Stage::Ready { .. }))
    }

    /// From when on a connection to the peer may be made: `now`, or the end of its back-off.
    pub fn connect_at(&self, now: Timestamp, peer: Peer) -> Timestamp {
        self.peers.get(&peer).map_or(now, |state| state.connect_at(now))
    }

    /// Whether a connection to the peer is there and introduced.
    pub fn is_ready(&self, peer: Peer) -> bool {
        self.peers.get(&peer).is_some_and(|state| matches!(state.stage, Stage::Ready { .. }))
    }

    /// Whether requests to the peer would wait for a back-off to end.
    pub fn is_backing_off(&self, now: Timestamp, peer: Peer) -> bool {
        self.peers.get(&peer).is_some_and(|state| match state.stage {
            Stage::Idle => state.connect_at(now) > now,
            Stage::BackingOff { at, .. } => at > now,
            Stage::Connecting { .. } | Stage::Introducing { .. } | Stage::Ready { .. } => false,
        })
    }

    /// Requests to the peer that have no answer yet, sent or waiting to be.
    pub fn in_flight(&self, peer: Peer) -> usize {
        self.peers.get(&peer).map_or(0, |state| state.waiting.len() + state.sent.len())
    }

    /// The link to the peer, for whoever shows it.
    pub fn link(&self, peer: Peer) -> Option<LinkId> {
        self.peers.get(&peer).and_then(PeerState::link)
    }

    /// The newest version that both sides speak; `None` before the peer's first answer, and where there is none.
    pub fn version(&self, peer: Peer, api: ApiKey) -> Option<i16> {
        let versions = match self.peers.get(&peer).map(|state| &state.stage) {
            Some(Stage::Ready { versions, .. }) => versions,
            _ => self.versions.as_ref()?,
        };
        common_version(&self.settings, versions, api)
    }

    /// The APIs and versions that a broker told, by key.
    pub fn broker_versions(&self, peer: Peer) -> Option<&SmallMap<i16, (i16, i16)>> {
        match self.peers.get(&peer).map(|state| &state.stage) {
            Some(Stage::Ready { versions, .. }) => Some(versions),
            _ => None,
        }
    }

    /// Takes what the carrier tells.
    pub fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        match signal {
            Signal::Connected { link } => self.connected(now, link),
            Signal::Frame { link, bytes } => {
                let peer = self.links.get(&link).copied();
                self.frame(now, link, &bytes);
                if let Some(peer) = peer {
                    self.leave_bootstrap(now, peer);
                }
            }
            Signal::Disconnected { link, reason } => {
                let Some(peer) = self.links.remove(&link) else { return };
                let failure = match self.peers.get(&peer).map(|state| &state.stage) {
                    Some(Stage::Connecting { .. }) => {
                        Failure::NotConnected { address: self.address(peer).cloned(), reason }
                    }
                    _ => Failure::Disconnected { reason },
                };
                self.note(|| ConnectionChange::Disconnected { peer, link, reason: failure.to_string() });
                self.fail(now, peer, &failure, true);
            }
            Signal::Timer => {}
        }
        self.handle_timers(now);
    }

    /// The next thing to carry.
    pub fn poll_output(&mut self) -> Option<Carried> {
        self.outputs.pop_front()
    }

    /// Whether a reply waits to be polled.
    pub fn has_replies(&self) -> bool {
        !self.replies.is_empty()
    }

    /// The next reply, in the order in which they came.
    pub fn poll_reply(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    /// When a time-out or a back-off ends: [`Signal::Timer`] is due then.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.peers.values().filter_map(PeerState::next_wakeup).min()
    }

    fn connected(&mut self, now: Timestamp, link: LinkId) {
        let Some(peer) = self.links.get(&link).copied() else { return };
        let Some(state) = self.peers.get_mut(&peer) else { return };
        if !matches!(state.stage, Stage::Connecting { .. }) {
            return;
        }
        match &self.versions {
            Some(versions) if self.settings.handshake == Handshake::First => {
                state.stage = Stage::Ready { link, versions: versions.clone() };
                state.failures_count = 0;
                self.note(|| ConnectionChange::Connected { peer, link });
                self.send_waiting(now, peer);
            }
            _ => self.introduce(now, peer, link, 0),
        }
    }

    fn frame(&mut self, now: Timestamp, link: LinkId, bytes: &bytes::Bytes) {
        let Some(peer) = self.links.get(&link).copied() else { return };
        let Some(state) = self.peers.get_mut(&peer) else { return };
        match state.stage {
            Stage::Introducing { attempt, version, correlation_id, .. } => {
                self.introduced(now, peer, link, (attempt, version, correlation_id), bytes);
            }
            Stage::Ready { .. } => match state.answer(bytes) {
                Ok(Some((id, response))) => {
                    self.replies.push_back(Reply { id, peer, outcome: Ok(response) });
                    self.send_waiting(now, peer);
                }
                // Its time was over, and the connection was kept nevertheless.
                Ok(None) if self.settings.late_answer == LateAnswer::IsIgnored => {}
                Ok(None) => {
                    let error = DecodeError { at: 0, wanted: "the answer to the oldest request" };
                    self.give_up(now, peer, &Failure::Decode(error));
                }
                Err(error) => self.give_up(now, peer, &Failure::Decode(error)),
            },
            Stage::Idle | Stage::BackingOff { .. } | Stage::Connecting { .. } => {}
        }
    }

    /// Closes a connection for a reason of our own.
    fn give_up(&mut self, now: Timestamp, peer: Peer, failure: &Failure) {
        self.close(peer, failure);
        self.fail(now, peer, failure, true);
    }

    fn close(&mut self, peer: Peer, failure: &Failure) {
        if let Some(link) = self.link(peer) {
            self.outputs.push_back(Carried::Disconnect { link });
            self.links.remove(&link);
            self.note(|| ConnectionChange::Disconnected { peer, link, reason: failure.to_string() });
        }
    }

    pub(super) fn note(&mut self, change: impl FnOnce() -> ConnectionChange) {
        if self.watched {
            cold_path();
            self.changes.push_back(change());
        }
    }

    /// Everything that was asked of the peer fails, in the order in which it was asked.
    fn fail(&mut self, now: Timestamp, peer: Peer, failure: &Failure, backs_off: bool) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        let backoff = backs_off.then(|| state.backoff(&self.settings, &mut self.random));
        for id in state.end(now, backoff) {
            self.replies.push_back(Reply { id, peer, outcome: Err(failure.clone()) });
        }
    }

    fn next_correlation(&mut self) -> i32 {
        let correlation = self.next_correlation;
        self.next_correlation = following(correlation);
        correlation
    }
}

/// The correlation id after this one.
fn following(correlation_id: i32) -> i32 {
    correlation_id.wrapping_add(1) & i32::MAX
}
