//! Bytes that no honest client sends: an error that says where, never a panic.

use super::*;
use proptest::prelude::*;

/// A batch around these bytes as its records.
fn batch_of(body: &[u8], records_count: i32) -> Bytes {
    let mut header = BatchHeader::read(&BatchBuilder::new().build()).unwrap();
    header.records_count = records_count;
    header.last_offset_delta = records_count.wrapping_sub(1);
    header.batch_length = i32::try_from(BatchHeader::SIZE - BatchHeader::LOG_OVERHEAD + body.len()).unwrap();
    [&header.to_bytes()[..], body].concat().into()
}

/// Both ways of reading refuse the batch with the same error.
#[track_caller]
fn check(body: &[u8], records_count: i32, at: usize, wanted: &'static str) {
    let batch = batch_of(body, records_count);
    let expected = Err(RecordError::Malformed { at, wanted });
    assert_eq!(validate(&batch, LARGE), expected, "validate");
    let read = iterate(&batch, LARGE).and_then(|records| records.collect::<Result<Vec<_>, _>>()).map(|_| ());
    assert_eq!(read, expected, "iterate");
}

#[test]
fn a_record_is_refused_where_it_breaks_the_format() {
    // size, attributes, timestamp delta, offset delta, key, value, headers count; numbers are zigzag: 2 is 1.
    let record: &[u8] = &[12, 0, 0, 0, 1, 1, 0];
    assert_eq!(validate(&batch_of(record, 1), LARGE), Ok(()));
    check(&[], 1, 61, "the size of a record");
    check(&[0x80], 1, 61, "the size of a record");
    check(&[1], 1, 62, "a record size that is not negative");
    check(&record[..6], 1, 62, "as many bytes as the record's size says");
    check(&[0], 1, 62, "a record's attributes");
    check(&[2, 0], 1, 63, "a timestamp delta");
    check(&[4, 0, 0], 1, 64, "an offset delta");
    check(&[6, 0, 0, 0], 1, 65, "the size of a key");
    check(&[8, 0, 0, 0, 2], 1, 66, "as many bytes as the key's size says");
    check(&[8, 0, 0, 0, 1], 1, 66, "the size of a value");
    check(&[10, 0, 0, 0, 1, 2], 1, 67, "as many bytes as the value's size says");
    check(&[10, 0, 0, 0, 1, 1], 1, 67, "the number of headers");
    check(&[12, 0, 0, 0, 1, 1, 1], 1, 68, "no more headers than there are bytes left in the record");
    check(&[14, 0, 0, 0, 1, 1, 4, 0], 1, 68, "no more headers than there are bytes left in the record");
    check(&[16, 0, 0, 0, 1, 1, 2, 1, 1], 1, 69, "a header key that is not null");
    check(&[14, 0, 0, 0, 1, 1, 2, 0], 1, 69, "the size of a header's value");
    check(&[14, 0, 0, 0, 1, 1, 0, 0], 1, 68, "the end of the record");
}

#[test]
fn the_number_of_records_is_the_one_that_the_header_states() {
    let record: &[u8] = &[12, 0, 0, 0, 1, 1, 0];
    check(record, 2, 68, "the size of a record");
    check(record, 0, 61, "the end of the batch after the number of records that its header states");
    check(&record.repeat(2), 1, 68, "the end of the batch after the number of records that its header states");
    assert!(iterate(&batch_of(&[], -1), LARGE).is_err());
    assert!(iterate(&batch_of(record, i32::MIN), LARGE).is_err());
}

#[test]
fn offsets_that_do_not_rise_are_refused() {
    let second_of = |delta: u8| [&[12, 0, 0, 0, 1, 1, 0][..], &[12, 0, 0, delta, 1, 1, 0]].concat();
    let last = |delta| read_last(&batch_of(&second_of(delta), 2));
    assert_eq!(last(2).map(|record| record.offset), Ok(1));
    let wanted = "offsets that rise up to the batch's last";
    for delta in [0, 1, 4] {
        assert_eq!(last(delta), Err(RecordError::Malformed { at: 68, wanted }));
        assert!(validate(&batch_of(&second_of(delta), 2), LARGE).is_err());
    }
}

fn read_last(batch: &Bytes) -> Result<Record, RecordError> {
    iterate(batch, LARGE)?.last().unwrap()
}

#[test]
fn after_an_error_the_records_are_over() {
    let mut records = iterate(&batch_of(&[0; 100], 100), LARGE).unwrap();
    assert!(records.next().unwrap().is_err());
    assert!(records.next().is_none());
}

#[test]
fn a_header_key_that_is_not_text_is_read_with_replacement_characters() {
    let records = read(&batch_of(&[18, 0, 0, 0, 1, 1, 2, 2, 0xff, 1], 1));
    assert_eq!(records[0].headers, [header("\u{fffd}", None)]);
}

#[test]
fn offsets_and_times_at_the_edge_wrap_as_in_java() {
    let mut builder = BatchBuilder::new().base_offset(i64::MAX);
    builder.append(i64::MAX, None, None, &[]);
    builder.append(i64::MIN, None, None, &[]);
    let batch = builder.build();
    let records = read(&batch);
    assert_eq!(records[1], Record { offset: i64::MIN, timestamp: i64::MIN, key: None, value: None, headers: vec![] });
    let header = BatchHeader::read(&batch).unwrap();
    assert_eq!((header.last_offset(), header.next_offset()), (i64::MAX, i64::MAX));
}

#[test]
fn older_formats_are_named() {
    let mut batch = golden("plain").to_vec();
    for magic in [0, 1, 3] {
        batch[16] = magic;
        let error = BatchError::Magic(i8::from_be_bytes([magic]));
        assert_eq!(BatchHeader::check(&batch), Err(error));
        assert_eq!(validate(&Bytes::copy_from_slice(&batch[..20]), 0), Err(RecordError::Batch(error)));
        assert_eq!(split(&batch).next(), Some(Err(split::SplitError { at: 0, error })));
    }
}

#[test]
fn a_flipped_bit_stops_a_walk_that_compares_checksums() {
    let batch = golden("plain");
    let mut two = [&batch[..], &batch].concat();
    two[batch.len() + 100] ^= 1;
    assert_eq!(split(&two).filter(Result::is_ok).count(), 2);
    let mut walk = split(&two).with_checksums().ending_at_partial();
    assert!(walk.next().unwrap().is_ok());
    let error = walk.next().unwrap().unwrap_err();
    assert_eq!(error.at, batch.len());
    assert!(matches!(error.error, BatchError::Checksum { .. }));
    assert_eq!(walk.position(), batch.len());
    assert!(walk.next().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_cut_batch_is_truncated(cut in 0..442_usize) {
        let batch = golden("plain").slice(..cut);
        let truncated = matches!(iterate(&batch, LARGE), Err(RecordError::Batch(BatchError::Truncated { .. })));
        prop_assert!(truncated);
    }

    #[test]
    fn any_records_after_a_good_header_are_read_or_refused(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        records_count in -2..20_i32,
    ) {
        let batch = batch_of(&body, records_count);
        let read = iterate(&batch, LARGE).and_then(|records| records.collect::<Result<Vec<_>, _>>());
        if validate(&batch, LARGE).is_ok() {
            prop_assert_eq!(read.unwrap().len(), usize::try_from(records_count).unwrap());
        }
    }
}
