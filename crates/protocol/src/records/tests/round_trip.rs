//! What is built is read, for any records and every codec.

use super::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Bytes of which some compress well.
fn bytes(size_max: usize) -> impl Strategy<Value = Bytes> {
    prop_oneof![vec(any::<u8>(), 0..size_max), vec(0_u8..3, 0..size_max)].prop_map(Bytes::from)
}

fn any_header() -> impl Strategy<Value = RecordHeader> {
    ("\\PC{0,9}", option::of(bytes(20))).prop_map(|(key, value)| RecordHeader { key: key.into(), value })
}

/// Records at rising offsets from `base_offset` on.
fn any_records(base_offset: i64) -> impl Strategy<Value = Vec<Record>> {
    let record =
        (1..100_000_i64, any::<i64>(), option::of(bytes(40)), option::of(bytes(3000)), vec(any_header(), 0..4));
    vec(record, 1..40).prop_map(move |parts| {
        let mut offset = base_offset - 1;
        let number = |(gap, timestamp, key, value, headers)| {
            offset += gap;
            Record { offset, timestamp, key, value, headers }
        };
        parts.into_iter().map(number).collect()
    })
}

fn any_codec() -> impl Strategy<Value = Compression> {
    proptest::sample::select(CODECS.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn records_with_gaps_are_read_as_they_were_written(codec in any_codec(), records in any_records(1 << 40)) {
        let mut builder = BatchBuilder::new().compression(codec).base_offset(1 << 40);
        for Record { offset, timestamp, key, value, headers } in &records {
            let size = builder.size();
            builder.append_at(*offset, *timestamp, key.as_deref(), value.as_deref(), headers);
            prop_assert!(builder.size() <= size + BatchBuilder::record_size_max(key.as_deref(), value.as_deref(), headers));
        }
        let batch = builder.build();
        let header = BatchHeader::check(&batch).unwrap();
        prop_assert_eq!(header.size(), batch.len());
        prop_assert_eq!(header.last_offset(), records.last().unwrap().offset);
        prop_assert_eq!(read(&batch), records);
    }

    #[test]
    fn records_of_a_producer_pass_validation(codec in any_codec(), records in any_records(0)) {
        let mut builder = BatchBuilder::new().compression(codec).producer(1, 0, 5);
        for record in &records {
            builder.append(record.timestamp, record.key.as_deref(), record.value.as_deref(), &record.headers);
        }
        let batch = builder.build();
        let mut seen = Vec::new();
        prop_assert_eq!(validate_each(&batch, LARGE, |record| seen.push((record.timestamp, record.has_key))), Ok(()));
        let expected: Vec<_> = records.iter().map(|record| (record.timestamp, record.key.is_some())).collect();
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn batches_in_a_row_are_found_again(sizes in vec(0..200_usize, 0..6), cut in 0..2000_usize) {
        let batches: Vec<Bytes> = sizes.iter().map(|size| {
            let mut builder = BatchBuilder::new();
            builder.append(0, None, Some(&vec![7; *size]), &[]);
            builder.build()
        }).collect();
        let whole = batches.concat();
        let found: Result<Vec<_>, _> = split(&whole).with_checksums().collect();
        let found: Vec<_> = found.unwrap().into_iter().map(|(_, range)| &whole[range]).collect();
        prop_assert_eq!(&found, &batches);

        let cut = &whole[..cut.min(whole.len())];
        let mut walk = split(cut).ending_at_partial();
        let count = walk.by_ref().filter(Result::is_ok).count();
        prop_assert_eq!(&cut[..walk.position()], &batches[..count].concat()[..]);
        let error = split(cut).find_map(Result::err);
        prop_assert_eq!(error.is_some(), walk.position() < cut.len());
        prop_assert!(error.is_none_or(|error| error.is_partial() && error.at == walk.position()));
    }
}
