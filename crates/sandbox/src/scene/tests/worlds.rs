//! Whole worlds, told by their transcripts: after every command the scene is what a newcomer sees.

use super::super::{Client, ClientRole, ClientState, NodeId, Scene};
use super::bench::assert_same;
use crate::script::{Command, Script};
use crate::world::{World, WorldSettings};
use runnel_broker::groups::GroupState;
use runnel_clients::partitioners::PartitionReason;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

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

    /// Does what a command says and looks at each so many steps of the time that passes by it. A command that is
    /// refused is part of some stories.
    #[expect(clippy::wildcard_enum_match_arm, reason = "by the others no time passes")]
    fn run(&mut self, command: &Command, every: u64) {
        let Watched { world, scene } = self;
        let mut count = 0;
        let mut after_step = |world: &mut World| {
            count += 1;
            if count % every == 0 {
                look(world, scene);
            }
        };
        match command {
            Command::Settle => {
                let limit = world.now() + Duration::from_secs(60);
                while !world.is_settled() && world.step(limit) {
                    after_step(world);
                }
            }
            Command::Wait(time) => {
                let until = world.now() + *time;
                while world.step(until) {
                    after_step(world);
                }
                world.run_until(until);
            }
            _ => _ = world.apply(command),
        }
        self.look();
    }

    fn look(&mut self) {
        look(&mut self.world, &mut self.scene);
    }
}

/// Takes in what was told, and compares with what a newcomer sees.
fn look(world: &mut World, scene: &mut Scene) {
    while let Some(happening) = world.poll_happening() {
        scene.fold_happening(&happening);
    }
    let names: Vec<String> = scene.clients.keys().cloned().collect();
    for name in names {
        let now = world.now();
        if let Some(view) = world.consumer_view(&name) {
            scene.see_consumer(&name, view, now);
        }
        if let Some(view) = world.producer_view(&name) {
            scene.see_producer(&name, view, now);
        }
    }
    let fresh = Scene::of_world(world);
    assert_same(scene, &fresh);
    assert_eq!((&scene.fences, &scene.placed), (&fresh.fences, &fresh.placed));
    let is_known = |client: &&Client| client.exit_status.is_none();
    let known: Vec<&Client> = scene.clients.values().filter(is_known).collect();
    assert_eq!(known.len(), fresh.clients.len());
    for (known, fresh) in known.into_iter().zip(fresh.clients.values()) {
        // Of a tool nobody tells in which group it is.
        if fresh.card.role != ClientRole::Tool {
            assert_eq!((&known.card, &known.client_id), (&fresh.card, &fresh.client_id));
        }
        assert_eq!((known.state, &known.command, &known.rates), (fresh.state, &fresh.command, &fresh.rates));
    }
}

/// The transcripts by name.
fn transcripts() -> Vec<(String, Script)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "txt")).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let script = Script::parse(&commands(&fs::read_to_string(path).unwrap()));
        let script = script.unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, script)
    };
    paths.iter().map(read).collect()
}

/// Plays a transcript and looks at each so many steps.
#[track_caller]
fn check(name: &str, script: &Script, every: u64) -> Scene {
    let mut watched = Watched::of(script);
    watched.look();
    for line in &script.lines {
        let run = std::panic::AssertUnwindSafe(|| watched.run(&line.command, every));
        let outcome = std::panic::catch_unwind(run);
        assert!(outcome.is_ok(), "{name}: see above, in {}", line.command);
    }
    watched.scene
}

#[test]
fn the_scene_of_every_transcript_is_a_fold_at_many_steps() {
    let mut kinds = BTreeSet::new();
    let transcripts = transcripts();
    assert!(transcripts.len() >= 10, "{} transcripts", transcripts.len());
    for (name, script) in &transcripts {
        let scene = check(name, script, 41);
        kinds.extend(scene.seen.causes.all().map(|cause| cause.kind));
        serde_json::to_string(&scene.document()).unwrap();
    }
    for wanted in ["consumer_idle", "process_started", "record_queued", "offsets_committed", "rebalance_started"] {
        assert!(kinds.contains(wanted), "{wanted} is told; only {kinds:?} are");
    }
}

