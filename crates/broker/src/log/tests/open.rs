//! Opening what a stop, a crash or damage left behind.

use super::*;
use runnel_protocol::records::control::EndTxnMarker;

/// Twelve records in three segments (0, 5 and 10), written to their ends.
fn closed() -> MemoryStorage {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, small());
    (0..12).for_each(|at| _ = append(&mut log, &mut storage, at, "some value"));
    log.close(&mut storage).unwrap();
    storage
}

/// Opens in one piece and, in a copy, batch by batch: both come to the same.
fn open(storage: &mut MemoryStorage, hints: Hints) -> (Log, Vec<String>) {
    let mut copy = storage.clone();
    let (log, notes) = Log::open(storage, FOLDER, TOPIC_ID, small(), &hints, NOW).unwrap();
    let mut progress = Log::begin_open(&mut copy, FOLDER, TOPIC_ID, small(), &hints, NOW).unwrap();
    let sliced = loop {
        match progress {
            OpenProgress::Working(opening) => progress = opening.step(&mut copy, 1).unwrap(),
            OpenProgress::Done(log, notes) => break (*log, notes),
        }
    };
    assert_eq!(format!("{:?}", (&log, &notes)), format!("{sliced:?}"));
    for path in storage.paths() {
        assert_eq!(storage.load(path), copy.load(path), "{path}");
    }
    assert!(storage.paths().eq(copy.paths()));
    (log, notes.iter().map(ToString::to_string).collect())
}

fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

fn edit(storage: &mut MemoryStorage, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = load(storage, name);
    change(&mut bytes);
    storage.replace(&path(name), &bytes).unwrap();
}

const SEGMENT_0: &str = "00000000000000000000.log";
const SEGMENT_5: &str = "00000000000000000005.log";
const SEGMENT_10: &str = "00000000000000000010.log";

/// Damages a closed log with `change`, opens it, and compares what is told and how many records are left; then the
/// log must be whole: it takes another record and opens without a note.
#[track_caller]
fn check(hints: Hints, change: impl FnOnce(&mut MemoryStorage), told: &[&str], left: &[Offset]) {
    let mut storage = closed();
    change(&mut storage);
    let (mut log, notes) = open(&mut storage, hints);
    assert_eq!(notes, told);
    let offsets = |log: &Log, storage: &MemoryStorage| {
        read_all(log, storage, log.log_start_offset(), NO_END).iter().map(|(offset, _)| *offset).collect::<Vec<_>>()
    };
    assert_eq!(offsets(&log, &storage), left);
    let added = append(&mut log, &mut storage, 99, "one more").base_offset;
    assert_eq!(added, left.last().map_or(log.log_start_offset(), |last| last + 1));
    assert_eq!(log.max_timestamp(&storage).unwrap().unwrap().offset, added);
    let end = log.log_end_offset();
    log.close(&mut storage).unwrap();
    let (log, notes) = open(&mut storage, Hints { clean_shutdown: true, recovery_point: end, ..hints });
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(offsets(&log, &storage), [left, &[added]].concat());
}

fn all() -> Vec<Offset> {
    (0..12).collect()
}

#[test]
fn a_clean_stop_leaves_nothing_to_do() {
    check(hints(true, 12), |_| {}, &[], &all());
    check(hints(false, 0), |_| {}, &[], &all());
}

#[test]
fn a_torn_tail_is_cut() {
    let cut = |storage: &mut MemoryStorage| edit(storage, SEGMENT_10, |bytes| bytes.truncate(150));
    let told = "\"broker-1/orders-0/00000000000000000010.log\" at position 78: wanted 78 bytes of batch, found 72: cut, \
                72 bytes are gone; the log goes on at offset 11";
    check(hints(false, 0), cut, &[told], &all()[..11]);
    // A torn tail after a clean stop is told and cut as well.
    check(hints(true, 12), cut, &[told], &all()[..11]);
    let zeros = |storage: &mut MemoryStorage| edit(storage, SEGMENT_10, |bytes| bytes.extend([0; 100]));
    let told = "\"broker-1/orders-0/00000000000000000010.log\" at position 156: wanted magic 2, found 0: cut, 100 bytes \
                are gone; the log goes on at offset 12";
    check(hints(false, 0), zeros, &[told], &all());
}

