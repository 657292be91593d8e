//! What Java's admin client does below its calls: it finds out about the brokers, asks the right one, and asks again.
//!
//! ```text
//! call -> brokers known?  no -> Metadata from bootstrap.servers, again and again
//!            | yes
//!            v
//!         whom: any, the controller, a broker, a group's coordinator (FindCoordinator first)
//!            | connection lost, or an answer that says "not here", "not yet" -> back-off, again
//!            v
//!         answer; or a TimeoutException when default.api.timeout.ms is over
//! ```

mod call;
mod cluster;
mod describe_topics;
mod leaders;
mod lookups;
mod settings;

pub(crate) use call::{Answer, Call, Told, Verdict, Whom};
pub(crate) use describe_topics::{PartitionDescription, TopicDescription, by_id, by_name};
pub(crate) use leaders::{Partition, at_leaders, list_offsets};
pub(crate) use lookups::{ConfigResource, broker_nodes, controller_moved, describe_configs, list_topics};
pub(crate) use settings::{AdminSettings, bootstrap, connect, load};

use crate::java::{Exception, log_time};
use call::{CallState, Stage};
use cluster::Cluster;
use runnel_clients::{Carried, Failure, Network, Peer, Reply, RequestId, Signal};
use runnel_protocol::{ErrorCode, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// A call, numbered by the admin client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct CallId(u64);

/// What a request was sent for.
#[derive(Clone, Debug)]
enum Purpose {
    Metadata,
    Coordinator { group: String },
    Call(CallId),
}

/// Java's admin client.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    settings: AdminSettings,
    network: Network,
    cluster: Cluster,
    calls: BTreeMap<CallId, CallState>,
    next_call: u64,
    sent: BTreeMap<RequestId, Purpose>,
    answers: VecDeque<(CallId, Answer)>,
    log: VecDeque<String>,
    /// How often each broker could not be reached.
    failures: BTreeMap<i32, u32>,
    /// The time of the last input.
    now: Timestamp,
}

impl Admin {
    /// An admin client that has not connected yet.
    pub(crate) fn new(settings: AdminSettings, seed: u64) -> Admin {
        let network = Network::new(settings.network(), seed);
        Admin {
            cluster: Cluster::new(settings.bootstrap.len()),
            settings,
            network,
            calls: BTreeMap::new(),
            next_call: 0,
            sent: BTreeMap::new(),
            answers: VecDeque::new(),
            log: VecDeque::new(),
            failures: BTreeMap::new(),
            now: Timestamp::default(),
        }
    }

    /// Asks; the answer is [`Admin::poll_answer`]'s.
    pub(crate) fn ask(&mut self, now: Timestamp, call: Call) -> CallId {
        let id = CallId(self.next_call);
        self.next_call += 1;
        let deadline = now + self.settings.api_timeout;
        self.calls.insert(id, CallState { call, deadline, tries_count: 0, stage: Stage::Waiting { not_before: now } });
        self.advance(now);
        id
    }