#[test]
fn the_scene_of_some_transcripts_is_a_fold_at_every_step() {
    for (name, script) in &transcripts() {
        let every = std::env::var("EVERY_STEP").is_ok();
        if every || ["30-broker-gone", "33-typed", "32-set-up-otherwise"].contains(&name.as_str()) {
            check(name, script, 1);
        }
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

#[test]
fn tools_stand_on_the_stage_while_they_run_and_a_little_longer() {
    let script = "topic orders\n\
        kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092\n\
        kafka-console-consumer.sh --topic orders --group desk --bootstrap-server localhost:9092\nwait 5s\n\
        type tool=tool-1 hello\nwait 5s\n";
    let script = Script::parse(script).unwrap();
    let mut watched = Watched::of(&script);
    for line in &script.lines {
        watched.world.apply(&line.command).unwrap();
        watched.look();
    }
    let client = |number: i32| NodeId::Client(format!("tool-{number}"));
    let stage = &watched.scene.stage;
    let (producer, consumer) = (&watched.scene.clients["tool-1"], &watched.scene.clients["tool-2"]);
    assert_eq!((producer.card.role, producer.card.kind.as_str()), (ClientRole::Tool, "kafka-console-producer"));
    let command = "kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092";
    assert_eq!((producer.command.as_str(), producer.state), (command, ClientState::Running));
    assert_eq!((consumer.card.group.as_deref(), consumer.client_id.as_str()), (Some("desk"), "console-consumer"));
    assert!(stage.areas[&NodeId::Group("desk".to_owned())].holds(&stage.areas[&client(2)]), "it is the member");
    assert!(stage.wires.iter().any(|wire| wire.from == client(1)), "it has written");
    assert!(stage.wires.iter().any(|wire| wire.from == NodeId::lane("orders", 0) && wire.to == client(2)));
    assert!(stage.areas.keys().all(|node| !matches!(node, NodeId::Guest(_) | NodeId::Member { .. })), "each is one");
    for command in ["end-input tool=tool-1", "interrupt tool=tool-2", "wait 1s"] {
        watched.world.apply(&command.parse().unwrap()).unwrap();
        watched.look();
    }
    assert_eq!(watched.scene.tools().map(|tool| tool.exit_status).collect::<Vec<_>>(), [Some(0), Some(130)]);
    let created = "kafka-topics.sh --list --bootstrap-server localhost:9092";
    for command in ["wait 10s", created, "wait 1s"] {
        watched.world.apply(&command.parse().unwrap()).unwrap();
        watched.look();
    }
    assert_eq!(watched.scene.tools().map(|tool| tool.card.name.as_str()).collect::<Vec<_>>(), ["tool-3"]);
}

/// Each record that is there has the choice of its own key, or of none.
#[track_caller]
fn check_choices(watched: &Watched, wanted: usize) {
    let mut found = 0;
    for (partition, choices) in &watched.scene.seen.choices["orders"] {
        for (offset, choice) in choices {
            let lane = watched.scene.cluster.lane("orders", *partition).unwrap();
            let Some(record) = lane.records.get(offset) else { continue };
            let value = record.preview.value.as_ref().unwrap().text.as_str();
            let key = record.preview.key.as_ref().map(|key| key.text.bytes().map(|byte| format!("{byte:02x}")));
            let key = key.map(|digits| digits.collect::<String>());
            let hashed = if let PartitionReason::KeyHash { key_start, .. } = &choice.choice.reason {
                Some(key_start.clone())
            } else {
                None
            };
            assert_eq!((choice.choice.partition, hashed), (*partition, key), "{value}: {:?}", choice.choice);
            found += 1;
        }
    }
    assert_eq!(found, wanted, "records of which it is known why they are where they are");
}

#[test]
fn a_record_that_is_sent_again_keeps_its_own_reason() {
    for kind in ["java idempotence=false", "java", "kafkajs", "librdkafka"] {
        let script = format!(
            "topic orders partitions=3\nproducer shop kind={kind}\nsettle\nsend shop orders value=first\nsettle\n\
             drop next produce answer to shop\nsend shop orders value=none\nsend shop orders key=user1 value=one\n\
             wait 50ms\nsend shop orders key=user2 value=two\nsend shop orders value=nothing\nwait 3m\n"
        );
        let script = Script::parse(&script).unwrap();
        let mut watched = Watched::of(&script);
        for line in &script.lines {
            watched.run(&line.command, u64::MAX);
        }
        let lanes = &watched.scene.cluster.topics["orders"].lanes;
        let count: i64 = lanes.iter().map(|lane| lane.log_end_offset).sum();
        assert!(count >= 5, "{kind}: {count} records");
        check_choices(&watched, 5);
    }
}