#[test]
fn after_a_flipped_bit_nothing_is_believed() {
    let flip = |storage: &mut MemoryStorage| edit(storage, SEGMENT_5, |bytes| bytes[78 + 70] ^= 4);
    let told = [
        "\"broker-1/orders-0/00000000000000000005.log\" at position 78: wanted CRC 0xf2da5afe, found 0xd3c7d893: cut, \
         312 bytes are gone; the log goes on at offset 6",
        "\"broker-1/orders-0/00000000000000000010.log\" at position 0: 156 bytes after the log's new end: removed",
    ];
    check(hints(false, 0), flip, &told, &all()[..6]);
    // Segments before the recovery point are not read through: clients see the checksum.
    let mut storage = closed();
    flip(&mut storage);
    let (log, notes) = open(&mut storage, hints(false, 11));
    assert_eq!((notes, log.log_end_offset()), (vec![], 12));
}

#[test]
fn offsets_that_go_back_are_cut() {
    let back = |storage: &mut MemoryStorage| edit(storage, SEGMENT_10, |bytes| bytes[78 + 7] = 9);
    let told = "\"broker-1/orders-0/00000000000000000010.log\" at position 78: base offset 9 and last offset delta 0 \
                cannot be here: cut, 78 bytes are gone; the log goes on at offset 11";
    check(hints(false, 0), back, &[told], &all()[..11]);
}

#[test]
fn missing_and_damaged_indexes_are_made_anew() {
    let indexes = ["00000000000000000005.index", "00000000000000000005.timeindex"];
    let before: Vec<_> = indexes.map(|name| load(&closed(), name)).into();
    type Damage = Box<dyn FnOnce(&mut MemoryStorage)>;
    let mut cases: Vec<(&str, Damage)> = Vec::new();
    for name in indexes {
        cases.push(("file is missing", Box::new(move |storage| storage.remove(&path(name)).unwrap())));
        cases.push(("does not consist of entries", Box::new(move |storage| edit(storage, name, |b| b.truncate(9)))));
        cases.push(("ends with", Box::new(move |storage| edit(storage, name, |b| b.extend([0x80; 24])))));
    }
    for (told, damage) in cases {
        let mut storage = closed();
        damage(&mut storage);
        let (log, notes) = open(&mut storage, hints(true, 12));
        assert!(notes.len() == 1 && notes[0].contains(told), "{told}: {notes:?}");
        assert!(notes[0].starts_with("\"broker-1/orders-0/00000000000000000005.log\" at position 0: "), "{notes:?}");
        assert_eq!(read_all(&log, &storage, 0, NO_END).len(), 12);
        assert_eq!(indexes.map(|name| load(&storage, name)).to_vec(), before, "{told}");
    }
}

#[test]
fn files_of_no_segment_are_removed_and_strangers_left_alone() {
    let stray = |storage: &mut MemoryStorage| {
        for name in ["00000000000000000099.index", "00000000000000000003.snapshot", "notes.txt"] {
            storage.replace(&path(name), b"12345678").unwrap();
        }
        for name in ["00000000000000000000.log.deleted", "00000000000000000000.log.cleaned"] {
            storage.replace(&path(name), b"rubbish").unwrap();
        }
    };
    let told = "\"broker-1/orders-0/00000000000000000099.index\" at position 0: an index without a segment: removed";
    check(hints(true, 12), stray, &[told], &all());
    let mut storage = closed();
    stray(&mut storage);
    open(&mut storage, hints(true, 12));
    let left = names(&storage);
    let gone = |part: &str| !left.iter().any(|name| name.contains(part));
    assert!(gone("99.index") && gone("deleted") && gone("cleaned") && gone("03.snapshot"), "{left:?}");
    assert!(left.contains(&"notes.txt".to_owned()));
}

