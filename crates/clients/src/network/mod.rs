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

mod handshake;
mod peer;
mod reply;
mod settings;
#[cfg(test)]
mod tests;

pub use reply::{Failure, Peer, Reply, RequestId};
pub use settings::{Handshake, NetworkSettings, Software};

use crate::carrier::{Address, Carried, LinkId, Signal};
use peer::{Asked, PeerState, Stage};
use runnel_protocol::{ApiKey, EncodeError, Random, Request, Timestamp, frame};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A client's connections and the requests on them.
#[derive(Clone, Debug)]
pub struct Network {
    settings: NetworkSettings,
    random: Random,
    addresses: BTreeMap<i32, Address>,
    peers: BTreeMap<Peer, PeerState>,
    /// What the first handshake said, with [`Handshake::First`].
    versions: Option<BTreeMap<i16, (i16, i16)>>,
    links: BTreeMap<LinkId, Peer>,
    next_link: u32,
    next_request: u64,
    next_correlation: i32,
    outputs: VecDeque<Carried>,
    replies: VecDeque<Reply>,
}

impl Network {
    /// A client that has not connected yet. The seed spreads its back-offs.
    pub fn new(settings: NetworkSettings, seed: u64) -> Self {
        Network {
            settings,
            random: Random::new(seed),
            addresses: BTreeMap::new(),
            peers: BTreeMap::new(),
            versions: None,
            links: BTreeMap::new(),
            next_link: 0,
            next_request: 0,
            next_correlation: 0,
            outputs: VecDeque::new(),
            replies: VecDeque::new(),
        }
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
        let Some(address) = self.address(peer).cloned() else {
            let outcome = Err(Failure::NotConnected { address: None, reason: "its address is not known".to_owned() });
            self.replies.push_back(Reply { id, peer, outcome });
            return id;
        };
        let state = self.peers.entry(peer).or_default();
        // A Produce with acks=0 is not answered.
        let answered = !matches!(&request, Request::Produce(produce) if produce.acks == 0);
        state.waiting.push_back(Asked { id, request, timeout, answered });
        if matches!(state.stage, Stage::Idle) {
            let at = state.connect_at(now);
            state.stage = Stage::BackingOff { at, address };
            self.advance(now, peer);
        } else {
            self.send_waiting(now, peer);
        }
        id
    }

    /// Closes the connection to a peer; what was asked of it and not answered fails.
    pub fn disconnect(&mut self, now: Timestamp, peer: Peer, reason: &str) {
        if let Some(link) = self.peers.get(&peer).and_then(PeerState::link) {
            self.outputs.push_back(Carried::Disconnect { link });
            self.links.remove(&link);
        }
        self.fail(now, peer, &Failure::Disconnected { reason: reason.to_owned() }, false);
    }

