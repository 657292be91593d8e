//! `partition.metadata`: which topic a folder belongs to, by the topic's id.
//!
//! ```text
//! version: 0
//! topic_id: 9rVDi3vbQZKfyIfVdVz9kw
//! ```

use super::paths;
use crate::{Storage, StorageError};
use uuid::Uuid;

/// Kafka's text of an id: URL-safe base64 without padding.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// An id as Kafka prints it.
pub fn id_to_text(id: Uuid) -> String {
    let mut text = String::with_capacity(22);
    let bits = id.as_u128();
    for at in 0..22 {
        // 128 bits are 21 digits of six bits and one of two, which stands in the upper bits of its digit.
        let digit = if at < 21 { bits >> (122 - 6 * at) } else { bits << 4 };
        text.push(char::from(ALPHABET[usize::try_from(digit & 0x3f).expect("six bits fit")]));
    }
    text
}

/// An id from Kafka's text, `None` if it is not one.
pub fn id_from_text(text: &str) -> Option<Uuid> {
    let mut bits: u128 = 0;
    if text.len() != 22 {
        return None;
    }
    for (at, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)? as u128;
        bits = if at < 21 { bits << 6 | digit } else { bits << 2 | digit >> 4 };
    }
    Some(Uuid::from_u128(bits))
}

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
