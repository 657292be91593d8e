//! Producers: from a script's words to the library's settings and records.

use super::Refusal;
use crate::script::{Acks, Payload, ProducerSpec, SendSpec};
use bytes::Bytes;
use bytestring::ByteString;
use runnel_clients::Address;
use runnel_clients::producer::{ProducerRecord, ProducerSettings};
use runnel_protocol::records::RecordHeader;

/// The settings that a script asks for.
pub(super) fn settings(spec: &ProducerSpec, bootstrap: Vec<Address>) -> Result<ProducerSettings, Refusal> {
    let mut settings = ProducerSettings::of(spec.kind);
    settings.client_id.clone_from(&spec.name);
    settings.bootstrap = bootstrap;
    if let Some(acks) = spec.acks {
        settings.acks = match acks {
            Acks::None => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        };
    }
    if let Some(linger) = spec.linger {
        settings.linger = linger;
    }
    if let Some(idempotence) = spec.idempotence {
        settings.enable_idempotence = idempotence;
        settings.idempotence_was_set = true;
    }
    for (name, value) in &spec.configs {
        settings.set(name, value).map_err(|error| Refusal::new(error.to_string()))?;
    }
    Ok(settings)
}

/// The record with this number within its command. `text` is its value where the command says none.
pub(super) fn record(topic: &ByteString, spec: &SendSpec, number: u64, text: &str) -> ProducerRecord {
    let bytes = |text: &str| Bytes::copy_from_slice(text.as_bytes());
    let key = spec.key.clone().or_else(|| spec.keys.as_ref().map(|keys| keys.at(number)));
    ProducerRecord {
        topic: topic.clone(),
        partition: spec.partition.map(|index| i32::try_from(index).unwrap_or(i32::MAX)),
        key: key.map(|key| bytes(&key)),
        value: match &spec.value {
            Payload::Text(text) => Some(bytes(text)),
            Payload::Size(size) => Some(Bytes::from(vec![b'.'; usize::try_from(*size).unwrap_or_default()])),
            Payload::Tombstone => None,
            Payload::Numbered => Some(bytes(text)),
        },
        headers: spec
            .headers
            .iter()
            .map(|(name, value)| RecordHeader { key: name.as_str().into(), value: Some(bytes(value)) })
            .collect(),
        timestamp: None,
    }
}
