//! What the world costs: `cargo xtask bench world` builds this with optimisations and runs it. By itself it takes the name
//! of the one figure to work out (busy, rush, tutorial, scrub, hour), for a profiler.
#![expect(clippy::print_stdout, reason = "it prints its figures")]

use runnel_sandbox::history::Story;
use runnel_sandbox::script::Script;
use runnel_sandbox::transcript::Transcript;
use runnel_sandbox::world::{World, WorldSettings};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

/// Producers and consumers of all kinds that always have something to do.
const BUSY: &str = "brokers 3 config:offsets.topic.num.partitions=5\n\
    topic orders partitions=6\n\
    producer shop kind=java\n\
    producer desk\n\
    producer kiosk kind=librdkafka\n\
    consumer anna kind=java group=billing topics=orders\n\
    consumer bert kind=java group=billing topics=orders\n\
    consumer carl group=mailing topics=orders\n\
    send shop orders rate=20/s keys=user1..user9\n\
    send desk orders rate=5/s keys=user1..user9\n\
    send kiosk orders rate=5/s keys=user1..user9\n";

/// Records as fast as they are taken.
const RUSH: &str = "brokers 3 config:offsets.topic.num.partitions=5\n\
    topic orders partitions=6\n\
    producer shop kind=java linger=0s\n\
    producer desk\n\
    consumer anna kind=java group=billing topics=orders\n\
    consumer carl kind=java group=mailing topics=orders\n\
    send shop orders rate=1000/s keys=user1..user99\n\
    send desk orders rate=1000/s keys=user1..user99\n";

/// Works out a figure and prints it.
type Figure = fn() -> Result<(), Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let figures: [(&str, Figure); 5] =
        [("busy", busy), ("rush", rush), ("tutorial", tutorial), ("scrub", scrub), ("hour", hour)];
    let wanted = std::env::args().nth(1);
    let names = figures.map(|(name, _)| name);
    if let Some(wanted) = wanted.as_deref().filter(|wanted| !names.contains(wanted)) {
        return Err(format!("one of {} was wanted, not {wanted}", names.join(", ")).into());
    }
    for (name, work_out) in figures {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            work_out()?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let done = work();
    (done, started.elapsed())
}

fn world(script: &str) -> Result<World, Box<dyn Error>> {
    let script = Script::parse(script)?;
    let mut world = World::new(WorldSettings::of(&script))?;
    for line in &script.lines {
        world.apply(&line.command)?;
    }
    Ok(world)
}

fn busy() -> Result<(), Box<dyn Error>> {
    frames("busy", BUSY, 600)
}

fn rush() -> Result<(), Box<dyn Error>> {
    frames("rush", RUSH, 60)
}

fn frames(name: &str, script: &str, seconds: u64) -> Result<(), Box<dyn Error>> {
    let mut world = world(script)?;
    world.run_for(Duration::from_secs(10));
    let before = world.frames_count();
    let ((), took) = timed(|| world.run_for(Duration::from_secs(seconds)));
    let frames = world.frames_count() - before;
    let (copy, cloning) = timed(|| world.clone());
    println!(
        "{name}: {frames} frames in {:.2} s, {:.0} frames a second, {:.0} times real time; a clone takes {:.0} us",
        took.as_secs_f64(),
        frames as f64 / took.as_secs_f64(),
        seconds as f64 / took.as_secs_f64(),
        cloning.as_secs_f64() * 1e6,
    );
    drop(copy);
    Ok(())
}

fn tutorial() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/sandbox/transcripts");
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            texts.push(std::fs::read_to_string(path)?);
        }
    }
    let (lasted, took) = timed(|| -> Result<Duration, Box<dyn Error>> {
        let mut lasted = Duration::ZERO;
        for text in &texts {
            lasted += Transcript::parse(text).play()?.story.world().elapsed();
        }
        Ok(lasted)
    });
    let lasted = lasted?;
    println!(
        "tutorial: {} stories, {:.0} s of their time in {:.2} s, {:.0} times real time",
        texts.len(),
        lasted.as_secs_f64(),
        took.as_secs_f64(),
        lasted.as_secs_f64() / took.as_secs_f64(),
    );
    Ok(())
}

fn story(seconds: u64) -> Result<Story, Box<dyn Error>> {
    let script = Script::parse(BUSY)?;
    let mut story = Story::new(WorldSettings::of(&script))?;
    story.run_script(BUSY)?;
    for _ in 0..seconds {
        story.run_until(story.now() + Duration::from_secs(1));
    }
    Ok(story)
}

fn scrub() -> Result<(), Box<dyn Error>> {
    let mut story = story(600)?;
    let mut times = Vec::new();
    let mut place: u64 = 1;
    for _ in 0..100 {
        place = place * 75 % 65_537;
        let to = story.start() + Duration::from_micros(600_000_000 * place / 65_537);
        let ((), took) = timed(|| story.seek(to));
        times.push(took);
    }
    times.sort();
    let (count, frames) = (story.snapshots_count(), story.world().frames_count());
    println!(
        "scrub: 100 places in ten minutes ({count} snapshots, {frames} frames): median {:.1} ms, longest {:.1} ms",
        times[50].as_secs_f64() * 1e3,
        times[99].as_secs_f64() * 1e3,
    );
    Ok(())
}

fn hour() -> Result<(), Box<dyn Error>> {
    let (story, took) = timed(|| story(3_600));
    let story = story?;
    println!(
        "hour: {} frames, {} snapshots, played in {:.1} s; {}",
        story.world().frames_count(),
        story.snapshots_count(),
        took.as_secs_f64(),
        resident().map_or_else(|| "memory unknown here".to_owned(), |size| format!("{size} MB at its largest")),
    );
    Ok(())
}

/// The largest size of this process in memory so far, in megabytes, where the system tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
