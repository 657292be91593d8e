//! `kafka-configs`: describes and alters the configs of topics and brokers.
//!
//! Not done: users, clients, IP addresses, groups, client metrics and loggers of brokers. What is asked about them is
//! refused with a sentence that says so.

mod arguments;
mod change;

use crate::admin::{ConfigResource, broker_nodes, connect, describe_configs, list_topics};
use crate::java::{Exception, java_hash, sort_as_java};
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use arguments::Entities;

use crate::help::CONFIGS as HELP;

const ABOUT: &str = "This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, \
                     client-metrics or group";

/// Sources of configs by number, as Kafka names them.
const SOURCES: [&str; 10] = [
    "UNKNOWN",
    "DYNAMIC_TOPIC_CONFIG",
    "DYNAMIC_BROKER_CONFIG",
    "DYNAMIC_DEFAULT_BROKER_CONFIG",
    "STATIC_BROKER_CONFIG",
    "DEFAULT_CONFIG",
    "DYNAMIC_BROKER_LOGGER_CONFIG",
    "DYNAMIC_CLIENT_METRICS_CONFIG",
    "DYNAMIC_GROUP_CONFIG",
    "UNKNOWN",
];

/// Exceptions that end the tool with their message alone.
const BRIEF: [&str; 3] = [
    "org.apache.kafka.common.errors.UnsupportedVersionException",
    "java.lang.IllegalArgumentException",
    "org.apache.kafka.common.errors.InvalidConfigurationException",
];

/// Runs the command.
pub(crate) fn main(story: &mut Story<'_>) -> Outcome<()> {
    match act(story) {
        Err(Stop::Thrown(exception)) => {
            if BRIEF.contains(&exception.class()) || exception.class().starts_with("joptsimple.") {
                story.err(exception.message());
            } else {
                let line = story.arguments().join(" ");
                story.err(format!("Error while executing config command with args '{line}'"));
                story.err(exception.trace());
            }
            Err(Stop::Exit(1))
        }
        outcome => outcome,
    }
}

fn act(story: &mut Story<'_>) -> Outcome<()> {
    let options = Options::parse(&Table::read(HELP), story.arguments())?;
    options.help_or_version(story, ABOUT)?;
    let entities = arguments::check(story, &options)?;
    if let Some(later) = entities.later() {
        return Err(Exception::illegal_argument(later).into());
    }
    connect(story, &options, None)?;
    if options.has("alter") { change::alter(story, &options, &entities) } else { describe(story, &options, &entities) }
}

fn describe(story: &mut Story<'_>, options: &Options, entities: &Entities) -> Outcome<()> {
    let kind = entities.kinds.first().map_or("", String::as_str);
    let resource = entities.resource();
    let all = options.has("all");
    let name = entities.names.first().cloned();
    if let Some(name) = name.as_ref().filter(|_| !all)
        && !exists(story, resource, name)?
    {
        story.out(format!("The {} '{name}' doesn't exist and doesn't have dynamic config.", singular(kind)));
        return Ok(());
    }
    let names = match name {
        Some(name) => vec![name],
        None => all_names(story, resource)?,
    };
    for name in names {
        if name.is_empty() {
            story.out(format!("Default configs for {kind} in the cluster are:"));
        } else {
            let which = if all { "All" } else { "Dynamic" };
            story.out(format!("{which} configs for {} {name} are:", singular(kind)));
        }
        let asked = std::slice::from_ref(&name);
        let told = describe_configs(story, resource, asked, true)?.remove(&name);
        let mut configs = told.unwrap_or_else(|| Ok(Vec::new())).map_err(Exception::execution)?;
        let wanted = match (resource, name.is_empty()) {
            (ConfigResource::Topic, _) => 1,
            (ConfigResource::Broker, false) => 2,
            (ConfigResource::Broker, true) => 3,
        };
        configs.retain(|config| all || config.config_source == wanted);
        configs.sort_by(|one, other| one.name.cmp(&other.name));
        for config in configs {
            let synonyms = config.synonyms.iter().map(|synonym| {
                let value = synonym.value.as_deref().unwrap_or("null");
                format!("{}:{}={value}", source(synonym.source), synonym.name)
            });
            let synonyms: Vec<String> = synonyms.collect();
            story.out(format!(
                "  {}={} sensitive={} synonyms={{{}}}",
                config.name,
                config.value.as_deref().unwrap_or("null"),
                config.is_sensitive,
                synonyms.join(", ")
            ));
        }
    }
    Ok(())
}

fn exists(story: &mut Story<'_>, resource: ConfigResource, name: &str) -> Outcome<bool> {
    Ok(match resource {
        ConfigResource::Topic => {
            list_topics(story)?.iter().any(|topic| topic.name.as_deref().is_some_and(|known| known == name))
        }
        ConfigResource::Broker => {
            name.is_empty() || broker_nodes(story)?.iter().any(|node| node.broker_id.to_string() == name)
        }
    })
}

fn all_names(story: &mut Story<'_>, resource: ConfigResource) -> Outcome<Vec<String>> {
    Ok(match resource {
        ConfigResource::Topic => {
            let topics = list_topics(story)?.into_iter().filter_map(|topic| topic.name);
            let mut names: Vec<String> = topics.map(|name| name.to_string()).collect();
            sort_as_java(&mut names, |name| java_hash(name));
            names
        }
        ConfigResource::Broker => {
            let nodes = broker_nodes(story)?;
            nodes.iter().map(|node| node.broker_id.to_string()).chain([String::new()]).collect()
        }
    })
}

/// `topics` without its last letter.
fn singular(kind: &str) -> &str {
    kind.strip_suffix('s').unwrap_or(kind)
}

fn source(number: i8) -> &'static str {
    usize::try_from(number).ok().and_then(|index| SOURCES.get(index)).copied().unwrap_or("UNKNOWN")
}
