//! Power cuts, kills and clean stops: what was acknowledged is found again.
//!
//! A run is a cluster under load on a store that remembers what was flushed: producers with and without idempotence,
//! committed offsets, topics made and deleted, records deleted, retention. At random moments it ends: the power goes
//! and takes or tears what was not flushed, or the process is killed, or it stops cleanly, or only the broker goes and
//! comes back. Then everything is read back. Under `always` nothing acknowledged, and nothing that a consumer saw, may be missing; under `interval` records
//! are lost, which shows that the check can fail.

mod answers;
mod full_disk;
mod load;
mod model;
mod producer;
mod read_back;

use crate::seeds::{self, Step};
use crate::world::{Trace, World, config};
use load::Load;
use runnel_broker::{ClusterConfig, Durability, FaultyStorage, Profile, Random, Timestamp};
use std::time::Duration;

/// What was seen over all rounds.
#[derive(Default, Debug)]
pub(crate) struct Counts {
    pub(crate) power_cuts: u64,
    pub(crate) kills: u64,
    pub(crate) clean_stops: u64,
    pub(crate) broker_crashes: u64,
    pub(crate) broker_stops: u64,
    pub(crate) records_acknowledged: u64,
    pub(crate) records_read_back: u64,
    pub(crate) records_lost: u64,
    pub(crate) records_compacted: u64,
    pub(crate) batches_sent_again: u64,
    pub(crate) commits_acknowledged: u64,
    pub(crate) commits_lost: u64,
    pub(crate) topics_acknowledged: u64,
    pub(crate) topics_lost: u64,
    pub(crate) log_starts_moved: u64,
    pub(crate) logs_cut: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    PowerCut,
    Kill,
    CleanStop,
    /// The broker crashes, while the process goes on.
    BrokerCrash,
    /// It stops cleanly, while the process goes on.
    BrokerStop,
}

fn cluster_config(durability: Durability, random: &mut Random) -> ClusterConfig {
    config(1, Profile::Dev, durability, random.next_u64())
}

/// One cluster's life: episodes of load, each with an end, the last of which is a power cut.
fn life(durability: Durability, seed: u64, step: &mut Step, counts: &mut Counts) -> Result<Trace, String> {
    let mut random = Random::new(seed);
    let now = Timestamp::from_millis(1_700_000_000_000);
    let config = cluster_config(durability, &mut random);
    let world_random = Random::new(random.next_u64());
    let mut world = World::open(config, FaultyStorage::new(), now, world_random, Duration::from_millis(1))
        .map_err(|error| format!("new: {error}"))?;
    let mut load = Load::new(durability);
    load.prepare(&mut world)?;
    let episodes = 1 + random.below(5);
    for episode in 1..=episodes {
        load.connect(&mut world, &mut random, counts);
        // Some ends come so soon that the first flush is still under way.
        let is_short = random.below(3) == 0;
        let count = if is_short { 1 + random.below(8) } else { 20 + random.below(80) };
        for _ in 0..count {
            step.0 += 1;
            load.act(&mut world, &mut random, counts)?;
            if !is_short && random.below(3) > 0 {
                let micros = if random.below(20) == 0 { 2_000_000 } else { 20_000 };
                world.run(Duration::from_micros(random.below(micros)));
            }
            load.take_answers(&mut world, counts)?;
        }
        let end = match random.below(6) {
            _ if episode == episodes => End::PowerCut,
            0 => End::CleanStop,
            1 => End::Kill,
            2 => End::BrokerCrash,
            3 => End::BrokerStop,
            _ => End::PowerCut,
        };
        if !seeds::all_are_run() {
            println!("{}: {end:?}", world.now);
        }
        world = restart(world, durability, end, &mut random, counts).map_err(|error| format!("{end:?}: {error}"))?;
        counts.logs_cut += world.log.drain(..).filter(|line| line.contains(": cut, ")).count() as u64;
        step.0 += 1;
        // Sometimes the next end comes before anybody has looked.
        if episode == episodes || random.below(2) == 0 {
            load.read_back(&mut world, counts).map_err(|complaint| format!("after {end:?}: {complaint}"))?;
        }
    }
    Ok(world.trace)
}

