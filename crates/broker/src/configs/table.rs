//! The table of keys: read from `table.txt` when the first key is asked for.

use super::documentation;
use super::hash_order::sort_by_bucket;
use super::rule::{Rule, invalid_value};
use super::value::{Value, ValueType};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Whose key it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// A topic's.
    Topic,
    /// A broker's.
    Broker,
    /// A broker's, and only a dynamic change sets it: the rates of replication.
    Quota,
}

/// How a broker's key can be changed while the broker runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Update {
    /// Not at all: only the server's own file or flags set it.
    ReadOnly,
    /// For one broker.
    PerBroker,
    /// For one broker or for all.
    ClusterWide,
}

/// How much a key matters, in the eyes of Kafka's documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "Kafka's own words")]
pub enum Importance {
    High,
    Medium,
    Low,
}

/// A broker key that stands in for a topic's, and the factor that makes milliseconds of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Source {
    pub(super) name: &'static str,
    pub(super) factor: i64,
}

/// One key.
#[derive(Clone, PartialEq, Debug)]
pub struct Key {
    /// `retention.ms`.
    pub name: &'static str,
    /// Whose it is.
    pub scope: Scope,
    /// The type of its values.
    pub value_type: ValueType,
    /// Its value where nobody set one; `None`: null.
    pub default: Option<&'static str>,
    /// How it can be changed, if it is a broker's.
    pub update: Update,
    /// How much it matters.
    pub importance: Importance,
    /// Listed only when somebody set it.
    pub internal: bool,
    pub(super) rule: Rule,
    /// Of a topic's key: the broker keys behind it.
    pub(super) sources: Vec<Source>,
}

impl Key {
    /// The topic's key with this name.
    pub fn of_topic(name: &str) -> Option<&'static Key> {
        table().topic.get(name).copied()
    }

    /// The broker's key with this name.
    pub fn of_broker(name: &str) -> Option<&'static Key> {
        table().broker.get(name).copied()
    }

    /// Every topic key, in the order of Kafka's definitions.
    pub fn all_of_topic() -> impl Iterator<Item = &'static Key> {
        table().keys.iter().filter(|key| key.scope == Scope::Topic)
    }

    /// Every broker key, in the order of Kafka's definitions, those that only a dynamic change sets last.
    pub fn all_of_broker() -> impl Iterator<Item = &'static Key> {
        table().keys.iter().filter(|key| key.scope != Scope::Topic)
    }

    /// The names of a topic's keys in the order in which DescribeConfigs lists them, without the internal ones.
    pub(super) fn listed_of_topic() -> &'static [&'static str] {
        &table().topic_listed
    }

    /// The same of a broker's.
    pub(super) fn listed_of_broker() -> &'static [&'static str] {
        &table().broker_listed
    }

    /// Kafka's words about it, which DescribeConfigs sends on request.
    pub fn documentation(&self) -> String {
        documentation::of(self)
    }

    /// Whether its values must not be shown.
    pub fn is_sensitive(&self) -> bool {
        self.value_type == ValueType::Password
    }

    /// Reads and checks a value.
    ///
    /// # Errors
    /// Kafka's message.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        let value = Value::read(self.value_type, text).map_err(|why| invalid_value(text, self.name, why))?;
        let value = self.rule.settle(value);
        self.rule.check(self.name, &value)?;
        Ok(value)
    }

    /// The default as a value.
    pub(super) fn default_value(&self) -> Option<Value> {
        self.default.map(|text| self.read(text).expect("the table's defaults obey its rules: a test reads all"))
    }
}

struct Table {
    keys: &'static [Key],
    topic: BTreeMap<&'static str, &'static Key>,
    broker: BTreeMap<&'static str, &'static Key>,
    topic_listed: Vec<&'static str>,
    broker_listed: Vec<&'static str>,
}

fn table() -> &'static Table {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let keys = KEYS.get_or_init(|| read_table(include_str!("table.txt")));
        let of = |is: fn(&Key) -> bool| keys.iter().filter(move |key| is(key)).map(|key| (key.name, key));
        Table {
            keys,
            topic: of(|key| key.scope == Scope::Topic).collect(),
            broker: of(|key| key.scope != Scope::Topic).collect(),
            topic_listed: listed(keys, Scope::Topic),
            broker_listed: listed(keys, Scope::Broker),
        }
    })
}

/// Kafka lists the keys as a hash map of all of them gives them.
fn listed(keys: &[Key], scope: Scope) -> Vec<&'static str> {
    let mut names: Vec<&'static str> =
        keys.iter().filter(|key| key.scope == scope && !key.internal).map(|key| key.name).collect();
    let buckets = (names.len() * 4).div_ceil(3).next_power_of_two();
    sort_by_bucket(&mut names, buckets);
    names
}

fn read_table(text: &'static str) -> Vec<Key> {
    let first = text.find("\n\ntopic ").expect("the table has topic keys") + 2;
    text[first..].trim_end_matches('\n').split("\n\n").map(|record| read_key(record).expect(record)).collect()
}

fn read_key(record: &'static str) -> Option<Key> {
    let mut lines = record.lines();
    let (scope, name) = lines.next()?.split_once(' ')?;
    let mut key = Key {
        name,
        scope: match scope {
            "topic" => Scope::Topic,
            "broker" => Scope::Broker,
            "quota" => Scope::Quota,
            _ => return None,
        },
        value_type: ValueType::String,
        default: None,
        update: Update::ReadOnly,
        importance: Importance::Medium,
        internal: false,
        rule: Rule::Any,
        sources: Vec::new(),
    };
    for line in lines {
        let (property, rest) = line.split_once(' ').unwrap_or((line, ""));
        match property {
            "type" => key.value_type = ValueType::from_word(rest)?,
            "default" => key.default = Some(rest),
            "required" => {}
            "valid" => key.rule = Rule::from_words(rest)?,
            "from" => key.sources = rest.split(' ').map(read_source).collect::<Option<_>>()?,
            "update" if rest == "per-broker" => key.update = Update::PerBroker,
            "update" if rest == "cluster-wide" => key.update = Update::ClusterWide,
            "importance" if rest == "high" => key.importance = Importance::High,
            "importance" if rest == "medium" => key.importance = Importance::Medium,
            "importance" if rest == "low" => key.importance = Importance::Low,
            "internal" => key.internal = true,
            _ => return None,
        }
    }
    Some(key)
}

fn read_source(word: &'static str) -> Option<Source> {
    match word.split_once('*') {
        Some((name, factor)) => Some(Source { name, factor: factor.parse().ok()? }),
        None => Some(Source { name: word, factor: 1 }),
    }
}
