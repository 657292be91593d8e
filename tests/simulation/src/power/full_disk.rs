//! A disk that is full, or that fails to flush: partitions go offline with Kafka's error, everything else goes on, and
//! a start with a disk that works finds all that was acknowledged.

use super::load::Load;
use super::{Counts, cluster_config};
use crate::seeds::{self, Step};
use crate::world::World;
use runnel_broker::{Cluster, Durability, FaultyStorage, Random, Timestamp};
use runnel_protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use runnel_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use std::time::Duration;

/// What was seen over all rounds.
#[derive(Default, Debug)]
struct Seen {
    partitions_offline: usize,
    partitions_online: usize,
    starts_refused: u64,
    starts_taken: u64,
}

fn round(seed: u64, step: &mut Step, counts: &mut Counts, seen: &mut Seen) -> Result<(), String> {
    let mut random = Random::new(seed);
    let durability = if seed.is_multiple_of(2) { Durability::Always } else { Durability::Interval };
    let now = Timestamp::from_millis(1_700_000_000_000);
    let config = cluster_config(durability, &mut random);
    let world_random = Random::new(random.next_u64());
    let mut world = World::open(config, FaultyStorage::new(), now, world_random, Duration::from_millis(5))
        .map_err(|error| error.to_string())?;
    // Without power cuts nothing is lost in either mode.
    let mut load = Load::new(Durability::Always);
    load.prepare(&mut world)?;
    load.connect(&mut world, &mut random, counts);
    let fails_at = 10 + random.below(60);
    for number in 0..fails_at + 60 {
        step.0 = number;
        if number == fails_at {
            load.disk_fails = true;
            if random.below(4) == 0 && durability == Durability::Always {
                world.flushes_fail = true;
            } else {
                world.cluster.storage_mut().set_bytes_left(Some(random.below(3_000)));
            }
        }
        load.act(&mut world, &mut random, counts)?;
        world.run(Duration::from_micros(random.below(50_000)));
        load.take_answers(&mut world, counts)?;
    }
    // Whatever was asked is answered, and a newcomer too.
    world.run(Duration::from_secs(60));
    load.take_answers(&mut world, counts)?;
    if !load.pending.is_empty() {
        return Err(format!("{} requests have no answer", load.pending.len()));
    }
    let _: ApiVersionsResponse = world.ask(3, ApiVersionsRequest::default())?;
    let _: ListGroupsResponse = world.ask(4, ListGroupsRequest::default())?;
    let answer: MetadataResponse = world.ask(12, MetadataRequest { topics: None, ..Default::default() })?;
    if answer.topics.len() < 3 {
        return Err(format!("only {} topics are listed", answer.topics.len()));
    }
    let snapshot = world.cluster.snapshot();
    for partition in snapshot.topics.iter().flat_map(|topic| &topic.partitions) {
        match &partition.offline {
            Some(_) => seen.partitions_offline += 1,
            None => seen.partitions_online += 1,
        }
    }
    let mut storage = world.cluster.storage().clone();
    let now = world.now + Duration::from_secs(1);
    // A start on the full disk may be refused, with a reason.
    match Cluster::open(cluster_config(durability, &mut random), storage.clone(), now) {
        Ok(_) => seen.starts_taken += 1,
        Err(error) if error.to_string().contains("no space left") => seen.starts_refused += 1,
        Err(error) => return Err(format!("a start on a full disk: {error}")),
    }
    storage.set_bytes_left(None);
    if durability == Durability::Always && random.below(2) == 0 {
        storage.power_cut(&mut random);
    }
    let config = cluster_config(durability, &mut random);
    let world_random = Random::new(random.next_u64());
    let mut world = World::open(config, storage, now, world_random, Duration::from_millis(5))
        .map_err(|error| format!("with room: {error}"))?;
    load.disk_fails = false;
    load.connect(&mut world, &mut random, counts);
    world.run(Duration::from_secs(1));
    load.take_answers(&mut world, counts)?;
    load.read_back(&mut world, counts)?;
    for _ in 0..30 {
        load.act(&mut world, &mut random, counts)?;
        world.run(Duration::from_millis(20));
        load.take_answers(&mut world, counts)?;
    }
    Ok(())
}

#[test]
fn a_disk_that_fails_takes_partitions_offline_and_a_start_with_room_finds_everything() {
    let (mut counts, mut seen) = (Counts::default(), Seen::default());
    seeds::run(0..seeds::rounds(150), |seed, step| round(seed, step, &mut counts, &mut seen));
    println!("disks that fail: {seen:?} {counts:?}");
    assert_eq!((counts.records_lost, counts.commits_lost, counts.topics_lost), (0, 0, 0));
    if seeds::all_are_run() {
        assert!(seen.partitions_offline > 100 && seen.partitions_online > 100, "{seen:?}");
        assert!(seen.starts_refused > 20 && counts.records_acknowledged > 3_000, "{seen:?} {counts:?}");
    }
}
