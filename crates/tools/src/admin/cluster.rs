//! What the admin client knows of the cluster: brokers, the controller, coordinators of groups.

use crate::java::Exception;
use runnel_clients::{Address, Network};
use runnel_protocol::messages::find_coordinator::FindCoordinatorRequest;
use runnel_protocol::messages::metadata::MetadataRequest;
use runnel_protocol::{ErrorCode, Request, Response, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Wait between two questions of the same kind: `retry.backoff.ms`.
const RETRY: Duration = Duration::from_millis(100);

#[derive(Clone, Debug)]
pub(super) struct Cluster {
    nodes: BTreeSet<i32>,
    controller: Option<i32>,
    coordinators: BTreeMap<String, Lookup>,
    bootstrap_count: usize,
    bootstrap_index: usize,
    refresh: Refresh,
}

#[derive(Clone, Copy, Debug)]
enum Refresh {
    /// Metadata is there and holds.
    Done,
    /// It is to be asked for, from this time on.
    Wanted { not_before: Option<Timestamp> },
    /// It was asked for.
    UnderWay,
}

#[derive(Clone, Copy, Debug)]
enum Lookup {
    Known(i32),
    UnderWay,
    Again { not_before: Timestamp },
}

impl Cluster {
    pub(super) fn new(bootstrap_count: usize) -> Cluster {
        Cluster {
            nodes: BTreeSet::new(),
            controller: None,
            coordinators: BTreeMap::new(),
            bootstrap_count,
            bootstrap_index: 0,
            refresh: Refresh::Wanted { not_before: None },
        }
    }

    /// Whether metadata is there and holds.
    pub(super) fn is_known(&self) -> bool {
        matches!(self.refresh, Refresh::Done)
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = i32> {
        self.nodes.iter().copied()
    }

    pub(super) fn controller(&self) -> Option<i32> {
        self.controller
    }

    pub(super) fn coordinator(&self, group: &str) -> Option<i32> {
        match self.coordinators.get(group) {
            Some(Lookup::Known(node)) => Some(*node),
            Some(Lookup::UnderWay | Lookup::Again { .. }) | None => None,
        }
    }

    /// Which address of `bootstrap.servers` is in turn.
    pub(super) fn bootstrap_index(&self) -> usize {
        self.bootstrap_index
    }

    /// The address in turn could not be reached.
    pub(super) fn next_bootstrap(&mut self) {
        self.bootstrap_index = (self.bootstrap_index + 1) % self.bootstrap_count.max(1);
    }

    /// What is known is out of date.
    pub(super) fn forget(&mut self) {
        if self.is_known() {
            self.refresh = Refresh::Wanted { not_before: None };
        }
    }

    pub(super) fn forget_coordinator(&mut self, group: &str) {
        self.coordinators.remove(group);
    }

    /// Whether metadata is to be asked for; it counts as asked then.
    pub(super) fn begin_refresh(&mut self, now: Timestamp) -> bool {
        let begins = match self.refresh {
            Refresh::Wanted { not_before } => not_before.is_none_or(|at| at <= now),
            Refresh::Done => {
                // A controller is wanted that metadata did not name: it may do so after a while.
                self.refresh = Refresh::Wanted { not_before: Some(now + RETRY) };
                false
            }
            Refresh::UnderWay => false,
        };
        if begins {
            self.refresh = Refresh::UnderWay;
        }
        begins
    }

    /// Whether the coordinator is to be asked for; it counts as asked then.
    pub(super) fn begin_lookup(&mut self, group: &str, now: Timestamp) -> bool {
        let begins = match self.coordinators.get(group) {
            None => true,
            Some(Lookup::Again { not_before }) => *not_before <= now,
            Some(Lookup::Known(_) | Lookup::UnderWay) => false,
        };
        if begins {
            self.coordinators.insert(group.to_owned(), Lookup::UnderWay);
        }
        begins
    }

    /// When a question is to be asked again.
    pub(super) fn not_before(&self) -> Option<Timestamp> {
        let refresh = match self.refresh {
            Refresh::Wanted { not_before } => not_before,
            Refresh::Done | Refresh::UnderWay => None,
        };
        let lookups = self.coordinators.values().filter_map(|lookup| match lookup {
            Lookup::Again { not_before } => Some(*not_before),
            Lookup::Known(_) | Lookup::UnderWay => None,
        });
        refresh.into_iter().chain(lookups).min()
    }

    /// Takes an answer to Metadata, or that there is none.
    pub(super) fn take_metadata(&mut self, now: Timestamp, network: &mut Network, response: Option<Response>) {
        let Some(Response::Metadata(metadata)) = response else {
            self.refresh = Refresh::Wanted { not_before: Some(now + RETRY) };
            return;
        };
        for broker in &metadata.brokers {
            if let Some(address) = address(&broker.host, broker.port) {
                network.learn(now, broker.node_id, address);
            }
        }
        self.nodes = metadata.brokers.iter().map(|broker| broker.node_id).collect();
        self.controller = self.nodes.contains(&metadata.controller_id).then_some(metadata.controller_id);
        self.refresh =
            if self.nodes.is_empty() { Refresh::Wanted { not_before: Some(now + RETRY) } } else { Refresh::Done };
    }

    /// Takes an answer to FindCoordinator, or that there is none. Returns why there will be no coordinator.
    pub(super) fn take_coordinator(
        &mut self,
        now: Timestamp,
        network: &mut Network,
        group: &str,
        response: Option<Response>,
    ) -> Option<Exception> {
        let again = Lookup::Again { not_before: now + RETRY };
        let Some(Response::FindCoordinator(response)) = response else {
            self.coordinators.insert(group.to_owned(), again);
            return None;
        };
        // Before version 4 one key was asked for, and the answer stood at the top.
        let (code, message, node, host, port) = match response.coordinators.first() {
            Some(one) => (one.error_code, &one.error_message, one.node_id, &one.host, one.port),
            None => (response.error_code, &response.error_message, response.node_id, &response.host, response.port),
        };
        match ErrorCode::from_number(code) {
            Some(ErrorCode::None) => {
                if let Some(address) = address(host, port) {
                    network.learn(now, node, address);
                }
                self.coordinators.insert(group.to_owned(), Lookup::Known(node));
                None
            }
            Some(ErrorCode::CoordinatorNotAvailable | ErrorCode::CoordinatorLoadInProgress) => {
                self.coordinators.insert(group.to_owned(), again);
                None
            }
            _ => {
                self.coordinators.remove(group);
                Some(Exception::of_number(code, message.as_deref()))
            }
        }
    }
}

fn address(host: &str, port: i32) -> Option<Address> {
    u16::try_from(port).ok().map(|port| Address { host: host.to_owned(), port })
}

/// Metadata without topics, which asks for the brokers.
pub(super) fn metadata_of_brokers() -> Request {
    Request::Metadata(MetadataRequest {
        topics: Some(Vec::new()),
        allow_auto_topic_creation: true,
        ..Default::default()
    })
}

/// FindCoordinator for a group, in the words of every version.
pub(super) fn find_coordinator(group: &str) -> Request {
    Request::FindCoordinator(FindCoordinatorRequest {
        key: String::new().into(),
        key_type: 0,
        coordinator_keys: vec![group.into()],
    })
}
