//! Brokers that join a running cluster.
//!
//! A new broker takes its folder into use, registers with the controller as every broker does (the metadata log has its
//! RegisterBroker record), and is there for new partitions from then on. No partition moves to it by itself, as with
//! Kafka: that takes a reassignment.

use super::{Broker, Core, Life, Turn};
use crate::config::BrokerSettings;
use crate::event::EventKind;
use crate::groups::Groups;
use crate::properties;
use std::sync::Arc;

impl Core {
    /// Takes in a broker that the cluster never had, and starts it.
    pub(crate) fn add_broker(&mut self, turn: &mut Turn<'_>, added: BrokerSettings) {
        let id = added.id;
        if self.brokers.contains_key(&id) {
            return self.metrics.log.push_back(format!("there is a broker {id} already"));
        }
        if let Err(error) = properties::begin(turn.storage, id, &self.cluster_id, &mut self.random) {
            return self.metrics.log.push_back(format!("broker {id} cannot join: {error}"));
        }
        let settings = Arc::make_mut(&mut self.settings);
        if let Err(reason) = settings.add(&self.config, &added) {
            return self.metrics.log.push_back(format!("broker {id} cannot join: {reason}"));
        }
        settings.load_dynamic(&self.metadata.image().broker_configs);
        let mut groups = Groups::new(self.settings.groups_config(self.config.profile));
        groups.set_watched(self.watched);
        let endpoints = added.endpoints.clone();
        // Its first start is one after a clean stop: there is nothing that it could have lost.
        let life = Life::Down { clean: true };
        self.brokers.insert(id, Broker::new(endpoints.clone(), groups, life));
        Arc::make_mut(&mut self.config).brokers.push(added);
        self.emit(id, || EventKind::BrokerAdded { endpoints });
        self.start_broker(turn, id);
    }
}
