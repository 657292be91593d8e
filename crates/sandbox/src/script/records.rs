//! `send`: which records, how many and how often.

use super::arguments::Arguments;
use super::command::{Command, Payload, SendSpec};
use super::error::Mistake;
use super::parse;
use super::value::{self, Keys, Rate};
use std::time::Duration;

/// Most records of one `send` without a rate.
const COUNT_MAX: u32 = 10_000;
/// Largest value. A little more than the brokers take, so that their refusal can be seen.
const VALUE_MAX: usize = 2 * 1024 * 1024;
/// Largest key, header name and header value.
const KEY_MAX: usize = 64 * 1024;
/// Most bytes of values of one `send` without a rate.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most headers.
const HEADERS_MAX: usize = 100;

pub(super) fn send(arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    let producer = arguments.read("a producer's name", |text| value::name(text, "a producer's name"))?;
    let tombstone = arguments.flag("tombstone");
    let topic = arguments.next().map(|text| value::topic(&text)).transpose()?;
    let spec = SendSpec {
        producer,
        topic,
        key: arguments.option("key", |text| value::text(text, "a key", KEY_MAX))?,
        keys: arguments.option("keys", Keys::read)?,
        value: payload(arguments, tombstone)?,
        partition: arguments
            .option("partition", |text| value::number(text, "a partition", 0, parse::PARTITIONS_MAX - 1))?,
        headers: headers(arguments)?,
        count: arguments.option("count", |text| value::number(text, "a number of records", 1, COUNT_MAX))?,
        rate: arguments.option("rate", Rate::read)?,
        during: arguments
            .option("for", |text| value::duration(text, "a time", Duration::from_micros(1), parse::WAIT_MAX))?,
    };
    if spec.key.is_some() && spec.keys.is_some() {
        return Err(Mistake::found("key= or keys=", "both"));
    }
    if spec.during.is_some() && spec.rate.is_none() {
        return Err(Mistake::found("rate= beside for=", "for= alone"));
    }
    let size = match &spec.value {
        Payload::Text(text) => u64::try_from(text.len()).unwrap_or(u64::MAX),
        Payload::Size(size) => u64::from(*size),
        Payload::Tombstone | Payload::Numbered => 0,
    };
    if size.saturating_mul(u64::from(spec.count.unwrap_or(1))) > BYTES_MAX {
        return Err(Mistake::found(format!("values of at most {BYTES_MAX} bytes together"), "more"));
    }
    let known = "key= keys= value= size= tombstone partition= header:NAME= count= rate= for=";
    Ok((Command::Send(spec), known))
}

fn payload(arguments: &mut Arguments, tombstone: bool) -> Result<Payload, Mistake> {
    let text = arguments.option("value", |text| value::text(text, "a value", VALUE_MAX))?;
    let max = u32::try_from(VALUE_MAX).unwrap_or(u32::MAX);
    let size = arguments.option("size", |text| value::number(text, "a number of bytes", 0, max))?;
    match (text, size, tombstone) {
        (None, None, false) => Ok(Payload::Numbered),
        (Some(text), None, false) => Ok(Payload::Text(text)),
        (None, Some(size), false) => Ok(Payload::Size(size)),
        (None, None, true) => Ok(Payload::Tombstone),
        _ => Err(Mistake::found("one of value=, size= and tombstone", "several")),
    }
}

fn headers(arguments: &mut Arguments) -> Result<Vec<(String, String)>, Mistake> {
    let headers = arguments.prefixed("header:");
    if headers.len() > HEADERS_MAX {
        return Err(Mistake::found(format!("at most {HEADERS_MAX} headers"), &headers.len().to_string()));
    }
    for (name, text) in &headers {
        value::text(name, "a header's name", KEY_MAX)?;
        value::text(text, "a header", KEY_MAX)?;
    }
    Ok(headers)
}
