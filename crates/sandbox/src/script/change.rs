//! `set NAME ...`: other settings for a client that is there, in the words with which it was made.

use super::arguments::Arguments;
use super::clients;
use super::command::{Acks, Assignor, Command, CommitPolicy, ConsumerSpec, ProducerSpec};
use super::error::Mistake;
use super::print::{option, print_configs};
use super::value::{self, DisplayDuration};
use runnel_clients::ClientKind;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

const PRODUCER_WORDS: &str = "kind= acks= linger= idempotence= config:NAME=";
const CONSUMER_WORDS: &str = "kind= group= topics= from-beginning= assignor= instance= processing= commit= \
     concurrent= config:NAME=";

/// What is to be set; what is not said stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClientChange {
    /// The client.
    pub name: String,
    /// Another library.
    pub kind: Option<ClientKind>,
    /// Of a producer.
    pub acks: Option<Setting<Acks>>,
    /// Of a producer.
    pub linger: Option<Setting<Duration>>,
    /// Of a producer.
    pub idempotence: Option<Setting<bool>>,
    /// Of a consumer.
    pub group: Option<String>,
    /// Of a consumer: all of them.
    pub topics: Option<Vec<String>>,
    /// Of a consumer.
    pub from_beginning: Option<bool>,
    /// Of a consumer.
    pub assignors: Option<Setting<Vec<Assignor>>>,
    /// Of a consumer.
    pub instance: Option<Setting<String>>,
    /// Of a consumer.
    pub processing: Option<Setting<Duration>>,
    /// Of a consumer.
    pub commit: Option<Setting<CommitPolicy>>,
    /// Of a consumer.
    pub concurrent: Option<Setting<u32>>,
    /// Of either; an empty value takes one back.
    pub configs: BTreeMap<String, String>,
}

/// What becomes of a setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Setting<T> {
    /// It has this value.
    To(T),
    /// It is as in the library where nothing is said.
    Default,
}

impl<T> Setting<T> {
    fn read(text: &str, read: impl FnOnce(&str) -> Result<T, Mistake>) -> Result<Setting<T>, Mistake> {
        if text.is_empty() { Ok(Setting::Default) } else { read(text).map(Setting::To) }
    }

    fn value(&self) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Setting::To(value) => Some(value.clone()),
            Setting::Default => None,
        }
    }
}

/// Whatever `clear` takes off the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clearing {
    /// `producers`
    Producers,
    /// `consumers`
    Consumers,
    /// `topics`, but for Kafka's own.
    Topics,
    /// `groups` without members.
    Groups,
}

pub(super) fn set(arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    let name = arguments.read("a client's name", |text| value::name(text, "a client's name"))?;
    let change = ClientChange {
        name: name.clone(),
        kind: clients::kind(arguments)?,
        acks: arguments.option("acks", |text| Setting::read(text, clients::acks))?,
        linger: arguments.option("linger", |text| Setting::read(text, clients::linger))?,
        idempotence: arguments.option("idempotence", |text| Setting::read(text, clients::switch))?,
        group: arguments.option("group", clients::group)?,
        topics: arguments.option("topics", clients::topics)?,
        from_beginning: arguments.option("from-beginning", clients::switch)?,
        assignors: arguments.option("assignor", |text| Setting::read(text, clients::assignors))?,
        instance: arguments.option("instance", |text| Setting::read(text, clients::instance))?,
        processing: arguments.option("processing", |text| Setting::read(text, clients::processing))?,
        commit: arguments.option("commit", |text| Setting::read(text, clients::commit_policy))?,
        concurrent: arguments.option("concurrent", |text| Setting::read(text, clients::concurrent))?,
        configs: arguments.configs()?,
    };
    arguments.finish(&format!("{PRODUCER_WORDS} or {CONSUMER_WORDS}"))?;
    if change == (ClientChange { name, ..ClientChange::default() }) {
        return Err(Mistake::end(format!("one of {PRODUCER_WORDS} or {CONSUMER_WORDS}")));
    }
    if change.is_of_producer() && change.is_of_consumer() {
        return Err(Mistake::found("settings of a producer or of a consumer", "both"));
    }
    Ok((Command::Set(Box::new(change)), ""))
}

