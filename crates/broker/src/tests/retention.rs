//! Old records go: by age, by size, whole segments at a time, on the virtual clock.

use super::client::{Memory, START, batch_at, create, unless_error, with_settings};
use super::harness::{Bench, bench, keyed_batch};
use super::produce_and_fetch::{fetch_request, produce, values};
use crate::event::{EventKind, RemovalReason};
use crate::ids::ConnectionId;
use crate::{MemoryStorage, PartitionSnapshot};
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::fetch::FetchResponse;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// More than `log.retention.check.interval.ms`, so that a look was taken.
const A_LOOK: Duration = Duration::from_secs(301);

fn now(bench: &Memory) -> i64 {
    bench.now.as_millis()
}

fn orders(bench: &Memory) -> PartitionSnapshot {
    let topics = bench.cluster.snapshot().topics;
    topics.into_iter().find(|topic| topic.name == "orders").expect("the topic is there").partitions.remove(0)
}

fn put(bench: &mut Memory, client: ConnectionId, value: &str) {
    let timestamp = now(bench);
    produce(bench, client, "orders", batch_at(timestamp, value)).unwrap();
}

fn read_from(bench: &mut Memory, client: ConnectionId, offset: i64) -> Result<Vec<String>, ErrorCode> {
    let response: FetchResponse = bench.ask(client, 12, fetch_request("orders", offset, 0));
    unless_error(response.responses[0].partitions[0].error_code, ())?;
    values(&response)
}

/// As Kafka decides it: by the newest record of a segment, and the last one is rolled when all of it is past.
#[test]
fn records_go_when_the_newest_of_their_segment_is_past_the_retention_time() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[("retention.ms", "600000")]);
    put(&mut bench, client, "a");
    bench.wait(8 * MINUTE);
    put(&mut bench, client, "b");
    bench.wait(9 * MINUTE);
    assert_eq!(read_from(&mut bench, client, 0).unwrap(), ["0:a", "1:b"], "b keeps a");
    bench.events();
    bench.wait(2 * MINUTE + A_LOOK);
    let after = orders(&bench);
    assert_eq!((after.log_start_offset, after.log_end_offset, after.high_watermark), (2, 2, 2));
    assert_eq!(read_from(&mut bench, client, 0), Err(ErrorCode::OffsetOutOfRange));
    let moves: Vec<EventKind> = bench.event_kinds();
    let why = RemovalReason::RetentionTime;
    let moved =
        EventKind::LogStartMoved { topic: "orders".into(), partition: 0, from: 0, to: 2, why, previews: Vec::new() };
    assert!(moves.contains(&moved), "{moves:?}");
    assert_eq!(produce(&mut bench, client, "orders", batch_at(START, "c")), Ok(2), "offsets go on");
}

#[test]
fn the_oldest_segments_go_while_the_log_is_larger_than_it_may_be() {
    let mut bench = bench();
    let client = bench.connect();
    let configs = [("internal.segment.bytes", "400"), ("retention.bytes", "1000"), ("retention.ms", "-1")];
    create(&mut bench, client, "orders", 1, &configs);
    for value in 0..20 {
        put(&mut bench, client, &format!("{value:0>100}"));
    }
    let before = orders(&bench);
    assert!(before.segments >= 9, "{before:?}");
    bench.events();
    bench.wait(A_LOOK);
    let after = orders(&bench);
    assert!((1_000..1_400).contains(&after.size), "as large as it may be, and less than a segment more: {after:?}");
    assert!(after.log_start_offset > 0 && after.log_end_offset == 20);
    let removed: Vec<_> = bench
        .event_kinds()
        .into_iter()
        .filter_map(|kind| {
            let EventKind::SegmentRemoved { base_offset, why: RemovalReason::RetentionSize, .. } = kind else {
                return None;
            };
            Some(base_offset)
        })
        .collect();
    assert_eq!(removed.len(), usize::try_from(before.segments - after.segments).unwrap());
    assert!(removed.is_sorted());
    let first = after.log_start_offset;
    assert!(read_from(&mut bench, client, first).is_ok());
    assert_eq!(read_from(&mut bench, client, first - 1), Err(ErrorCode::OffsetOutOfRange));
}

#[test]
fn a_topic_without_limits_keeps_everything() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[("retention.ms", "-1")]);
    put(&mut bench, client, "a");
    bench.wait(Duration::from_secs(100 * 24 * 3_600));
    assert_eq!(read_from(&mut bench, client, 0).unwrap(), ["0:a"]);
}

#[test]
fn a_compacted_topic_forgets_nothing_by_age() {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[("cleanup.policy", "compact"), ("retention.ms", "1000")]);
    produce(&mut bench, client, "orders", keyed_batch(&[("k", "v")])).unwrap();
    bench.wait(Duration::from_secs(3_600));
    assert_eq!(read_from(&mut bench, client, 0).unwrap(), ["0:v"]);
}

#[test]
fn whoever_waits_at_the_end_goes_on_waiting_when_the_start_moves() {
    let settings = with_settings(&[("log.retention.check.interval.ms", "1000")]);
    let mut bench = Bench::open(settings, MemoryStorage::default());
    let (client, reader) = (bench.connect(), bench.connect());
    create(&mut bench, client, "orders", 1, &[("retention.ms", "5000")]);
    put(&mut bench, client, "a");
    bench.send(reader, 12, fetch_request("orders", 1, 60_000));
    bench.wait(Duration::from_secs(10));
    assert_eq!(orders(&bench).log_start_offset, 1);
    assert!(bench.answer(reader).is_none());
    put(&mut bench, client, "b");
    let response = FetchResponse::try_from(bench.answer(reader).unwrap()).ok().unwrap();
    assert_eq!(values(&response).unwrap(), ["1:b"]);
}

/// What is told beforehand is what happens at the next look.
#[test]
fn the_next_look_can_be_foreseen() {
    use crate::log::{KeptReason, RemovedReason, RetentionVerdict};
    let settings = with_settings(&[("log.retention.check.interval.ms", "60000")]);
    let mut bench = Bench::open(settings, MemoryStorage::default());
    let client = bench.connect();
    let configs = [("internal.segment.bytes", "100"), ("retention.ms", "90000")];
    create(&mut bench, client, "orders", 1, &configs);
    put(&mut bench, client, "a");
    bench.wait(MINUTE / 2);
    put(&mut bench, client, "b");
    bench.wait(MINUTE / 2);
    let next = bench.cluster.explain_retention("orders", 0, bench.now).unwrap().next_retention_check.unwrap();
    assert_eq!(next, bench.now + MINUTE);
    let foreseen = bench.cluster.explain_retention("orders", 0, next).unwrap();
    assert_eq!((foreseen.retention_ms, foreseen.deletes, foreseen.compacts), (90_000, true, false));
    let verdicts: Vec<RetentionVerdict> = foreseen.segments.iter().map(|segment| segment.verdict).collect();
    let too_old_at = Some(now(&bench) - 30_000 + 90_001);
    let kept = RetentionVerdict::Kept(KeptReason::WithinLimits { too_old_at, bytes_until_too_large: None });
    let removed = RetentionVerdict::Removed(RemovedReason::Age { newest_timestamp: START });
    assert_eq!(verdicts, [removed, kept]);
    let text = serde_json::to_string(&foreseen).unwrap();
    assert_eq!(serde_json::from_str::<crate::RetentionExplanation>(&text).unwrap(), foreseen, "{text}");
    bench.wait(MINUTE);
    assert_eq!(orders(&bench).log_start_offset, 1);
    assert_eq!(bench.cluster.explain_retention("nothing", 0, next), None);
}
