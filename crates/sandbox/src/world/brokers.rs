//! Brokers that die and come back.

use super::happening::Change;
use super::{Refusal, World};
use runnel_broker::{BrokerId, Input};

impl World {
    /// Whether there is such a broker.
    pub(super) fn check_broker(&self, broker: i32) -> Result<(), Refusal> {
        if self.settings.broker_ids().any(|id| id == broker) {
            return Ok(());
        }
        Err(Refusal::new(format!("there is no broker {broker}: their numbers go from 1 to {}", self.settings.brokers)))
    }

    /// Whether a broker takes connections.
    pub fn is_broker_alive(&self, broker: i32) -> bool {
        self.cluster.is_listening(BrokerId(broker))
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
