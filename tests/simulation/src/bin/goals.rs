//! What it costs to follow the goals of a lesson in a full world: `cargo xtask bench world` builds this with optimisations
//! and runs it.
#![expect(clippy::print_stdout, reason = "it prints its figures")]

use runnel_lessons::{Lesson, Tracker};
use runnel_sandbox::scene::Scene;
use runnel_sandbox::script::Script;
use runnel_sandbox::viewing::Companion;
use runnel_sandbox::world::{World, WorldSettings};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A full stage, 1,000 records a second, and goals of every kind that stay unmet, so that all are looked at all the time.
const LESSON: &str = r#"+++
id = "9.9"
title = "A full stage"
+++
```scene
brokers 3 config:offsets.topic.num.partitions=5
topic orders partitions=12
topic payments partitions=12
producer shop kind=java linger=5ms
producer desk kind=librdkafka
producer kiosk
producer web kind=java linger=5ms
consumer anna kind=java group=billing topics=orders
consumer bert kind=java group=billing topics=orders
consumer carl group=mailing topics=orders
consumer dora group=mailing topics=orders
consumer emil kind=librdkafka group=audit topics=payments
consumer finn kind=java group=audit topics=payments
consumer gina kind=java group=stock topics=payments
consumer hugo kind=java group=stock topics=payments
send shop orders rate=300/s keys=user1..user99
send desk payments rate=300/s keys=user1..user99
send kiosk payments rate=100/s keys=user1..user99
send web orders rate=300/s keys=user1..user99
wait 10s
```
```goal numbers "numbers"
never records of orders without key > 0
lag of billing > 1000000 and members of billing = 2
```
```goal members "members"
some member M of mailing: partitions owned by M = 7 and M crashes
```
```goal owners "owners"
every partition P of orders: records of P handled in billing > 1000000
```
```goal rest "rest"
some group A: some group B: A is not B and lag of A != lag of B and unowned partitions of orders in A = 5 for 1h
```
```solution mouse
settle
```
```near-miss "none"
settle
```
```debrief
{peak lag of billing} {peak lag of audit}
```
"#;

/// One picture of a page that shows sixty a second.
const PICTURE: Duration = Duration::from_micros(16_667);
const PICTURES: u32 = 600;

fn main() -> Result<(), Box<dyn Error>> {
    let plain = pictures(false)?;
    let followed = pictures(true)?;
    let each = followed.saturating_sub(plain).as_secs_f64() * 1e3 / f64::from(PICTURES);
    println!("goals: {each:.3} ms for each of sixty pictures a second, beside the {:.3} ms of the scene", {
        plain.as_secs_f64() * 1e3 / f64::from(PICTURES)
    });
    Ok(())
}

/// How long the scene, and with it the goals, take for all pictures.
#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn pictures(is_followed: bool) -> Result<Duration, Box<dyn Error>> {
    let lesson = Arc::new(Lesson::parse("bench.md", LESSON)?);
    let script = Script::parse(&lesson.scene)?;
    let mut world = World::new(WorldSettings::of(&script))?;
    world.set_watched(true);
    let mut scene = Scene::from_snapshot(&world.cluster().snapshot());
    let mut tracker = Tracker::new(Arc::clone(&lesson), world.now() + Duration::from_secs(5));
    let mut took = Duration::ZERO;
    for line in &script.lines {
        world.apply(&line.command)?;
        fold(&mut world, &mut scene, &mut tracker, is_followed);
    }
    for _ in 0..PICTURES {
        world.run_for(PICTURE);
        let started = Instant::now();
        fold(&mut world, &mut scene, &mut tracker, is_followed);
        took += started.elapsed();
    }
    Ok(took)
}

fn fold(world: &mut World, scene: &mut Scene, tracker: &mut Tracker, is_followed: bool) {
    while let Some(happening) = world.poll_happening() {
        if is_followed {
            tracker.reach(scene, happening.time);
        }
        scene.fold_happening(&happening);
        if is_followed {
            tracker.note(scene, &happening);
        }
    }
    if is_followed {
        tracker.reach(scene, world.now());
    }
}
