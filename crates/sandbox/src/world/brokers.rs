//! Brokers that die and come back.

use super::{Refusal, World};

impl World {
    /// Whether there is such a broker.
    pub(super) fn check_broker(&self, broker: i32) -> Result<(), Refusal> {
        if self.settings.broker_ids().any(|id| id == broker) {
            return Ok(());
        }
        Err(Refusal::new(format!("there is no broker {broker}: their numbers go from 1 to {}", self.settings.brokers)))
    }

    /// Whether a broker's process runs.
    pub fn is_broker_alive(&self, broker: i32) -> bool {
        self.check_broker(broker).is_ok() && !self.dead_brokers.contains(&broker)
    }
}
