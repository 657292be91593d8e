//! What a world is made with.

use crate::script::{Command, Profile, Script};
use runnel_broker::{BrokerId, BrokerSettings, ClusterConfig, Durability, Endpoint};
use runnel_clients::Address;
use runnel_protocol::Timestamp;
use std::collections::BTreeMap;

/// The host under which the brokers of a world are reached.
pub const HOST: &str = "localhost";
/// The port of the first broker; the next ones follow.
pub const FIRST_PORT: u16 = 9092;

/// What is fixed while a world lives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorldSettings {
    /// Where all chance comes from.
    pub seed: u64,
    /// Whose defaults the brokers have.
    pub profile: Profile,
    /// How many brokers there are when the world begins, at least one; their numbers begin with 1.
    pub brokers: u32,
    /// Settings of all brokers.
    pub broker_configs: BTreeMap<String, String>,
    /// When the world begins.
    pub start: Timestamp,
}

impl Default for WorldSettings {
    /// One broker of the profile `dev`, on the first morning of 2026.
    fn default() -> Self {
        WorldSettings {
            seed: 0,
            profile: Profile::Dev,
            brokers: 1,
            broker_configs: BTreeMap::new(),
            start: Timestamp::from_millis(1_767_254_400_000),
        }
    }
}

impl WorldSettings {
    /// The settings that the head of a script asks for.
    pub fn of(script: &Script) -> Self {
        let mut settings = WorldSettings::default();
        for line in &script.lines {
            settings.read(&line.command);
        }
        settings
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only three commands are about the whole world")]
    fn read(&mut self, command: &Command) {
        match command {
            Command::Profile(profile) => self.profile = *profile,
            Command::Seed(seed) => self.seed = *seed,
            Command::Brokers { count, configs } => {
                self.brokers = *count;
                self.broker_configs.clone_from(configs);
            }
            _other => {}
        }
    }

    /// Whether the settings are as a line at the head of a script says.
    pub(super) fn agree(&self, command: &Command) -> bool {
        let mut read = self.clone();
        read.read(command);
        read == *self
    }

    fn broker_ids(&self) -> impl Iterator<Item = i32> + use<> {
        1..=i32::try_from(self.brokers).unwrap_or(i32::MAX)
    }

    /// Where a broker is reached.
    pub fn address(&self, broker: i32) -> Address {
        let port = u16::try_from(broker - 1).ok().and_then(|above| FIRST_PORT.checked_add(above));
        Address { host: HOST.to_owned(), port: port.unwrap_or(FIRST_PORT) }
    }

    /// A broker as it is started.
    pub(super) fn broker(&self, id: i32) -> BrokerSettings {
        let address = self.address(id);
        let endpoint = Endpoint { listener: "PLAINTEXT".to_owned(), host: address.host, port: address.port };
        BrokerSettings { id: BrokerId(id), endpoints: vec![endpoint] }
    }

    pub(super) fn cluster_config(&self, seed: u64) -> ClusterConfig {
        ClusterConfig {
            brokers: self.broker_ids().map(|id| self.broker(id)).collect(),
            profile: match self.profile {
                Profile::Kafka => runnel_broker::Profile::Kafka,
                Profile::Dev => runnel_broker::Profile::Dev,
            },
            durability: Durability::Interval,
            settings: self.broker_configs.clone(),
            seed,
        }
    }
}
