//! What it costs to watch a world: `cargo xtask bench world` builds this with optimisations and runs it.
#![expect(clippy::print_stdout, reason = "it prints its figures")]

use runnel_sandbox::scene::Scene;
use runnel_sandbox::script::Script;
use runnel_sandbox::world::{Happening, HappeningKind, World, WorldSettings};
use std::error::Error;
use std::time::{Duration, Instant};

/// A full stage: 3 brokers, 4 topics, 24 partitions, 12 clients, and 1,000 records a second.
const STAGE: &str = "brokers 3 config:offsets.topic.num.partitions=5\n\
    topic orders partitions=6\n\
    topic payments partitions=6\n\
    topic parcels partitions=6\n\
    topic letters partitions=6\n\
    producer shop kind=java linger=5ms\n\
    producer desk kind=librdkafka\n\
    producer kiosk\n\
    producer web kind=java linger=5ms\n\
    consumer anna kind=java group=billing topics=orders\n\
    consumer bert kind=java group=billing topics=orders\n\
    consumer carl group=mailing topics=orders,letters\n\
    consumer dora group=mailing topics=orders,letters\n\
    consumer emil kind=librdkafka group=audit topics=payments\n\
    consumer finn kind=java group=audit topics=payments\n\
    consumer gina kind=java group=stock topics=parcels\n\
    consumer hugo kind=java group=stock topics=parcels\n\
    send shop orders rate=300/s keys=user1..user99\n\
    send desk payments rate=300/s keys=user1..user99\n\
    send kiosk parcels rate=100/s keys=user1..user99\n\
    send web letters rate=300/s keys=user1..user99\n";

/// One picture of a page that shows sixty a second.
const PICTURE: Duration = Duration::from_micros(16_667);

fn main() -> Result<(), Box<dyn Error>> {
    folding()?;
    pictures(Stage::new()?);
    let mut far = Stage::new()?;
    far.lengthen_cables("25ms")?;
    pictures(far);
    relayout()
}

/// A world with its scene, watched from the first moment on.
struct Stage {
    world: World,
    scene: Scene,
}

impl Stage {
    fn new() -> Result<Stage, Box<dyn Error>> {
        let script = Script::parse(STAGE)?;
        let mut world = World::new(WorldSettings::of(&script))?;
        world.set_watched(true);
        let scene = Scene::from_snapshot(&world.cluster().snapshot());
        let mut stage = Stage { world, scene };
        for line in &script.lines {
            stage.world.apply(&line.command)?;
        }
        for _ in 0..10 {
            stage.world.run_for(Duration::from_secs(1));
            stage.fold();
            stage.see();
        }
        Ok(stage)
    }

    /// Has every message take longer, so that more are under way at a time.
    fn lengthen_cables(&mut self, latency: &str) -> Result<(), Box<dyn Error>> {
        for name in self.names() {
            let script = Script::parse(&format!("latency {name} brokers {latency}"))?;
            for line in &script.lines {
                self.world.apply(&line.command)?;
            }
        }
        self.world.run_for(Duration::from_secs(1));
        self.fold();
        Ok(())
    }

    fn fold(&mut self) -> usize {
        let mut count = 0;
        while let Some(happening) = self.world.poll_happening() {
            self.scene.fold_happening(&happening);
            count += 1;
        }
        count
    }

    fn names(&self) -> Vec<String> {
        self.scene.clients.keys().cloned().collect()
    }

