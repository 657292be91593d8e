//! What stands on the stage beside the brokers: processes, wires, places, cables, rates.

use super::process::{Process, ProcessView};
use super::rates::RateView;
use super::{World, process};
use crate::cables::Party;
use runnel_broker::BrokerId;
use runnel_protocol::Timestamp;

/// The world without its brokers' inside, at one instant.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct StageView {
    /// The last happening that is contained in it.
    pub sequence: u64,
    /// When.
    pub time: Timestamp,
    /// Clients and tools, running and ended, in the order of their start.
    pub processes: Vec<ProcessView>,
    /// From a producer to a topic.
    pub wires: Vec<(String, String)>,
    /// What stands where, by the node as a script says it.
    pub places: Vec<(String, i32, i32)>,
    /// Cables that are cut or have a latency of their own.
    pub cables: Vec<CableView>,
    /// Groups that were drawn, whether a member has joined them since or not.
    pub groups: Vec<String>,
    /// Rates that go on.
    pub rates: Vec<RateView>,
    /// Brokers whose process is gone.
    pub dead_brokers: Vec<i32>,
}

/// A cable between a client and a broker.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct CableView {
    /// The client.
    pub client: String,
    /// The broker.
    pub broker: i32,
    /// Whether nothing goes through.
    pub cut: bool,
    /// How long a message is under way.
    pub latency_us: u64,
}

impl World {
    /// The stage at this instant.
    pub fn stage(&self) -> StageView {
        StageView {
            sequence: self.sequence,
            time: self.now,
            processes: self.processes.iter().map(|(id, process)| view(*id, process)).collect(),
            wires: self.wires.iter().cloned().collect(),
            places: self.places.iter().map(|(node, (x, y))| (node.to_string(), *x, *y)).collect(),
            cables: self.cable_views(),
            groups: self.groups.iter().cloned().collect(),
            rates: self.rate_views(),
            dead_brokers: self.dead_brokers.iter().copied().collect(),
        }
    }

    /// A client or tool by its name.
    pub fn process(&self, name: &str) -> Option<ProcessView> {
        let id = self.names.get(name)?;
        self.processes.get(id).map(|process| view(*id, process))
    }

    /// The name of the process at a connection's end.
    pub fn name_of(&self, party: Party) -> Option<&str> {
        match party {
            Party::Process(id) => self.processes.get(&id).map(|process| process.name.as_str()),
            Party::Foreign(_) => None,
        }
    }

    fn cable_views(&self) -> Vec<CableView> {
        let mut views = Vec::new();
        for (id, process) in &self.processes {
            for broker in self.broker_ids() {
                let (party, at) = (Party::Process(*id), BrokerId(broker));
                let (cut, latency) = (self.cables.is_cut(party, at), self.cables.latency(party, at));
                if cut || latency != crate::cables::DEFAULT_LATENCY {
                    let latency_us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
                    views.push(CableView { client: process.name.clone(), broker, cut, latency_us });
                }
            }
        }
        views
    }
}

fn view(id: u32, process: &Process) -> ProcessView {
    process::ProcessView {
        id,
        name: process.name.clone(),
        role: process.spec.role(),
        state: process.state,
        command: process.spec.command(),
        incarnation: process.incarnation,
        connections: process.links.values().copied().collect(),
    }
}
