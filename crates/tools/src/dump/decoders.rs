//! What keys and values of records say: text, numbers, or records that Kafka itself wrote.

use super::json::{Json, to_json};
use crate::java::Exception;
use crate::options::Options;
use bytes::Bytes;
use runnel_protocol::Reader;
use runnel_protocol::describe::describe_message;
use runnel_protocol::records::Record;
use runnel_protocol::records::control::ControlType;
use runnel_protocol::schema::{Message, kinds};

/// How keys and values are shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Decoder {
    /// Key and value each by a class of Kafka's.
    #[default]
    Texts,
    /// Key and value by these classes.
    Classes(Class, Class),
    /// As records of `__consumer_offsets`.
    Offsets,
    /// As records of the metadata log.
    Metadata,
}

/// A decoder class of Kafka's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    Text,
    Integer,
    Long,
}

/// A record's key and value, as they are shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Contents {
    pub(super) key: Option<String>,
    pub(super) payload: Option<String>,
}

/// # Errors
/// For decoders that are not here.
pub(super) fn chosen(options: &Options) -> Result<Decoder, Exception> {
    if options.has("offsets-decoder") {
        return Ok(Decoder::Offsets);
    }
    for later in ["transaction-log-decoder", "remote-log-metadata-decoder", "share-group-state-decoder"] {
        if options.has(later) {
            let message = format!("--{later} comes later; --offsets-decoder and --cluster-metadata-decoder are there");
            return Err(Exception::new("java.lang.UnsupportedOperationException", message));
        }
    }
    if options.has("cluster-metadata-decoder") {
        return Ok(Decoder::Metadata);
    }
    let class = |option: &str| match options.value(option)? {
        None | Some("org.apache.kafka.tools.api.StringDecoder") => Ok(Class::Text),
        Some("org.apache.kafka.tools.api.IntegerDecoder") => Ok(Class::Integer),
        Some("org.apache.kafka.tools.api.LongDecoder") => Ok(Class::Long),
        Some(other) => {
            let cause = Exception::new("java.lang.ClassNotFoundException", other);
            Err(Exception::new("java.lang.RuntimeException", "Failed to load decoder class").caused_by(cause))
        }
    };
    let (value, key) = (class("value-decoder-class")?, class("key-decoder-class")?);
    Ok(if (key, value) == (Class::Text, Class::Text) { Decoder::Texts } else { Decoder::Classes(key, value) })
}

impl Decoder {
    /// What a record says.
    pub(super) fn decode(&self, record: &Record) -> Contents {
        match self {
            Decoder::Texts => Contents {
                key: record.key.as_deref().map(|key| Class::Text.decode(key)),
                payload: record.value.as_deref().map(|value| Class::Text.decode(value)),
            },
            Decoder::Classes(key, value) => Contents {
                key: record.key.as_deref().map(|bytes| key.decode(bytes)),
                payload: record.value.as_deref().map(|bytes| value.decode(bytes)),
            },
            Decoder::Offsets => offsets(record),
            Decoder::Metadata => Contents { key: None, payload: Some(metadata(record)) },
        }
    }
}

impl Class {
    fn decode(self, bytes: &[u8]) -> String {
        match self {
            Class::Text => String::from_utf8_lossy(bytes).into_owned(),
            Class::Integer => bytes.first_chunk().map_or(0, |four| i32::from_be_bytes(*four)).to_string(),
            Class::Long => bytes.first_chunk().map_or(0, |eight| i64::from_be_bytes(*eight)).to_string(),
        }
    }
}

fn offsets(record: &Record) -> Contents {
    let Some(key) = &record.key else {
        let sentence = format!(
            "Failed to decode message at offset {} using the specified decoder (message had a missing key)",
            record.offset
        );
        return Contents { key: Some(sentence), payload: None };
    };
    let mut reader = Reader::new(key.clone());
    let Ok(number) = reader.i16("the number of a record") else {
        return Contents { key: Some(failed(record, "the key is empty")), payload: None };
    };
    let (key_message, value_message) = match number {
        0 => (
            &kinds::legacy_offset_commit::LEGACY_OFFSET_COMMIT_KEY_MESSAGE,
            &kinds::legacy_offset_commit::LEGACY_OFFSET_COMMIT_VALUE_MESSAGE,
        ),
        1 => (&kinds::offset_commit::OFFSET_COMMIT_KEY_MESSAGE, &kinds::offset_commit::OFFSET_COMMIT_VALUE_MESSAGE),
        2 => (&kinds::group_metadata::GROUP_METADATA_KEY_MESSAGE, &kinds::group_metadata::GROUP_METADATA_VALUE_MESSAGE),
        other => {
            let sentence = format!("Unknown record type {other} at offset {}, skipping.", record.offset);
            return Contents { key: Some(sentence), payload: None };
        }
    };
    let key_json = described(key_message, 0, &key.slice(2..));
    let payload = match &record.value {
        None => Ok("<DELETE>".to_owned()),
        Some(value) => versioned(value_message, value).map(|(version, json)| {
            let json = if number == 2 { with_protocol(json) } else { json };
            format!("{{\"version\":\"{version}\",\"data\":{json}}}")
        }),
    };
    match (key_json, payload) {
        (Ok(key), Ok(payload)) => {
            Contents { key: Some(format!("{{\"type\":\"{number}\",\"data\":{key}}}")), payload: Some(payload) }
        }
        (Err(reason), _) | (_, Err(reason)) => Contents { key: Some(failed(record, &reason)), payload: None },
    }
}

