//! What can be done with a thing: the commands that a mouse gives by dragging.

use runnel_broker::BrokerState;
use runnel_sandbox::scene::{Client, ClientRole, ClientState, NodeId, Scene};
use runnel_sandbox::script::quote;

/// Something that can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Action {
    pub(super) name: String,
    /// The command.
    pub(super) script: String,
    /// Whether something is lost by it.
    pub(super) is_danger: bool,
}

fn act(name: impl Into<String>, script: impl Into<String>) -> Action {
    Action { name: name.into(), script: script.into(), is_danger: false }
}

fn danger(name: impl Into<String>, script: impl Into<String>) -> Action {
    Action { is_danger: true, ..act(name, script) }
}

/// All that can be done with a thing now.
pub(super) fn of_node(scene: &Scene, node: &NodeId) -> Vec<Action> {
    match node {
        NodeId::Client(name) => {
            scene.clients.get(name).map(|client| of_client(scene, name, client)).unwrap_or_default()
        }
        NodeId::Broker(id) => of_broker(scene, *id),
        NodeId::Topic(topic) => of_topic(scene, topic),
        NodeId::Group(group_id) => {
            let movers = scene.clients.iter().filter(|(_, client)| {
                client.card.role == ClientRole::Consumer && client.card.group.as_deref() != Some(group_id)
            });
            let mut actions: Vec<Action> = movers
                .map(|(name, _)| act(format!("Move {name} here"), format!("move {name} {}", quote(group_id))))
                .collect();
            actions.push(danger("Delete the group", format!("delete group {}", quote(group_id))));
            actions
        }
        NodeId::Lane { topic, partition } => {
            let producers = scene.clients.iter().filter(|(_, client)| client.card.role == ClientRole::Producer);
            let send = |(name, _): (&String, &Client)| {
                act(format!("Send a record by {name}"), format!("send {name} {topic} partition={partition}"))
            };
            producers.map(send).collect()
        }
        NodeId::Card { .. } | NodeId::Member { .. } | NodeId::Guest(_) | NodeId::Connection(_) => Vec::new(),
    }
}

fn of_broker(scene: &Scene, id: i32) -> Vec<Action> {
    let is_up = scene.cluster.brokers.get(&id).is_some_and(|broker| broker.state == BrokerState::Up);
    if is_up {
        vec![danger("Kill the broker", format!("kill broker {id}"))]
    } else {
        vec![act("Start it again", format!("revive broker {id}"))]
    }
}

fn of_topic(scene: &Scene, topic: &str) -> Vec<Action> {
    let count = scene.cluster.topics.get(topic).map_or(0, |topic| topic.lanes.len());
    let mut actions = vec![act("One more partition", format!("alter topic {topic} partitions={}", count + 1))];
    for (name, client) in scene.clients.iter().filter(|(_, client)| client.card.role == ClientRole::Producer) {
        if !client.card.topics.contains(topic) {
            actions.push(act(format!("Connect {name}"), format!("wire {name} {topic}")));
        }
    }
    actions.push(danger("Delete the topic", format!("delete topic {topic}")));
    actions
}

fn of_client(scene: &Scene, name: &str, client: &Client) -> Vec<Action> {
    let mut actions = Vec::new();
    match client.card.role {
        ClientRole::Producer => {
            let topics = scene.cluster.topics.iter().filter(|(_, topic)| !topic.internal);
            for (topic, _) in topics {
                if client.card.topics.contains(topic) {
                    actions.push(act(format!("Send a record to {topic}"), format!("send {name} {topic}")));
                    actions.push(act(format!("Disconnect from {topic}"), format!("unwire {name} {topic}")));
                } else {
                    actions.push(act(format!("Connect to {topic}"), format!("wire {name} {topic}")));
                }
            }
            if !client.rates.is_empty() {
                actions.push(act("Stop sending", format!("stop {name}")));
            }
        }
        ClientRole::Consumer => {
            for group_id in scene.cluster.groups.keys().chain(&scene.fences) {
                let is_there = client.card.group.as_ref() == Some(group_id);
                let script = format!("move {name} {}", quote(group_id));
                if !is_there && actions.iter().all(|action: &Action| action.script != script) {
                    actions.push(act(format!("Move into {group_id}"), script));
                }
            }
        }
        ClientRole::Tool => return vec![act("Interrupt (Ctrl+C)", format!("interrupt tool={name}"))],
    }
    match client.state {
        ClientState::Running => actions.extend([
            act("Pause", format!("pause {name}")),
            act("Close: it says goodbye", format!("leave {name}")),
            danger("Crash: it says nothing", format!("crash {name}")),
        ]),
        ClientState::Paused => actions.push(act("Resume", format!("resume {name}"))),
        ClientState::Crashed | ClientState::Closed => {}
    }
    actions.push(act("Restart", format!("restart {name}")));
    actions.push(danger("Remove from the stage", format!("remove {name}")));
    actions
}
