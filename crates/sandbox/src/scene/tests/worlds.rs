//! Whole worlds, told by their transcripts: after every command the scene is what a newcomer sees.

use super::super::{NodeId, Scene};
use super::bench::assert_same;
use crate::script::Script;
use crate::world::{World, WorldSettings};
use runnel_broker::groups::GroupState;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The commands of a transcript: what stands before each `----`.
fn commands(transcript: &str) -> String {
    let mut commands = String::new();
    for block in transcript.split("\n\n") {
        let asked = block.split("\n----").next().unwrap_or_default();
        commands.push_str(if asked.starts_with("----") { "" } else { asked });
        commands.push('\n');
    }
    commands
}

struct Watched {
    world: World,
    scene: Scene,
}

impl Watched {
    fn of(script: &Script) -> Self {
        let mut world = World::new(WorldSettings::of(script)).unwrap();
        world.set_watched(true);
        let scene = Scene::from_snapshot(&world.cluster().snapshot());
        Watched { world, scene }
    }

    fn look(&mut self) {
        while let Some(happening) = self.world.poll_happening() {
            self.scene.fold_happening(&happening);
        }
        let names: Vec<String> = self.scene.clients.keys().cloned().collect();
        for name in names {
            let now = self.world.now();
            if let Some(view) = self.world.consumer_view(&name) {
                self.scene.see_consumer(&name, view, now);
            }
            if let Some(view) = self.world.producer_view(&name) {
                self.scene.see_producer(&name, view, now);
            }
        }
        assert_same(&self.scene, &Scene::from_snapshot(&self.world.cluster().snapshot()));
    }
}

#[test]
fn the_scene_of_every_transcript_is_a_fold_at_every_step() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut kinds = BTreeSet::new();
    let mut told = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let script = Script::parse(&commands(&fs::read_to_string(&path).unwrap()));
        let script = script.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut watched = Watched::of(&script);
        watched.look();
        for line in &script.lines {
            // A command that is refused is part of some stories.
            _ = watched.world.apply(&line.command);
            watched.look();
        }
        kinds.extend(watched.scene.seen.causes.all().map(|cause| cause.kind));
        told += 1;
        serde_json::to_string(&watched.scene.document()).unwrap();
    }
    assert!(told >= 10, "{told} transcripts");
    for wanted in ["consumer_idle", "process_started", "record_queued", "offsets_committed", "rebalance_started"] {
        assert!(kinds.contains(wanted), "{wanted} is told; only {kinds:?} are");
    }
}

#[test]
fn a_world_shows_parcels_positions_and_why_a_record_is_where_it_is() {
    let script = Script::parse(
        "topic payment-done partitions=3\n\
         producer checkout kind=kafkajs\n\
         consumer anna kind=kafkajs group=billing topics=payment-done\n\
         settle\n\
         send checkout payment-done key=user1 value=\"hi there\"\n",
    )
    .unwrap();
    let mut watched = Watched::of(&script);
    for line in &script.lines {
        watched.world.apply(&line.command).unwrap();
        watched.look();
    }
    let mut carried = Vec::new();
    for _ in 0..400 {
        let limit = watched.world.now() + std::time::Duration::from_secs(1);
        watched.world.step(limit);
        watched.look();
        for parcel in watched.scene.seen.parcels.values().filter(|parcel| !parcel.contents.cargo.is_empty()) {
            assert!(watched.scene.parcel_at(parcel).is_some(), "both ends stand on the stage");
            carried.push((parcel.client.clone(), parcel.contents.api.clone(), parcel.contents.cargo[0].partition));
        }
    }
    let client = |name: &str| NodeId::Client(name.to_owned());
    assert!(carried.contains(&(client("checkout"), "Produce".to_owned(), 0)), "{carried:?}");
    assert!(carried.contains(&(client("anna"), "Fetch".to_owned(), 0)), "{carried:?}");
    let why = watched.scene.why("payment-done", 0, 0).unwrap();
    assert!(why.sentence.starts_with("checkout chose partition 0: murmur2 of its key"), "{}", why.sentence);
    assert_eq!(watched.scene.clients["anna"].positions["payment-done"][&0], 1);
    assert!(watched.scene.stage.wires.iter().any(|wire| wire.to == client("anna")));
}

#[test]
fn a_group_without_members_and_the_rates_of_producers_are_drawn() {
    let script = "topic orders\ngroup \"late shift\"\nproducer shop\nwire shop orders\nsend shop rate=3/s\n\
                  send shop rate=10/m";
    let script = Script::parse(script).unwrap();
    let mut watched = Watched::of(&script);
    let run = |watched: &mut Watched, command: &str| {
        watched.world.apply(&command.parse().unwrap()).unwrap();
        watched.look();
    };
    for line in &script.lines {
        run(&mut watched, &line.command.to_string());
    }
    let fence = NodeId::Group("late shift".to_owned());
    assert!(watched.scene.stage.areas.contains_key(&fence));
    assert_eq!(watched.scene.group_state("late shift"), GroupState::Dead);
    let rates = |watched: &Watched| {
        let rates = watched.scene.clients["shop"].rates.values();
        rates.map(|rate| format!("{} {}", rate.topic, rate.rate)).collect::<Vec<_>>()
    };
    assert_eq!(rates(&watched), ["orders 3/s", "orders 10/m"]);
    run(&mut watched, "set shop kind=java");
    assert_eq!(rates(&watched).len(), 2, "a producer that is set up otherwise goes on sending");
    run(&mut watched, "stop shop");
    assert!(rates(&watched).is_empty());
    run(&mut watched, "consumer anna group=\"late shift\" topics=orders");
    run(&mut watched, "settle");
    assert_eq!(watched.scene.group_state("late shift"), GroupState::Stable);
    assert!(watched.scene.stage.areas[&fence].holds(&watched.scene.stage.areas[&NodeId::Client("anna".to_owned())]));
    run(&mut watched, "clear consumers");
    run(&mut watched, "settle");
    run(&mut watched, "delete group \"late shift\"");
    assert!(!watched.scene.stage.areas.contains_key(&fence));
}
