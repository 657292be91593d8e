//! One member of a group.

use super::config::from_wire_millis;
use super::request::{Join, Protocol, ReplyId};
use bytes::Bytes;
use std::collections::BTreeSet;
use std::time::Duration;

/// A member, from its JoinGroup until it leaves, fails or is replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Member {
    pub(super) member_id: String,
    pub(super) group_instance_id: Option<String>,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) rebalance_timeout_ms: i32,
    pub(super) session_timeout_ms: i32,
    /// In order of preference, each name once.
    pub(super) protocols: Vec<Protocol>,
    /// What the leader gave last.
    pub(super) assignment: Bytes,
    /// A JoinGroup that waits for the next generation.
    pub(super) awaiting_join: Option<ReplyId>,
    /// A SyncGroup that waits for the leader's assignment.
    pub(super) awaiting_sync: Option<ReplyId>,
    /// It joined without a known identifier and has had no answer yet: it cannot send heartbeats.
    pub(super) is_new: bool,
}

impl Member {
    /// The member that a JoinGroup makes.
    pub(super) fn joining(member_id: String, request: &Join) -> Self {
        let mut member = Member {
            member_id,
            group_instance_id: request.group_instance_id.clone(),
            client_id: request.client_id.clone(),
            client_host: request.client_host.clone(),
            rebalance_timeout_ms: 0,
            session_timeout_ms: 0,
            protocols: Vec::new(),
            assignment: Bytes::new(),
            awaiting_join: None,
            awaiting_sync: None,
            is_new: true,
        };
        member.update(request);
        member
    }

    /// Takes over what a JoinGroup says about time-outs and protocols.
    pub(super) fn update(&mut self, request: &Join) {
        self.session_timeout_ms = request.session_timeout_ms;
        self.rebalance_timeout_ms = match request.rebalance_timeout_ms {
            -1 => request.session_timeout_ms,
            millis => millis,
        };
        self.protocols = kept(&request.protocols);
    }

    /// Whether a JoinGroup offers what the member offered before.
    pub(super) fn matches(&self, protocols: &[Protocol]) -> bool {
        self.protocols == kept(protocols)
    }

    pub(super) fn session_timeout(&self) -> Duration {
        from_wire_millis(self.session_timeout_ms)
    }

    /// What the member says under a protocol; nothing if it does not offer it.
    pub(super) fn metadata(&self, protocol_name: Option<&str>) -> Bytes {
        let protocol = self.protocols.iter().find(|protocol| Some(protocol.name.as_str()) == protocol_name);
        protocol.map(|protocol| protocol.metadata.clone()).unwrap_or_default()
    }

    /// Whether a request of the member is waiting here, so that it need not send heartbeats. One that joined without a
    /// known identifier gets no such grace: its client may have given up, and come again as another member.
    pub(super) fn is_waiting(&self) -> bool {
        !self.is_new && (self.awaiting_join.is_some() || self.awaiting_sync.is_some())
    }
}

/// The protocols as they are kept: copied, so that no slice pins the request, and each name once.
fn kept(protocols: &[Protocol]) -> Vec<Protocol> {
    let mut names = BTreeSet::new();
    let first = protocols.iter().filter(|protocol| names.insert(protocol.name.as_str()));
    first.map(|p| Protocol { name: p.name.clone(), metadata: Bytes::copy_from_slice(&p.metadata) }).collect()
}
