//! What a topic may be called.

use crate::configs::ConfigRefusal;
use runnel_protocol::ErrorCode;

/// Where groups keep their members and offsets.
pub const CONSUMER_OFFSETS: &str = "__consumer_offsets";
/// Where transactions keep their state.
pub const TRANSACTION_STATE: &str = "__transaction_state";
/// Where share groups keep their state.
pub const SHARE_GROUP_STATE: &str = "__share_group_state";
/// The cluster's own log, which is no topic to clients.
pub const CLUSTER_METADATA: &str = "__cluster_metadata";

/// Longest name, in characters.
pub const NAME_LENGTH_MAX: usize = 249;

/// Whether the cluster itself writes the topic. Metadata marks such topics.
pub fn is_internal(name: &str) -> bool {
    [CONSUMER_OFFSETS, TRANSACTION_STATE, SHARE_GROUP_STATE].contains(&name)
}

/// Checks length and characters.
///
/// # Errors
/// INVALID_TOPIC_EXCEPTION with Kafka's message.
pub fn check_name(name: &str) -> Result<(), ConfigRefusal> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let why = if name.is_empty() {
        "the empty string is not allowed".to_owned()
    } else if name == "." || name == ".." {
        format!("'{name}' is not allowed")
    } else if name.encode_utf16().count() > NAME_LENGTH_MAX {
        format!("the length of '{name}' is longer than the max allowed length {NAME_LENGTH_MAX}")
    } else if !name.bytes().all(is_legal) {
        format!("'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")
    } else {
        return Ok(());
    };
    Err(ConfigRefusal::new(ErrorCode::InvalidTopicException, format!("Topic name is invalid: {why}")))
}

/// The first of `names` whose metrics would have the same name: Kafka writes a period as an underscore there.
pub fn colliding<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if !name.contains(['.', '_']) {
        return None;
    }
    let metric = name.replace('.', "_");
    names.into_iter().find(|other| other.len() == metric.len() && other.replace('.', "_") == metric)
}
