//! A broker's configs: layers of what was set, over Kafka's defaults.

use super::dynamic::{self, Level};
use super::profile::Profile;
use super::static_keys::{self, StaticRefusal};
use super::table::Key;
use super::value::Value;
use super::{ConfigSource, Overrides};

/// Groups of broker keys of which the first that is set counts; setting one dynamically hides the others.
const SYNONYMS: &[&[&str]] = &[
    &["log.roll.ms", "log.roll.hours"],
    &["log.roll.jitter.ms", "log.roll.jitter.hours"],
    &["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
];

/// The names under which a value for `name` is looked up, the strongest first.
pub(super) fn synonyms(name: &str) -> Vec<&str> {
    if name == "log.flush.interval.ms" {
        return vec![name, "log.flush.scheduler.interval.ms"];
    }
    SYNONYMS.iter().find(|group| group.contains(&name)).map_or_else(|| vec![name], |group| group.to_vec())
}

/// One broker's configs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokerConfigs {
    node_id: i32,
    /// From the server's own file or flags, with the profile's.
    set_at_start: Overrides,
    cluster_default: Overrides,
    dynamic: Overrides,
    /// The three above in one, the strongest kept.
    effective: Overrides,
}

impl BrokerConfigs {
    /// The configs of a broker that was told nothing but its id.
    pub fn new(node_id: i32, profile: Profile) -> Self {
        let mut configs = BrokerConfigs {
            node_id,
            set_at_start: Overrides::new(),
            cluster_default: Overrides::new(),
            dynamic: Overrides::new(),
            effective: Overrides::new(),
        };
        for (name, value) in profile.settings() {
            configs.set_at_start.insert(name.to_owned(), value);
        }
        for name in ["broker.id", "node.id"] {
            configs.set_at_start.insert(name.to_owned(), node_id.to_string());
        }
        configs.settle();
        configs
    }

    /// The broker's id.
    pub fn node_id(&self) -> i32 {
        self.node_id
    }

    /// Sets a key as `--set key=value` does.
    ///
    /// # Errors
    /// An unknown key, one without effect here, a bad value, one that does not go with the others.
    pub fn set_static(&mut self, name: &str, value: &str) -> Result<(), StaticRefusal> {
        static_keys::check(name, value)?;
        let mut changed = self.clone();
        changed.state(name, value);
        dynamic::requirements(&changed).map_err(StaticRefusal::Invalid)?;
        *self = changed;
        Ok(())
    }

    /// Notes what the server is, for DescribeConfigs to show it: listeners, folders, roles.
    ///
    /// # Panics
    /// If Kafka has no such key, or refuses the value.
    pub fn state(&mut self, name: &str, value: &str) {
        let key = Key::of_broker(name).unwrap_or_else(|| panic!("{name:?} is a broker's key"));
        assert!(key.read(value).is_ok(), "{value:?} is a value of {name:?}");
        self.set_at_start.insert(name.to_owned(), value.to_owned());
        self.settle();
    }

    /// Takes the dynamic configs of this broker, as they were written down. What Kafka would not take is left out.
    pub fn set_dynamic(&mut self, overrides: &Overrides) {
        self.dynamic = dynamic::usable(overrides, Level::Broker);
        self.settle();
    }

    /// Takes the dynamic configs of the whole cluster, as they were written down. What Kafka would not take is left out.
    pub fn set_cluster_default(&mut self, overrides: &Overrides) {
        self.cluster_default = dynamic::usable(overrides, Level::Cluster);
        self.settle();
    }

    /// The dynamic configs with which a new cluster begins, for the controller to write down. With eligible leader
    /// replicas (KIP-966), a feature of every new cluster, `min.insync.replicas` is one value for all brokers.
    pub fn first_cluster_default(&self) -> Overrides {
        let name = "min.insync.replicas";
        Overrides::from([(name.to_owned(), self.string(name).expect("the key has a default"))])
    }

    /// A switch.
    ///
    /// # Panics
    /// If the key is not a boolean of a broker, as for every method that reads a key.
    pub fn boolean(&self, name: &str) -> bool {
        match self.value(name) {
            Some(Value::Boolean(value)) => value,
            other => panic!("{name:?} is a switch, found {other:?}"),
        }
    }

    /// A whole number; `None` where nobody set it and it has no default.
    ///
    /// # Panics
    /// If the key is not a whole number of a broker.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.value(name) {
            Some(Value::Number(number)) => Some(number),
            None => None,
            other => panic!("{name:?} is a whole number, found {other:?}"),
        }
    }

    /// A whole number of 64 bits.
    ///
    /// # Panics
    /// If the key is not a whole number of a broker, or has no value.
    pub fn i64(&self, name: &str) -> i64 {
        self.number(name).unwrap_or_else(|| panic!("{name:?} has a value"))
    }

    /// A whole number of 32 bits.
    ///
    /// # Panics
    /// If the key is not an `int` or `short` of a broker, or has no value.
    pub fn i32(&self, name: &str) -> i32 {
        i32::try_from(self.i64(name)).unwrap_or_else(|_| panic!("{name:?} has 32 bits"))
    }

    /// A fraction.
    ///
    /// # Panics
    /// If the key is not a fraction of a broker.
    pub fn double(&self, name: &str) -> f64 {
        match self.value(name) {
            Some(Value::Double(number)) => number,
            other => panic!("{name:?} is a fraction, found {other:?}"),
        }
    }

    /// A list.
    ///
    /// # Panics
    /// If the key is not a list of a broker.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::List(items)) => items,
            None => Vec::new(),
            other => panic!("{name:?} is a list, found {other:?}"),
        }
    }

    /// A value of any type, as text.
    ///
    /// # Panics
    /// If it is no key of a broker.
    pub fn string(&self, name: &str) -> Option<String> {
        self.value(name).map(|value| value.to_text())
    }

    /// The value in force: what the strongest layer says, or the default.
    ///
    /// # Panics
    /// If it is no key of a broker.
    pub fn value(&self, name: &str) -> Option<Value> {
        let key = Key::of_broker(name).unwrap_or_else(|| panic!("{name:?} is a broker's key"));
        match self.effective.get(name) {
            Some(text) => Some(key.read(text).expect("every layer is checked before it is taken")),
            None => key.default_value(),
        }
    }

    /// The text that somebody set and that is in force.
    pub(super) fn effective(&self) -> &Overrides {
        &self.effective
    }

    /// The layers above the defaults, the strongest first.
    pub(super) fn layers(&self) -> [(&Overrides, ConfigSource); 3] {
        [
            (&self.dynamic, ConfigSource::DynamicBroker),
            (&self.cluster_default, ConfigSource::DynamicDefaultBroker),
            (&self.set_at_start, ConfigSource::StaticBroker),
        ]
    }

    /// The configs as they would be with other dynamic ones.
    pub(super) fn with_dynamic(&self, overrides: &Overrides, level: Level) -> Self {
        let mut configs = self.clone();
        match level {
            Level::Broker => configs.set_dynamic(overrides),
            Level::Cluster => configs.set_cluster_default(overrides),
        }
        configs
    }

    fn settle(&mut self) {
        let mut effective = self.set_at_start.clone();
        for layer in [&self.cluster_default, &self.dynamic] {
            for (name, value) in layer {
                for synonym in synonyms(name) {
                    effective.remove(synonym);
                }
                effective.insert(name.clone(), value.clone());
            }
        }
        self.effective = effective;
    }
}
