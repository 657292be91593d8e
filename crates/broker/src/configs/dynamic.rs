//! Changes to a broker's configs while it runs: which keys can change, and what must hold afterwards.

use super::broker::BrokerConfigs;
use super::hash_order::sort_as_java;
use super::rule::invalid_value;
use super::table::{Key, Scope, Update};
use super::value::Value;
use super::{ConfigRefusal, Overrides};

/// For whom a dynamic config is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Level {
    /// For one broker.
    Broker,
    /// For every broker of the cluster.
    Cluster,
}

/// Keys that Kafka takes with a listener's prefix only.
const SECURITY_KEYS: [&str; 10] = [
    "ssl.key.password",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.keystore.type",
    "ssl.truststore.certificates",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.type",
];

/// Numbers of threads, which may at most double or halve at a time.
const THREADS: [&str; 5] = [
    "background.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
];

const MIN_IN_SYNC: &str = "min.insync.replicas";

/// What of written-down configs is used: Kafka leaves out what it would refuse to set.
pub(super) fn usable(overrides: &Overrides, level: Level) -> Overrides {
    let is_usable = |name: &str, value: &str| {
        Key::of_broker(name).is_none_or(|key| {
            let settable = match key.update {
                Update::ReadOnly => false,
                Update::PerBroker => level == Level::Broker && !SECURITY_KEYS.contains(&name),
                Update::ClusterWide => true,
            };
            settable && key.read(value).is_ok()
        })
    };
    overrides
        .iter()
        .filter(|(name, value)| is_usable(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Checks the dynamic configs that a change would leave behind. Keys that Kafka does not know are taken: they may be a
/// plug-in's.
///
/// # Errors
/// Kafka's refusals. It has none for most listener and security keys of one broker; this broker cannot change them.
pub(super) fn validate(
    broker: &BrokerConfigs,
    level: Level,
    before: &Overrides,
    after: &Overrides,
) -> Result<(), ConfigRefusal> {
    let with_update = |update: Update| {
        let of_this_kind = move |name: &&str| Key::of_broker(name).is_some_and(|key| key.update == update);
        after.keys().map(String::as_str).filter(of_this_kind)
    };
    refuse_any(with_update(Update::ReadOnly), "Cannot update these configs dynamically")?;
    refuse_any(
        after.keys().map(String::as_str).filter(|name| SECURITY_KEYS.contains(name)),
        "These security configs can be dynamically updated only per-listener using the listener prefix",
    )?;
    for key in quotas_first().filter(|key| key.update != Update::ReadOnly) {
        if let Some(text) = after.get(key.name) {
            key.read(text).and_then(|value| is_loadable(key, text, &value)).map_err(ConfigRefusal::invalid_request)?;
        }
    }
    match level {
        Level::Cluster => refuse_any(
            with_update(Update::PerBroker),
            "Cannot update these configs at default cluster level, broker id must be specified",
        )?,
        Level::Broker => refuse_any(with_update(Update::PerBroker), "Cannot update these configs dynamically")?,
    }
    let changed = broker.with_dynamic(after, level);
    requirements(&changed).map_err(ConfigRefusal::invalid_request)?;
    reconfigurations(broker, &changed).map_err(|why| {
        let cause = format!("org.apache.kafka.common.config.ConfigException: {why}");
        ConfigRefusal::invalid_request(format!("Invalid value {cause} for configuration Invalid dynamic configuration"))
    })?;
    eligible_leader_replicas(level, before, after)
}

/// Kafka checks the values in this order.
fn quotas_first() -> impl Iterator<Item = &'static Key> {
    let is_quota = |key: &&Key| key.scope == Scope::Quota;
    Key::all_of_broker().filter(is_quota).chain(Key::all_of_broker().filter(move |key| !is_quota(key)))
}

fn refuse_any<'a>(names: impl Iterator<Item = &'a str>, why: &str) -> Result<(), ConfigRefusal> {
    let mut names: Vec<&str> = names.collect();
    if names.is_empty() {
        return Ok(());
    }
    sort_as_java(&mut names);
    Err(ConfigRefusal::invalid_request(format!("{why}: [{}]", names.join(", "))))
}

/// Classes are Java's: the only ones here are those that Kafka starts with.
fn is_loadable(key: &Key, text: &str, value: &Value) -> Result<(), String> {
    let defaults = key.default_value();
    let strange = match (key.name, value) {
        ("metric.reporters" | "kafka.metrics.reporters", Value::List(items)) => {
            items.iter().find(|item| !matches!(&defaults, Some(Value::List(known)) if known.contains(item)))
        }
        (_, Value::Text(name)) if key.value_type == super::ValueType::Class && key.default != Some(text) => Some(name),
        _ => None,
    };
    match strange {
        Some(class) => Err(invalid_value(text, key.name, &format!("Class {class} could not be found."))),
        None => Ok(()),
    }
}

/// What must hold for a broker's configs as a whole.
pub(super) fn requirements(configs: &BrokerConfigs) -> Result<(), String> {
    let require = |holds: bool, what: &str| if holds { Ok(()) } else { Err(format!("requirement failed: {what}")) };
    if let Some(overrides) = configs.string("max.connections.per.ip.overrides") {
        max_connections_per_ip(&overrides)?;
        require(
            configs.i64("max.connections.per.ip") > 0 || !overrides.is_empty(),
            "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.",
        )?;
    }
    if let Some(roll_ms) = configs.number("log.roll.ms") {
        require(roll_ms >= 1, "log.roll.ms must be greater than or equal to 1")?;
    }
    if let Some(jitter_ms) = configs.number("log.roll.jitter.ms") {
        require(jitter_ms >= 0, "log.roll.jitter.ms must be greater than or equal to 0")?;
    }
    if let Some(retention_ms) = configs.number("log.retention.ms") {
        require(retention_ms != 0, "log.retention.ms must be unlimited (-1) or, greater than or equal to 1")?;
    }
    let buffer_size = configs.i64("log.cleaner.dedupe.buffer.size");
    let Some(buffer_per_thread) = buffer_size.checked_div(configs.i64("log.cleaner.threads")) else {
        return Err("/ by zero".to_owned());
    };
    require(buffer_per_thread > 1024 * 1024, "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.")
}

fn max_connections_per_ip(overrides: &str) -> Result<(), String> {
    for entry in overrides.split(',').filter(|entry| !entry.is_empty()) {
        let why = match entry.rsplit_once(':') {
            None => format!("begin 0, end -1, length {}", entry.encode_utf16().count()),
            Some((_, count)) if count.trim().parse::<i32>().is_ok() => continue,
            Some((_, count)) => format!("For input string: \"{}\"", count.trim()),
        };
        return Err(format!("Error parsing configuration property 'max.connections.per.ip.overrides': {why}"));
    }
    Ok(())
}

/// What Kafka's parts say when they are asked to change.
fn reconfigurations(before: &BrokerConfigs, after: &BrokerConfigs) -> Result<(), String> {
    for name in THREADS {
        let (current, count) = (before.i64(name), after.i64(name));
        let failed = format!("Dynamic thread count update validation failed for {name}={count}, value should");
        if count != current && count < current / 2 {
            return Err(format!("{failed} be at least half the current value {current}"));
        }
        if count != current && count > current * 2 {
            return Err(format!("{failed} not be greater than double the current value {current}"));
        }
    }
    let (current, count) = (before.i64("log.cleaner.threads"), after.i64("log.cleaner.threads"));
    if count < current / 2 {
        return Err(format!("Log cleaner threads cannot be reduced to less than half the current value {current}"));
    }
    if count > current * 2 {
        return Err(format!("Log cleaner threads cannot be increased to more than double the current value {current}"));
    }
    let connections = after.i64("max.connections");
    if connections <= 0 {
        return Err(format!("Invalid max.connections {connections}"));
    }
    let retention_ms = super::topic::broker_retention_ms(after);
    local_retention("log.local.retention.ms", after, "log.retention.ms", retention_ms)?;
    local_retention("log.local.retention.bytes", after, "log.retention.bytes", after.i64("log.retention.bytes"))
}

fn local_retention(local_name: &str, configs: &BrokerConfigs, name: &str, whole: i64) -> Result<(), String> {
    let local = configs.i64(local_name);
    if whole < 0 || local == -2 {
        return Ok(());
    }
    let why = if local == -1 {
        format!("Value must not be -1 as {name} value is set as {whole}.")
    } else if local > whole {
        format!("Value must not be more than {name} property value: {whole}")
    } else {
        return Ok(());
    };
    Err(invalid_value(&local.to_string(), local_name, &why))
}

/// With eligible leader replicas (KIP-966) `min.insync.replicas` is one value for the whole cluster.
fn eligible_leader_replicas(level: Level, before: &Overrides, after: &Overrides) -> Result<(), ConfigRefusal> {
    let refusal = match level {
        Level::Broker if before.get(MIN_IN_SYNC) != after.get(MIN_IN_SYNC) => {
            "Broker-level min.insync.replicas cannot be altered while ELR is enabled."
        }
        Level::Cluster if before.contains_key(MIN_IN_SYNC) && !after.contains_key(MIN_IN_SYNC) => {
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."
        }
        Level::Broker | Level::Cluster => return Ok(()),
    };
    Err(ConfigRefusal::invalid_config(refusal))
}
