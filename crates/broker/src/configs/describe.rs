//! What DescribeConfigs answers, and the list of configs in CreateTopics' answer.

use super::broker::{BrokerConfigs, synonyms};
use super::check;
use super::hash_order::{sort_as_java_among, sort_as_scala};
use super::resource::{ResourceType, Target};
use super::table::{Key, Scope, Update};
use super::topic::value_in_force;
use super::value::{Value, ValueType};
use super::{ConfigRefusal, Overrides};
use crate::topics::names::check_name;
use runnel_protocol::ErrorCode;

/// Which layer a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConfigSource {
    /// A topic's own override.
    DynamicTopic,
    /// A dynamic config of one broker.
    DynamicBroker,
    /// A dynamic config of all brokers.
    DynamicDefaultBroker,
    /// The server's own file or flags.
    StaticBroker,
    /// Nobody set it.
    Default,
}

impl ConfigSource {
    /// The number on the wire.
    pub fn number(self) -> i8 {
        match self {
            ConfigSource::DynamicTopic => 1,
            ConfigSource::DynamicBroker => 2,
            ConfigSource::DynamicDefaultBroker => 3,
            ConfigSource::StaticBroker => 4,
            ConfigSource::Default => 5,
        }
    }
}

/// A layer's word on a config, or on one that stands in for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Synonym {
    /// The key under which it was set.
    pub name: String,
    /// The value as it was given; `None` for what must not be shown.
    pub value: Option<String>,
    /// The layer.
    pub source: ConfigSource,
}

/// One config in an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The key.
    pub name: String,
    /// The value in force; `None` for null and for what must not be shown.
    pub value: Option<String>,
    /// Whether no request can change it.
    pub read_only: bool,
    /// The layer that the value comes from.
    pub source: ConfigSource,
    /// Whether the value must not be shown.
    pub sensitive: bool,
    /// What each layer says, the strongest first; empty unless asked for.
    pub synonyms: Vec<Synonym>,
    /// The type; `None` for keys that Kafka does not know.
    pub value_type: Option<ValueType>,
    /// Kafka's words about the key; `None` unless asked for.
    pub documentation: Option<String>,
}

impl Entry {
    /// Whether nobody set the config.
    pub fn is_default(&self) -> bool {
        self.source == ConfigSource::Default
    }
}

/// What a request to describe wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Describe<'a> {
    /// Only these keys; none means all.
    pub keys: &'a [String],
    /// Whether each layer's word is wanted.
    pub include_synonyms: bool,
    /// Whether the documentation is wanted.
    pub include_documentation: bool,
}

impl Describe<'_> {
    fn wants(&self, name: &str) -> bool {
        self.keys.is_empty() || self.keys.iter().any(|key| key == name)
    }
}

/// Describes a resource of any type.
///
/// # Errors
/// Kafka's refusals. An unknown topic has no message. A type that Kafka does not know refuses *all* resources of the
/// request, with INVALID_REQUEST and the error's own sentence.
pub fn describe(target: &Target<'_>, wanted: &Describe<'_>) -> Result<Vec<Entry>, ConfigRefusal> {
    let name = target.resource_name;
    let resource_type = ResourceType::from_number(target.resource_type)
        .ok_or_else(|| ConfigRefusal::invalid_request(ErrorCode::InvalidRequest.message()))?;
    match resource_type {
        ResourceType::Topic => {
            check_name(name)?;
            let unknown = ConfigRefusal { code: ErrorCode::UnknownTopicOrPartition, message: None };
            Ok(describe_topic(target.current.ok_or(unknown)?, target.broker, wanted))
        }
        ResourceType::Broker if name.is_empty() => Ok(describe_cluster_default(target.broker, wanted)),
        ResourceType::Broker => {
            check_broker_id(target, " or empty string,")?;
            Ok(describe_broker(target.broker, wanted))
        }
        ResourceType::BrokerLogger if name.is_empty() => {
            Err(ConfigRefusal::invalid_request("Broker id must not be empty"))
        }
        ResourceType::BrokerLogger => check_broker_id(target, "").map(|()| Vec::new()),
        ResourceType::ClientMetrics if name.is_empty() => {
            Err(ConfigRefusal::invalid_request("Client metrics subscription name must not be empty"))
        }
        ResourceType::Group if name.is_empty() => Err(ConfigRefusal::invalid_request("Group name must not be empty")),
        ResourceType::ClientMetrics | ResourceType::Group => Err(check::not_configurable(resource_type)),
    }
}

