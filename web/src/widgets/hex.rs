//! Bytes as they are written in dumps.

/// Bytes in a line.
pub(crate) const LINE_BYTES: usize = 8;

/// `75 73 65 72`.
pub(crate) fn spaced(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// The letters that bytes stand for; a dot for what is none.
pub(crate) fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' }).collect()
}

/// Whole lines: place, bytes, letters.
pub(crate) fn dump(bytes: &[u8]) -> String {
    let lines = bytes.chunks(LINE_BYTES).enumerate().map(|(line, chunk)| {
        let width = LINE_BYTES * 3 - 1;
        format!("{:04x}  {:width$}  {}", line * LINE_BYTES, spaced(chunk), letters(chunk))
    });
    lines.collect::<Vec<String>>().join("\n")
}
