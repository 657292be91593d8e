//! What the command line asks of the producer.

use super::lines::LineReader;
use crate::admin::{bootstrap, load};
use crate::client_errors::producer_settings;
use crate::java::{Exception, Properties};
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use runnel_clients::producer::ProducerSettings;

use crate::help::CONSOLE_PRODUCER as HELP;

const ABOUT: &str = "This tool helps to read data from standard input and publish it to Kafka.";

const LINE_READER: &str = "org.apache.kafka.tools.LineMessageReader";

/// Options that stand for properties, and what they are where nobody says: in the order in which they are taken.
const MERGED: [(&str, &str, &str); 11] = [
    ("timeout", "linger.ms", "1000"),
    ("request-required-acks", "acks", "-1"),
    ("request-timeout-ms", "request.timeout.ms", "1500"),
    ("message-send-max-retries", "retries", "3"),
    ("retry-backoff-ms", "retry.backoff.ms", "100"),
    ("socket-buffer-size", "send.buffer.bytes", "102400"),
    ("max-memory-bytes", "buffer.memory", "33554432"),
    ("batch-size", "batch.size", "16384"),
    ("max-partition-memory-bytes", "batch.size", "16384"),
    ("metadata-expiry-ms", "metadata.max.age.ms", "300000"),
    ("max-block-ms", "max.block.ms", "60000"),
];

/// Options of old names, and how they are called today.
const RENAMED: [(&str, &str); 3] =
    [("producer-property", "command-property"), ("producer.config", "command-config"), ("property", "reader-property")];

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(super) struct Wishes {
    pub(super) settings: ProducerSettings,
    pub(super) reader: LineReader,
    pub(super) is_sync: bool,
}

/// Reads the command line.
pub(super) fn read(story: &mut Story<'_>) -> Outcome<Wishes> {
    let options = match Options::parse(&Table::read(HELP), story.arguments()) {
        Ok(options) => options,
        Err(exception) => {
            story.err(exception.message());
            story.err(HELP.trim_end_matches('\n'));
            return Err(Stop::Exit(1));
        }
    };
    options.help_or_version(story, ABOUT)?;
    check(story, &options)?;
    let reader = reader(story, &options)?;
    let properties = properties(story, &options)?;
    let addresses = bootstrap(&properties).map_err(|cause| {
        Exception::new("org.apache.kafka.common.KafkaException", "Failed to construct kafka producer").caused_by(cause)
    })?;
    let settings = producer_settings(&properties, addresses)?;
    Ok(Wishes { settings, reader, is_sync: options.has("sync") })
}

fn check(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    options.require(story, &["topic"])?;
    for (one, other) in [
        ("command-config", "producer.config"),
        ("command-property", "producer-property"),
        ("reader-property", "property"),
    ] {
        if options.has(one) && options.has(other) {
            let sentence = format!("Options --{one} and --{other} cannot be specified together.");
            return Err(options.usage(story, &sentence));
        }
    }
    for (old, new) in RENAMED {
        if options.has(old) {
            story.out(format!(
                "Warning: --{old} is deprecated and will be removed in a future version. Use --{new} instead."
            ));
        }
    }
    if options.has("max-partition-memory-bytes") {
        story.out(
            "Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use \
             --batch-size instead.",
        );
    }
    match crate::server_list::check(options.value("bootstrap-server")?.unwrap_or_default()) {
        Ok(()) => Ok(()),
        Err(sentence) => Err(options.usage(story, &sentence)),
    }
}

fn reader(story: &mut Story<'_>, options: &Options) -> Outcome<LineReader> {
    let class = options.value("line-reader")?.unwrap_or(LINE_READER);
    if class != LINE_READER {
        return Err(Exception::new("java.lang.ClassNotFoundException", class).into());
    }
    let mut properties = match options.value("reader-config")? {
        Some(path) => load(story, path)?,
        None => Properties::default(),
    };
    let arguments = [options.values("reader-property"), options.values("property")].concat();
    properties.extend(Properties::of_arguments(&arguments));
    let topic = properties.get("topic").or(options.value("topic")?).unwrap_or_default().to_owned();
    Ok(LineReader::new(&topic, &properties)?)
}

fn properties(story: &mut Story<'_>, options: &Options) -> Outcome<Properties> {
    let path = options.value("command-config")?.or(options.value("producer.config")?);
    let mut properties = path.map_or(Ok(Properties::default()), |path| load(story, path))?;
    let arguments = [options.values("command-property"), options.values("producer-property")].concat();
    properties.extend(Properties::of_arguments(&arguments));
    properties.set("bootstrap.servers", options.value("bootstrap-server")?.unwrap_or_default());
    let codec = match (options.has("compression-codec"), options.value("compression-codec")?) {
        (true, None | Some("")) => "gzip",
        (true, Some(codec)) => codec,
        (false, _) => "none",
    };
    properties.set("compression.type", codec);
    if properties.get("client.id").is_none() {
        properties.set("client.id", "console-producer");
    }
    for (option, key, default) in MERGED {
        match options.value(option)? {
            Some(value) => {
                // What is no number is refused in the option's name.
                if option != "request-required-acks" {
                    options.number::<i64>(option)?;
                }
                properties.set(key, value);
            }
            None if properties.get(key).is_none() => properties.set(key, default),
            None => {}
        }
    }
    Ok(properties)
}
