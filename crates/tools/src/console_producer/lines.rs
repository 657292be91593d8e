//! A record of a line: Kafka's `LineMessageReader`.

use crate::java::{Exception, Properties};
use regex_lite::Regex;
use runnel_clients::producer::ProducerRecord;
use runnel_protocol::records::RecordHeader;

/// How lines are read.
#[derive(Clone, Debug)]
pub(super) struct LineReader {
    topic: String,
    parses_key: bool,
    parses_headers: bool,
    ignores_errors: bool,
    key_separator: String,
    headers_delimiter: String,
    headers_separator: Regex,
    headers_key_separator: String,
    null_marker: Option<String>,
    line_number: u64,
}

impl Default for LineReader {
    fn default() -> Self {
        LineReader::new("", &Properties::default()).expect("the defaults are no two alike")
    }
}

impl LineReader {
    /// Reads `--reader-property`.
    ///
    /// # Errors
    /// For separators that are alike.
    pub(super) fn new(topic: &str, properties: &Properties) -> Result<LineReader, Exception> {
        let flag = |name: &str| properties.get(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
        let text = |name: &str, default: &str| properties.get(name).unwrap_or(default).to_owned();
        let key_separator = text("key.separator", "\t");
        let delimiter = text("headers.delimiter", "\t");
        let separator = text("headers.separator", ",");
        let key_of_headers = text("headers.key.separator", ":");
        let marker = properties.get("null.marker").map(str::to_owned);
        let is_marker = |other: &String| marker.as_ref() == Some(other);
        let alike = [
            (delimiter == separator, "headers.delimiter and headers.separator"),
            (delimiter == key_of_headers, "headers.delimiter and headers.key.separator"),
            (separator == key_of_headers, "headers.separator and headers.key.separator"),
            (is_marker(&key_separator), "null.marker and key.separator"),
            (is_marker(&separator), "null.marker and headers.separator"),
            (is_marker(&delimiter), "null.marker and headers.delimiter"),
            (is_marker(&key_of_headers), "null.marker and headers.key.separator"),
        ];
        if let Some((_, names)) = alike.iter().find(|(are_alike, _)| *are_alike) {
            return Err(kafka_exception(format!("{names} may not be equal")));
        }
        let pattern = Regex::new(&separator)
            .map_err(|error| Exception::new("java.util.regex.PatternSyntaxException", error.to_string()))?;
        Ok(LineReader {
            topic: topic.to_owned(),
            parses_key: flag("parse.key"),
            parses_headers: flag("parse.headers"),
            ignores_errors: flag("ignore.error"),
            key_separator,
            headers_delimiter: delimiter,
            headers_separator: pattern,
            headers_key_separator: key_of_headers,
            null_marker: marker,
            line_number: 0,
        })
    }

    /// Where records go.
    pub(super) fn topic(&self) -> &str {
        &self.topic
    }

    /// Reads a line.
    ///
    /// # Errors
    /// If a separator is not there.
    pub(super) fn read(&mut self, line: &str) -> Result<ProducerRecord, Exception> {
        self.line_number += 1;
        let headers =
            if self.parses_headers { self.part(line, 0, &self.headers_delimiter, "headers delimiter")? } else { None };
        let after_headers = headers.map_or(0, |headers| headers.len() + self.headers_delimiter.len());
        let key =
            if self.parses_key { self.part(line, after_headers, &self.key_separator, "key separator")? } else { None };
        let after_key = after_headers + key.map_or(0, |key| key.len() + self.key_separator.len());
        let bytes = |text: &str| {
            let is_null = self.null_marker.as_deref() == Some(text);
            (!is_null).then(|| bytes::Bytes::copy_from_slice(text.as_bytes()))
        };
        Ok(ProducerRecord {
            topic: self.topic.as_str().into(),
            key: key.and_then(bytes),
            value: bytes(&line[after_key..]),
            headers: match headers.filter(|headers| self.null_marker.as_deref() != Some(headers)) {
                Some(headers) => self.headers(headers)?,
                None => Vec::new(),
            },
            ..ProducerRecord::default()
        })
    }

    fn part<'a>(&self, line: &'a str, from: usize, until: &str, name: &str) -> Result<Option<&'a str>, Exception> {
        match line[from..].find(until) {
            Some(at) => Ok(Some(&line[from..from + at])),
            None if self.ignores_errors => Ok(None),
            None => {
                let number = self.line_number;
                Err(kafka_exception(format!("No {name} found on line number {number}: '{line}'")))
            }
        }
    }

    fn headers(&self, text: &str) -> Result<Vec<RecordHeader>, Exception> {
        let mut parts: Vec<&str> = self.headers_separator.split(text).collect();
        // Java's split drops what is empty at the end.
        while parts.len() > 1 && parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        parts.into_iter().map(|pair| self.header(pair)).collect()
    }

    fn header(&self, pair: &str) -> Result<RecordHeader, Exception> {
        let Some((key, value)) = pair.split_once(&self.headers_key_separator) else {
            if self.ignores_errors {
                return Ok(RecordHeader { key: pair.into(), value: None });
            }
            let number = self.line_number;
            return Err(kafka_exception(format!(
                "No header key separator found in pair '{pair}' on line number {number}"
            )));
        };
        if let Some(marker) = self.null_marker.as_deref().filter(|marker| *marker == key) {
            return Err(kafka_exception(format!(
                "Header keys should not be equal to the null marker '{marker}' as they can't be null"
            )));
        }
        let is_null = self.null_marker.as_deref() == Some(value);
        let value = (!is_null).then(|| bytes::Bytes::copy_from_slice(value.as_bytes()));
        Ok(RecordHeader { key: key.into(), value })
    }
}

fn kafka_exception(message: String) -> Exception {
    Exception::new("org.apache.kafka.common.KafkaException", message)
}
