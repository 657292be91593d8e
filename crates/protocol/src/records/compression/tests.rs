//! The codecs alone: other programs' streams, there and back, and streams that lie.

use super::*;
use crate::testdata;
use proptest::collection::vec;
use proptest::prelude::*;

const CODECS: [Compression; 4] = [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];
const LARGE: usize = 1 << 24;

/// What the files in `testdata/batches` that no Java program wrote hold.
fn payments() -> Vec<u8> {
    b"payment of 42 euro from the same account\n".repeat(4000)
}

#[track_caller]
fn check_golden(codec: Compression, name: &str) {
    let stream = testdata::hex(name);
    let expected = payments();
    assert!(decompress(codec, &stream, expected.len()).unwrap() == expected, "{name}");
    assert_eq!(decompress(codec, &stream, expected.len() - 1), too_large(codec, expected.len() - 1));
}

fn too_large(codec: Compression, size_max: usize) -> Result<Vec<u8>, RecordError> {
    Err(RecordError::TooLarge { codec, size_max })
}

#[test]
fn streams_of_the_codecs_own_tools_are_read() {
    check_golden(Compression::Gzip, "gzip-members.hex");
    check_golden(Compression::Lz4, "lz4-linked.hex");
    check_golden(Compression::Lz4, "lz4-sized.hex");
    check_golden(Compression::Zstd, "zstd-sized.hex");
    check_golden(Compression::Zstd, "zstd-long.hex");
}

#[test]
fn snappy_is_read_raw_and_in_both_byte_orders_of_the_framing() {
    let expected = payments();
    let raw = snap::raw::Encoder::new().compress_vec(&expected).unwrap();
    assert!(decompress(Compression::Snappy, &raw, LARGE).unwrap() == expected);

    let mut little_endian = compress(Compression::Snappy, &expected);
    assert_eq!(little_endian[8..16], [0, 0, 0, 1, 0, 0, 0, 1]);
    little_endian[8..16].copy_from_slice(&[1, 0, 0, 0, 1, 0, 0, 0]);
    assert!(decompress(Compression::Snappy, &little_endian, LARGE).unwrap() == expected);

    let twice = [&little_endian[..], &compress(Compression::Snappy, b"more")].concat();
    assert_eq!(decompress(Compression::Snappy, &twice, LARGE).unwrap()[expected.len()..], b"more"[..]);
}

#[test]
fn what_follows_a_stream_is_passed_over_where_kafka_does_so() {
    for (codec, is_passed_over) in [(Compression::Gzip, true), (Compression::Lz4, true), (Compression::Zstd, false)] {
        let stream = [&compress(codec, b"records")[..], b"rubbish"].concat();
        assert_eq!(decompress(codec, &stream, LARGE).is_ok(), is_passed_over, "{codec}");
    }
}

#[test]
fn skippable_frames_of_zstd_are_skipped() {
    let frame = compress(Compression::Zstd, b"records");
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let stream = [&skippable[..], &frame, &skippable, &frame].concat();
    assert_eq!(decompress(Compression::Zstd, &stream, LARGE).unwrap(), b"recordsrecords");
    assert!(decompress(Compression::Zstd, &skippable[..10], LARGE).is_err());
}

#[test]
fn the_cap_is_exact() {
    for codec in CODECS.into_iter().chain([Compression::None]) {
        for size in [0, 1, 1000, 32 * 1024, 64 * 1024, 64 * 1024 + 1, 300_000] {
            let bytes = vec![7; size];
            let stream = compress(codec, &bytes);
            assert!(decompress(codec, &stream, size).unwrap() == bytes, "{codec} {size}");
            if size > 0 {
                assert_eq!(decompress(codec, &stream, size - 1), too_large(codec, size - 1));
                assert_eq!(decompress(codec, &stream, 0), too_large(codec, 0));
            }
        }
    }
}

/// A stream of zeros that is a thousandth of what it holds, or less; snappy cannot do better than a twentieth.
fn bomb(codec: Compression) -> Vec<u8> {
    compress(codec, &vec![0; 64 << 20])
}