fn failed(record: &Record, reason: &str) -> String {
    format!("Error at offset {}, skipping. {reason}", record.offset)
}

fn described(message: &'static Message, version: i16, bytes: &Bytes) -> Result<Json, String> {
    let description = describe_message(message, version, bytes);
    match description.error {
        Some(error) => Err(error.to_string()),
        None => Ok(to_json(&description)),
    }
}

/// A value behind the two bytes of its version.
fn versioned(message: &'static Message, value: &Bytes) -> Result<(i16, Json), String> {
    let mut reader = Reader::new(value.clone());
    let version = reader.i16("version: int16").map_err(|error| error.to_string())?;
    described(message, version, &value.slice(2..)).map(|json| (version, json))
}

/// Members of a group of consumers have subscription and assignment in the consumer protocol.
fn with_protocol(mut json: Json) -> Json {
    if json.get("protocolType").and_then(Json::as_text) != Some("consumer") {
        return json;
    }
    if let Some(Json::Array(members)) = json.get_mut("members") {
        for member in members {
            let kinds: [(&str, &'static Message); 2] = [
                ("subscription", &kinds::consumer_protocol_subscription::CONSUMER_PROTOCOL_SUBSCRIPTION_MESSAGE),
                ("assignment", &kinds::consumer_protocol_assignment::CONSUMER_PROTOCOL_ASSIGNMENT_MESSAGE),
            ];
            for (name, message) in kinds {
                if let Some(field) = member.get_mut(name)
                    && let Json::Bytes(bytes) = &*field
                    && let Ok((_, read)) = versioned(message, bytes)
                {
                    *field = read;
                }
            }
        }
    }
    json
}

/// Records of the metadata log: number, Kafka's name, schema.
macro_rules! metadata_records {
    ($($number:literal $name:literal $module:ident $message:ident,)*) => {
        fn metadata_message(number: u32) -> Option<(&'static str, &'static Message)> {
            match number {
                $($number => Some(($name, &kinds::$module::$message)),)*
                _ => None,
            }
        }
    };
}

metadata_records! {
    0 "REGISTER_BROKER_RECORD" register_broker REGISTER_BROKER_RECORD_MESSAGE,
    1 "UNREGISTER_BROKER_RECORD" unregister_broker UNREGISTER_BROKER_RECORD_MESSAGE,
    2 "TOPIC_RECORD" topic TOPIC_RECORD_MESSAGE,
    3 "PARTITION_RECORD" partition PARTITION_RECORD_MESSAGE,
    4 "CONFIG_RECORD" config CONFIG_RECORD_MESSAGE,
    5 "PARTITION_CHANGE_RECORD" partition_change PARTITION_CHANGE_RECORD_MESSAGE,
    7 "FENCE_BROKER_RECORD" fence_broker FENCE_BROKER_RECORD_MESSAGE,
    8 "UNFENCE_BROKER_RECORD" unfence_broker UNFENCE_BROKER_RECORD_MESSAGE,
    9 "REMOVE_TOPIC_RECORD" remove_topic REMOVE_TOPIC_RECORD_MESSAGE,
    10 "DELEGATION_TOKEN_RECORD" delegation_token DELEGATION_TOKEN_RECORD_MESSAGE,
    11 "USER_SCRAM_CREDENTIAL_RECORD" user_scram_credential USER_SCRAM_CREDENTIAL_RECORD_MESSAGE,
    12 "FEATURE_LEVEL_RECORD" feature_level FEATURE_LEVEL_RECORD_MESSAGE,
    14 "CLIENT_QUOTA_RECORD" client_quota CLIENT_QUOTA_RECORD_MESSAGE,
    15 "PRODUCER_IDS_RECORD" producer_ids PRODUCER_IDS_RECORD_MESSAGE,
    17 "BROKER_REGISTRATION_CHANGE_RECORD" broker_registration_change BROKER_REGISTRATION_CHANGE_RECORD_MESSAGE,
    18 "ACCESS_CONTROL_ENTRY_RECORD" access_control_entry ACCESS_CONTROL_ENTRY_RECORD_MESSAGE,
    19 "REMOVE_ACCESS_CONTROL_ENTRY_RECORD" remove_access_control_entry REMOVE_ACCESS_CONTROL_ENTRY_RECORD_MESSAGE,
    20 "NO_OP_RECORD" no_op NO_OP_RECORD_MESSAGE,
    21 "ZK_MIGRATION_STATE_RECORD" zk_migration ZK_MIGRATION_STATE_RECORD_MESSAGE,
    22 "REMOVE_USER_SCRAM_CREDENTIAL_RECORD" remove_user_scram_credential REMOVE_USER_SCRAM_CREDENTIAL_RECORD_MESSAGE,
    23 "BEGIN_TRANSACTION_RECORD" begin_transaction BEGIN_TRANSACTION_RECORD_MESSAGE,
    24 "END_TRANSACTION_RECORD" end_transaction END_TRANSACTION_RECORD_MESSAGE,
    25 "ABORT_TRANSACTION_RECORD" abort_transaction ABORT_TRANSACTION_RECORD_MESSAGE,
    26 "REMOVE_DELEGATION_TOKEN_RECORD" remove_delegation_token REMOVE_DELEGATION_TOKEN_RECORD_MESSAGE,
    27 "REGISTER_CONTROLLER_RECORD" register_controller REGISTER_CONTROLLER_RECORD_MESSAGE,
    28 "CLEAR_ELR_RECORD" clear_elr CLEAR_ELR_RECORD_MESSAGE,
}

fn metadata(record: &Record) -> String {
    let read = || -> Result<String, String> {
        let value = record.value.clone().unwrap_or_default();
        let mut reader = Reader::new(value.clone());
        let mut number = |wanted| reader.unsigned_varint(wanted).map_err(|error| error.to_string());
        let frame_version = number("version of the frame: varint")?;
        if frame_version != 1 {
            return Err(format!("Could not deserialize metadata record due to unknown frame version {frame_version}"));
        }
        let (kind, version) = (number("kind of the record: varint")?, number("version of the record: varint")?);
        let (name, message) = metadata_message(kind).ok_or_else(|| format!("Unknown metadata id {kind}"))?;
        let json = described(message, i16::try_from(version).unwrap_or(i16::MAX), &value.slice(reader.at()..))?;
        Ok(format!("{{\"type\":\"{name}\",\"version\":{version},\"data\":{json}}}"))
    };
    read().unwrap_or_else(|reason| format!("Error at {}, skipping. {reason}", record.offset))
}

/// What a control record says, with a blank before it.
pub(super) fn control(record: &Record) -> String {
    let key = record.key.clone().unwrap_or_default();
    let value = record.value.clone().unwrap_or_default();
    let number = key.get(2..4).map_or(-1, |number| i16::from_be_bytes([number[0], number[1]]));
    let shown = |title: &str, message: &'static Message| {
        // These values begin with their version, which is one of their fields.
        let version = value.first_chunk().map_or(0, |version| i16::from_be_bytes(*version));
        match described(message, version, &value) {
            Ok(json) => format!(" {title} {json}"),
            Err(reason) => format!(" {title} {reason}"),
        }
    };
    match ControlType::from_number(number) {
        Some(kind @ (ControlType::Abort | ControlType::Commit)) => {
            let name = if kind == ControlType::Abort { "ABORT" } else { "COMMIT" };
            let epoch = value.get(2..6).and_then(|epoch| epoch.try_into().ok()).map_or(-1, i32::from_be_bytes);
            format!(" endTxnMarker: {name} coordinatorEpoch: {epoch}")
        }
        Some(ControlType::LeaderChange) => shown("LeaderChange:", &kinds::leader_change::LEADER_CHANGE_MESSAGE_MESSAGE),
        Some(ControlType::SnapshotHeader) => {
            shown("SnapshotHeader", &kinds::snapshot_header::SNAPSHOT_HEADER_RECORD_MESSAGE)
        }
        Some(ControlType::SnapshotFooter) => {
            shown("SnapshotFooter", &kinds::snapshot_footer::SNAPSHOT_FOOTER_RECORD_MESSAGE)
        }
        Some(ControlType::KraftVersion) => shown("KRaftVersion", &kinds::kraft_version::K_RAFT_VERSION_RECORD_MESSAGE),
        Some(ControlType::KraftVoters) => shown("KRaftVoters", &kinds::voters::VOTERS_RECORD_MESSAGE),
        None => format!(" controlType: UNKNOWN({number})"),
    }
}