#[test]
fn an_interrupted_swap_is_ended() {
    // The cleaned file holds records 0 and 7 of what were segments 0 and 5; segment 5 was not removed yet.
    let mut storage = closed();
    let kept = [load(&storage, SEGMENT_0)[..78].to_vec(), load(&storage, SEGMENT_5)[156..].to_vec()].concat();
    storage.replace(&path("00000000000000000000.log.swap"), &kept).unwrap();
    let (log, notes) = open(&mut storage, hints(true, 12));
    assert_eq!(shape(&log).iter().map(|(base, _)| *base).collect::<Vec<_>>(), [0, 10]);
    let offsets: Vec<_> = read_all(&log, &storage, 0, NO_END).iter().map(|(offset, _)| *offset).collect();
    assert_eq!(offsets, [0, 7, 8, 9, 10, 11]);
    assert!(notes[0].contains("00000000000000000000.log.swap") && notes[0].contains("interrupted"), "{notes:?}");
}

#[test]
fn old_formats_are_refused_and_not_cut() {
    // Offset 0, length, CRC, magic 1, attributes, timestamp, no key, value "old".
    let message = [&[1u8, 0][..], &7i64.to_be_bytes(), &(-1i32).to_be_bytes(), &3i32.to_be_bytes(), b"old"].concat();
    let crc = 0xec97_4390_u32;
    let size = 4 + i32::try_from(message.len()).unwrap();
    let old = [&0i64.to_be_bytes()[..], &size.to_be_bytes(), &crc.to_be_bytes(), &message].concat();
    let mut storage = closed();
    edit(&mut storage, SEGMENT_10, |bytes| bytes.extend(&old));
    let refusal = Log::open(&mut storage, FOLDER, TOPIC_ID, small(), &hints(false, 0), NOW).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "cannot open \"broker-1/orders-0/00000000000000000010.log\": the batch at position 156 has magic 1; only \
         version 2 can be read"
    );
    assert_eq!(load(&storage, SEGMENT_10).len(), 156 + old.len());
}

#[test]
fn a_folder_of_another_topic_is_refused() {
    let mut storage = closed();
    let refusal = Log::open(&mut storage, FOLDER, Uuid::nil(), small(), &hints(true, 0), NOW).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "cannot open \"broker-1/orders-0/partition.metadata\": the folder belongs to the topic with id \
         EjRWeJq83vASNFZ4mrze8A, wanted AAAAAAAAAAAAAAAAAAAAAA"
    );
    edit(&mut storage, "partition.metadata", |bytes| bytes.truncate(20));
    let refusal = Log::open(&mut storage, FOLDER, TOPIC_ID, small(), &hints(true, 0), NOW).unwrap_err();
    assert!(refusal.reason.starts_with("wanted \"version: 0\" and \"topic_id: ID\", found"), "{refusal}");
}

#[test]
fn damaged_leader_epochs_are_read_off_the_batches() {
    let mut storage = MemoryStorage::new();
    let mut log = create(&mut storage, small());
    for epoch in [1, 1, 4, 4, 4, 4, 9] {
        log.append(&mut storage, NOW, &batch(&[(0, "some value")]), epoch).unwrap();
    }
    log.close(&mut storage).unwrap();
    let wanted = load(&storage, "leader-epoch-checkpoint");
    for (damage, told) in [("0\n3\n1 0\n4", "line 4"), ("1\n0\n", "line 1"), ("0\n2\n1 0\n", "wanted 2 entries")] {
        storage.replace(&path("leader-epoch-checkpoint"), damage.as_bytes()).unwrap();
        let (_, notes) = open(&mut storage, hints(true, 7));
        assert!(notes.len() == 1 && notes[0].contains(told), "{notes:?}");
        assert_eq!(load(&storage, "leader-epoch-checkpoint"), wanted);
    }
}