#[test]
fn a_bomb_stops_at_the_cap_with_memory_that_follows_the_cap() {
    const CAP: usize = 1 << 20;
    for codec in CODECS {
        let bomb = bomb(codec);
        let memory = allocation_counter::measure(|| {
            assert_eq!(decompress(codec, &bomb, CAP), too_large(codec, CAP));
        });
        assert!(memory.bytes_max < 6 << 20, "{codec} took {} bytes", memory.bytes_max);
    }
}

/// A header that promises `size` bytes, or a window as large, and nothing that could pay for it.
fn empty_promises(codec: Compression) -> Vec<Vec<u8>> {
    let with_checksum = |mut frame: Vec<u8>| {
        let [_, checksum, ..] = twox_hash::XxHash32::oneshot(0, &frame[4..]).to_le_bytes();
        frame.push(checksum);
        frame.extend_from_slice(&[1, 0, 0, 0, 0]);
        frame
    };
    let huge = [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0];
    match codec {
        Compression::None | Compression::Gzip => vec![],
        Compression::Snappy => vec![vec![0xff, 0xff, 0xff, 0xff, 0x0f], vec![0xff, 0xff, 0xff, 0x7f, 0, 0]],
        Compression::Lz4 => vec![
            with_checksum([&[0x04, 0x22, 0x4d, 0x18, 0x68, 0x70][..], &huge].concat()),
            with_checksum(vec![0x04, 0x22, 0x4d, 0x18, 0x40, 0x70]),
        ],
        Compression::Zstd => vec![
            // A single segment of 2 GiB and more; a window of 128 MiB; one of more than a terabyte.
            [&[0x28, 0xb5, 0x2f, 0xfd, 0xe0][..], &huge, &[0x03, 0, 0]].concat(),
            vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x03, 0, 0],
            vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 31 << 3, 0x03, 0, 0],
        ],
    }
}

#[test]
fn a_size_that_a_frame_states_takes_no_memory() {
    for codec in CODECS {
        for stream in empty_promises(codec) {
            let memory = allocation_counter::measure(|| {
                assert!(decompress(codec, &stream, usize::MAX).is_err());
            });
            assert!(memory.bytes_max < 1 << 20, "{codec} took {} bytes for {stream:x?}", memory.bytes_max);
        }
    }
}

#[test]
fn a_cut_stream_is_an_error_at_every_length() {
    for codec in CODECS {
        let stream = compress(codec, b"a cut stream is an error, a cut stream is an error");
        for size in 0..stream.len() {
            let is_end_of_framing = codec == Compression::Snappy && size == 16;
            let is_nothing = codec == Compression::Zstd && size == 0;
            if !is_end_of_framing && !is_nothing {
                let outcome = decompress(codec, &stream[..size], LARGE);
                assert!(matches!(outcome, Err(RecordError::Compressed { .. })), "{codec} {size}: {outcome:?}");
            }
        }
    }
}

#[test]
fn a_wrong_checksum_is_an_error() {
    for (codec, golden) in [(Compression::Gzip, "gzip-members.hex"), (Compression::Zstd, "zstd-sized.hex")] {
        let mut stream = testdata::hex(golden).to_vec();
        // Gzip ends with checksum and size, Zstandard with a checksum.
        let at = stream.len() - if codec == Compression::Gzip { 8 } else { 4 };
        stream[at] ^= 1;
        assert!(matches!(decompress(codec, &stream, LARGE), Err(RecordError::Compressed { .. })), "{codec}");
    }
    let stream = testdata::hex("lz4-linked.hex").to_vec();
    // The header's checksum, the first block's, the content's.
    let block_size = usize::from(u16::from_le_bytes([stream[7], stream[8]]));
    for at in [6, 11 + block_size, stream.len() - 1] {
        let mut stream = stream.clone();
        stream[at] ^= 1;
        assert!(matches!(decompress(Compression::Lz4, &stream, LARGE), Err(RecordError::Compressed { .. })), "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_compressed_is_decompressed(pieces in vec((vec(any::<u8>(), 1..300), 1..2000_usize), 0..12)) {
        let bytes: Vec<u8> = pieces.iter().flat_map(|(piece, times)| piece.iter().copied().cycle().take(*times)).collect();
        for codec in CODECS {
            prop_assert_eq!(&decompress(codec, &compress(codec, &bytes), bytes.len()).unwrap(), &bytes);
        }
    }
}
