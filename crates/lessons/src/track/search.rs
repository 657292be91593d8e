//! The things that a variable goes through.

use super::look::{Look, member_name};
use crate::clause::Domain;
use runnel_sandbox::scene::ClientRole;
use std::collections::BTreeSet;

/// All things of a kind, by name, in order.
pub(super) fn things(look: &Look<'_>, domain: Domain, of: Option<&str>) -> Vec<String> {
    let scene = look.scene;
    let of = of.unwrap_or("");
    let clients = |role: ClientRole| {
        let clients = scene.clients.iter().filter(move |(_, client)| client.card.role == role);
        clients.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    };
    match domain {
        Domain::Member => {
            let Some(group) = scene.cluster.groups.get(of) else { return Vec::new() };
            let names = group.members.iter().map(|(id, member)| member_name(scene, of, id, member));
            let names: BTreeSet<String> = names.collect();
            names.into_iter().collect()
        }
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
