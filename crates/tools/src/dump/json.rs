//! Messages as Kafka's own converters write them in JSON: names in camel case, ids and bytes in base64.

use crate::java::id_to_text;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use runnel_protocol::describe::{Description, Value};
use std::fmt;

/// A value; fields keep their order.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    Bytes(Bytes),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(fields) = self else { return None };
        fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        let Json::Object(fields) = self else { return None };
        fields.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => out.write_str("null"),
            Json::Bool(value) => value.fmt(out),
            Json::Integer(value) => value.fmt(out),
            Json::Float(value) => write!(out, "{value:?}"),
            Json::Text(text) => out.write_str(&quoted(text)),
            Json::Bytes(bytes) => write!(out, "\"{}\"", STANDARD.encode(bytes)),
            Json::Array(elements) => {
                out.write_str("[")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(out, "{}{element}", if index > 0 { "," } else { "" })?;
                }
                out.write_str("]")
            }
            Json::Object(fields) => {
                out.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(out, "{}{}:{value}", if index > 0 { "," } else { "" }, quoted(name))?;
                }
                out.write_str("}")
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A described message.
pub(super) fn to_json(description: &Description) -> Json {
    Json::Object(children(description, None))
}

fn children(description: &Description, parent: Option<usize>) -> Vec<(String, Json)> {
    let mut fields = Vec::new();
    for (index, field) in description.fields.iter().enumerate() {
        if field.parent != parent {
            continue;
        }
        if field.type_name == "tagged fields" {
            // Fields of a section stand beside the others.
            fields.extend(children(description, Some(index)));
        } else {
            fields.push((camel(field.name), value(description, index)));
        }
    }
    fields
}

fn value(description: &Description, index: usize) -> Json {
    match &description.fields[index].value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Integer(value) => Json::Integer(*value),
        Value::Float(value) => Json::Float(*value),
        Value::Uuid(id) => Json::Text(id_to_text(*id)),
        Value::String(text) => Json::Text(text.to_string()),
        Value::Bytes(bytes) | Value::Records(bytes) => Json::Bytes(bytes.clone()),
        Value::Struct => Json::Object(children(description, Some(index))),
        Value::Count(_) => {
            let elements = description.fields.iter().enumerate().filter(|(_, field)| field.parent == Some(index));
            Json::Array(elements.map(|(element, _)| value(description, element)).collect())
        }
    }
}

/// `leader_epoch` as `leaderEpoch`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut is_upper = false;
    for letter in name.chars() {
        if letter == '_' {
            is_upper = true;
        } else if is_upper {
            out.push(letter.to_ascii_uppercase());
            is_upper = false;
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Json, camel};

    #[test]
    fn names_and_bytes_are_written_as_kafka_writes_them() {
        assert_eq!(camel("current_state_timestamp"), "currentStateTimestamp");
        for (bytes, text) in [("", "\"\""), ("a", "\"YQ==\""), ("ab", "\"YWI=\""), ("abc", "\"YWJj\"")] {
            assert_eq!(Json::Bytes(bytes.into()).to_string(), text);
        }
    }
}
