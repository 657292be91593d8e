//! Settings in force: what was set at the start, what was changed since, and Kafka's defaults.

use super::{Core, Turn};
use crate::config::{BrokerSettings, ClusterConfig, Durability, Profile};
use crate::configs::{self, BrokerConfigs, ConfigRefusal, Entry, Overrides, ResourceType, Target};
use crate::event::EventKind;
use crate::groups::GroupsConfig;
use crate::ids::BrokerId;
use crate::log::LogConfig;
use crate::metadata::Change;
use crate::purgatory::WrittenWait;
use crate::topics::CONSUMER_OFFSETS;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The configs of every broker.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    brokers: BTreeMap<BrokerId, BrokerConfigs>,
    controller: BrokerId,
    /// `fetch.max.bytes` in force, which every Fetch asks for.
    fetch_size_max: u64,
}

impl Settings {
    /// What the cluster was made with.
    ///
    /// # Errors
    /// A sentence for a key that Kafka does not have, that has no effect here, or whose value Kafka would refuse.
    pub(crate) fn new(config: &ClusterConfig) -> Result<Self, String> {
        let mut brokers = BTreeMap::new();
        for broker in &config.brokers {
            brokers.insert(broker.id, configs_of(config, broker)?);
        }
        let controller = config.brokers.first().map_or(BrokerId(1), |broker| broker.id);
        let mut settings = Settings { brokers, controller, fetch_size_max: 0 };
        settings.note_often_asked();
        Ok(settings)
    }

    /// Notes a broker that the cluster did not have before.
    ///
    /// # Errors
    /// As [`Settings::new`].
    pub(crate) fn add(&mut self, config: &ClusterConfig, broker: &BrokerSettings) -> Result<(), String> {
        self.brokers.insert(broker.id, configs_of(config, broker)?);
        Ok(())
    }

    /// Takes over what was changed in earlier runs, or a moment ago.
    pub(crate) fn load_dynamic(&mut self, changed: &BTreeMap<String, Overrides>) {
        for (id, broker) in &mut self.brokers {
            broker.set_cluster_default(changed.get("").unwrap_or(&Overrides::new()));
            broker.set_dynamic(changed.get(&id.to_string()).unwrap_or(&Overrides::new()));
        }
        self.note_often_asked();
    }

    fn note_often_asked(&mut self) {
        self.fetch_size_max = u64::try_from(self.of_controller().i64("fetch.max.bytes")).unwrap_or(0);
    }

    pub(crate) fn of(&self, broker: BrokerId) -> &BrokerConfigs {
        self.brokers.get(&broker).unwrap_or_else(|| self.of_controller())
    }

    pub(crate) fn of_controller(&self) -> &BrokerConfigs {
        self.brokers.get(&self.controller).expect("the controller is one of the brokers")
    }

    pub(crate) fn log_config(&self, broker: BrokerId, overrides: &Overrides) -> LogConfig {
        configs::log_config(overrides, self.of(broker))
    }

    pub(crate) fn min_in_sync_replicas(&self, broker: BrokerId, overrides: &Overrides) -> i32 {
        configs::min_in_sync_replicas(overrides, self.of(broker))
    }

    pub(crate) fn groups_config(&self, profile: Profile) -> GroupsConfig {
        let broker = self.of_controller();
        let millis = |name: &str| Duration::from_millis(u64::try_from(broker.i64(name)).unwrap_or(0));
        let count = |name: &str| u32::try_from(broker.i64(name)).unwrap_or(0);
        let base = match profile {
            Profile::Kafka => GroupsConfig::kafka(),
            Profile::Dev => GroupsConfig::dev(),
        };
        GroupsConfig {
            session_timeout_min: millis("group.min.session.timeout.ms"),
            session_timeout_max: millis("group.max.session.timeout.ms"),
            initial_rebalance_delay: millis("group.initial.rebalance.delay.ms"),
            group_size_max: count("group.max.size"),
            offset_metadata_size_max: count("offset.metadata.max.bytes"),
            offsets_retention: Duration::from_secs(60 * u64::from(count("offsets.retention.minutes"))),
            offsets_retention_check_interval: millis("offsets.retention.check.interval.ms"),
            offsets_partition_count: broker.i32("offsets.topic.num.partitions"),
            ..base
        }
    }

    pub(crate) fn retention_check_interval(&self) -> Duration {
        let millis = self.of_controller().i64("log.retention.check.interval.ms");
        Duration::from_millis(u64::try_from(millis).unwrap_or(1).max(1))
    }

    pub(crate) fn compaction_interval(&self) -> Duration {
        let millis = self.of_controller().i64("log.cleaner.backoff.ms");
        Duration::from_millis(u64::try_from(millis).unwrap_or(1).max(1))
    }

    pub(crate) fn compacts(&self) -> bool {
        self.of_controller().boolean("log.cleaner.enable")
    }

    /// A whole number among the settings.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.of_controller().number(name)
    }
}

