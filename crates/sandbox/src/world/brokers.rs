//! Brokers that join, die and come back.

use super::happening::Change;
use super::settings::{FIRST_PORT, HOST};
use super::{Refusal, World};
use crate::script::BROKERS_MAX;
use runnel_broker::{BrokerId, Input};
use runnel_clients::Address;

/// The broker that listens at an address, of so many.
pub(super) fn broker_at(brokers_count: u32, address: &Address) -> Option<BrokerId> {
    let is_here = [HOST, "127.0.0.1", "::1"].contains(&address.host.as_str());
    let broker = i32::from(address.port) - i32::from(FIRST_PORT) + 1;
    let is_one = u32::try_from(broker).is_ok_and(|number| (1..=brokers_count).contains(&number));
    (is_here && is_one).then_some(BrokerId(broker))
}

impl World {
    /// The brokers' numbers: those that the world began with, and those that have joined since.
    pub fn broker_ids(&self) -> impl Iterator<Item = i32> + use<> {
        1..=i32::try_from(self.brokers_count).unwrap_or(i32::MAX)
    }

    /// Whether there is such a broker.
    pub(super) fn check_broker(&self, broker: i32) -> Result<(), Refusal> {
        if self.broker_ids().any(|id| id == broker) {
            return Ok(());
        }
        Err(Refusal::new(format!("there is no broker {broker}: their numbers go from 1 to {}", self.brokers_count)))
    }

    /// Whether a broker takes connections.
    pub fn is_broker_alive(&self, broker: i32) -> bool {
        self.cluster.is_listening(BrokerId(broker))
    }

    /// A further broker starts and joins the cluster. Clients that run find it by the metadata that they ask for.
    pub(super) fn add_broker(&mut self, broker: i32) -> Result<(), Refusal> {
        if self.check_broker(broker).is_ok() {
            return Err(Refusal::new(format!("there is a broker {broker} already")));
        }
        if self.brokers_count >= BROKERS_MAX {
            return Err(Refusal::new(format!("at most {BROKERS_MAX} brokers")));
        }
        let next = self.brokers_count + 1;
        if u32::try_from(broker) != Ok(next) {
            return Err(Refusal::new(format!("brokers are numbered without gaps: the next one is broker {next}")));
        }
        self.brokers_count = next;
        self.cluster_input(Input::BrokerAdded { broker: self.settings.broker(broker) });
        Ok(())
    }

    /// The broker's process ends, as by kill -9: its connections are reset, and what it wrote is kept.
    pub(super) fn kill_broker(&mut self, broker: i32) -> Result<(), Refusal> {
        self.check_broker(broker)?;
        if !self.dead_brokers.insert(broker) {
            return Err(Refusal::new(format!("broker {broker} is down already")));
        }
        self.cluster_input(Input::BrokerStopped { broker: BrokerId(broker), clean: false });
        self.cables.broker_stopped(self.now, BrokerId(broker));
        self.tell_change(Change::BrokerChanged { broker, alive: false });
        Ok(())
    }

    /// The broker's process starts. It takes connections when it has read its files and the controller knows it.
    pub(super) fn revive_broker(&mut self, broker: i32) -> Result<(), Refusal> {
        self.check_broker(broker)?;
        if !self.dead_brokers.remove(&broker) {
            return Err(Refusal::new(format!("broker {broker} runs")));
        }
        self.cluster_input(Input::BrokerStarted { broker: BrokerId(broker) });
        self.tell_change(Change::BrokerChanged { broker, alive: true });
        Ok(())
    }
}