    /// Closes all connections.
    pub fn disconnect_all(&mut self, now: Timestamp) {
        let peers: Vec<Peer> = self.peers.keys().copied().collect();
        for peer in peers {
            self.disconnect(now, peer, "the client closed it");
        }
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
    pub fn broker_versions(&self, peer: Peer) -> Option<&BTreeMap<i16, (i16, i16)>> {
        match self.peers.get(&peer).map(|state| &state.stage) {
            Some(Stage::Ready { versions, .. }) => Some(versions),
            _ => None,
        }
    }

    /// Takes what the carrier tells.
    pub fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        match signal {
            Signal::Connected { link } => self.connected(now, link),
            Signal::Frame { link, bytes } => self.frame(now, link, &bytes),
            Signal::Disconnected { link, reason } => {
                let Some(peer) = self.links.remove(&link) else { return };
                let failure = match self.peers.get(&peer).map(|state| &state.stage) {
                    Some(Stage::Connecting { .. }) => {
                        Failure::NotConnected { address: self.address(peer).cloned(), reason }
                    }
                    _ => Failure::Disconnected { reason },
                };
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

    /// The next reply, in the order in which they came.
    pub fn poll_reply(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    /// When a time-out or a back-off ends: [`Signal::Timer`] is due then.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.peers.values().filter_map(PeerState::next_wakeup).min()
    }

    fn handle_timers(&mut self, now: Timestamp) {
        let due: Vec<Peer> = self
            .peers
            .iter()
            .filter(|(_, state)| state.next_wakeup().is_some_and(|at| at <= now))
            .map(|(peer, _)| *peer)
            .collect();
        for peer in due {
            self.advance(now, peer);
        }
    }

    /// Ends a back-off, or gives up on a connection whose time is over.
    fn advance(&mut self, now: Timestamp, peer: Peer) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        match &state.stage {
            Stage::BackingOff { at, address } if *at <= now => {
                let address = address.clone();
                self.next_link += 1;
                let link = LinkId(self.next_link);
                state.stage = Stage::Connecting { link, until: now + self.settings.connect_timeout };
                self.links.insert(link, peer);
                self.outputs.push_back(Carried::Connect { link, address });
            }
            Stage::Connecting { until, .. } if *until <= now => {
                let address = self.address(peer).cloned();
                self.give_up(now, peer, &Failure::NotConnected { address, reason: "connection timed out".to_owned() });
            }
            Stage::Introducing { .. } | Stage::Ready { .. } if state.next_wakeup().is_some_and(|at| at <= now) => {
                self.give_up(now, peer, &Failure::TimedOut);
            }
            Stage::Idle
            | Stage::BackingOff { .. }
            | Stage::Connecting { .. }
            | Stage::Introducing { .. }
            | Stage::Ready { .. } => {}
        }
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
                Ok((id, response)) => {
                    self.replies.push_back(Reply { id, peer, outcome: Ok(response) });
                    self.send_waiting(now, peer);
                }
                Err(error) => self.give_up(now, peer, &Failure::Decode(error)),
            },
            Stage::Idle | Stage::BackingOff { .. } | Stage::Connecting { .. } => {}
        }
    }

    /// Sends what waits, once the peer is introduced.
    fn send_waiting(&mut self, now: Timestamp, peer: Peer) {
        loop {
            let Some(state) = self.peers.get_mut(&peer) else { return };
            let Stage::Ready { link, versions } = &state.stage else { return };
            let Some(asked) = state.waiting.pop_front() else { return };
            let link = *link;
            let api = asked.request.api_key();
            let Some(version) = common_version(&self.settings, versions, api) else {
                let outcome = Err(Failure::UnsupportedVersion { api });
                self.replies.push_back(Reply { id: asked.id, peer, outcome });
                continue;
            };
            let correlation_id = self.next_correlation();
            match encode(&self.settings, version, correlation_id, &asked.request) {
                Ok(bytes) => {
                    self.outputs.push_back(Carried::Send { link, bytes });
                    if asked.answered
                        && let Some(state) = self.peers.get_mut(&peer)
                    {
                        state.sent(now, &asked, version, correlation_id);
                    }
                }
                Err(error) => {
                    let outcome = Err(Failure::Encode(error.to_string()));
                    self.replies.push_back(Reply { id: asked.id, peer, outcome });
                }
            }
        }
    }

    /// Closes a connection for a reason of our own.
    fn give_up(&mut self, now: Timestamp, peer: Peer, failure: &Failure) {
        if let Some(link) = self.peers.get(&peer).and_then(PeerState::link) {
            self.outputs.push_back(Carried::Disconnect { link });
            self.links.remove(&link);
        }
        self.fail(now, peer, failure, true);
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
        self.next_correlation = self.next_correlation.wrapping_add(1) & i32::MAX;
        correlation
    }
}

fn encode(
    settings: &NetworkSettings,
    version: i16,
    correlation_id: i32,
    request: &Request,
) -> Result<bytes::Bytes, EncodeError> {
    let chunks = frame::encode_request(version, correlation_id, settings.client_id.as_deref(), request)?;
    Ok(chunks.as_bytes().unwrap_or_else(|| {
        // Records of a Produce are chunks of their own.
        let gathered = chunks.gather(|_| Err(()));
        gathered.expect("a client's request lies in no store")
    }))
}

/// The newest version that client and broker both speak.
fn common_version(settings: &NetworkSettings, versions: &BTreeMap<i16, (i16, i16)>, api: ApiKey) -> Option<i16> {
    let (min, max) = versions.get(&api.number())?;
    let version = settings.version_max(api).min(*max);
    (version >= *min && version >= *api.accepted().start()).then_some(version)
}
