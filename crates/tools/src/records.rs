//! `kafka-delete-records`: moves the start of partitions' logs.

use crate::admin::{Partition, at_leaders, connect};
use crate::java::{Exception, sort_as_java};
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use crate::topics::fail;
use runnel_protocol::messages::delete_records::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic};
use runnel_protocol::{ErrorCode, Request, Response};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::help::DELETE_RECORDS as HELP;

/// Runs the command.
pub(crate) fn main(story: &mut Story<'_>) -> Outcome<()> {
    match act(story) {
        Err(Stop::Thrown(exception)) => Err(fail(story, &exception)),
        outcome => outcome,
    }
}

fn act(story: &mut Story<'_>) -> Outcome<()> {
    let options = Options::parse(&Table::read(HELP), story.arguments())?;
    let about = "This tool helps to delete records of the given partitions down to the specified offset.";
    options.help_or_version(story, about)?;
    options.require(story, &["bootstrap-server", "offset-json-file"])?;
    connect(story, &options, None)?;
    let path = options.value("offset-json-file")?.unwrap_or_default();
    let text = read_whole(story, path)?;
    let offsets = read(&text)?;
    story.out("Executing records delete operation");
    let timeout_ms = i32::try_from(story.admin().request_timeout.as_millis()).unwrap_or(i32::MAX);
    let make = |partitions: &[Partition]| {
        let mut topics: BTreeMap<&str, Vec<DeleteRecordsPartition>> = BTreeMap::new();
        for partition in partitions {
            let offset = offsets.get(partition).copied().unwrap_or(-1);
            topics
                .entry(&partition.topic)
                .or_default()
                .push(DeleteRecordsPartition { partition_index: partition.index, offset });
        }
        let topics =
            topics.into_iter().map(|(name, partitions)| DeleteRecordsTopic { name: name.into(), partitions }).collect();
        Request::DeleteRecords(DeleteRecordsRequest { topics, timeout_ms })
    };
    let take = |response| {
        let Response::DeleteRecords(response) = response else {
            panic!("DeleteRecords is answered with DeleteRecords")
        };
        let of_topic = response.topics.into_iter().flat_map(|topic| {
            let name = topic.name;
            topic.partitions.into_iter().map(move |result| {
                let outcome = match result.error_code {
                    0 => Ok(result.low_watermark),
                    code => Err(Exception::of_number(code, None)),
                };
                (Partition::new(&name, result.partition_index), outcome)
            })
        });
        of_topic.collect()
    };
    let partitions = offsets.keys().cloned().collect();
    let outcomes = at_leaders(story, "deleteRecords(api=DELETE_RECORDS)", partitions, make, take)?;
    for (partition, outcome) in &outcomes {
        if let Some(code) = outcome.as_ref().err().and_then(Exception::code) {
            note(story, partition, code)?;
        }
    }
    story.out("Records delete operation completed:");
    let mut outcomes: Vec<_> = outcomes.into_iter().collect();
    sort_as_java(&mut outcomes, |(partition, _)| partition.java_hash());
    for (partition, outcome) in outcomes {
        match outcome {
            Ok(low_watermark) => story.out(format!("partition: {partition}\tlow_watermark: {low_watermark}")),
            Err(exception) => story.out(format!("partition: {partition}\terror: {exception}")),
        }
    }
    Ok(())
}

/// A whole file, as Kafka's tools read theirs.
///
/// # Errors
/// Java's exception if it cannot be read.
pub(crate) fn read_whole(story: &Story<'_>, path: &str) -> Result<String, Exception> {
    story.read_text(path).map_err(|_| {
        let cause = Exception::new("java.nio.file.NoSuchFileException", path);
        Exception::new("java.io.IOException", format!("Unable to read file {path}")).caused_by(cause)
    })
}

/// The admin client writes what it did not expect into its log.
fn note(story: &mut Story<'_>, partition: &Partition, code: ErrorCode) -> Outcome<()> {
    let log_name = story.admin().log_name.clone();
    let text = format!(
        "[{log_name}] DeleteRecords request for topic partition {partition} failed due to an unexpected error {}",
        code.name()
    );
    story.log_error(&text, "org.apache.kafka.clients.admin.internals.DeleteRecordsHandler")
}

/// Reads `{"partitions": [{"topic": "a", "partition": 0, "offset": 1}], "version": 1}`.
fn read(text: &str) -> Result<BTreeMap<Partition, i64>, Exception> {
    let refuse = |message: &str| Exception::new("org.apache.kafka.tools.AdminOperationException", message);
    let json: Value = serde_json::from_str(text).map_err(|_| refuse("The input string is not a valid JSON"))?;
    let object = as_object(&json)?;
    let version = object.get("version").map_or(Ok(1), integer)?;
    if version != 1 {
        return Err(refuse(&format!("Not supported version field value {version}")));
    }
    let partitions = object.get("partitions").ok_or_else(|| refuse("Missing partitions field"))?;
    let Value::Array(partitions) = partitions else { return Err(mapping("JSON array", partitions)) };
    let mut offsets = BTreeMap::new();
    let mut twice = Vec::new();
    for entry in partitions {
        let entry = as_object(entry)?;
        let field = |name: &str| {
            let missing = || mapping_exception(format!("No such field exists: `{name}`"));
            entry.get(name).ok_or_else(missing)
        };
        let topic = field("topic")?;
        let Value::String(topic) = topic else { return Err(mapping("`String` value", topic)) };
        let index = i32::try_from(integer(field("partition")?)?).unwrap_or(i32::MAX);
        let partition = Partition::new(topic, index);
        if offsets.insert(partition.clone(), integer(field("offset")?)?).is_some() {
            twice.push(partition.to_string());
        }
    }
    twice.dedup();
    if twice.is_empty() {
        return Ok(offsets);
    }
    let message = format!("Offset json file contains duplicate topic partitions: {}", twice.join(","));
    Err(Exception::new("org.apache.kafka.tools.AdminCommandFailedException", message))
}

fn as_object(value: &Value) -> Result<&serde_json::Map<String, Value>, Exception> {
    value.as_object().ok_or_else(|| mapping("JSON object", value))
}

fn integer(value: &Value) -> Result<i64, Exception> {
    value.as_i64().ok_or_else(|| mapping("`Integer` value", value))
}

fn mapping(wanted: &str, found: &Value) -> Exception {
    mapping_exception(format!("Expected {wanted}, received {found}"))
}

fn mapping_exception(message: String) -> Exception {
    Exception::new("com.fasterxml.jackson.databind.JsonMappingException", message)
}