fn restart(
    mut world: World<FaultyStorage>,
    durability: Durability,
    end: End,
    random: &mut Random,
    counts: &mut Counts,
) -> Result<World<FaultyStorage>, String> {
    let now = world.now;
    if matches!(end, End::BrokerCrash | End::BrokerStop) {
        let clean = end == End::BrokerStop;
        *(if clean { &mut counts.broker_stops } else { &mut counts.broker_crashes }) += 1;
        let away = Duration::from_millis(random.below(12_000));
        world.bounce(1, clean, away)?;
        return Ok(world);
    }
    if end == End::CleanStop {
        counts.clean_stops += 1;
        let blobs = world.cluster.close(now).map_err(|error| error.to_string())?;
        world.cluster.storage_mut().flushed(&blobs);
        world.cluster.mark_clean(now).map_err(|error| error.to_string())?;
        // A driver makes the mark durable, but the power may go first.
        if random.below(2) == 0 {
            world.cluster.storage_mut().flushed(&[]);
        }
    }
    let mut storage = world.cluster.storage().clone();
    match end {
        End::PowerCut => {
            counts.power_cuts += 1;
            storage.power_cut(random);
        }
        End::Kill => counts.kills += 1,
        End::CleanStop | End::BrokerCrash | End::BrokerStop => {}
    }
    let config = cluster_config(durability, random);
    let now = now + Duration::from_millis(1 + random.below(100));
    let flush_times = [Duration::from_micros(100), Duration::from_millis(5), Duration::from_millis(200)];
    let flush_time_max = flush_times[usize::try_from(random.below(3)).unwrap()];
    let again = World::open(config, storage, now, Random::new(random.next_u64()), flush_time_max);
    let mut again = again.map_err(|error| error.to_string())?;
    again.trace = again.trace.after(world.trace);
    Ok(again)
}

fn lives(durability: Durability, power_cuts: u64) -> Counts {
    let mut counts = Counts::default();
    seeds::run(0..power_cuts, |seed, step| {
        // Lives have a power cut each, or several.
        if counts.power_cuts < power_cuts { life(durability, seed, step, &mut counts).map(drop) } else { Ok(()) }
    });
    println!("fsync {durability:?}: {counts:?}");
    counts
}

#[test]
fn under_always_five_hundred_power_cuts_lose_nothing_that_was_acknowledged() {
    let counts = lives(Durability::Always, seeds::rounds(500));
    assert_eq!((counts.records_lost, counts.commits_lost, counts.topics_lost), (0, 0, 0));
    if seeds::all_are_run() {
        assert!(counts.power_cuts >= 500, "{counts:?}");
        assert!(counts.records_acknowledged > 5_000 && counts.commits_acknowledged > 500, "{counts:?}");
        assert!(counts.kills > 50 && counts.clean_stops > 50 && counts.topics_acknowledged > 500, "{counts:?}");
        assert!(counts.broker_crashes > 50 && counts.broker_stops > 50, "{counts:?}");
        assert!(counts.records_compacted > 1_000, "{counts:?}");
        assert!(counts.batches_sent_again > 100 && counts.log_starts_moved > 100, "{counts:?}");
    }
}

#[test]
fn under_interval_the_same_power_cuts_do_lose_acknowledged_records() {
    let counts = lives(Durability::Interval, seeds::rounds(500));
    if seeds::all_are_run() {
        assert!(counts.records_lost > 0 && counts.commits_lost > 0, "{counts:?}");
    }
}

#[test]
fn the_same_seed_lives_the_same_life() {
    for durability in [Durability::Always, Durability::Interval] {
        let mut traces = std::collections::BTreeSet::new();
        seeds::run(0..20, |seed, step| {
            let first = life(durability, seed, &mut Step::default(), &mut Counts::default())?;
            let second = life(durability, seed, step, &mut Counts::default())?;
            traces.insert(first.0);
            if first == second { Ok(()) } else { Err(format!("traces differ: {first:?}, {second:?}")) }
        });
        assert!(!seeds::all_are_run() || traces.len() == 20, "each seed lives a life of its own");
    }
}
