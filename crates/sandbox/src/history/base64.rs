//! Bytes as text (RFC 4648, with padding), for frames in a history's file.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = 0_u32;
        for place in 0..3 {
            bits = bits << 8 | u32::from(group.get(place).copied().unwrap_or(0));
        }
        for place in 0..4 {
            let six = usize::try_from(bits >> (18 - 6 * place) & 0x3f).unwrap_or_default();
            text.push(if place <= group.len() { char::from(ALPHABET[six]) } else { '=' });
        }
    }
    text
}

/// The bytes, if the text is exactly what [`encode`] makes of them.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let letters = text.as_bytes();
    if !letters.len().is_multiple_of(4) {
        return None;
    }
    for (place, group) in letters.chunks(4).enumerate() {
        let padding = group.iter().rev().take_while(|letter| **letter == b'=').count();
        let is_last = (place + 1) * 4 == letters.len();
        if padding > 2 || (padding > 0 && !is_last) {
            return None;
        }
        let mut bits = 0_u32;
        for letter in &group[..4 - padding] {
            let six = ALPHABET.iter().position(|known| known == letter)?;
            bits = bits << 6 | u32::try_from(six).ok()?;
        }
        bits <<= 6 * padding;
        let [_, first, second, third] = bits.to_be_bytes();
        let whole = [first, second, third];
        // Bits that no byte needs are zero.
        if whole[3 - padding..].iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(&whole[..3 - padding]);
    }
    Some(bytes)
}
