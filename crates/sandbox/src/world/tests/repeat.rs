//! The same seed and the same inputs give the same frames, however small the steps.

use super::{World, metadata, produce};
use crate::script::Script;
use crate::world::WorldSettings;
use proptest::prelude::*;
use std::time::Duration;

const SCRIPT: &str = "brokers 3\ntopic orders partitions=2\n\
                      producer shop kind=java\nproducer desk\nproducer kiosk kind=librdkafka linger=50ms\n\
                      consumer anna kind=java group=billing topics=orders processing=10ms\n\
                      consumer bert group=mailing topics=orders from-beginning\n\
                      consumer carl kind=librdkafka group=billing topics=orders\n\
                      send shop orders rate=3/s keys=user1..user9\nsend desk orders rate=20/m\n\
                      send kiosk orders keys=a,b rate=2/s\n\
                      kafka-topics.sh --describe --bootstrap-server localhost:9092,localhost:9094";

/// Runs the same story, with the time between two inputs cut into so many steps.
fn story(seed: u64, steps: u64, watched: bool) -> (u64, u64) {
    let script = Script::parse(SCRIPT).unwrap();
    let mut world = World::new(WorldSettings { seed, ..WorldSettings::of(&script) }).unwrap();
    world.set_watched(watched);
    for line in &script.lines {
        world.apply(&line.command).unwrap();
    }
    let mut guests = Vec::new();
    for number in 0..4 {
        let address = world.settings().address(1 + number % 3);
        guests.push(world.foreign_open(&address).unwrap());
        pass(&mut world, Duration::from_millis(2_500), steps);
        for guest in &guests {
            world.foreign_frame(*guest, &produce(number, "hi")).unwrap();
            world.foreign_frame(*guest, &metadata(number)).unwrap();
        }
    }
    pass(&mut world, Duration::from_secs(10), steps);
    (world.trace_hash(), world.frames_count())
}

fn pass(world: &mut World, time: Duration, steps: u64) {
    let start = world.now();
    for step in 1..=steps {
        let micros = u64::try_from(time.as_micros()).unwrap() * step / steps;
        world.run_until(start + Duration::from_micros(micros));
    }
}

#[test]
fn one_long_step_equals_a_thousand_short_ones() {
    let once = story(7, 1, false);
    assert!(once.1 > 40, "{} frames", once.1);
    assert_eq!(once, story(7, 1_000, false));
    assert_eq!(once, story(7, 10, true), "who watches changes nothing");
    assert_ne!(once, story(8, 1, false), "topics get other identifiers");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_steps_give_the_same_frames(seed in any::<u64>(), steps in 1_u64..300) {
        prop_assert_eq!(story(seed, steps, true), story(seed, 1, false));
    }
}