fn check_broker_id(target: &Target<'_>, or_else: &str) -> Result<(), ConfigRefusal> {
    let (expected, received) = (target.broker.node_id(), target.resource_name);
    let text = match received.parse::<i32>() {
        Ok(id) if id == expected => return Ok(()),
        Ok(_) => format!("Unexpected broker id, expected {expected}{or_else} but received {received}"),
        Err(_) => format!("Broker id must be an integer, but it is: {received}"),
    };
    Err(ConfigRefusal::invalid_request(text))
}

/// Every config of a topic: those that somebody set although Kafka does not list them, then all that it lists.
pub fn describe_topic(overrides: &Overrides, broker: &BrokerConfigs, wanted: &Describe<'_>) -> Vec<Entry> {
    listed(overrides, Key::listed_of_topic())
        .into_iter()
        .filter(|name| wanted.wants(name))
        .map(|name| topic_entry(name, overrides, broker, wanted))
        .collect()
}

fn topic_entry(name: &str, overrides: &Overrides, broker: &BrokerConfigs, wanted: &Describe<'_>) -> Entry {
    let key = Key::of_topic(name);
    let sensitive = key.is_none_or(Key::is_sensitive);
    let value = value_in_force(name, overrides, broker).map(|value| value.to_text()).filter(|_| !sensitive);
    let mut all = Vec::new();
    if overrides.contains_key(name) {
        let source = ConfigSource::DynamicTopic;
        all.push(Synonym { name: name.to_owned(), value: value.clone(), source });
    }
    if let Some(source) = key.and_then(|key| key.sources.first()) {
        all.extend(broker_synonyms(source.name, broker, sensitive));
    }
    entry(name, key, value, false, all, wanted)
}

/// Every config of a broker.
pub fn describe_broker(broker: &BrokerConfigs, wanted: &Describe<'_>) -> Vec<Entry> {
    listed(broker.effective(), Key::listed_of_broker())
        .into_iter()
        .filter(|name| wanted.wants(name))
        .map(|name| broker_entry(name, broker, |_| true, wanted))
        .collect()
}

/// What is set for all brokers.
fn describe_cluster_default(broker: &BrokerConfigs, wanted: &Describe<'_>) -> Vec<Entry> {
    let [_, (cluster_default, level), _] = broker.layers();
    let mut names: Vec<&str> = cluster_default.keys().map(String::as_str).collect();
    sort_as_scala(&mut names);
    names
        .into_iter()
        .filter(|name| wanted.wants(name))
        .map(|name| {
            let mut entry = broker_entry(name, broker, |synonym| synonym.source == level, wanted);
            // The value that was set for all, though this broker may have one of its own.
            if !entry.sensitive {
                entry.value = cluster_default.get(name).cloned();
            }
            entry
        })
        .collect()
}

fn broker_entry(name: &str, broker: &BrokerConfigs, shown: impl Fn(&Synonym) -> bool, wanted: &Describe<'_>) -> Entry {
    let key = Key::of_broker(name);
    let sensitive = key.is_none_or(Key::is_sensitive);
    let value = key.and_then(|key| broker.string(key.name)).filter(|_| !sensitive);
    let all = broker_synonyms(name, broker, sensitive).into_iter().filter(shown).collect();
    let read_only = key.is_none_or(|key| key.update == Update::ReadOnly);
    entry(name, key, value, read_only, all, wanted)
}

