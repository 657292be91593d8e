//! `partition.metadata`: which topic a folder belongs to, by the topic's id.
//!
//! ```text
//! version: 0
//! topic_id: 9rVDi3vbQZKfyIfVdVz9kw
//! ```

use super::paths;
use crate::{Storage, StorageError};
use uuid::Uuid;

pub use crate::ids::{parse_uuid_text as id_from_text, uuid_text as id_to_text};

pub(super) fn write(storage: &mut dyn Storage, folder: &str, topic_id: Uuid) -> Result<(), StorageError> {
    let text = format!("version: 0\ntopic_id: {}", id_to_text(topic_id));
    storage.replace(&format!("{folder}/{}", paths::METADATA), text.as_bytes())
}

/// The topic's id, `None` if the folder does not say it.
///
/// # Errors
/// The store's refusal, also for a file that is there and does not say it.
pub fn topic_id(storage: &dyn Storage, folder: &str) -> Result<Option<Uuid>, StorageError> {
    let path = format!("{folder}/{}", paths::METADATA);
    let Some(bytes) = storage.load(&path)? else { return Ok(None) };
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    let mut lines = text.lines();
    let id = match (lines.next(), lines.next().and_then(|line| line.strip_prefix("topic_id: "))) {
        (Some("version: 0"), Some(id)) => id_from_text(id),
        _ => None,
    };
    id.map(Some).ok_or_else(|| StorageError {
        path,
        operation: "open",
        reason: format!("wanted \"version: 0\" and \"topic_id: ID\", found {text:?}"),
    })
}