#[test]
fn producers_are_known_after_a_stop_and_after_a_crash() {
    for (clean, damage_snapshot) in [(true, false), (true, true), (false, false)] {
        let mut storage = MemoryStorage::new();
        let mut log = create(&mut storage, small());
        let sent = |sequence| checked(BatchBuilder::new().producer(5, 1, sequence), &[(NOW.as_millis(), "some value")]);
        for sequence in 0..7 {
            log.append(&mut storage, NOW, &sent(sequence), 0).unwrap();
        }
        if clean {
            log.close(&mut storage).unwrap();
        }
        if damage_snapshot {
            edit(&mut storage, "00000000000000000007.snapshot", |bytes| bytes[20] ^= 1);
        }
        let (mut log, notes) = open(&mut storage, hints(clean, if clean { 7 } else { 0 }));
        assert_eq!(notes.len(), usize::from(damage_snapshot), "{notes:?}");
        let again = log.append(&mut storage, NOW, &sent(6), 0).unwrap();
        assert!(again.is_duplicate && again.base_offset == 6);
        assert_eq!(log.append(&mut storage, NOW, &sent(7), 0).unwrap().base_offset, 7);
    }
}

#[test]
fn open_and_aborted_transactions_are_known_after_a_crash() {
    for clean in [true, false] {
        let mut storage = MemoryStorage::new();
        let mut log = create(&mut storage, small());
        let marker = EndTxnMarker { is_commit: false, coordinator_epoch: 0 };
        let marker = CheckedBatch::from_coordinator(&marker.to_batch(0, 1, 0)).unwrap();
        let data = |id| checked(BatchBuilder::new().producer(id, 0, 0).transactional(), &[(0, "some value")]);
        for batch in [data(1), data(2), batch(&[(0, "some value")]), batch(&[(0, "some value")]), marker, data(3)] {
            log.append(&mut storage, NOW, &batch, 0).unwrap();
        }
        let aborted = log.aborted_transactions(&storage, 0, 9).unwrap();
        assert_eq!(aborted.len(), 1);
        if clean {
            log.close(&mut storage).unwrap();
        } else {
            storage.remove(&path("00000000000000000000.txnindex")).unwrap();
        }
        let (log, _) = open(&mut storage, hints(clean, if clean { 6 } else { 0 }));
        assert_eq!(log.first_unstable_offset(), Some(if clean { 1 } else { 0 }));
        assert_eq!(log.aborted_transactions(&storage, 0, 9).unwrap(), aborted);
        assert_eq!(log.last_stable_offset(6), if clean { 1 } else { 0 });
    }
}

#[test]
fn a_log_that_ends_before_its_start_begins_anew() {
    let mut storage = closed();
    let (log, notes) = open(&mut storage, Hints { log_start_offset: 50, ..hints(true, 12) });
    assert_eq!((log.log_start_offset(), log.log_end_offset(), shape(&log)), (50, 50, vec![(50, 0)]));
    let told =
        "\"broker-1/orders-0\" at position 0: the log ends at offset 12, before its start at 50: all segments removed";
    assert_eq!(notes, [told]);
}

#[test]
fn the_age_of_the_active_segment_is_kept() {
    let mut storage = MemoryStorage::new();
    let config = LogConfig { segment_ms: 1000, ..LogConfig::default() };
    let mut log = create(&mut storage, config);
    append(&mut log, &mut storage, 5000, "first");
    log.close(&mut storage).unwrap();
    let (mut log, _) = Log::open(&mut storage, FOLDER, TOPIC_ID, config, &hints(true, 0), NOW).unwrap();
    assert!(!append(&mut log, &mut storage, 6000, "second").rolled);
    assert!(append(&mut log, &mut storage, 6001, "third").rolled);
}

#[test]
fn the_logs_start_is_kept() {
    let mut storage = closed();
    let (log, _) = open(&mut storage, Hints { log_start_offset: 7, ..hints(false, 12) });
    assert_eq!((log.log_start_offset(), log.recovery_point()), (7, 12));
    assert_eq!(read_all(&log, &storage, 7, NO_END).len(), 5);
}