fn entry(
    name: &str,
    key: Option<&Key>,
    value: Option<String>,
    read_only: bool,
    synonyms: Vec<Synonym>,
    wanted: &Describe<'_>,
) -> Entry {
    // Kafka knows the rates by type only, and looks for defaults and documentation where they are not defined.
    let documented = key.filter(|key| wanted.include_documentation && key.scope != Scope::Quota);
    Entry {
        name: name.to_owned(),
        value,
        read_only,
        source: synonyms.first().map_or(ConfigSource::Default, |synonym| synonym.source),
        sensitive: key.is_none_or(Key::is_sensitive),
        synonyms: if wanted.include_synonyms { synonyms } else { Vec::new() },
        value_type: key.map(|key| key.value_type),
        documentation: documented.map(Key::documentation),
    }
}

/// What each layer says on a broker's key and on those that stand in for it. A layer's word on another key does not
/// count before the first word on the key itself.
fn broker_synonyms(name: &str, broker: &BrokerConfigs, sensitive: bool) -> Vec<Synonym> {
    let names = synonyms(name);
    let mut all = Vec::new();
    for (layer, source) in broker.layers() {
        for name in &names {
            if let Some(value) = layer.get(*name) {
                all.push(Synonym { name: (*name).to_owned(), value: Some(value.clone()), source });
            }
        }
    }
    for name in &names {
        let defined = Key::of_broker(name).filter(|key| key.scope != Scope::Quota);
        if let Some(default) = defined.and_then(|key| key.default) {
            let source = ConfigSource::Default;
            all.push(Synonym { name: (*name).to_owned(), value: Some(default.to_owned()), source });
        }
    }
    let first = all.iter().position(|synonym| synonym.name == name).unwrap_or(all.len());
    let mut shown = all.split_off(first);
    if sensitive {
        shown.iter_mut().for_each(|synonym| synonym.value = None);
    }
    shown
}

/// The names to list: what somebody set beyond the listed keys, and these.
fn listed<'a>(set: &'a Overrides, names: &'static [&'static str]) -> Vec<&'a str> {
    let mut beyond: Vec<&str> = set.keys().map(String::as_str).filter(|name| !names.contains(name)).collect();
    sort_as_java_among(&mut beyond, set.len());
    beyond.into_iter().chain(names.iter().copied()).collect()
}

/// The configs that CreateTopics (from version 5 on) answers for a topic with these overrides, sorted by name, each with
/// a valid source. The controller shows values as they were given, where DescribeConfigs shows what they mean.
pub fn created_topic_configs(overrides: &Overrides, controller: &BrokerConfigs) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Key::all_of_topic()
        .filter_map(|key| {
            let (value, source) = created_value(key, overrides, controller)?;
            Some(Entry {
                name: key.name.to_owned(),
                value: Some(value),
                read_only: false,
                source,
                sensitive: key.is_sensitive(),
                synonyms: Vec::new(),
                value_type: Some(key.value_type),
                documentation: None,
            })
        })
        .collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

fn created_value(key: &Key, overrides: &Overrides, controller: &BrokerConfigs) -> Option<(String, ConfigSource)> {
    if let Some(value) = overrides.get(key.name) {
        return Some((value.clone(), ConfigSource::DynamicTopic));
    }
    for (layer, level) in controller.layers() {
        for source in &key.sources {
            match (layer.get(source.name), source.factor) {
                (None, _) => {}
                (Some(value), 1) => return Some((value.clone(), level)),
                (Some(value), factor) => {
                    let read = Key::of_broker(source.name).map(|key| key.read(value));
                    let Some(Ok(Value::Number(number))) = read else {
                        panic!("every layer is checked before it is taken, found {value:?}");
                    };
                    return Some((number.saturating_mul(factor).to_string(), level));
                }
            }
        }
    }
    Some((key.default?.to_owned(), ConfigSource::Default))
}
