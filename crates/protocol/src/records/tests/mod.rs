//! Tests of record batches as a whole: against Kafka's own bytes, there and back, and against hostile bytes.

mod golden;
mod hostile;
mod round_trip;

use super::*;
use crate::testdata;

pub(super) const CODECS: [Compression; 5] =
    [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

/// A cap that no test here means to reach.
pub(super) const LARGE: usize = 1 << 24;

pub(super) fn header(key: &str, value: Option<&'static [u8]>) -> RecordHeader {
    RecordHeader { key: key.into(), value: value.map(Bytes::from_static) }
}

#[track_caller]
pub(super) fn read(batch: &Bytes) -> Vec<Record> {
    iterate(batch, LARGE).unwrap().collect::<Result<_, _>>().unwrap()
}

/// A golden batch of Kafka's.
#[track_caller]
pub(super) fn golden(name: &str) -> Bytes {
    testdata::hex(&format!("records-{name}.hex"))
}
