//! What clients tell of their failures, in the words of Java's exceptions; and their settings from Java's properties.

use crate::java::{Exception, Properties};
use runnel_clients::producer::{ProducerSettings, SendFailure};
use runnel_clients::{Address, ClientKind, Failure};
use runnel_protocol::ErrorCode;

/// The exception that Java's producer has for a record that was given up.
pub(crate) fn exception(failure: &SendFailure) -> Exception {
    let timeout = |message: String| Exception::new("org.apache.kafka.common.errors.TimeoutException", message);
    match failure {
        SendFailure::RecordTooLarge { size, max, setting } => Exception::of(
            ErrorCode::MessageTooLarge,
            Some(&format!(
                "The message is {size} bytes when serialized which is larger than {max}, which is the value of the \
                 {setting} configuration."
            )),
        ),
        SendFailure::NotInMetadata { topic, partition: Some(partition), partitions_count: Some(count), waited } => {
            let millis = waited.as_millis();
            timeout(format!(
                "Partition {partition} of topic {topic} with partition count {count} is not present in metadata after \
                 {millis} ms."
            ))
        }
        SendFailure::NotInMetadata { topic, waited, .. } => {
            timeout(format!("Topic {topic} not present in metadata after {} ms.", waited.as_millis()))
        }
        SendFailure::BufferExhausted { size, waited, .. } => Exception::new(
            "org.apache.kafka.clients.producer.BufferExhaustedException",
            format!(
                "Failed to allocate {size} bytes within the configured max blocking time {} ms.",
                waited.as_millis()
            ),
        ),
        SendFailure::Expired { records_count, waited } => timeout(format!(
            "Expiring {records_count} record(s): {} ms has passed since batch creation",
            waited.as_millis()
        )),
        SendFailure::Refused { error, message } => Exception::of(*error, message.as_deref()),
        SendFailure::NoAnswer(Failure::TimedOut) => timeout("The request timed out.".to_owned()),
        SendFailure::NoAnswer(
            other @ (Failure::NotConnected { .. }
            | Failure::Disconnected { .. }
            | Failure::UnsupportedVersion { .. }
            | Failure::Encode(_)
            | Failure::Decode(_)),
        ) => Exception::of(ErrorCode::NetworkException, Some(&other.to_string())),
        SendFailure::RetriesExceeded { cause } => exception(cause),
        SendFailure::QueueFull | SendFailure::NotSent | SendFailure::Closed => {
            Exception::new("java.lang.IllegalStateException", failure.to_string())
        }
    }
}

/// The same as lines.
pub(crate) fn trace(failure: &SendFailure) -> String {
    exception(failure).trace()
}

/// Properties of Java's producer that mean nothing to this one, or that are set elsewhere.
const PASSED_OVER: [&str; 7] = [
    "bootstrap.servers",
    "client.id",
    "key.serializer",
    "value.serializer",
    "send.buffer.bytes",
    "receive.buffer.bytes",
    "security.protocol",
];

/// Java's producer, set up by properties.
///
/// # Errors
/// For a value that is none.
pub(crate) fn producer_settings(
    properties: &Properties,
    bootstrap: Vec<Address>,
) -> Result<ProducerSettings, Exception> {
    let client_id = properties.get("client.id").unwrap_or("producer-1");
    let mut settings = ProducerSettings::of(ClientKind::Java).named(client_id, bootstrap);
    if properties.get("transactional.id").is_some() {
        return Err(config_exception("transactional.id: transactions come later"));
    }
    for (key, value) in properties.iter().filter(|(key, _)| !PASSED_OVER.contains(key)) {
        match settings.set(key, value) {
            Ok(()) => {}
            // As Java's client does with what it does not know.
            Err(error) if error.found == error.name => {}
            Err(error) => return Err(config_exception(&error.to_string())),
        }
    }
    settings.check().map_err(|error| config_exception(&error.to_string()))?;
    Ok(settings)
}

fn config_exception(message: &str) -> Exception {
    Exception::new("org.apache.kafka.common.config.ConfigException", message)
}
