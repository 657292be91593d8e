//! Hostile and confused clients against a whole cluster: nothing that comes over a connection may make it panic, hang,
//! balloon, or break what it promises to others.
//!
//! Each step sends a frame of some kind (garbage, cut, a random body behind a right header, a random request that can
//! be read and names what is there, a broken or exploding batch), or opens or closes a connection, or lets time pass.
//! The checks of `check.rs` run after every step.

mod aim;
mod batches;
mod check;
mod client;
mod requests;

use crate::seeds::{self, Step};
use crate::world::{Trace, World, config};
use batches::Batches;
use check::Checks;
use client::Clients;
use runnel_broker::{Durability, MemoryStorage, Profile, Random, Timestamp};
use runnel_protocol::ApiKey;
use std::collections::BTreeMap;
use std::time::Duration;

/// What was seen over all rounds.
#[derive(Default, Debug)]
pub(crate) struct Counts {
    pub(crate) frames: u64,
    pub(crate) answers: u64,
    pub(crate) closed: u64,
    /// Answers by API, version and whether they say no error at their top.
    pub(crate) answered: BTreeMap<(ApiKey, i16), u64>,
    pub(crate) batches_written: u64,
    pub(crate) members_joined: u64,
    pub(crate) memory_max: u64,
    pub(crate) answer_bytes_max: usize,
}

const STEPS: u64 = 250;

fn round(seed: u64, step: &mut Step, batches: &Batches, counts: &mut Counts) -> Result<Trace, String> {
    let mut random = Random::new(seed);
    let profile = if seed.is_multiple_of(2) { Profile::Kafka } else { Profile::Dev };
    let durability = if seed.is_multiple_of(3) { Durability::Always } else { Durability::Interval };
    let config = config(2, profile, durability, random.next_u64());
    let now = Timestamp::from_millis(1_700_000_000_000);
    let world_random = Random::new(random.next_u64());
    let mut world = World::open(config, MemoryStorage::new(), now, world_random, Duration::from_millis(20))
        .map_err(|error| error.to_string())?;
    world.cluster.set_watched(seed.is_multiple_of(4));
    let mut clients = Clients::default();
    let mut checks = Checks::default();
    clients.prepare(&mut world)?;
    for number in 0..STEPS {
        step.0 = number;
        clients.act(&mut world, &mut random, batches, counts);
        counts.memory_max = counts.memory_max.max(clients.last_memory);
        checks.memory(clients.last_memory, clients.last_size, &clients.last)?;
        clients.take_answers(&mut world, counts)?;
        checks.run(&mut world)?;
    }
    // What waits has its own end; then everybody goes.
    for _ in 0..6 {
        world.run(Duration::from_secs(20));
        clients.take_answers(&mut world, counts)?;
        checks.run(&mut world)?;
    }
    clients.expect_nothing_under_way()?;
    clients.leave(&mut world);
    if world.cluster.purgatory_size() > 0 {
        return Err(format!("{} requests wait for nobody", world.cluster.purgatory_size()));
    }
    check::logs_are_whole(&mut world)?;
    Ok(world.trace)
}

#[test]
fn whatever_clients_send_is_answered_or_ends_their_connection() {
    let batches = Batches::new();
    let mut counts = Counts::default();
    seeds::run(0..seeds::rounds(250), |seed, step| round(seed, step, &batches, &mut counts).map(drop));
    let reached: u64 = counts.answered.len() as u64;
    println!(
        "{} frames, {} answers, {} connections closed, {reached} pairs of API and version answered, {} batches written, \
         {} members joined; at most {} bytes of memory in a step, {} in an answer",
        counts.frames,
        counts.answers,
        counts.closed,
        counts.batches_written,
        counts.members_joined,
        counts.memory_max,
        counts.answer_bytes_max
    );
    if seeds::all_are_run() {
        let all = ApiKey::all().flat_map(|key| key.accepted().map(move |version| (key, version)));
        let missed: Vec<_> = all.filter(|pair| !counts.answered.contains_key(pair)).collect();
        assert!(missed.is_empty(), "never answered: {missed:?}");
        assert!(counts.batches_written > 500 && counts.members_joined > 100 && counts.closed > 500, "{counts:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_frames() {
    let batches = Batches::new();
    seeds::run(0..10, |seed, step| {
        let first = round(seed, &mut Step::default(), &batches, &mut Counts::default())?;
        let second = round(seed, step, &batches, &mut Counts::default())?;
        if first == second { Ok(()) } else { Err(format!("traces differ: {first:?}, {second:?}")) }
    });
}
