//! A log against a vector, step by step.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Append { timestamp: i64, sizes: Vec<usize> },
    Truncate { batch: prop::sample::Index },
    AdvanceStart { by: i64 },
    Reopen { clean: bool },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let append = (-1..500i64, prop::collection::vec(0..60usize, 1..4))
        .prop_map(|(timestamp, sizes)| Step::Append { timestamp, sizes });
    let step = prop_oneof![
        12 => append,
        1 => any::<prop::sample::Index>().prop_map(|batch| Step::Truncate { batch }),
        1 => (0..6i64).prop_map(|by| Step::AdvanceStart { by }),
        1 => any::<bool>().prop_map(|clean| Step::Reopen { clean }),
    ];
    prop::collection::vec(step, 1..50)
}

/// A batch as the model remembers it.
#[derive(Clone, Debug)]
struct Kept {
    base_offset: Offset,
    timestamp: i64,
    values: Vec<String>,
}

struct Pair {
    storage: MemoryStorage,
    log: Log,
    batches: Vec<Kept>,
    start: Offset,
}

impl Pair {
    fn step(&mut self, step: &Step) {
        let Pair { storage, log, batches, start } = self;
        match step {
            Step::Append { timestamp, sizes } => {
                let base_offset = log.log_end_offset();
                let values: Vec<String> = sizes
                    .iter()
                    .enumerate()
                    .map(|(at, size)| format!("{base_offset}+{at}{}", ".".repeat(*size)))
                    .collect();
                let records: Vec<(i64, &str)> = values.iter().map(|value| (*timestamp, value.as_str())).collect();
                let appended = log.append(storage, NOW, &batch(&records), 0).unwrap();
                assert_eq!(appended.base_offset, base_offset);
                batches.push(Kept { base_offset, timestamp: *timestamp, values });
            }
            Step::Truncate { batch } => {
                if let Some(at) = (!batches.is_empty()).then(|| batch.index(batches.len())) {
                    log.truncate_to(storage, batches[at].base_offset, NOW).unwrap();
                    *start = (*start).min(batches[at].base_offset);
                    batches.truncate(at);
                }
            }
            Step::AdvanceStart { by } => {
                if log.advance_log_start_offset(storage, *start + by).unwrap() {
                    *start += by;
                }
                log.retain(storage, Timestamp(0), *start).unwrap();
            }
            Step::Reopen { clean } => {
                let config = *log.config();
                let hints = Hints { log_start_offset: *start, ..hints(*clean, log.recovery_point()) };
                if *clean {
                    log.clone().close(storage).unwrap();
                }
                let (opened, notes) = Log::open(storage, FOLDER, TOPIC_ID, config, &hints, NOW).unwrap();
                assert_eq!(notes, []);
                *log = opened;
            }
        }
    }

    /// What the model says that a reader finds.
    fn records(&self) -> Vec<(Offset, i64, String)> {
        let record = |kept: &Kept, at: usize| (kept.base_offset + at as i64, kept.timestamp, kept.values[at].clone());
        let all = self.batches.iter().flat_map(|kept| (0..kept.values.len()).map(move |at| record(kept, at)));
        all.filter(|(offset, ..)| *offset >= self.start).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_log_is_a_vector(
        steps in steps(),
        segment_bytes in 300..1500i32,
        index_interval_bytes in 0..300i32,
        probes in prop::collection::vec((any::<prop::sample::Index>(), 0..600u32, any::<prop::sample::Index>(), -1..600i64), 6),
    ) {
        let mut storage = MemoryStorage::new();
        let config = LogConfig { internal_segment_bytes: Some(segment_bytes), index_interval_bytes, ..LogConfig::default() };
        let log = create(&mut storage, config);
        let mut pair = Pair { storage, log, batches: Vec::new(), start: 0 };
        for step in &steps {
            pair.step(step);
            prop_assert_eq!(pair.log.log_start_offset(), pair.start);
        }
        let records = pair.records();
        let read = read_all(&pair.log, &pair.storage, pair.start, NO_END);
        let expected: Vec<_> = records.iter().map(|(offset, _, value)| (*offset, value.clone())).collect();
        prop_assert_eq!(read, expected);

        let end_offset = pair.log.log_end_offset();
        let places = usize::try_from(end_offset - pair.start + 1).unwrap();
        for (at, size_max, end, target) in probes {
            let offset = pair.start + at.index(places) as i64;
            let end = pair.start + end.index(places) as i64;
            let slice = pair.log.read(&pair.storage, offset, size_max, FirstBatch::Whole, end).unwrap();
            let found: Vec<Offset> = records_of(&slice, &pair.storage).iter().map(|record| record.offset).collect();
            let holder = pair.batches.iter().find(|kept| kept.base_offset + kept.values.len() as i64 > offset);
            match holder.filter(|kept| offset < end && kept.base_offset + kept.values.len() as i64 <= end) {
                Some(kept) => {
                    prop_assert_eq!(found.first(), Some(&kept.base_offset));
                    prop_assert!(found.contains(&offset));
                    prop_assert!(found.windows(2).all(|pair| pair[1] == pair[0] + 1));
                    prop_assert!(found.iter().all(|offset| *offset < end));
                }
                None => prop_assert_eq!(range(&slice), None),
            }
            let later = records.iter().find(|(_, timestamp, _)| *timestamp >= target);
            // Segments are searched by their largest timestamp; -1 is none.
            if target >= 0 {
                let found = pair.log.offset_for_timestamp(&pair.storage, target, NO_END).unwrap();
                prop_assert_eq!(found.map(|found| found.offset), later.map(|(offset, ..)| *offset));
            }
        }
    }
}
