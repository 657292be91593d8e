//! The world's clients: who they are and what they are doing. Live mode has none of these.

use super::Scene;
use super::countdown::CountdownKind;
use super::group::Wait;
use super::node::NodeId;
use runnel_broker::Timestamp;
use runnel_clients::consumer::ConsumerView;
use runnel_clients::partitioners::PartitionChoice;
use runnel_clients::producer::{ProducerView, SendId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a client is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientRole {
    /// It writes records.
    Producer,
    /// It reads records.
    Consumer,
    /// It is one of Kafka's command-line tools: `kind` is its name, and it is in a group while it reads as a member.
    Tool,
}

/// How a client is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    /// It runs.
    #[default]
    Running,
    /// Its process is stopped, and everything in it with it; its connections stand.
    Paused,
    /// It was ended without a goodbye.
    Crashed,
    /// It has said goodbye.
    Closed,
}

/// Who a client is, as the world introduces it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientCard {
    /// Its name in the world, which is its `client.id` too.
    pub name: String,
    /// What it is for.
    pub role: ClientRole,
    /// Which library it behaves like: `java`, `kafkajs`, `librdkafka`.
    pub kind: String,
    /// The group that it is a member of.
    pub group: Option<String>,
    /// Topics that it is wired to.
    pub topics: BTreeSet<String>,
}

/// A client.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Client {
    /// Who it is.
    #[serde(flatten)]
    pub card: ClientCard,
    /// How it is.
    pub state: ClientState,
    /// What starts it, as a script says it.
    pub command: String,
    /// What it calls itself to brokers: a client of the world keeps the name with which it was made.
    pub client_id: String,
    /// Of a tool that has ended: its exit status. It is gone some seconds later.
    pub exit_status: Option<i32>,
    /// Its identifier in its group, once it has one.
    pub member_id: Option<String>,
    /// By topic and partition: what it asks for next.
    pub positions: BTreeMap<String, BTreeMap<i32, i64>>,
    /// Of a producer: the rates at which it sends, by their numbers in the world.
    pub rates: BTreeMap<u64, SendingRate>,
    /// What it waits for, by kind and by a word that tells several of a kind apart.
    #[serde(skip)]
    pub waits: BTreeMap<(CountdownKind, String), Wait>,
    /// Of a producer: where each record that has no offset yet goes, and why.
    #[serde(skip)]
    pub(super) under_way: BTreeMap<SendId, (String, PartitionChoice)>,
    /// All of its inside, when it was last looked at.
    pub view: Option<ClientView>,
}

/// A rate at which a producer sends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SendingRate {
    /// Where to.
    pub topic: String,
    /// How often, as a script says it: `3/s`.
    pub rate: String,
    /// Since when.
    pub since: Timestamp,
}

/// A client's inside, in its own words.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientView {
    /// Of a consumer.
    Consumer(Box<ConsumerView>),
    /// Of a producer.
    Producer(Box<ProducerView>),
}

impl Scene {
    /// Introduces a client, or says something else about one that is known.
    pub fn introduce(&mut self, card: ClientCard) {
        self.admit(card);
        self.restage();
    }

    /// Introduces a client that is to be placed later.
    pub(super) fn admit(&mut self, card: ClientCard) {
        match self.clients.get_mut(&card.name) {
            Some(known) => known.card = card,
            None => {
                let name = card.name.clone();
                let client = Client {
                    client_id: card.name.clone(),
                    card,
                    state: ClientState::Running,
                    command: String::new(),
                    exit_status: None,
                    member_id: None,
                    positions: BTreeMap::new(),
                    rates: BTreeMap::new(),
                    waits: BTreeMap::new(),
                    under_way: BTreeMap::new(),
                    view: None,
                };
                self.clients.insert(name, client);
            }
        }
    }

    /// Says how a client is. One that does not run waits for nothing.
    pub fn set_client_state(&mut self, name: &str, state: ClientState) {
        let Some(client) = self.clients.get_mut(name) else { return };
        client.state = state;
        match state {
            ClientState::Running | ClientState::Paused => {}
            ClientState::Crashed | ClientState::Closed => {
                client.waits.clear();
                client.positions.clear();
                // A new process counts its records from the beginning.
                client.under_way.clear();
            }
        }
    }

    /// Takes a client off the stage.
    pub fn dismiss(&mut self, name: &str) {
        self.clients.remove(name);
        self.seen.ended_tools.retain(|(_, tool)| tool != name);
        self.seen.handled.remove(name);
        self.placed.remove(&NodeId::Client(name.to_owned()));
        self.restage();
    }
}
