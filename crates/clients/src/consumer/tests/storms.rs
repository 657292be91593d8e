//! Members that come, crash and leave by chance: in the end every partition has one owner and every record was
//! processed.

use super::stage::{Stage, earliest};
use crate::ClientKind;
use crate::consumer::{CommitPolicy, ConsumerEvent, ConsumerSettings};
use runnel_protocol::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const PARTITIONS: i32 = 5;

/// Within a generation no partition has two owners: what was assigned in it is disjoint, member by member.
fn check_owners(stage: &Stage, place: &str) {
    let mut owners: BTreeMap<(i32, i32), usize> = BTreeMap::new();
    for (index, process) in stage.processes.iter().enumerate() {
        for (_, event) in &process.events {
            let ConsumerEvent::Assigned { generation_id, partitions, .. } = event else { continue };
            for partition in partitions {
                let before = owners.insert((*generation_id, partition.partition), index);
                assert!(before.is_none_or(|before| before == index), "{place}: {partition} twice in {generation_id}");
            }
        }
    }
}

fn storm(kind: ClientKind, strategy: Option<&str>, seed: u64) {
    let place = format!("{kind} {strategy:?} seed {seed}");
    let mut random = Random::new(seed);
    let mut stage = Stage::new(PARTITIONS);
    let settings = |settings: &mut ConsumerSettings| {
        earliest(settings);
        settings.commit_policy = CommitPolicy::AfterEach;
        settings.processing_time = Duration::from_millis(20);
        settings.set("session.timeout.ms", "10000").unwrap();
        if let Some(strategy) = strategy {
            settings.set("partition.assignment.strategy", strategy).unwrap();
        }
    };
    let mut produced: BTreeSet<(i32, i64)> = BTreeSet::new();
    let mut alive: Vec<usize> = Vec::new();
    for _ in 0..25 {
        match random.below(5) {
            0 | 1 if alive.len() < 6 => alive.push(stage.add(kind, settings)),
            2 if alive.len() > 1 => {
                let gone = alive.remove(usize::try_from(random.below(alive.len() as u64)).unwrap());
                stage.crash(gone);
            }
            3 if alive.len() > 1 => {
                let gone = alive.remove(usize::try_from(random.below(alive.len() as u64)).unwrap());
                stage.close(gone);
            }
            _ => {
                let partition = i32::try_from(random.below(PARTITIONS.unsigned_abs().into())).unwrap();
                let base = stage.produce(partition, &["a", "b", "c"]);
                produced.extend((base..base + 3).map(|offset| (partition, offset)));
            }
        }
        stage.run(Duration::from_millis(random.below(8000)));
    }
    if alive.is_empty() {
        alive.push(stage.add(kind, settings));
    }
    stage.seconds(120);
    check_owners(&stage, &place);
    let mut owned: Vec<i32> = Vec::new();
    for index in &alive {
        let view = stage.consumer(*index).view();
        assert_eq!(view.failure, None, "{place}");
        owned.extend(view.partitions.iter().map(|partition| partition.partition.partition));
    }
    owned.sort_unstable();
    assert_eq!(owned, (0..PARTITIONS).collect::<Vec<_>>(), "{place}");
    let seen: BTreeSet<(i32, i64)> = (0..stage.processes.len()).flat_map(|index| stage.processed(index)).collect();
    assert_eq!(seen, produced, "{place}");
}

#[test]
fn after_a_storm_each_partition_has_one_owner_and_no_record_is_lost() {
    for seed in 0..3 {
        for kind in ClientKind::ALL {
            storm(kind, None, seed);
        }
        storm(ClientKind::Java, Some("cooperative-sticky"), seed);
        storm(ClientKind::Java, Some("sticky"), seed);
    }
}