    /// Looks into every client, as a page does that shows them all.
    fn see(&mut self) {
        let now = self.world.now();
        for name in self.names() {
            if let Some(view) = self.world.consumer_view(&name) {
                self.scene.see_consumer(&name, view, now);
            }
            if let Some(view) = self.world.producer_view(&name) {
                self.scene.see_producer(&name, view, now);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let done = work();
    (done, started.elapsed())
}

fn nanoseconds_each(took: Duration, count: usize) -> f64 {
    took.as_secs_f64() * 1e9 / count.max(1) as f64
}

/// What one event costs, by where it comes from.
fn folding() -> Result<(), Box<dyn Error>> {
    let mut stage = Stage::new()?;
    stage.world.run_for(Duration::from_secs(10));
    let happenings: Vec<Happening> = std::iter::from_fn(|| stage.world.poll_happening()).collect();
    let scene = stage.scene.clone();
    let ((), all) = timed(|| happenings.iter().for_each(|happening| stage.scene.fold_happening(happening)));
    // The same again in parts: the events of the brokers alone know nothing of the others.
    stage.scene = scene;
    let events = || {
        happenings.iter().filter_map(|happening| match &happening.kind {
            HappeningKind::Broker { event } => Some(event),
            HappeningKind::Client { .. }
            | HappeningKind::Printed { .. }
            | HappeningKind::Packet { .. }
            | HappeningKind::Logged { .. }
            | HappeningKind::Change { .. } => None,
        })
    };
    let ((), brokers) = timed(|| events().for_each(|event| stage.scene.fold(event)));
    println!(
        "fold: {} happenings in ten seconds, {:.0} ns each with fold_happening; {} of them of brokers, {:.0} ns each with fold",
        happenings.len(),
        nanoseconds_each(all, happenings.len()),
        events().count(),
        nanoseconds_each(brokers, events().count()),
    );
    let now = stage.world.now();
    let names = stage.names();
    let (mut consumers, mut producers) = ((0, Duration::ZERO), (0, Duration::ZERO));
    for name in names.iter().cycle().take(names.len() * 100) {
        let ((), took) = timed(|| {
            if let Some(view) = stage.world.consumer_view(name) {
                stage.scene.see_consumer(name, view, now);
            } else if let Some(view) = stage.world.producer_view(name) {
                stage.scene.see_producer(name, view, now);
            }
        });
        let of_kind = if stage.world.consumer_view(name).is_some() { &mut consumers } else { &mut producers };
        *of_kind = (of_kind.0 + 1, of_kind.1 + took);
    }
    println!(
        "views: {:.1} us a consumer with see_consumer, {:.1} us a producer with see_producer",
        nanoseconds_each(consumers.1, consumers.0) / 1e3,
        nanoseconds_each(producers.1, producers.0) / 1e3,
    );
    Ok(())
}

/// What a page pays for each picture: the world's own work, and what it folds of it.
fn pictures(mut stage: Stage) {
    let before = stage.world.frames_count();
    let (mut running, mut folding, mut seeing) = (Vec::new(), Vec::new(), Vec::new());
    let (mut happenings, mut parcels) = (0, 0);
    for _ in 0..600 {
        running.push(timed(|| stage.world.run_for(PICTURE)).1);
        let (count, took) = timed(|| stage.fold());
        folding.push(took);
        seeing.push(timed(|| stage.see()).1);
        happenings += count;
        parcels += stage.scene.seen.parcels.len();
    }
    let frames = stage.world.frames_count() - before;
    let of = |times: &[Duration]| times.iter().sum::<Duration>();
    let took = of(&running) + of(&folding) + of(&seeing);
    println!(
        "watched: {frames} frames and {happenings} happenings in ten seconds, {:.0} frames a second with all that is folded",
        frames as f64 / took.as_secs_f64(),
    );
    println!(
        "picture: {} parcels; running {}, folding {}, views {}",
        parcels / 600,
        spread(running),
        spread(folding),
        spread(seeing)
    );
}

/// The median and the longest but six, of six hundred.
fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |index: usize| times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    format!("{:.3} ms (99 of 100 below {:.3} ms)", at(times.len() / 2), at(times.len() * 99 / 100))
}

/// What it costs to lay out the whole stage anew.
fn relayout() -> Result<(), Box<dyn Error>> {
    let mut stage = Stage::new()?;
    let ((), took) = timed(|| (0..1_000).for_each(|_| stage.scene.tidy()));
    let cluster = &stage.scene.cluster;
    println!(
        "relayout: {:.0} us for {} brokers, {} topics, {} partitions, {} clients",
        took.as_secs_f64() * 1e3,
        cluster.brokers.len(),
        cluster.topics.values().filter(|topic| !topic.internal).count(),
        cluster.topics.values().filter(|topic| !topic.internal).map(|topic| topic.lanes.len()).sum::<usize>(),
        stage.scene.clients.len(),
    );
    Ok(())
}
