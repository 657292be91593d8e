//! Compaction against a map, with power cuts in between.

use super::compact::{TINY, config, shown};
use super::*;
use crate::FaultyStorage;
use proptest::prelude::*;
use runnel_protocol::records::Compression;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Step {
    Put { records: Vec<(u8, bool)>, codec: u8 },
    Slices { count: u8, millis: u16 },
    PowerCut { seed: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let put = (prop::collection::vec((0..5u8, prop::bool::weighted(0.8)), 1..4), 0..5u8)
        .prop_map(|(records, codec)| Step::Put { records, codec });
    let step = prop_oneof![
        8 => put,
        3 => (1..40u8, 0..3000u16).prop_map(|(count, millis)| Step::Slices { count, millis }),
        1 => any::<u64>().prop_map(|seed| Step::PowerCut { seed }),
    ];
    prop::collection::vec(step, 1..60)
}

const CODECS: [Compression; 5] =
    [Compression::None, Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is appended, compacted in slices and cut off in between: the newest value of each key is the same, and
    /// below the clean offset there is no older one. Every append and every copy is flushed, so nothing is lost.
    #[test]
    fn compaction_keeps_the_newest_of_each_key(steps in steps()) {
        let mut storage = FaultyStorage::new();
        let mut log = create(&mut storage, config());
        let mut all: Vec<(Offset, String, Option<String>)> = Vec::new();
        let mut now = NOW;
        let flush = |log: &mut Log, storage: &mut FaultyStorage| {
            if let Some(flush) = log.begin_flush() {
                storage.flushed(&flush.blobs);
                log.flushed(&flush);
            }
        };
        flush(&mut log, &mut storage);
        for step in steps {
            match step {
                Step::Put { records, codec } => {
                    let base_offset = log.log_end_offset();
                    let mut builder = BatchBuilder::new().compression(CODECS[usize::from(codec)]);
                    for (at, (key, has_value)) in records.iter().enumerate() {
                        let offset = base_offset + at as Offset;
                        let (key, value) = (format!("key{key}"), has_value.then(|| format!("value at {offset}")));
                        builder.append(now.as_millis(), Some(key.as_bytes()), value.as_deref().map(str::as_bytes), &[]);
                        all.push((offset, key, value));
                    }
                    let batch = CheckedBatch::from_coordinator(&builder.build()).unwrap();
                    log.append(&mut storage, now, &batch, 0).unwrap();
                    flush(&mut log, &mut storage);
                }
                Step::Slices { count, millis } => {
                    now = now + Duration::from_millis(millis.into());
                    for _ in 0..count {
                        let outcome = log.compact_within(TINY, &mut storage, now, log.log_end_offset()).unwrap();
                        if outcome == Compaction::AwaitsFlush {
                            flush(&mut log, &mut storage);
                        }
                    }
                    storage.replace("cleaner", &log.clean_offset().to_be_bytes()).unwrap();
                }
                Step::PowerCut { seed } => {
                    let recovery_point = log.recovery_point();
                    storage.power_cut(&mut crate::Random::new(seed));
                    // The checkpoint is as old as the names of files, so it never speaks of a copy that is not there.
                    let saved = storage.load("cleaner").unwrap().map(|bytes| bytes[..].try_into().unwrap());
                    let clean_offset = saved.map_or(0, Offset::from_be_bytes);
                    let hints = Hints { clean_offset, ..hints(false, recovery_point) };
                    log = Log::open(&mut storage, FOLDER, TOPIC_ID, config(), &hints, now).unwrap().0;
                    flush(&mut log, &mut storage);
                }
            }
        }
        let found: Vec<(Offset, String, Option<String>)> = shown(&log, &storage)
            .iter()
            .map(|line| {
                let (offset, rest) = line.split_once(' ').unwrap();
                let (key, value) = rest.split_once('=').unwrap();
                (offset.parse().unwrap(), key.to_owned(), (value != "-").then(|| value.to_owned()))
            })
            .collect();
        prop_assert!(found.iter().all(|record| all.contains(record)));
        prop_assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let newest = |records: &[(Offset, String, Option<String>)]| {
            let mut newest = BTreeMap::new();
            for (_, key, value) in records {
                match value {
                    Some(value) => newest.insert(key.clone(), value.clone()),
                    None => newest.remove(key),
                };
            }
            newest
        };
        prop_assert_eq!(newest(&found), newest(&all));
        for (offset, key, _) in found.iter().filter(|(offset, ..)| *offset < log.clean_offset()) {
            let newer = all.iter().any(|(at, other, _)| other == key && at > offset && *at < log.clean_offset());
            prop_assert!(!newer, "{key} at {offset}");
        }
        let active = log.segments().last().map_or(0, |segment| segment.base_offset);
        prop_assert!(all.iter().filter(|(offset, ..)| *offset >= active).all(|record| found.contains(record)));
    }
}
