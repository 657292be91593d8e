//! Every message in every version, and bytes that nobody should send.

use super::*;
use crate::arbitrary::{MESSAGES, Row, Source};
use crate::chunk::{BlobRange, Chunk, Chunks};
use bytes::{BufMut, Bytes, BytesMut};
use proptest::prelude::*;

/// Every message with every version of it.
fn every_version() -> impl Iterator<Item = (&'static Row, i16)> {
    MESSAGES.iter().flat_map(|row| row.versions().map(move |version| (row, version)))
}

#[test]
fn a_message_survives_being_written_and_read() {
    let mut source = Source::new(1);
    for (row, version) in every_version() {
        for _ in 0..20 {
            assert_eq!((row.survives)(&mut source, version), Ok(true), "{} version {version}", row.name);
        }
    }
}

#[test]
fn what_was_read_is_written_as_the_same_bytes() {
    let mut source = Source::new(2);
    for (row, version) in every_version() {
        for _ in 0..5 {
            let bytes = (row.random)(&mut source, version).unwrap();
            assert_eq!((row.recode)(bytes.clone(), version), Ok((bytes, 0)), "{} version {version}", row.name);
        }
    }
}

#[test]
fn a_message_that_was_cut_short_says_where_it_ended() {
    let mut source = Source::new(3);
    for (row, version) in every_version() {
        let bytes = (row.random)(&mut source, version).unwrap();
        for size in (0..bytes.len()).step_by(1 + bytes.len() / 40) {
            let error = (row.recode)(bytes.slice(..size), version).expect_err("a part is not the whole");
            assert!(error.at <= size, "{} version {version}: {error}", row.name);
        }
    }
}

