//! The things that a variable goes through.

use super::look::Look;
use crate::clause::Domain;
use runnel_sandbox::scene::ClientRole;

/// All things of a kind, by name, in order.
pub(super) fn things(look: &Look<'_>, domain: Domain, of: Option<&str>) -> Vec<String> {
    let scene = look.scene;
    let of = of.unwrap_or("");
    let clients = |role: ClientRole| {
        let clients = scene.clients.iter().filter(move |(_, client)| client.card.role == role);
        clients.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    };
    match domain {
        Domain::Member => look.members(of),
        Domain::Group => scene.cluster.groups.keys().cloned().collect(),
        Domain::Topic => {
            let topics = scene.cluster.topics.iter().filter(|(_, topic)| !topic.internal);
            topics.map(|(name, _)| name.clone()).collect()
        }
        Domain::Partition => {
            let lanes = look.lanes(of).unwrap_or_default();
            lanes.into_iter().map(|(topic, lane)| format!("{topic}-{}", lane.partition)).collect()
        }
        Domain::Key => {
            let keys = look.ledger.keys.keys().filter(|(topic, _)| topic == of);
            keys.map(|(_, key)| key.clone()).collect()
        }
        Domain::Producer => clients(ClientRole::Producer),
        // Whoever reads is a consumer: a tool in a group is one.
        Domain::Consumer => {
            let mut names = clients(ClientRole::Consumer);
            let tools = scene.clients.iter().filter(|(_, client)| {
                client.card.role == ClientRole::Tool && client.card.kind == "kafka-console-consumer"
            });
            names.extend(tools.map(|(name, _)| name.clone()));
            names
        }
    }
}