    /// Takes what the carrier tells.
    pub(crate) fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        self.network.handle_signal(now, signal);
        self.advance(now);
    }

    /// Closes all connections.
    pub(crate) fn close(&mut self, now: Timestamp) {
        self.calls.clear();
        self.network.disconnect_all(now);
    }

    /// The next thing to carry.
    pub(crate) fn poll_output(&mut self) -> Option<Carried> {
        self.network.poll_output()
    }

    /// The next answer.
    pub(crate) fn poll_answer(&mut self) -> Option<(CallId, Answer)> {
        self.answers.pop_front()
    }

    /// The next line of the client's log.
    pub(crate) fn poll_log(&mut self) -> Option<String> {
        self.log.pop_front()
    }

    /// When time alone would move it.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        let deadlines = self.calls.values().map(|state| state.deadline);
        // A call whose time has come and that was not sent waits for another answer.
        let rests = self.calls.values().filter_map(CallState::not_before).chain(self.cluster.not_before());
        deadlines.chain(rests.filter(|at| *at > self.now)).chain(self.network.next_wakeup()).min()
    }

    /// Does all that can be done now.
    fn advance(&mut self, now: Timestamp) {
        self.now = now;
        loop {
            while let Some(reply) = self.network.poll_reply() {
                self.take_reply(now, reply);
            }
            self.expire(now);
            self.send(now);
            // Asking a broker whose address is not known is answered at once.
            let Some(reply) = self.network.poll_reply() else { return };
            self.take_reply(now, reply);
        }
    }

    fn send(&mut self, now: Timestamp) {
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        for id in ids {
            let Some(state) = self.calls.get(&id) else { continue };
            if state.not_before().is_none_or(|at| at > now) {
                continue;
            }
            if !self.cluster.is_known() {
                self.refresh(now);
                return;
            }
            let Some(peer) = self.peer_of(now, &state.call.whom.clone()) else { continue };
            let Some(state) = self.calls.get_mut(&id) else { continue };
            state.tries_count += 1;
            let timeout = self.settings.request_timeout.min(state.deadline.since(now));
            let request = self.network.ask_within(now, peer, state.call.request.clone(), timeout);
            state.stage = Stage::Sent { peer };
            self.sent.insert(request, Purpose::Call(id));
        }
    }

    /// Whom to ask; `None` while that is being found out.
    fn peer_of(&mut self, now: Timestamp, whom: &Whom) -> Option<Peer> {
        let node = match whom {
            Whom::Any => self.least_loaded(now),
            Whom::Node(node) => Some(*node),
            Whom::Controller => {
                if self.cluster.controller().is_none() {
                    self.refresh(now);
                }
                self.cluster.controller()
            }
            Whom::Coordinator(group) => {
                let known = self.cluster.coordinator(group);
                if known.is_none() && self.cluster.begin_lookup(group, now) {
                    let any = self.least_loaded(now)?;
                    let request = cluster::find_coordinator(group);
                    let id = self.network.ask(now, node_peer(any), request);
                    self.sent.insert(id, Purpose::Coordinator { group: group.clone() });
                }
                known
            }
        };
        node.map(node_peer)
    }

    /// A broker to which few requests are under way.
    fn least_loaded(&self, now: Timestamp) -> Option<i32> {
        let nodes = self.cluster.nodes();
        let load = |node: &i32| {
            let peer = node_peer(*node);
            let failures_count = self.failures.get(node).copied().unwrap_or(0);
            let is_ready = self.network.is_ready(peer);
            (self.network.is_backing_off(now, peer), failures_count, !is_ready, self.network.in_flight(peer), *node)
        };
        nodes.min_by_key(load)
    }

    /// Asks for metadata, unless that is under way.
    fn refresh(&mut self, now: Timestamp) {
        if !self.cluster.begin_refresh(now) {
            return;
        }
        let peer = match self.least_loaded(now) {
            Some(node) => node_peer(node),
            None => Peer::Bootstrap(self.cluster.bootstrap_index()),
        };
        let id = self.network.ask(now, peer, cluster::metadata_of_brokers());
        self.sent.insert(id, Purpose::Metadata);
    }

    fn take_reply(&mut self, now: Timestamp, reply: Reply) {
        let Reply { id, peer, outcome } = reply;
        if let Err(failure) = &outcome {
            self.note_failure(now, peer, failure);
        }
        match self.sent.remove(&id) {
            Some(Purpose::Metadata) => self.cluster.take_metadata(now, &mut self.network, outcome.ok()),
            Some(Purpose::Coordinator { group }) => {
                let outcome = outcome.map_err(|failure| failure.to_string());
                if let Some(exception) = self.cluster.take_coordinator(now, &mut self.network, &group, outcome.ok()) {
                    self.refuse(&group, &exception);
                }
            }
            Some(Purpose::Call(call)) => self.take_answer(now, call, peer, outcome),
            None => {}
        }
    }

    fn take_answer(
        &mut self,
        now: Timestamp,
        id: CallId,
        peer: Peer,
        outcome: Result<runnel_protocol::Response, Failure>,
    ) {
        let Some(state) = self.calls.get_mut(&id) else { return };
        let retry = now + self.settings.backoff(state.tries_count);
        match outcome {
            Ok(response) => match (state.call.verdict)(&response) {
                Verdict::Done => {
                    let versions = self.network.broker_versions(peer).cloned();
                    let from = match peer {
                        Peer::Node { node_id, .. } => self.network.address(peer).map(|known| (node_id, known.clone())),
                        Peer::Bootstrap(_) => None,
                    };
                    self.finish(id, Ok(Told { response, versions, from }));
                }
                Verdict::Again => state.stage = Stage::Waiting { not_before: retry },
                Verdict::Elsewhere => {
                    state.stage = Stage::Waiting { not_before: retry };
                    match &state.call.whom {
                        Whom::Coordinator(group) => self.cluster.forget_coordinator(group),
                        Whom::Any | Whom::Node(_) | Whom::Controller => self.cluster.forget(),
                    }
                }
            },
            Err(Failure::UnsupportedVersion { api }) => {
                let message = format!("The node does not support {}", upper_snake(api.name()));
                self.finish(id, Err(Exception::of(ErrorCode::UnsupportedVersion, Some(&message))));
            }
            Err(Failure::Encode(reason)) => {
                self.finish(id, Err(Exception::of(ErrorCode::UnsupportedVersion, Some(&reason))));
            }
            Err(Failure::Decode(error)) => {
                let class = "org.apache.kafka.common.protocol.types.SchemaException";
                self.finish(id, Err(Exception::new(class, format!("Error reading the answer: {error}"))));
            }
            Err(Failure::NotConnected { .. } | Failure::Disconnected { .. } | Failure::TimedOut) => {
                state.stage = Stage::Waiting { not_before: retry };
                if matches!(state.call.whom, Whom::Controller) {
                    self.cluster.forget();
                }
                if let Whom::Coordinator(group) = &state.call.whom {
                    self.cluster.forget_coordinator(group);
                }
            }
        }
    }

    /// Ends the calls whose time is over.
    fn expire(&mut self, now: Timestamp) {
        let due: Vec<CallId> =
            self.calls.iter().filter(|(_, state)| state.deadline <= now).map(|(id, _)| *id).collect();
        for id in due {
            if let Some(state) = self.calls.get(&id) {
                let exception = state.timed_out(now);
                self.finish(id, Err(exception));
            }
        }
    }

    fn finish(&mut self, id: CallId, answer: Answer) {
        if self.calls.remove(&id).is_some() {
            self.answers.push_back((id, answer));
        }
    }

    /// All calls to the coordinator of a group fail.
    fn refuse(&mut self, group: &str, exception: &Exception) {
        let asks = |state: &CallState| matches!(&state.call.whom, Whom::Coordinator(other) if other == group);
        let ids: Vec<CallId> = self.calls.iter().filter(|(_, state)| asks(state)).map(|(id, _)| *id).collect();
        for id in ids {
            self.finish(id, Err(exception.clone()));
        }
    }

    /// The client's log names a broker that cannot be reached, as Java's does.
    fn note_failure(&mut self, now: Timestamp, peer: Peer, failure: &Failure) {
        let Failure::NotConnected { address: Some(address), .. } = failure else { return };
        let (node, shown) = match peer {
            Peer::Bootstrap(index) => (-1 - i32::try_from(index).unwrap_or(i32::MAX - 1), address),
            Peer::Node { node_id, .. } => {
                *self.failures.entry(node_id).or_default() += 1;
                (node_id, address)
            }
        };
        if matches!(peer, Peer::Bootstrap(_)) {
            self.cluster.next_bootstrap();
        }
        self.log.push_back(format!(
            "[{}] WARN [{}] Connection to node {node} ({}) could not be established. Node may not be available. \
             (org.apache.kafka.clients.NetworkClient)\n",
            log_time(now),
            self.settings.log_name,
            settings::resolved(shown),
        ));
    }
}

fn node_peer(node_id: i32) -> Peer {
    Peer::Node { node_id, lane: 0 }
}

/// `DescribeConfigs` as Java's constant has it: `DESCRIBE_CONFIGS`.
fn upper_snake(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}
