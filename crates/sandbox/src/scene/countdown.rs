//! Every wait that can be seen, gathered from where it belongs.

use super::node::NodeId;
use super::{Scene, Wait};
use serde::Serialize;

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountdownKind {
    /// A member must be heard of: `session.timeout.ms`.
    Session,
    /// A newcomer must come back with its identifier.
    PendingMember,
    /// Members must join: `group.initial.rebalance.delay.ms`, then the rebalance time-out.
    Join,
    /// Members must ask for their assignment: the rebalance time-out.
    Sync,
    /// A Fetch waits for records: `fetch.max.wait.ms`.
    FetchWait,
    /// The next heartbeat is due: `heartbeat.interval.ms`.
    Heartbeat,
    /// The application must ask for records again: `max.poll.interval.ms`.
    PollInterval,
    /// A batch waits for more records: `linger.ms`.
    Linger,
    /// A request is made again after a pause: `retry.backoff.ms`.
    Retry,
    /// A request must be answered: `request.timeout.ms`.
    Request,
    /// A record must be delivered: `delivery.timeout.ms`.
    Delivery,
    /// Offsets are committed again: `auto.commit.interval.ms`.
    AutoCommit,
    /// A record is being processed.
    Processing,
    /// kafkajs rests between two rounds of Fetches.
    Sleep,
    /// The client says goodbye and leaves at the latest then.
    Close,
    /// The controller misses a broker: `broker.session.timeout.ms`.
    BrokerSession,
    /// Logs are looked at for old segments: `log.retention.check.interval.ms`.
    RetentionCheck,
}

/// A wait that can be seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Countdown {
    /// What is waited for.
    pub kind: CountdownKind,
    /// Whose it is.
    pub owner: NodeId,
    /// A word more, where an owner has several of a kind.
    pub detail: String,
    /// Since when, and until when.
    #[serde(flatten)]
    pub wait: Wait,
}

impl Scene {
    /// All waits, by owner.
    pub fn countdowns(&self) -> Vec<Countdown> {
        let mut found = Vec::new();
        let mut add = |kind, owner: NodeId, detail: &str, wait: Option<Wait>| {
            if let Some(wait) = wait {
                found.push(Countdown { kind, owner, detail: detail.to_owned(), wait });
            }
        };
        for (group_id, group) in &self.cluster.groups {
            let owner = || NodeId::Group(group_id.clone());
            add(CountdownKind::Join, owner(), "", group.joining);
            add(CountdownKind::Sync, owner(), "", group.syncing);
            for (member_id, member) in &group.members {
                add(CountdownKind::Session, self.node_of_member(group_id, member_id), group_id, member.session);
            }
            for (member_id, wait) in &group.pending {
                add(CountdownKind::PendingMember, owner(), member_id, *wait);
            }
        }
        for (broker, wait) in &self.seen.broker_sessions {
            add(CountdownKind::BrokerSession, NodeId::Broker(*broker), "", Some(*wait));
        }
        for (connection, wait) in &self.seen.fetch_waits {
            let name = self.name_of_connection(*connection);
            add(CountdownKind::FetchWait, self.node_of_client(&name), &connection.to_string(), Some(*wait));
        }
        for (name, client) in &self.clients {
            for ((kind, detail), wait) in &client.waits {
                add(*kind, NodeId::Client(name.clone()), detail, Some(*wait));
            }
        }
        found.sort_by(|one, other| (&one.owner, one.kind, &one.detail).cmp(&(&other.owner, other.kind, &other.detail)));
        found
    }
}
