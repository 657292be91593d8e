//! Golden bytes from real programs: `testdata/batches/*.hex`, whose first line says which program wrote them.

use bytes::Bytes;

/// The bytes in a file of `testdata/batches`.
#[track_caller]
pub(crate) fn hex(name: &str) -> Bytes {
    let path = format!("{}/testdata/batches/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let digits: Vec<u8> = text.lines().filter(|line| !line.starts_with('#')).flat_map(str::bytes).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}
