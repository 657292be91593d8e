//! The rows of the tree.

use runnel_sandbox::scene::{Client, ClientRole, ClientState, NodeId, Scene};
use std::collections::BTreeSet;

/// A row that is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// What stays the same while the thing is there: the keyboard stays where it is.
    pub(super) id: String,
    pub(super) level: usize,
    pub(super) name: String,
    pub(super) note: String,
    /// What it is about; nothing for a heading.
    pub(super) node: Option<NodeId>,
    /// Whether what is in it is shown; nothing if nothing is in it.
    pub(super) is_open: Option<bool>,
}

/// Rows that are being gathered.
struct Rows<'a> {
    folded: &'a BTreeSet<String>,
    rows: Vec<Row>,
}

impl Rows<'_> {
    /// Adds a row; what is in it only if it is not folded.
    fn add(
        &mut self,
        (level, id): (usize, String),
        name: String,
        note: String,
        node: Option<NodeId>,
        inside: Option<&dyn Fn(&mut Self)>,
    ) {
        let is_open = inside.is_some().then(|| !self.folded.contains(&id));
        self.rows.push(Row { id, level, name, note, node, is_open });
        if let (Some(inside), Some(true)) = (inside, is_open) {
            inside(self);
        }
    }

    fn leaf(&mut self, level: usize, name: String, note: String, node: NodeId) {
        self.add((level, node.to_string()), name, note, Some(node), None);
    }
}

fn state_words(client: &Client) -> &'static str {
    match client.state {
        ClientState::Running => "runs",
        ClientState::Paused => "paused",
        ClientState::Crashed => "crashed",
        ClientState::Closed => "has left",
    }
}

fn lanes(scene: &Scene, broker: i32, topic: &str) -> Vec<(i32, i64)> {
    let lanes = scene.cluster.topics.get(topic).map(|topic| topic.lanes.as_slice()).unwrap_or_default();
    let here = lanes.iter().filter(|lane| lane.leader == broker);
    here.map(|lane| (lane.partition, (lane.log_end_offset - lane.log_start_offset).max(0))).collect()
}

/// All that is on the stage, as far as it is not folded away.
pub(super) fn rows(scene: &Scene, folded: &BTreeSet<String>) -> Vec<Row> {
    let mut rows = Rows { folded, rows: Vec::new() };
    let of_role = |role: ClientRole| scene.clients.iter().filter(move |(_, client)| client.card.role == role);
    for (name, client) in of_role(ClientRole::Producer) {
        let topics: Vec<&str> = client.card.topics.iter().map(String::as_str).collect();
        let to = if topics.is_empty() { String::new() } else { format!(" → {}", topics.join(", ")) };
        let note = format!("producer, {}{to}", state_words(client));
        rows.leaf(1, name.clone(), note, NodeId::Client(name.clone()));
    }
    for (id, broker) in &scene.cluster.brokers {
        let topics: Vec<(&String, Vec<(i32, i64)>)> = scene
            .cluster
            .topics
            .iter()
            .filter(|(_, topic)| !topic.internal)
            .map(|(name, _)| (name, lanes(scene, *id, name)))
            .filter(|(_, lanes)| !lanes.is_empty())
            .collect();
        let inside = |rows: &mut Rows<'_>| {
            for (topic, lanes) in &topics {
                let partitions = |rows: &mut Rows<'_>| {
                    for (partition, records) in lanes {
                        let note = if *records == 1 { "1 record".to_owned() } else { format!("{records} records") };
                        rows.leaf(3, format!("partition {partition}"), note, NodeId::lane(topic, *partition));
                    }
                };
                let node = NodeId::Topic((*topic).clone());
                let note = format!("topic, {} led here", lanes.len());
                rows.add((2, format!("{node}@{id}")), (*topic).clone(), note, Some(node), Some(&partitions));
            }
        };
        let node = NodeId::Broker(*id);
        let has_more: Option<&dyn Fn(&mut Rows<'_>)> = if topics.is_empty() { None } else { Some(&inside) };
        let note = format!("{:?}", broker.state).to_lowercase();
        rows.add((1, node.to_string()), format!("broker {id}"), note, Some(node), has_more);
    }
    let known = scene.cluster.groups.keys().chain(&scene.fences);
    let joined = scene.clients.values().filter(|client| client.card.role == ClientRole::Consumer);
    let groups: BTreeSet<&String> = known.chain(joined.filter_map(|client| client.card.group.as_ref())).collect();
    for group_id in groups {
        let members: Vec<(&String, &Client)> =
            of_role(ClientRole::Consumer).filter(|(_, client)| client.card.group.as_ref() == Some(group_id)).collect();
        let inside = |rows: &mut Rows<'_>| {
            for (name, client) in &members {
                let note = format!("consumer, {}", state_words(client));
                rows.leaf(2, (*name).clone(), note, NodeId::Client((*name).clone()));
            }
        };
        let has_more: Option<&dyn Fn(&mut Rows<'_>)> = if members.is_empty() { None } else { Some(&inside) };
        let node = NodeId::Group(group_id.clone());
        let note = format!("group, {}", scene.group_state(group_id));
        rows.add((1, node.to_string()), group_id.clone(), note, Some(node), has_more);
    }
    let alone = of_role(ClientRole::Consumer).filter(|(_, client)| client.card.group.is_none());
    for (name, client) in alone {
        rows.leaf(1, name.clone(), format!("consumer, {}", state_words(client)), NodeId::Client(name.clone()));
    }
    rows.rows
}
