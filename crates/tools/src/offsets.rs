//! `kafka-get-offsets`: offsets of partitions at a time.

use crate::admin::{Partition, by_name, connect, list_offsets, list_topics};
use crate::java::{Exception, IncludeList};
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use crate::topics::INTERNAL_TOPICS;
use std::collections::BTreeMap;

use crate::help::GET_OFFSETS as HELP;
const ABOUT: &str = "An interactive shell for getting topic-partition offsets.";

/// What Kafka's tool throws where it wants to end with a sentence alone.
const TERSE: &str = "org.apache.kafka.tools.TerseException";

/// Runs the command.
pub(crate) fn main(story: &mut Story<'_>) -> Outcome<()> {
    match act(story) {
        Err(Stop::Thrown(exception)) => {
            story.err(format!("Error occurred: {}", exception.message()));
            if exception.class() != TERSE {
                story.err(exception.trace());
                story.err("");
            }
            Err(Stop::Exit(1))
        }
        outcome => outcome,
    }
}

fn terse(message: impl Into<String>) -> Exception {
    Exception::new(TERSE, message)
}

fn act(story: &mut Story<'_>) -> Outcome<()> {
    let options =
        Options::parse(&Table::read(HELP), story.arguments()).map_err(|exception| exception.with_class(TERSE))?;
    options.help_or_version(story, ABOUT)?;
    options.require(story, &["bootstrap-server"])?;
    check_servers(story, &options)?;
    if options.has("topic-partitions") && (options.has("topic") || options.has("partitions")) {
        return Err(terse("--topic-partitions cannot be used with --topic or --partitions").into());
    }
    let time = time(options.value("time")?.unwrap_or("latest"))?;
    let rules = rules(&options)?;
    connect(story, &options, Some("GetOffsetShell"))?;

    let excludes_internal = options.has("exclude-internal-topics");
    let names = list_topics(story)?.into_iter().filter_map(|topic| topic.name).map(|name| name.to_string());
    let names: Vec<String> = names
        .filter(|name| !(excludes_internal && INTERNAL_TOPICS.contains(&name.as_str())))
        .filter(|name| rules.iter().any(|rule| rule.topics.allows(name)))
        .collect();
    let mut times = BTreeMap::new();
    if !names.is_empty() {
        for (name, topic) in by_name(story, &names, 2000)? {
            for partition in topic.map_err(Exception::execution)?.partitions {
                if rules.iter().any(|rule| rule.allows(&name, partition.index)) {
                    times.insert(Partition::new(&name, partition.index), time);
                }
            }
        }
    }
    if times.is_empty() {
        return Err(terse("Could not match any topic-partitions with the specified filters").into());
    }
    let found = list_offsets(story, &times, 0)?;
    let mut lines = BTreeMap::new();
    for (partition, outcome) in found {
        match outcome {
            Ok(found) if found.offset < 0 => {}
            Ok(found) => {
                let line = format!("{}:{}:{}", partition.topic, partition.index, found.offset);
                lines.insert(partition.to_string(), line);
            }
            Err(exception) => story.err(format!(
                "Skip getting offsets for topic-partition {partition} due to error: {}",
                exception.execution().message()
            )),
        }
    }
    for line in lines.into_values() {
        story.out(line);
    }
    Ok(())
}

/// `host:port` and so on, or the help is printed.
fn check_servers(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let servers = options.value("bootstrap-server")?.unwrap_or_default();
    match crate::server_list::check(servers) {
        Ok(()) => Ok(()),
        Err(sentence) => Err(options.usage(story, &sentence)),
    }
}

/// Which partitions are asked for.
struct Rule {
    topics: IncludeList,
    partitions: Partitions,
}

enum Partitions {
    /// These, or all where none is named.
    Among(Vec<i32>),
    /// From the first up to the second.
    Between(i32, i32),
}

impl Rule {
    fn allows(&self, topic: &str, partition: i32) -> bool {
        let by_number = match &self.partitions {
            Partitions::Among(list) => list.is_empty() || list.contains(&partition),
            Partitions::Between(from, to) => (*from..*to).contains(&partition),
        };
        by_number && self.topics.allows(topic)
    }
}

fn rules(options: &Options) -> Result<Vec<Rule>, Exception> {
    if let Some(text) = options.value("topic-partitions")? {
        return text.split(',').map(rule).collect();
    }
    let topics = IncludeList::new(options.value("topic")?.unwrap_or(".*"))?;
    let text = options.value("partitions")?.unwrap_or_default();
    let numbers = text.split(',').filter(|_| !text.is_empty()).map(str::parse);
    let list = numbers.collect::<Result<Vec<i32>, _>>().map_err(|_| {
        terse(format!("--partitions expects a comma separated list of numeric partition ids, but received: {text}"))
    })?;
    Ok(vec![Rule { topics, partitions: Partitions::Among(list) }])
}

/// `topic`, `topic:1`, `topic:1-3`, `topic:1-`, `topic:-3`, `:1`.
fn rule(text: &str) -> Result<Rule, Exception> {
    let wrong = || terse(format!("Invalid rule specification: {text}")).runtime();
    let (topic, partitions) = match text.split_once(':') {
        None => (text, ""),
        Some((_, partitions)) if partitions.contains(|letter: char| !(letter.is_ascii_digit() || letter == '-')) => {
            return Err(wrong());
        }
        Some(both) => both,
    };
    let topics = IncludeList::new(if topic.is_empty() { ".*" } else { topic })?;
    let number = |text: &str, missing: i32| match text {
        "" => Ok(missing),
        text => text
            .parse::<i32>()
            .map_err(|_| Exception::new("java.lang.NumberFormatException", format!("For input string: \"{text}\""))),
    };
    let partitions = match partitions.split_once('-') {
        Some((from, to)) if !to.contains('-') => Partitions::Between(number(from, 0)?, number(to, i32::MAX)?),
        Some(_) => return Err(wrong()),
        None if partitions.is_empty() => Partitions::Between(0, i32::MAX),
        None => Partitions::Among(vec![number(partitions, 0)?]),
    };
    Ok(Rule { topics, partitions })
}

fn time(text: &str) -> Result<i64, Exception> {
    Ok(match text {
        "latest" => -1,
        "earliest" => -2,
        "max-timestamp" => -3,
        "earliest-local" => -4,
        "latest-tiered" => -5,
        "earliest-pending-upload" => -6,
        number => number.parse().map_err(|_| {
            terse(format!(
                "Malformed time argument {number}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 \
                 or earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format \
                 timestamp"
            ))
        })?,
    })
}
