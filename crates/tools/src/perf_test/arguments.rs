//! What the command line asks of the test.

use super::argparse::{Given, Takes, justify, parse};
use crate::admin::{bootstrap, load};
use crate::client_errors::producer_settings;
use crate::java::{Exception, Properties};
use crate::story::{Outcome, Stop, Story};
use bytes::Bytes;
use runnel_clients::producer::ProducerSettings;
use std::time::Duration;

use crate::help::PRODUCER_PERF_TEST as HELP;

const OPTIONS: [(&str, Takes); 18] = [
    ("--help", Takes::Nothing),
    ("--bootstrap-server", Takes::One),
    ("--topic", Takes::One),
    ("--num-records", Takes::One),
    ("--payload-delimiter", Takes::One),
    ("--throughput", Takes::One),
    ("--producer-props", Takes::Some),
    ("--command-property", Takes::Some),
    ("--producer.config", Takes::One),
    ("--command-config", Takes::One),
    ("--print-metrics", Takes::Nothing),
    ("--transactional-id", Takes::One),
    ("--transaction-duration-ms", Takes::One),
    ("--warmup-records", Takes::One),
    ("--reporting-interval", Takes::One),
    ("--record-size", Takes::One),
    ("--payload-file", Takes::One),
    ("--payload-monotonic", Takes::Nothing),
];

const PAYLOADS: [&str; 3] = ["--record-size", "--payload-file", "--payload-monotonic"];

/// Largest record that is made.
const RECORD_SIZE_MAX: i32 = 256 << 20;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(super) struct Wishes {
    pub(super) settings: ProducerSettings,
    pub(super) topic: String,
    pub(super) records: u64,
    pub(super) warmup_records: u64,
    /// Records a second; below 0 for as many as can be.
    pub(super) throughput: f64,
    pub(super) payload: Payload,
    pub(super) reporting_interval: Duration,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(super) enum Payload {
    /// Random letters.
    Size(usize),
    /// One of these.
    Lines(Vec<Bytes>),
    /// The record's number.
    Monotonic,
}

/// Reads the command line.
pub(super) fn read(story: &mut Story<'_>) -> Outcome<Wishes> {
    let arguments = story.arguments();
    if arguments.is_empty() {
        story.out(HELP.trim_end_matches('\n'));
        return Err(Stop::Exit(0));
    }
    let given = match parse(&OPTIONS, arguments) {
        Ok(given) => given,
        Err(sentence) => return Err(refuse(story, &sentence)),
    };
    if given.contains_key("--help") {
        story.out(HELP.trim_end_matches('\n'));
        // Kafka's tool takes the help for an error of the command line.
        return Err(Stop::Exit(1));
    }
    match wishes(story, &given) {
        Ok(wishes) => Ok(wishes),
        Err(Wrong::Line(sentence)) => Err(refuse(story, &sentence)),
        Err(Wrong::Thrown(exception)) => Err(exception.into()),
    }
}

/// The usage, which stands at the top of the help, and what is wrong.
fn refuse(story: &mut Story<'_>, sentence: &str) -> Stop {
    let usage = HELP.split("\n\n").next().unwrap_or(HELP);
    story.err(usage);
    story.err(justify(&format!("kafka-producer-perf-test: error: {sentence}")));
    Stop::Exit(1)
}

enum Wrong {
    /// What argparse4j says.
    Line(String),
    /// What is thrown.
    Thrown(Exception),
}

impl From<Exception> for Wrong {
    fn from(exception: Exception) -> Wrong {
        Wrong::Thrown(exception)
    }
}

fn line<T>(sentence: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Line(sentence.into()))
}

fn value<'a>(given: &'a Given, name: &str) -> Option<&'a str> {
    given.get(name).and_then(|values| values.first()).map(String::as_str)
}

fn number<N: std::str::FromStr>(given: &Given, name: &str, kind: &str) -> Result<Option<N>, Wrong> {
    match value(given, name) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => {
                line(format!("argument {name}: could not convert '{text}' to {kind} (For input string: \"{text}\")"))
            }
        },
    }
}

