//! A topic's own configs: names, values, and what must hold between them.

use super::broker::BrokerConfigs;
use super::hash_order::sort_as_java;
use super::table::Key;
use super::value::Value;
use super::{ConfigRefusal, Overrides};

/// The overrides of one topic, all of them valid.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TopicConfigs {
    overrides: Overrides,
}

impl TopicConfigs {
    /// Takes overrides if they are valid, alone, with each other, and with what the broker says about the rest.
    ///
    /// # Errors
    /// INVALID_CONFIG with Kafka's message.
    pub fn new(overrides: Overrides, broker: &BrokerConfigs) -> Result<Self, ConfigRefusal> {
        validate_overrides(&overrides, broker)?;
        Ok(TopicConfigs { overrides })
    }

    /// Checks one name and value.
    ///
    /// # Errors
    /// INVALID_CONFIG with Kafka's message.
    pub fn validate(name: &str, value: &str) -> Result<(), ConfigRefusal> {
        let key = Key::of_topic(name).ok_or_else(|| unknown(name))?;
        key.read(value).map(|_| ()).map_err(ConfigRefusal::invalid_config)
    }

    /// The overrides.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// The overrides, to keep.
    pub fn into_overrides(self) -> Overrides {
        self.overrides
    }
}

fn unknown(name: &str) -> ConfigRefusal {
    ConfigRefusal::invalid_config(format!("Unknown topic config name: {name}"))
}

/// Checks a topic's overrides as a whole: names first, then values in the order of the definitions, then what must hold
/// between them.
///
/// # Errors
/// INVALID_CONFIG with Kafka's message.
pub(super) fn validate_overrides(overrides: &Overrides, broker: &BrokerConfigs) -> Result<(), ConfigRefusal> {
    let mut names: Vec<&str> = overrides.keys().map(String::as_str).collect();
    sort_as_java(&mut names);
    if let Some(name) = names.into_iter().find(|name| Key::of_topic(name).is_none()) {
        return Err(unknown(name));
    }
    for key in Key::all_of_topic() {
        if let Some(text) = overrides.get(key.name) {
            key.read(text).map_err(ConfigRefusal::invalid_config)?;
        }
    }
    let (low, high) = ("min.compaction.lag.ms", "max.compaction.lag.ms");
    let number = |name: &str| match value_in_force(name, overrides, broker) {
        Some(Value::Number(number)) => number,
        other => panic!("{name:?} is a whole number, found {other:?}"),
    };
    let (min_lag, max_lag) = (number(low), number(high));
    if min_lag > max_lag {
        let conflict = format!("conflict topic config setting {low} ({min_lag}) > {high} ({max_lag})");
        return Err(ConfigRefusal::invalid_config(conflict));
    }
    if value_in_force("remote.storage.enable", overrides, broker) == Some(Value::Boolean(true)) {
        let disabled = "Tiered Storage functionality is disabled in the broker. \
                        Topic cannot be configured with remote log storage.";
        return Err(ConfigRefusal::invalid_config(disabled));
    }
    Ok(())
}

/// The value of a topic's key: its own, or its broker's. `None`: null, or no such key.
pub(super) fn value_in_force(name: &str, overrides: &Overrides, broker: &BrokerConfigs) -> Option<Value> {
    let key = Key::of_topic(name)?;
    // A metadata log from elsewhere may hold what Kafka would not take today; the broker's value stands in for it.
    if let Some(value) = overrides.get(name).and_then(|text| key.read(text).ok()) {
        return Some(value);
    }
    if name == "retention.ms" {
        return Some(Value::Number(broker_retention_ms(broker)));
    }
    for source in &key.sources {
        match broker.value(source.name) {
            Some(Value::Number(number)) => return Some(Value::Number(number.saturating_mul(source.factor))),
            Some(value) => return Some(value),
            None => {}
        }
    }
    key.default_value()
}

/// How long a broker's logs keep records: any negative value means for ever.
pub(super) fn broker_retention_ms(broker: &BrokerConfigs) -> i64 {
    let key = Key::of_topic("retention.ms").expect("the table has it");
    let mut set = key.sources.iter().filter_map(|source| Some((broker.number(source.name)?, source.factor)));
    let (number, factor) = set.next().expect("log.retention.hours has a default");
    if number < 0 { -1 } else { number.saturating_mul(factor) }
}
