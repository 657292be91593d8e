//! Walking in a story, forking it, writing it down and reading it.

mod file;
mod undo;
mod walk;

use super::Story;
use crate::script::Script;
use crate::world::WorldSettings;

/// A story in which a script has run.
#[track_caller]
pub(super) fn story(script: &str) -> Story {
    let settings = WorldSettings::of(&Script::parse(script).unwrap());
    let mut story = Story::new(settings).unwrap();
    story.run_script(script).unwrap_or_else(|error| panic!("{error}"));
    story
}

/// Something happens all the time in it.
pub(super) const BUSY: &str = "seed 7\nbrokers 2\ntopic orders partitions=3\n\
    consumer anna group=billing topics=orders from-beginning\n\
    consumer bert kind=java group=billing2 topics=orders\n\
    wait 20s\n\
    kafka-topics.sh --describe --bootstrap-server localhost:9092\n\
    crash anna\nwait 40s\nrestart anna\nwait 60s\nleave bert\nwait 10s\n";
