//! Kafka's configuration of topics and brokers: every key with its type, default, rule and documentation, and what
//! DescribeConfigs, AlterConfigs, IncrementalAlterConfigs and CreateTopics answer about them.
//!
//! Values come in layers. A topic's own overrides win over its broker's; a broker's are, the strongest first, dynamic
//! ones of that broker, dynamic ones of the whole cluster, those of the server's own file or flags, and the defaults:
//!
//! ```text
//! retention.ms of a topic       DYNAMIC_TOPIC_CONFIG (1)
//! log.retention.ms              DYNAMIC_BROKER_CONFIG (2), DYNAMIC_DEFAULT_BROKER_CONFIG (3),
//!                               STATIC_BROKER_CONFIG (4), DEFAULT_CONFIG (5)
//! log.retention.minutes, then log.retention.hours, if log.retention.ms is not set
//! ```
//!
//! Everything here is a function of its arguments: altering gives the new overrides or a refusal, and whoever asked
//! writes them down.
//!
//! The keys stand in `table.txt`, Kafka's words about them in `documentation.txt`, which is part of the program and is read when the first key is asked for: starting
//! costs nothing, and the first question well under a millisecond. A table made at build time would save that at the
//! price of a build script and of thousands of generated lines that nobody reads.
//!
//! Not done: configs of groups and of client metrics (their resource types are refused), listener prefixes
//! (`listener.name.`), config providers, tiered storage, and log levels (this broker has no loggers by name).

mod alter;
mod broker;
mod check;
mod describe;
mod documentation;
mod dynamic;
mod hash_order;
mod log_config;
mod profile;
mod refusal;
mod resource;
mod rule;
mod static_keys;
mod table;
mod topic;
mod value;

pub use alter::{Change, alter, incremental_alter};
pub use broker::BrokerConfigs;
pub use describe::{
    ConfigSource, Describe, Entry, Synonym, created_topic_configs, describe, describe_broker, describe_topic,
};
pub use documentation::Documentation;
pub use log_config::{log_config, min_in_sync_replicas};
pub use profile::Profile;
pub use refusal::ConfigRefusal;
pub use resource::{ResourceType, Target, repeated_resources};
pub use static_keys::{EFFECTIVE_KEYS, StaticRefusal};
pub use table::{Importance, Key, Scope, Update};
pub use topic::TopicConfigs;
pub use value::{Value, ValueType};

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

/// What somebody set: names and values as they were given.
pub type Overrides = BTreeMap<String, String>;