/// What a broker is started with.
fn configs_of(config: &ClusterConfig, broker: &BrokerSettings) -> Result<BrokerConfigs, String> {
    let profile = match config.profile {
        Profile::Kafka => configs::Profile::Kafka,
        Profile::Dev => configs::Profile::Dev { copies: 1 },
    };
    let mut of_broker = BrokerConfigs::new(broker.id.0, profile);
    let listeners: Vec<String> = broker
        .endpoints
        .iter()
        .map(|endpoint| format!("{}://{}:{}", endpoint.listener, endpoint.host, endpoint.port))
        .collect();
    of_broker.state("advertised.listeners", &listeners.join(","));
    if config.durability == Durability::Always {
        of_broker.state("log.flush.interval.messages", "1");
    }
    for (name, value) in &config.settings {
        of_broker.set_static(name, value).map_err(|refusal| refusal.to_string())?;
    }
    Ok(of_broker)
}

impl From<ErrorCode> for ConfigRefusal {
    /// A refusal in the words that go with the code.
    fn from(code: ErrorCode) -> Self {
        ConfigRefusal { code, message: Some(code.message().to_owned()) }
    }
}

impl Core {
    pub(crate) fn fetch_max_bytes(&self) -> usize {
        usize::try_from(self.settings.fetch_size_max).unwrap_or(usize::MAX)
    }

    pub(crate) fn auto_create_topics(&self) -> bool {
        self.settings.of_controller().boolean("auto.create.topics.enable")
    }

    pub(crate) fn delete_topics_enabled(&self) -> bool {
        self.settings.of_controller().boolean("delete.topic.enable")
    }

    pub(crate) fn default_partitions(&self, topic: &str) -> i32 {
        let name = if topic == CONSUMER_OFFSETS { "offsets.topic.num.partitions" } else { "num.partitions" };
        self.settings.of_controller().i32(name)
    }

    pub(crate) fn default_replication_factor(&self, topic: &str) -> i16 {
        let name =
            if topic == CONSUMER_OFFSETS { "offsets.topic.replication.factor" } else { "default.replication.factor" };
        i16::try_from(self.settings.of_controller().i64(name)).unwrap_or(i16::MAX)
    }

    /// What Kafka sets for a topic of its own when it makes it.
    pub(crate) fn internal_topic_configs(&self, topic: &str) -> Overrides {
        if topic != CONSUMER_OFFSETS {
            return Overrides::new();
        }
        let segment_size = self.settings.of_controller().i64("offsets.topic.segment.bytes");
        [
            ("cleanup.policy", "compact".to_owned()),
            ("compression.type", "producer".to_owned()),
            ("segment.bytes", segment_size.to_string()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    pub(crate) fn created_topic_configs(&self, overrides: &Overrides) -> Vec<Entry> {
        configs::created_topic_configs(overrides, self.settings.of_controller())
    }

    /// A resource of a config request, with what is set for it.
    pub(crate) fn config_target<'a>(
        &'a self,
        broker: BrokerId,
        resource_type: i8,
        resource_name: &'a str,
    ) -> Target<'a> {
        static NOTHING: Overrides = Overrides::new();
        let image = self.metadata.image();
        let current = match ResourceType::from_number(resource_type) {
            Some(ResourceType::Topic) => {
                image.topic_named(resource_name).map(|topic| image.topic_configs.get(&topic.name).unwrap_or(&NOTHING))
            }
            Some(ResourceType::Broker) => image.broker_configs.get(resource_name),
            Some(ResourceType::BrokerLogger | ResourceType::ClientMetrics | ResourceType::Group) | None => None,
        };
        Target { resource_type, resource_name, current, broker: self.settings.of(broker) }
    }

    /// Writes a resource's new overrides down and puts them into force.
    ///
    /// # Errors
    /// The metadata log's.
    pub(crate) fn set_overrides(
        &mut self,
        turn: &mut Turn<'_>,
        resource_type: i8,
        resource: &str,
        before: &Overrides,
        after: &Overrides,
    ) -> Result<Option<WrittenWait>, ErrorCode> {
        let set = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
        let set = set.map(|(name, value)| (name.clone(), Some(value.clone())));
        let removed = before.keys().filter(|name| !after.contains_key(*name)).map(|name| (name.clone(), None));
        let changed: Vec<(String, Option<String>)> = set.chain(removed).collect();
        if changed.is_empty() {
            return Ok(None);
        }
        let is_topic = ResourceType::from_number(resource_type) == Some(ResourceType::Topic);
        let changes: Vec<Change> = changed
            .iter()
            .cloned()
            .map(|(name, value)| match is_topic {
                true => Change::TopicConfig { topic: ByteString::from(resource), name, value },
                false => Change::BrokerConfig { broker: resource.to_owned(), name, value },
            })
            .collect();
        let wait = self.commit(turn, &changes)?;
        if is_topic {
            self.apply_topic_configs(resource);
        } else {
            let dynamic = self.metadata.image().broker_configs.clone();
            Arc::make_mut(&mut self.settings).load_dynamic(&dynamic);
            let topics: Vec<ByteString> = self.metadata.image().topic_names().cloned().collect();
            for topic in topics {
                self.apply_topic_configs(&topic);
            }
        }
        let kind = if is_topic { "topic" } else { "broker" };
        for (name, value) in changed {
            self.emit(self.controller(), || EventKind::ConfigChanged {
                resource: format!("{kind} {resource}"),
                name,
                value,
            });
        }
        Ok(Some(wait))
    }
}
