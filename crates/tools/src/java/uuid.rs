//! Ids as Kafka writes them: 16 bytes in the base64 of file names, without padding.

use super::Exception;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The 22 letters of an id.
pub(crate) fn id_to_text(id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// Reads an id.
///
/// # Errors
/// Java's exception for a text that is none.
pub(crate) fn id_from_text(text: &str) -> Result<Uuid, Exception> {
    if text.len() > 24 {
        let prefix = text.get(..24).unwrap_or(text);
        return Err(Exception::illegal_argument(format!(
            "Input string with prefix `{prefix}` is too long to be decoded as a base64 UUID"
        )));
    }
    let mut bits: u128 = 0;
    let mut letters_count = 0;
    for letter in text.trim_end_matches('=').bytes() {
        let Some(value) = LETTERS.iter().position(|known| *known == letter) else {
            let message = format!("Illegal base64 character {letter:x}");
            return Err(Exception::illegal_argument(message));
        };
        letters_count += 1;
        let value = u128::try_from(value).unwrap_or(0);
        bits = if letters_count < 22 { bits << 6 | value } else { bits << 2 | value >> 4 };
    }
    let bytes_count = letters_count * 6 / 8;
    if bytes_count != 16 {
        return Err(Exception::illegal_argument(format!(
            "Input string `{text}` decoded as {bytes_count} bytes, which is not equal to the expected 16 bytes of a \
             base64-encoded UUID"
        )));
    }
    Ok(Uuid::from_u128(bits))
}

#[cfg(test)]
mod tests {
    use super::{id_from_text, id_to_text};

    #[test]
    fn ids_are_written_and_read() {
        let id = id_from_text("Qk3vKdWxTZyUK2Fh8r2Jdg").unwrap();
        assert_eq!(id.as_u128(), 0x424d_ef29_d5b1_4d9c_942b_6161_f2bd_8976);
        assert_eq!(id_to_text(id), "Qk3vKdWxTZyUK2Fh8r2Jdg");
        assert_eq!(
            id_from_text("abc").unwrap_err().message(),
            "Input string `abc` decoded as 2 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID"
        );
    }
}
