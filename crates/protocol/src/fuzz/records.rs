//! Record batches and the compressed bytes in them.

use super::{Subject, fuzz, nothing_to_mend};
use crate::records::{self, BatchHeader, Compression, RecordError, compression, split};
use crate::testdata;
use bytes::Bytes;

/// The cap on decompressed bytes.
const CAP: usize = 64 * 1024;
const KIB: u64 = 1024;

fn batches() -> Vec<Bytes> {
    let names = ["plain", "compacted", "emptied", "commit", "log-append-time", "gzip", "snappy", "lz4", "zstd"];
    names.iter().map(|name| testdata::hex(&format!("records-{name}.hex"))).collect()
}

/// Gives the first batch the length that it has, and the magic.
fn mend_batch(bytes: &mut [u8]) {
    if bytes.len() >= BatchHeader::SIZE {
        let length = u32::try_from(bytes.len() - BatchHeader::LOG_OVERHEAD).unwrap();
        bytes[8..12].copy_from_slice(&length.to_be_bytes());
        bytes[16] = 2;
    }
}

/// Every way of reading a batch; nothing is kept.
fn read_batch(bytes: &Bytes) {
    let read = records::iterate(bytes, CAP).and_then(|mut records| records.try_for_each(|record| record.map(drop)));
    if records::validate(bytes, CAP).is_ok() {
        assert_eq!(read, Ok(()), "what passes validation can be read");
    }
    let _ = BatchHeader::check(bytes);
    let mut walk = split(bytes).with_checksums();
    let count = walk.by_ref().count();
    assert!(walk.position() <= bytes.len() && count <= bytes.len() / BatchHeader::SIZE + 1);
}

#[test]
fn changed_batches_are_read_or_refused_within_their_memory() {
    // A header takes two bytes at least, and 64 once it is read.
    let memory_max = |size: usize| 2048 * KIB + 4 * CAP as u64 + 32 * size.max(CAP) as u64;
    fuzz(2000, Subject { seeds: batches(), mend: mend_batch, memory_max, read: read_batch });
}

/// Compressed bytes of one codec: Kafka's, ours, and those of other programs.
fn streams(codec: Compression, others: &[&str]) -> Vec<Bytes> {
    let of_kafka = testdata::hex(&format!("records-{codec}.hex")).slice(BatchHeader::SIZE..);
    let plain = testdata::hex("records-plain.hex").slice(BatchHeader::SIZE..);
    let zeros = [0; 1000];
    let ours = [&plain[..], &zeros, b"short", b""].map(|bytes| Bytes::from(compression::compress(codec, bytes)));
    let others = others.iter().map(|name| testdata::hex(name));
    ours.into_iter().chain(others).chain([of_kafka]).collect()
}

fn fuzz_codec(codec: Compression, others: &[&str], memory_max: fn(usize) -> u64) {
    let read = |bytes: &Bytes| match compression::decompress(codec, bytes, CAP) {
        Ok(decompressed) => assert!(decompressed.len() <= CAP),
        Err(RecordError::TooLarge { size_max, .. }) => assert_eq!(size_max, CAP),
        Err(error) => assert!(matches!(error, RecordError::Compressed { .. }), "{error}"),
    };
    fuzz(2000, Subject { seeds: streams(codec, others), mend: nothing_to_mend, memory_max, read });
}

#[test]
fn changed_gzip_is_decompressed_or_refused_within_its_memory() {
    fuzz_codec(Compression::Gzip, &["gzip-members.hex"], |size| 128 * KIB + 3 * CAP as u64 + size as u64);
}

#[test]
fn changed_snappy_is_decompressed_or_refused_within_its_memory() {
    fuzz_codec(Compression::Snappy, &[], |_| 16 * KIB + 2 * CAP as u64);
}

#[test]
fn changed_lz4_is_decompressed_or_refused_within_its_memory() {
    fuzz_codec(Compression::Lz4, &["lz4-linked.hex", "lz4-sized.hex"], |_| 16 * KIB + 2 * CAP as u64);
}

#[test]
fn changed_zstd_is_decompressed_or_refused_within_its_memory() {
    fuzz_codec(Compression::Zstd, &["zstd-sized.hex", "zstd-long.hex"], |_| 2048 * KIB + 4 * CAP as u64);
}
