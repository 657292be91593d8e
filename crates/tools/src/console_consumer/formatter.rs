//! How a record is printed: Kafka's default formatter.

use crate::java::{Exception, Properties};
use bytes::Bytes;
use runnel_clients::consumer::ConsumedRecord;
use runnel_protocol::records::TimestampType;

/// What is printed of each record.
#[derive(Clone, Debug)]
pub(super) enum Formatter {
    /// Columns.
    Columns(Box<Columns>),
    /// Nothing.
    Silent,
}

/// `org.apache.kafka.tools.consumer.DefaultMessageFormatter`.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    timestamp: bool,
    partition: bool,
    offset: bool,
    delivery: bool,
    epoch: bool,
    headers: bool,
    key: bool,
    value: bool,
    key_separator: String,
    line_separator: String,
    headers_separator: String,
    null_literal: String,
    key_reader: Reader,
    value_reader: Reader,
    headers_reader: Reader,
}

/// How bytes are turned into text: Kafka's deserializers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reader {
    /// As they are.
    Bytes,
    Text,
    Short,
    Integer,
    Long,
    Float,
    Double,
}

impl Default for Formatter {
    fn default() -> Self {
        Formatter::Silent
    }
}

impl Formatter {
    /// # Errors
    /// For a class that is not here.
    pub(super) fn new(class: &str, properties: &Properties) -> Result<Formatter, Exception> {
        match class {
            "org.apache.kafka.tools.consumer.DefaultMessageFormatter" => {
                Ok(Formatter::Columns(Box::new(Columns::new(properties))))
            }
            "org.apache.kafka.tools.consumer.NoOpMessageFormatter" => Ok(Formatter::Silent),
            other if other.starts_with("org.apache.kafka.") => {
                Err(Exception::new("java.lang.ClassNotFoundException", format!("{other} comes later")))
            }
            other => Err(Exception::new("java.lang.ClassNotFoundException", other)),
        }
    }

    /// What is printed of a record.
    pub(super) fn write(&self, record: &ConsumedRecord) -> Option<Bytes> {
        match self {
            Formatter::Columns(columns) => Some(columns.write(record)),
            Formatter::Silent => None,
        }
    }
}

impl Columns {
    fn new(properties: &Properties) -> Columns {
        let flag = |name: &str, default: bool| {
            properties.get(name).map_or(default, |value| value.trim().eq_ignore_ascii_case("true"))
        };
        let text = |name: &str, default: &str| properties.get(name).unwrap_or(default).to_owned();
        let reader = |name: &str| properties.get(name).map_or(Reader::Bytes, Reader::of);
        Columns {
            timestamp: flag("print.timestamp", false),
            partition: flag("print.partition", false),
            offset: flag("print.offset", false),
            delivery: flag("print.delivery", false),
            epoch: flag("print.epoch", false),
            headers: flag("print.headers", false),
            key: flag("print.key", false),
            value: flag("print.value", true),
            key_separator: text("key.separator", "\t"),
            line_separator: text("line.separator", "\n"),
            headers_separator: text("headers.separator", ","),
            null_literal: text("null.literal", "null"),
            key_reader: reader("key.deserializer"),
            value_reader: reader("value.deserializer"),
            headers_reader: reader("headers.deserializer"),
        }
    }

    fn write(&self, record: &ConsumedRecord) -> Bytes {
        let mut columns: Vec<Vec<u8>> = Vec::new();
        if self.timestamp {
            let kind = match record.timestamp_type {
                TimestampType::CreateTime => "CreateTime",
                TimestampType::LogAppendTime => "LogAppendTime",
            };
            columns.push(format!("{kind}:{}", record.timestamp).into_bytes());
        }
        if self.partition {
            columns.push(format!("Partition:{}", record.partition).into_bytes());
        }
        if self.offset {
            columns.push(format!("Offset:{}", record.offset).into_bytes());
        }
        if self.delivery {
            columns.push(b"Delivery:NOT_PRESENT".to_vec());
        }
        if self.epoch {
            // The tool hands records to its formatter without it.
            columns.push(b"Epoch:NOT_PRESENT".to_vec());
        }
        if self.headers {
            columns.push(self.headers_column(record));
        }
        if self.key {
            columns.push(self.read(self.key_reader, record.key.as_ref()));
        }
        if self.value {
            columns.push(self.read(self.value_reader, record.value.as_ref()));
        }
        let mut line = columns.join(self.key_separator.as_bytes());
        if !columns.is_empty() {
            line.extend_from_slice(self.line_separator.as_bytes());
        }
        line.into()
    }

    fn headers_column(&self, record: &ConsumedRecord) -> Vec<u8> {
        if record.headers.is_empty() {
            return b"NO_HEADERS".to_vec();
        }
        let headers = record.headers.iter().map(|header| {
            let mut text = format!("{}:", header.key).into_bytes();
            text.extend(self.read(self.headers_reader, header.value.as_ref()));
            text
        });
        headers.collect::<Vec<Vec<u8>>>().join(self.headers_separator.as_bytes())
    }

    fn read(&self, reader: Reader, bytes: Option<&Bytes>) -> Vec<u8> {
        let bytes = bytes.map_or(self.null_literal.as_bytes(), |bytes| bytes);
        reader.read(bytes).map_or_else(|| bytes.to_vec(), String::into_bytes)
    }
}

impl Reader {
    /// By the name of Kafka's class; another is left out, as the tool does with one that it cannot load.
    fn of(class: &str) -> Reader {
        match class.strip_prefix("org.apache.kafka.common.serialization.").unwrap_or(class) {
            "StringDeserializer" => Reader::Text,
            "ShortDeserializer" => Reader::Short,
            "IntegerDeserializer" => Reader::Integer,
            "LongDeserializer" => Reader::Long,
            "FloatDeserializer" => Reader::Float,
            "DoubleDeserializer" => Reader::Double,
            _ => Reader::Bytes,
        }
    }

    /// The text; `None` where the bytes stand for themselves, also where there are too many or too few of them.
    fn read(self, bytes: &[u8]) -> Option<String> {
        match self {
            Reader::Bytes => None,
            Reader::Text => Some(String::from_utf8_lossy(bytes).into_owned()),
            Reader::Short => bytes.try_into().ok().map(|bytes| i16::from_be_bytes(bytes).to_string()),
            Reader::Integer => bytes.try_into().ok().map(|bytes| i32::from_be_bytes(bytes).to_string()),
            Reader::Long => bytes.try_into().ok().map(|bytes| i64::from_be_bytes(bytes).to_string()),
            Reader::Float => bytes.try_into().ok().map(|bytes| format!("{:?}", f32::from_be_bytes(bytes))),
            Reader::Double => bytes.try_into().ok().map(|bytes| format!("{:?}", f64::from_be_bytes(bytes))),
        }
    }
}
