//! What the command line asks of the consumer.

use super::formatter::Formatter;
use crate::admin::{bootstrap, load};
use crate::java::{Exception, IncludeList, Properties};
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use runnel_clients::consumer::{CommitPolicy, ConsumerSettings, Reads, StartAt};
use runnel_clients::{ClientKind, TopicPartition};
use std::time::Duration;

use crate::help::CONSOLE_CONSUMER as HELP;

const ABOUT: &str = "This tool helps to read data from Kafka topics and outputs it to standard output.";

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(super) struct Wishes {
    pub(super) settings: ConsumerSettings,
    /// Whether the group deals the partitions.
    pub(super) is_subscribed: bool,
    pub(super) include: Option<IncludeList>,
    pub(super) formatter: Formatter,
    pub(super) max_messages: Option<u64>,
    pub(super) timeout: Option<Duration>,
    pub(super) tells_events: bool,
    /// Why there can be no such consumer.
    pub(super) failure: Option<String>,
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes {
            settings: ConsumerSettings::of(ClientKind::Java),
            is_subscribed: false,
            include: None,
            formatter: Formatter::default(),
            max_messages: None,
            timeout: None,
            tells_events: false,
            failure: None,
        }
    }
}

/// Reads the command line; `group_number` makes the name of a group that nobody named.
pub(super) fn read(story: &mut Story<'_>, group_number: u64) -> Outcome<Wishes> {
    let table = Table::read(HELP);
    let options = match Options::parse(&table, story.arguments()) {
        Ok(options) => options,
        Err(exception) => {
            story.err(exception.message());
            story.err(HELP.trim_end_matches('\n'));
            return Err(Stop::Exit(1));
        }
    };
    options.help_or_version(story, ABOUT)?;
    check(story, &options)?;
    let (given, properties) = properties(story, &options)?;
    let mut wishes = Wishes { tells_events: options.has("enable-systest-events"), ..Wishes::default() };
    let group = group(story, &options, &given)?;
    let start = start(story, &options)?;
    reset(story, &options, &mut wishes, &properties)?;
    wishes.timeout =
        options.number::<i64>("timeout-ms")?.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
    wishes.formatter = formatter(story, &options)?;
    wishes.max_messages = options.number::<i32>("max-messages")?.and_then(|count| u64::try_from(count).ok());
    wishes.settings.client_id = properties.get("client.id").unwrap_or("console-consumer").to_owned();
    wishes.settings.is_driven = true;
    if group.is_none() && properties.get("enable.auto.commit").is_none() {
        wishes.settings.commit_policy = CommitPolicy::ByHand;
    }
    wishes.settings.group_id = Some(group.unwrap_or_else(|| format!("console-consumer-{group_number}")));
    let topic = options.value("topic")?;
    wishes.settings.reads = match (topic, options.number::<i32>("partition")?) {
        (Some(topic), Some(partition)) => Reads::Partitions(vec![(TopicPartition::new(topic, partition), Some(start))]),
        (Some(topic), None) => Reads::Topics(vec![topic.to_owned()]),
        (None, _) => Reads::Topics(Vec::new()),
    };
    wishes.is_subscribed = matches!(wishes.settings.reads, Reads::Topics(_));
    wishes.include = options.value("include")?.map(IncludeList::new).transpose()?;
    if let Err(exception) = set_all(&mut wishes.settings, &options, &properties) {
        wishes.failure = Some(exception.trace());
    }
    Ok(wishes)
}

fn check(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    options.require_one_of(story, &["topic", "include"])?;
    if options.has("partition") {
        if !options.has("topic") {
            return Err(options.usage(story, "The topic is required when partition is specified."));
        }
        if options.has("from-beginning") && options.has("offset") {
            let sentence = "Options from-beginning and offset cannot be specified together.";
            return Err(options.usage(story, sentence));
        }
    } else if options.has("offset") {
        return Err(options.usage(story, "The partition is required when offset is specified."));
    }
    options.require(story, &["bootstrap-server"])?;
    for (old, new) in [("consumer-property", "command-property"), ("consumer.config", "command-config")] {
        if options.has(old) && options.has(new) {
            let sentence = format!("Options --{old} and --{new} cannot be specified together.");
            return Err(options.usage(story, &sentence));
        }
    }
    for (old, new) in [("consumer-property", "command-property"), ("consumer.config", "command-config")] {
        if options.has(old) {
            story.out(format!(
                "Option --{old} is deprecated and will be removed in a future version. Use --{new} instead."
            ));
        }
    }
    Ok(())
}

/// The groups that were named in properties, and the consumer's properties.
fn properties(story: &mut Story<'_>, options: &Options) -> Outcome<(Vec<String>, Properties)> {
    let path = options.value("command-config")?.or(options.value("consumer.config")?);
    let mut properties = path.map_or(Ok(Properties::default()), |path| load(story, path))?;
    let mut given: Vec<String> = properties.get("group.id").map(str::to_owned).into_iter().collect();
    let arguments = [options.values("command-property"), options.values("consumer-property")].concat();
    let extra = Properties::of_arguments(&arguments);
    given.extend(extra.get("group.id").map(str::to_owned));
    properties.extend(extra);
    Ok((given, properties))
}

