//! Who stands on the stage: the world's clients; members of groups and others that nobody introduced.

use super::Scene;
use super::client::{Client, ClientRole};
use super::layout::{Actor, BrokerPlan, CardPlan, Fence, Plan, ToolPlan};
use super::node::NodeId;
use std::collections::{BTreeMap, BTreeSet};

impl Scene {
    /// The node of whoever calls itself so.
    pub fn node_of_client(&self, name: &str) -> NodeId {
        if self.clients.contains_key(name) {
            return NodeId::Client(name.to_owned());
        }
        let mut members = self.cluster.groups.iter().flat_map(|(group_id, group)| {
            group.members.iter().filter(|(_, member)| member.client_id == name).map(move |(id, _)| (group_id, id))
        });
        match (members.next(), members.next()) {
            (Some((group_id, member_id)), None) => {
                NodeId::Member { group_id: group_id.clone(), member_id: member_id.clone() }
            }
            (Some(_), Some(_)) | (None, _) => NodeId::Guest(name.to_owned()),
        }
    }

    /// The node of a member: the client of the world that it is, or itself.
    ///
    /// A client that crashed and came back has two members for a while. The one that it knows itself by is the client;
    /// of those that nobody knows, the last. Two clients may call themselves the same, since a new name on the stage is
    /// none for the brokers.
    pub fn node_of_member(&self, group_id: &str, member_id: &str) -> NodeId {
        let itself = || NodeId::Member { group_id: group_id.to_owned(), member_id: member_id.to_owned() };
        let Some(group) = self.cluster.groups.get(group_id) else { return itself() };
        let Some(member) = group.members.get(member_id) else { return itself() };
        let is_of_group = |client: &Client| client.card.group.as_deref().is_none_or(|known| known == group_id);
        let by_name = self.clients.get_key_value(&member.client_id);
        let mut all = by_name.into_iter().chain(&self.clients);
        let knows = |client: &Client, member_id: &str| client.member_id.as_deref() == Some(member_id);
        if let Some((name, _)) = all.clone().find(|(_, client)| is_of_group(client) && knows(client, member_id)) {
            return NodeId::Client(name.clone());
        }
        // Nobody knows it yet: who calls itself so, and is no other member.
        let found = all.find(|(_, client)| {
            let is_other = client.member_id.as_ref().is_some_and(|known| group.members.contains_key(known));
            let is_called_so = client.card.role != ClientRole::Tool && client.client_id == member.client_id;
            is_called_so && is_of_group(client) && !is_other
        });
        let is_unknown = |id: &str| !self.clients.values().any(|client| knows(client, id));
        let same = group.members.iter().filter(|(id, other)| other.client_id == member.client_id && is_unknown(id));
        let is_last = same.map(|(id, _)| id).next_back().is_some_and(|last| last == member_id);
        found.filter(|_| is_last).map_or_else(itself, |(name, _)| NodeId::Client(name.clone()))
    }

    /// What is to be laid out.
    pub(super) fn plan(&self) -> Plan {
        let mut plan = Plan { placed: self.placed.clone(), ..Plan::default() };
        self.plan_brokers(&mut plan);
        self.plan_groups(&mut plan);
        self.plan_clients(&mut plan);
        self.plan_guests(&mut plan);
        plan
    }

    fn plan_brokers(&self, plan: &mut Plan) {
        let mut cards: BTreeMap<i32, BTreeMap<&str, Vec<i32>>> = BTreeMap::new();
        for broker in self.cluster.brokers.keys() {
            cards.insert(*broker, BTreeMap::new());
        }
        for (name, topic) in self.cluster.topics.iter().filter(|(_, topic)| !topic.internal) {
            if self.placed.contains_key(&NodeId::Topic(name.clone())) {
                let lanes = topic.lanes.iter().map(|lane| lane.partition).collect();
                plan.free_cards.push(CardPlan { topic: name.clone(), lanes });
                continue;
            }
            for lane in &topic.lanes {
                // A partition without a leader stands where its first copy is.
                let home = Some(lane.leader).filter(|leader| *leader >= 0).or(lane.replicas.first().copied());
                let Some(home) = home else { continue };
                cards.entry(home).or_default().entry(name).or_default().push(lane.partition);
            }
        }
        plan.brokers = cards
            .into_iter()
            .map(|(broker, cards)| BrokerPlan {
                broker,
                cards: cards.into_iter().map(|(topic, lanes)| CardPlan { topic: topic.to_owned(), lanes }).collect(),
            })
            .collect();
    }

    fn plan_groups(&self, plan: &mut Plan) {
        let mut fences: BTreeMap<&str, BTreeMap<NodeId, Actor>> = BTreeMap::new();
        for (group_id, group) in &self.cluster.groups {
            let fence = fences.entry(group_id).or_default();
            for (member_id, member) in &group.members {
                let node = self.node_of_member(group_id, member_id);
                let owned = member.assignment.iter();
                let lanes: Vec<(String, i32)> =
                    owned.flat_map(|(topic, owned)| owned.iter().map(|one| (topic.clone(), *one))).collect();
                fence.insert(node.clone(), Actor { node, topics: BTreeSet::new(), lanes });
            }
        }
        for group_id in &self.fences {
            fences.entry(group_id).or_default();
        }
        for (name, client) in &self.clients {
            let Some(group_id) = client.card.group.as_deref().filter(|_| client.card.role == ClientRole::Consumer)
            else {
                continue;
            };
            let node = NodeId::Client(name.clone());
            let fence = fences.entry(group_id).or_default();
            fence.entry(node.clone()).or_insert_with(|| Actor::new(node));
        }
        plan.fences = fences
            .into_iter()
            .map(|(group_id, actors)| Fence { group_id: group_id.to_owned(), actors: actors.into_values().collect() })
            .collect();
    }

    fn plan_clients(&self, plan: &mut Plan) {
        for (name, client) in &self.clients {
            let guest = self.seen.guests.get(name);
            let mut actor = Actor::new(NodeId::Client(name.clone()));
            actor.topics.clone_from(&client.card.topics);
            match client.card.role {
                ClientRole::Producer => {
                    actor.topics.extend(guest.iter().flat_map(|guest| guest.writes.iter().cloned()));
                    plan.writers.push(actor);
                }
                ClientRole::Tool => {
                    let in_fence = plan.fences.iter().flat_map(|fence| &fence.actors);
                    if !in_fence.into_iter().any(|other| other.node == actor.node) {
                        let (writes, reads) =
                            guest.map(|guest| (guest.writes.clone(), guest.reads.clone())).unwrap_or_default();
                        plan.tools.push(ToolPlan { node: actor.node, writes, reads });
                    }
                }
                ClientRole::Consumer if client.card.group.is_some() => {}
                ClientRole::Consumer => {
                    actor.topics.extend(guest.iter().flat_map(|guest| guest.reads.iter().cloned()));
                    plan.readers.push(actor);
                }
            }
        }
    }

    fn plan_guests(&self, plan: &mut Plan) {
        let members = self.cluster.groups.values().flat_map(|group| group.members.values());
        let members: BTreeSet<&str> = members.map(|member| member.client_id.as_str()).collect();
        for (name, guest) in self.seen.guests.iter().filter(|(name, _)| !self.clients.contains_key(*name)) {
            let node = NodeId::Guest(name.clone());
            if !guest.writes.is_empty() {
                plan.writers.push(Actor { node, topics: guest.writes.clone(), lanes: Vec::new() });
            } else if !guest.reads.is_empty() && !members.contains(name.as_str()) {
                plan.readers.push(Actor { node, topics: guest.reads.clone(), lanes: Vec::new() });
            }
        }
    }
}