impl ClientChange {
    /// Whether it sets what only producers have.
    pub fn is_of_producer(&self) -> bool {
        self.acks.is_some() || self.linger.is_some() || self.idempotence.is_some()
    }

    /// Whether it sets what only consumers have.
    pub fn is_of_consumer(&self) -> bool {
        self.group.is_some()
            || self.topics.is_some()
            || self.from_beginning.is_some()
            || self.assignors.is_some()
            || self.instance.is_some()
            || self.processing.is_some()
            || self.commit.is_some()
            || self.concurrent.is_some()
    }

    /// A producer as it is with what was set.
    pub fn of_producer(&self, spec: &ProducerSpec) -> ProducerSpec {
        ProducerSpec {
            name: spec.name.clone(),
            kind: self.kind.unwrap_or(spec.kind),
            acks: changed(&self.acks, spec.acks),
            linger: changed(&self.linger, spec.linger),
            idempotence: changed(&self.idempotence, spec.idempotence),
            configs: self.configs_of(&spec.configs),
        }
    }

    /// A consumer as it is with what was set.
    pub fn of_consumer(&self, spec: &ConsumerSpec) -> ConsumerSpec {
        ConsumerSpec {
            name: spec.name.clone(),
            kind: self.kind.unwrap_or(spec.kind),
            group: self.group.clone().unwrap_or_else(|| spec.group.clone()),
            topics: self.topics.clone().unwrap_or_else(|| spec.topics.clone()),
            from_beginning: self.from_beginning.unwrap_or(spec.from_beginning),
            assignors: changed(&self.assignors, Some(spec.assignors.clone())).unwrap_or_default(),
            instance: changed(&self.instance, spec.instance.clone()),
            processing: changed(&self.processing, spec.processing),
            commit: changed(&self.commit, spec.commit),
            concurrent: changed(&self.concurrent, spec.concurrent),
            configs: self.configs_of(&spec.configs),
        }
    }

    fn configs_of(&self, before: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut configs = before.clone();
        for (name, value) in &self.configs {
            match value.is_empty() {
                true => _ = configs.remove(name),
                false => _ = configs.insert(name.clone(), value.clone()),
            }
        }
        configs
    }
}

fn changed<T: Clone>(setting: &Option<Setting<T>>, before: Option<T>) -> Option<T> {
    setting.as_ref().map_or(before, Setting::value)
}

impl Display for ClientChange {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "set {}", self.name)?;
        option(out, "kind", self.kind.as_ref())?;
        setting(out, "acks", &self.acks, ToString::to_string)?;
        setting(out, "linger", &self.linger, |time| DisplayDuration(*time).to_string())?;
        setting(out, "idempotence", &self.idempotence, ToString::to_string)?;
        option(out, "group", self.group.as_ref())?;
        option(out, "topics", self.topics.as_ref().map(|topics| topics.join(",")).as_ref())?;
        option(out, "from-beginning", self.from_beginning.as_ref())?;
        setting(out, "assignor", &self.assignors, |assignors| {
            assignors.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        })?;
        setting(out, "instance", &self.instance, Clone::clone)?;
        setting(out, "processing", &self.processing, |time| DisplayDuration(*time).to_string())?;
        setting(out, "commit", &self.commit, ToString::to_string)?;
        setting(out, "concurrent", &self.concurrent, ToString::to_string)?;
        print_configs(out, &self.configs)
    }
}

/// ` name=value`, or ` name=` for what is taken back.
fn setting<T>(
    out: &mut Formatter<'_>,
    name: &str,
    setting: &Option<Setting<T>>,
    print: impl FnOnce(&T) -> String,
) -> fmt::Result {
    let text = setting.as_ref().map(|setting| match setting {
        Setting::To(value) => print(value),
        Setting::Default => String::new(),
    });
    option(out, name, text.as_ref())
}