fn group(story: &mut Story<'_>, options: &Options, given: &[String]) -> Outcome<Option<String>> {
    let mut groups: Vec<String> = options.value("group")?.map(str::to_owned).into_iter().collect();
    groups.extend_from_slice(given);
    groups.sort();
    groups.dedup();
    if groups.len() > 1 {
        let list: Vec<String> = groups.iter().map(|group| format!("'{group}'")).collect();
        let sentence = format!(
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via \
             '--consumer.config') do not match. Detected group ids: {}",
            list.join(", ")
        );
        return Err(options.usage(story, &sentence));
    }
    if !groups.is_empty() && options.has("partition") {
        return Err(options.usage(story, "Options group and partition cannot be specified together."));
    }
    Ok(groups.pop())
}

fn start(story: &mut Story<'_>, options: &Options) -> Outcome<StartAt> {
    let Some(text) = options.value("offset")? else {
        return Ok(if options.has("from-beginning") { StartAt::Earliest } else { StartAt::Latest });
    };
    match text.to_lowercase().as_str() {
        "earliest" => Ok(StartAt::Earliest),
        "latest" => Ok(StartAt::Latest),
        _ => match text.parse::<i64>() {
            Ok(offset @ 0..) => Ok(StartAt::Offset(offset)),
            _ => {
                let sentence = format!(
                    "The provided offset value '{text}' is incorrect. Valid values are 'earliest', 'latest', or a \
                     non-negative long."
                );
                Err(options.usage(story, &sentence))
            }
        },
    }
}

fn reset(story: &mut Story<'_>, options: &Options, wishes: &mut Wishes, properties: &Properties) -> Outcome<()> {
    let from_beginning = options.has("from-beginning");
    let value = match properties.get("auto.offset.reset") {
        Some(value) if from_beginning && value != "earliest" => {
            story.err(format!(
                "Can't simultaneously specify --from-beginning and 'auto.offset.reset={value}', please remove one option"
            ));
            return Err(Stop::Exit(1));
        }
        Some(_) => return Ok(()),
        None if from_beginning => "earliest",
        None => "latest",
    };
    wishes.settings.set("auto.offset.reset", value).map_err(|error| config_exception(&error.to_string()))?;
    Ok(())
}

fn formatter(story: &mut Story<'_>, options: &Options) -> Outcome<Formatter> {
    if options.has("property") && options.has("formatter-property") {
        let sentence = "Options --property and --formatter-property cannot be specified together.";
        return Err(options.usage(story, sentence));
    }
    if options.has("property") {
        story.out(
            "Option --property is deprecated and will be removed in a future version. Use --formatter-property instead.",
        );
    }
    let mut properties = match options.value("formatter-config")? {
        Some(path) => load(story, path)?,
        None => Properties::default(),
    };
    for (option, key) in [("key-deserializer", "key.deserializer"), ("value-deserializer", "value.deserializer")] {
        if let Some(class) = options.value(option)?.filter(|class| !class.is_empty()) {
            properties.set(key, class);
        }
    }
    let arguments = [options.values("formatter-property"), options.values("property")].concat();
    properties.extend(Properties::of_arguments(&arguments));
    let class = options.value("formatter")?.unwrap_or("org.apache.kafka.tools.consumer.DefaultMessageFormatter");
    Formatter::new(class, &properties).map_err(|exception| options.usage(story, exception.message()))
}

/// Properties of Java's consumer that mean nothing to this one, or that are set elsewhere.
const PASSED_OVER: [&str; 9] = [
    "group.id",
    "client.id",
    "bootstrap.servers",
    "isolation.level",
    "key.deserializer",
    "value.deserializer",
    "exclude.internal.topics",
    "client.rack",
    "security.protocol",
];

fn set_all(settings: &mut ConsumerSettings, options: &Options, properties: &Properties) -> Result<(), Exception> {
    let mut properties = properties.clone();
    properties.set("bootstrap.servers", options.value("bootstrap-server")?.unwrap_or_default());
    settings.bootstrap = bootstrap(&properties).map_err(|cause| constructing().caused_by(cause))?;
    let isolation = options.value("isolation-level")?.or(properties.get("isolation.level"));
    let isolation = isolation.unwrap_or("read_uncommitted").to_owned();
    settings.set("isolation.level", &isolation).map_err(|_| {
        config_exception(&format!(
            "Invalid value {isolation} for configuration isolation.level: String must be one of: read_committed, \
             read_uncommitted"
        ))
    })?;
    for (key, value) in properties.iter().filter(|(key, _)| !PASSED_OVER.contains(key)) {
        match settings.set(key, value) {
            Ok(()) => {}
            // As Java's client does with what it does not know.
            Err(error) if error.found == error.name => {}
            Err(error) => return Err(config_exception(&error.to_string())),
        }
    }
    Ok(())
}

fn constructing() -> Exception {
    Exception::new("org.apache.kafka.common.KafkaException", "Failed to construct kafka consumer")
}

fn config_exception(message: &str) -> Exception {
    Exception::new("org.apache.kafka.common.config.ConfigException", message)
}
