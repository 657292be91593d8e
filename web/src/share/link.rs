//! A story in the fragment of an address: `title=TITLE&run=1.DATA`, the history file in deflate and base64.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{Read, Write};

/// The version of what stands in a link.
const VERSION: &str = "1";
/// Most bytes of a history file that a link holds.
const HISTORY_MAX: usize = 2 * 1024 * 1024;
/// Longest title.
const TITLE_MAX: usize = 120;
/// What a world from a link is called that has no name.
const UNNAMED: &str = "From a link";

fn too_long() -> String {
    format!("it is longer than {} MB: save it as a file instead", HISTORY_MAX / 1024 / 1024)
}

/// Packs a story.
pub(super) fn pack(history: &str, title: &str) -> Result<String, String> {
    let packed = pack_text(history)?;
    let title: String = title.chars().take(TITLE_MAX).collect();
    let title = String::from(js_sys::encode_uri_component(&title));
    Ok(format!("title={title}&run={packed}"))
}

/// Packs a text: the version, a dot, and the text in deflate and base64.
///
/// # Errors
/// A text that is too long.
pub(crate) fn pack_text(text: &str) -> Result<String, String> {
    if text.len() > HISTORY_MAX {
        return Err(format!("a link cannot hold this: {}", too_long()));
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    let packed = packed.map_err(|error| format!("it cannot be packed: {error}"))?;
    Ok(format!("{VERSION}.{}", URL_SAFE_NO_PAD.encode(packed)))
}

/// Unpacks a story with its title; nothing if the fragment holds none.
pub(super) fn unpack(fragment: &str) -> Option<Result<(String, String), String>> {
    let part = |name: &str| fragment.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let run = part("run")?;
    let title = part("title").and_then(|title| js_sys::decode_uri_component(title).ok()).map(String::from);
    let title: String = title.unwrap_or_default().chars().take(TITLE_MAX).collect();
    let title = if title.trim().is_empty() { UNNAMED.to_owned() } else { title };
    Some(unpack_text(run).map(|history| (history, title)))
}

/// Unpacks what [`pack_text`] has packed.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn unpack_text(packed: &str) -> Result<String, String> {
    let Some((version, data)) = packed.split_once('.') else {
        return Err("behind \"=\" a version, a dot and what is packed were wanted".to_owned());
    };
    if version != VERSION {
        let found: String = version.chars().take(12).collect();
        return Err(format!(
            "it was made by a newer version: this page reads links of version {VERSION}, found \"{found}\""
        ));
    }
    if data.len() > HISTORY_MAX {
        return Err(too_long());
    }
    let packed = URL_SAFE_NO_PAD.decode(data).map_err(|error| format!("it is damaged: {error}"))?;
    let mut unpacked = Vec::new();
    // One byte more than is allowed tells that there is more, however much that would be.
    let limit = u64::try_from(HISTORY_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let read = DeflateDecoder::new(packed.as_slice()).take(limit).read_to_end(&mut unpacked);
    read.map_err(|error| format!("it is damaged after {} bytes: {error}", unpacked.len()))?;
    if unpacked.len() > HISTORY_MAX {
        return Err(too_long());
    }
    String::from_utf8(unpacked).map_err(|error| format!("it is damaged: {error}"))
}
