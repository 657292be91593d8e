//! What watchers are shown of records, segments and files: enough to draw them, and bounded.

use super::client::{START, create};
use super::harness::{Bench, bench};
use super::produce_and_fetch::produce;
use crate::event::{Event, EventKind};
use crate::{PreviewEncoding, RecordPreview, Snapshot};
use bytes::Bytes;
use runnel_protocol::records::{BatchBuilder, Compression, RecordHeader};

/// The previews of the one batch that was appended to `orders`, and how many records are missing among them.
#[track_caller]
fn appended(bench: &mut Bench<crate::MemoryStorage>) -> (Vec<RecordPreview>, u32) {
    let mut found = bench.event_kinds().into_iter().filter_map(|kind| {
        let EventKind::BatchAppended { topic, previews, previews_left_out, .. } = kind else { return None };
        (topic == "orders").then_some((previews, previews_left_out))
    });
    let only = found.next().expect("a batch was appended");
    assert!(found.next().is_none());
    only
}

fn counted(compression: Compression, count: usize) -> Bytes {
    let mut builder = BatchBuilder::new().compression(compression);
    for number in 0..count {
        builder.append(START + number as i64, Some(b"user1"), Some(format!("value {number}").as_bytes()), &[]);
    }
    builder.build()
}

#[test]
fn a_batch_shows_its_records() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    produce(&mut bench, client, "orders", counted(Compression::None, 3)).unwrap();
    bench.events();
    let name = "n".repeat(100);
    let headers = [
        RecordHeader { key: "trace".into(), value: Some(Bytes::from_static(b"7")) },
        RecordHeader { key: name.as_str().into(), value: None },
    ];
    let mut builder = BatchBuilder::new().compression(Compression::Zstd);
    builder.append(START, Some(b"user1"), Some("ü".repeat(40).as_bytes()), &headers);
    builder.append(START + 5, Some(&[0, 0, 0, 7]), None, &[]);
    builder.append(START + 6, None, Some(b""), &[]);
    let batch = builder.build();
    produce(&mut bench, client, "orders", batch).unwrap();
    let (previews, left_out) = appended(&mut bench);
    assert_eq!((left_out, previews.iter().map(|one| one.offset).collect::<Vec<_>>()), (0, vec![3, 4, 5]));
    let [first, second, third] = &previews[..] else { panic!("{previews:?}") };
    let key = first.key.as_ref().unwrap();
    assert_eq!((&*key.text, key.encoding, key.size), ("user1", PreviewEncoding::Text, 5));
    assert_eq!(key.hash, crc32c::crc32c(b"user1"));
    let value = first.value.as_ref().unwrap();
    assert_eq!((&*value.text, value.size), (&*"ü".repeat(32), 80), "cut at 64 bytes");
    assert_eq!((first.headers_count, &*first.header_names), (2, &["trace".to_owned(), "n".repeat(64)][..]));
    let key = second.key.as_ref().unwrap();
    assert_eq!((&*key.text, key.encoding), ("00000007", PreviewEncoding::Hex));
    assert_eq!((second.timestamp, &second.value), (START + 5, &None), "a tombstone");
    assert_eq!((&third.key, third.value.as_ref().map(|value| value.size)), (&None, Some(0)));
}

#[test]
fn a_large_batch_shows_both_of_its_ends_and_counts_the_rest() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    bench.events();
    produce(&mut bench, client, "orders", counted(Compression::Gzip, 250)).unwrap();
    let (previews, left_out) = appended(&mut bench);
    assert_eq!((previews.len(), left_out), (120, 130));
}

#[test]
fn a_batch_that_would_grow_too_large_shows_nothing() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    bench.events();
    let mut builder = BatchBuilder::new().compression(Compression::Zstd);
    builder.append(START, None, Some(&vec![b'x'; 8 << 20]), &[]);
    produce(&mut bench, client, "orders", builder.build()).unwrap();
    assert_eq!(appended(&mut bench), (Vec::new(), 1));
    let shown = bench.cluster.snapshot().topics.remove(0).partitions.remove(0);
    assert_eq!((shown.log_end_offset, shown.previews), (1, Vec::new()));
}

#[test]
fn a_snapshot_shows_both_ends_of_a_log() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[("internal.segment.bytes", "2300")]);
    for compression in [Compression::None, Compression::Snappy, Compression::Lz4] {
        produce(&mut bench, client, "orders", counted(compression, 90)).unwrap();
    }
    let shown = bench.cluster.snapshot().topics.remove(0).partitions.remove(0);
    let offsets: Vec<i64> = shown.previews.iter().map(|record| record.offset).collect();
    assert_eq!(offsets, (0..20).chain(170..270).collect::<Vec<_>>());
    assert_eq!(shown.previews[20].value.as_ref().unwrap().text, "value 80");
    assert_eq!(shown.segments as usize, shown.segment_list.len());
    assert!(shown.segments > 1);
    let mut next = 0;
    for segment in &shown.segment_list {
        assert_eq!(segment.base_offset, next);
        next = segment.next_offset;
        let log = segment.files.iter().find(|file| file.name == format!("{:020}.log", segment.base_offset)).unwrap();
        assert_eq!(log.size, u64::from(segment.size));
        assert_eq!(segment.newest_timestamp, if segment.size == 0 { -1 } else { START + 89 });
    }
    assert_eq!(next, shown.log_end_offset);
    assert_eq!(shown.segment_list.iter().filter(|segment| segment.active).count(), 1);
    assert!(shown.files.iter().any(|file| file.name == "leader-epoch-checkpoint"));
    let overview = bench.cluster.overview().topics.remove(0).partitions.remove(0);
    assert_eq!((overview.segments, overview.previews.len()), (shown.segments, 0));
}

#[test]
fn large_records_leave_room_for_the_newest() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    for number in 0..60 {
        let mut builder = BatchBuilder::new();
        builder.append(START + number, None, Some(&vec![b'x'; 10_000]), &[]);
        produce(&mut bench, client, "orders", builder.build()).unwrap();
    }
    let shown = bench.cluster.snapshot().topics.remove(0).partitions.remove(0);
    let offsets: Vec<i64> = shown.previews.iter().map(|record| record.offset).collect();
    assert_eq!(offsets, (0..6).chain(35..60).collect::<Vec<_>>());
}

#[test]
fn one_record_can_be_looked_at_whole() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[]);
    produce(&mut bench, client, "orders", counted(Compression::Zstd, 5)).unwrap();
    let record = bench.cluster.record("orders", 0, 3).unwrap();
    assert_eq!((record.offset, record.value), (3, Some(Bytes::from_static(b"value 3"))));
    for (topic, partition, offset) in [("orders", 0, 5), ("orders", 0, -1), ("orders", 1, 0), ("nothing", 0, 0)] {
        assert_eq!(bench.cluster.record(topic, partition, offset), None);
    }
}

/// A page gets both as JSON and folds what it reads.
#[test]
fn events_and_snapshots_read_back_from_json() {
    let mut bench = bench();
    super::events::live(&mut bench);
    for event in bench.events() {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event, "{text}");
    }
    let snapshot = bench.cluster.snapshot();
    let text = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
}