fn wishes(story: &mut Story<'_>, given: &Given) -> Result<Wishes, Wrong> {
    let records = number::<i64>(given, "--num-records", "Long")?;
    let throughput = number::<f64>(given, "--throughput", "Double")?;
    let record_size = number::<i32>(given, "--record-size", "Integer")?;
    let warmup_records = number::<i64>(given, "--warmup-records", "Long")?.unwrap_or(0).max(0);
    let interval_ms = number::<i64>(given, "--reporting-interval", "Long")?.unwrap_or(5000);
    let duration_ms = number::<i64>(given, "--transaction-duration-ms", "Long")?;
    let payloads: Vec<&str> = PAYLOADS.into_iter().filter(|name| given.contains_key(name)).collect();
    if let [first, second, ..] = payloads[..] {
        return line(format!("argument {second}: not allowed with argument {first}"));
    }
    let Some(throughput) = throughput else { return line("argument --throughput is required") };
    let Some(records) = records else { return line("argument --num-records is required") };
    let Some(topic) = value(given, "--topic") else { return line("argument --topic is required") };
    if payloads.is_empty() {
        return line("one of the arguments --record-size --payload-file --payload-monotonic is required");
    }
    if records <= 0 {
        return line("--num-records should be greater than zero.");
    }
    if warmup_records >= records {
        return line(
            "The value for --warmup-records must be strictly fewer than the number of records in the test, \
             --num-records.",
        );
    }
    if record_size.is_some_and(|size| size <= 0) {
        return line("--record-size should be greater than zero.");
    }
    check_together(given)?;
    if duration_ms.is_some_and(|duration| duration <= 0) {
        return line("--transaction-duration-ms should be greater than zero.");
    }
    if interval_ms <= 0 {
        return line("--reporting-interval should be greater than zero.");
    }
    for later in ["--transactional-id", "--transaction-duration-ms", "--print-metrics"] {
        if given.contains_key(later) {
            return line(format!("{later} comes later"));
        }
    }
    let payload = payload(story, given, record_size)?;
    let settings = settings(story, given)?;
    Ok(Wishes {
        settings,
        topic: topic.to_owned(),
        records: records.unsigned_abs(),
        warmup_records: warmup_records.unsigned_abs(),
        throughput,
        payload,
        reporting_interval: Duration::from_millis(interval_ms.unsigned_abs()),
    })
}

fn check_together(given: &Given) -> Result<(), Wrong> {
    let has = |name: &str| given.contains_key(name);
    let sources =
        ["--bootstrap-server", "--command-property", "--producer-props", "--producer.config", "--command-config"];
    if !sources.into_iter().any(has) {
        return line(
            "At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or \
             --command-config must be specified.",
        );
    }
    if has("--command-property") && has("--producer-props") {
        return line("--command-property and --producer-props cannot be specified together.");
    }
    if has("--command-config") && has("--producer.config") {
        return line("--command-config and --producer.config cannot be specified together.");
    }
    Ok(())
}

fn payload(story: &mut Story<'_>, given: &Given, record_size: Option<i32>) -> Result<Payload, Wrong> {
    if let Some(size) = record_size {
        if size > RECORD_SIZE_MAX {
            return line(format!("--record-size should be at most {RECORD_SIZE_MAX}."));
        }
        return Ok(Payload::Size(usize::try_from(size).unwrap_or(1)));
    }
    let Some(path) = value(given, "--payload-file") else { return Ok(Payload::Monotonic) };
    story.out(format!("Reading payloads from: {path}"));
    let absent = |_| Exception::illegal_argument("File does not exist or empty file provided.");
    let text = story.read_text(path).map_err(absent)?;
    let delimiter = value(given, "--payload-delimiter").filter(|delimiter| *delimiter != "\\n").unwrap_or("\n");
    let mut lines: Vec<Bytes> = text.split(delimiter).map(|line| Bytes::copy_from_slice(line.as_bytes())).collect();
    // Java's split drops what is empty at the end.
    while lines.last().is_some_and(Bytes::is_empty) {
        lines.pop();
    }
    story.out(format!("Number of records read: {}", lines.len()));
    if lines.is_empty() {
        return Err(Exception::illegal_argument("File does not exist or empty file provided.").into());
    }
    Ok(Payload::Lines(lines))
}

fn settings(story: &mut Story<'_>, given: &Given) -> Result<ProducerSettings, Wrong> {
    for (old, new) in [("--producer-props", "--command-property"), ("--producer.config", "--command-config")] {
        if given.contains_key(old) {
            story.out(format!(
                "Option {old} has been deprecated and will be removed in a future version. Use {new} instead."
            ));
        }
    }
    let path = value(given, "--command-config").or(value(given, "--producer.config"));
    let mut properties = path.map_or(Ok(Properties::default()), |path| load(story, path))?;
    let pairs = given.get("--command-property").or(given.get("--producer-props"));
    for pair in pairs.into_iter().flatten() {
        match pair.split('=').collect::<Vec<&str>>()[..] {
            [key, value] if !value.is_empty() => properties.set(key, value),
            _ => return Err(Exception::illegal_argument(format!("Invalid property: {pair}")).into()),
        }
    }
    if let Some(servers) = value(given, "--bootstrap-server") {
        properties.set("bootstrap.servers", servers);
    }
    if properties.get("client.id").is_none() {
        properties.set("client.id", "perf-producer-client");
    }
    let addresses = bootstrap(&properties).map_err(|cause| {
        Exception::new("org.apache.kafka.common.KafkaException", "Failed to construct kafka producer").caused_by(cause)
    })?;
    Ok(producer_settings(&properties, addresses)?)
}
