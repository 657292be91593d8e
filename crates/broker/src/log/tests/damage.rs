//! Hostile folders: whatever a file holds, a log is opened or refused, and read or refused.

use super::*;
use proptest::prelude::*;
use runnel_protocol::records::control::EndTxnMarker;

/// A log with every kind of file, closed.
fn closed() -> MemoryStorage {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, small());
    let marker = EndTxnMarker { is_commit: false, coordinator_epoch: 0 };
    for at in 0..12 {
        let builder = BatchBuilder::new().producer(7, 0, at).transactional();
        log.append(&mut storage, NOW, &checked(builder, &[(i64::from(at), "some value")]), at / 3).unwrap();
        if at % 3 == 2 {
            let batch = CheckedBatch::from_coordinator(&marker.to_batch(i64::from(at), 7, 0)).unwrap();
            log.append(&mut storage, NOW, &batch, at / 3).unwrap();
        }
    }
    log.close(&mut storage).unwrap();
    storage
}

/// Asks the log everything; refusals are answers too.
fn ask_everything(log: &mut Log, storage: &mut MemoryStorage) {
    for offset in log.log_start_offset()..=log.log_end_offset().min(log.log_start_offset() + 50) {
        let slice = log.read(storage, offset, 500, FirstBatch::Whole, offset + 7);
        if let Ok(slice) = slice {
            bytes_of(&slice, storage);
            _ = log.aborted_transactions_of(storage, offset, &slice);
        }
        _ = log.offset_for_timestamp(storage, offset, NO_END);
    }
    _ = log.max_timestamp(storage);
    _ = log.append(storage, NOW, &batch(&[(0, "one more")]), 9);
    log.set_config(LogConfig { cleanup_policy: CleanupPolicy::COMPACT, min_cleanable_dirty_ratio: 0.0, ..small() });
    for _ in 0..10 {
        _ = log.compact(storage, NOW, log.log_end_offset());
        log.begin_flush().iter().for_each(|flush| log.flushed(flush));
    }
    _ = log.truncate_to(storage, log.log_end_offset() - 3, NOW);
    _ = log.retain(storage, NOW, log.log_end_offset());
    _ = log.clone().close(storage);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_damage_is_survived(
        damages in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..12), any::<bool>()),
            1..4,
        ),
        clean_shutdown in any::<bool>(),
        recovery_point in 0..20i64,
    ) {
        let mut storage = closed();
        for (file, place, bytes, cut) in damages {
            let name = file.get(&names(&storage)).clone();
            let mut content = load(&storage, &name);
            let at = place.index(content.len() + 1);
            if cut {
                content.truncate(at);
            }
            for (after, byte) in bytes.iter().enumerate() {
                match content.get_mut(at + after) {
                    Some(place) => *place = *byte,
                    None => content.push(*byte),
                }
            }
            storage.replace(&format!("{FOLDER}/{name}"), &content).unwrap();
        }
        let hints = hints(clean_shutdown, recovery_point);
        if let Ok((mut log, _)) = Log::open(&mut storage, FOLDER, TOPIC_ID, small(), &hints, NOW) {
            ask_everything(&mut log, &mut storage);
        }
    }
}