#[test]
fn changed_bytes_are_read_or_refused() {
    let mut source = Source::new(4);
    for (row, version) in every_version() {
        for _ in 0..20 {
            let mut bytes = BytesMut::from((row.random)(&mut source, version).unwrap());
            for _ in 0..source.below(4) {
                if !bytes.is_empty() {
                    let at = source.below(bytes.len());
                    bytes[at] = [0, 1, 0x7f, 0x80, 0xff, source.bits().to_le_bytes()[0]][source.below(6)];
                }
            }
            let size = bytes.len();
            if let Err(error) = (row.recode)(bytes.freeze(), version) {
                assert!(error.at <= size);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let bytes = Bytes::from(bytes);
        for (row, version) in every_version() {
            if let Err(error) = (row.recode)(bytes.clone(), version) {
                prop_assert!(error.at <= bytes.len());
            }
        }
    }

    #[test]
    fn a_varint_survives_being_written_and_read(value: u32) {
        let mut writer = Writer::new();
        writer.unsigned_varint(value);
        let mut reader = Reader::new(writer.into_bytes().unwrap());
        prop_assert_eq!(reader.unsigned_varint("a varint"), Ok(value));
        prop_assert_eq!(reader.remaining(), 0);
    }
}

#[test]
fn versions_outside_the_range_are_refused_both_ways() {
    for row in MESSAGES {
        for version in [-1, row.versions().end() + 1, i16::MIN, i16::MAX] {
            let error = (row.recode)(Bytes::from_static(&[0; 64]), version).expect_err(row.name);
            assert_eq!(error.at, 0);
            assert!(error.wanted.contains(row.name), "{error}");
            assert!((row.random)(&mut Source::new(5), version).is_err());
        }
    }
}

fn reader(bytes: &[u8]) -> Reader {
    Reader::new(Bytes::copy_from_slice(bytes))
}

#[test]
fn a_count_beyond_the_bytes_at_hand_is_refused_before_memory_is_given_out() {
    let read =
        |bytes: &[u8], smallest| reader(bytes).array(false, smallest, "numbers", |reader| reader.i32("a number"));
    let refused = Err(DecodeError { at: 0, wanted: "numbers" });
    assert_eq!(read(&[0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4], 4), refused);
    assert_eq!(read(&[0, 0, 0, 2, 1, 2, 3, 4], 4), refused);
    assert_eq!(read(&[0xff, 0xff, 0xff, 0xff], 4), refused, "null where null may not be");
    assert_eq!(read(&[0xff, 0xff, 0xff, 0xfe], 4), refused, "a negative count");
    assert_eq!(read(&[0, 0, 0, 1, 0, 0, 0, 9], 4), Ok(vec![9]));
}

#[test]
fn a_frame_holds_a_million_elements_at_most() {
    let frame = |counts: &[usize]| {
        let mut frame = BytesMut::new();
        for count in counts {
            frame.put_u32(u32::try_from(*count).unwrap());
            frame.put_bytes(0, *count);
        }
        Reader::new(frame.freeze())
    };
    let mut read = frame(&[MAX_ELEMENTS]);
    assert_eq!(read.array(false, 1, "first", |reader| reader.i8("one")).unwrap().len(), MAX_ELEMENTS);
    let mut read = frame(&[MAX_ELEMENTS + 1]);
    assert!(read.array(false, 1, "first", |reader| reader.i8("one")).is_err());
    let mut read = frame(&[MAX_ELEMENTS - 1, 2]);
    assert!(read.array(false, 1, "first", |reader| reader.i8("one")).is_ok());
    assert!(read.array(false, 1, "second", |reader| reader.i8("one")).is_err());
}

#[test]
fn a_section_holds_ten_thousand_tagged_fields_at_most() {
    let section = |count: u32| {
        let mut writer = Writer::new();
        writer.unsigned_varint(count);
        for tag in 0..count {
            writer.tagged_field(tag, |_| Ok(())).unwrap();
        }
        Reader::new(writer.into_bytes().unwrap()).skip_tagged_fields()
    };
    assert_eq!(section(MAX_TAGGED_FIELDS), Ok(()));
    assert_eq!(section(MAX_TAGGED_FIELDS + 1), Err(DecodeError { at: 0, wanted: "at most 10,000 tagged fields" }));
}

#[test]
fn a_tagged_field_ends_where_its_size_says() {
    let read = |bytes: &[u8]| {
        reader(bytes).tagged_fields(|reader, tag| match tag {
            0 => reader.i16("a number").map(|_| true),
            _ => Ok(false),
        })
    };
    assert_eq!(read(&[2, 0, 2, 7, 7, 9, 3, 1, 2, 3]), Ok(()), "one that is known, one that is not");
    assert_eq!(read(&[1, 0, 1, 7, 7]), Err(DecodeError { at: 3, wanted: "a number" }));
    assert_eq!(read(&[1, 0, 3, 7, 7, 7]), Err(DecodeError { at: 5, wanted: "the end of a tagged field" }));
    assert_eq!(read(&[1, 0, 9, 7]), Err(DecodeError { at: 2, wanted: "size of a tagged field: varint" }));
}

#[test]
fn strings_are_utf8_and_at_most_32767_bytes() {
    let text = |bytes: &[u8]| reader(bytes).string(false, "text");
    assert_eq!(text(&[0, 2, b'o', b'k']), Ok("ok".into()));
    assert_eq!(text(&[0, 2, b'o', 0xff]), Err(DecodeError { at: 2, wanted: "text" }));
    assert_eq!(text(&[0xff, 0xff]), Err(DecodeError { at: 0, wanted: "text" }));
    assert_eq!(text(&[0, 3, b'o', b'k']), Err(DecodeError { at: 0, wanted: "text" }));
    let mut compact = vec![0x81, 0x80, 0x02];
    compact.resize(3 + 0x8000, b'a');
    assert_eq!(reader(&compact).string(true, "text"), Err(DecodeError { at: 0, wanted: "text" }));
    let too_long = "a".repeat(0x8000);
    let refused = Err(EncodeError::TooLong { field: "name", size: 0x8000 });
    assert_eq!(Writer::new().string(&too_long, true, "name"), refused);
    assert_eq!(Writer::new().string(&too_long, false, "name"), refused);
}

#[test]
fn a_varint_has_32_bits_at_most() {
    assert_eq!(reader(&[0xff, 0xff, 0xff, 0xff, 0x0f]).unsigned_varint("v"), Ok(u32::MAX));
    assert!(reader(&[0xff, 0xff, 0xff, 0xff, 0x1f]).unsigned_varint("v").is_err());
    assert!(reader(&[0xff, 0xff, 0xff, 0xff, 0x80, 0x00]).unsigned_varint("v").is_err());
    assert!(reader(&[0x80]).unsigned_varint("v").is_err());
}

#[test]
fn bytes_in_one_piece_are_passed_on_and_others_gathered_in_order() {
    let range = BlobRange { blob: 1, position: 2, size: 3 };
    let read = |asked: BlobRange| if asked == range { Ok(Bytes::from_static(b"cde")) } else { Err("another range") };
    let piece = Bytes::from_static(b"ab");
    let passed_on = Chunks::from(piece.clone()).into_gathered(read).unwrap();
    assert_eq!((passed_on.as_ptr(), passed_on.len()), (piece.as_ptr(), piece.len()));
    let mut several = Chunks::from(piece);
    several.0.push(Chunk::Range(range));
    several.0.push(Chunk::Bytes(Bytes::from_static(b"f")));
    assert_eq!(several.into_gathered(read), Ok(Bytes::from_static(b"abcdef")));
    assert_eq!(Chunks::default().into_gathered(read), Ok(Bytes::new()));
    assert_eq!(Chunks::from(Chunk::Range(BlobRange { blob: 2, ..range })).into_gathered(read), Err("another range"));
}
