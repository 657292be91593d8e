//! Whole worlds: the stories of the sandbox, with clients of three kinds, tools and faults.

use runnel_sandbox::transcript::{Played, Transcript};

/// The stories, by name and text.
macro_rules! stories {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../crates/sandbox/transcripts/", $name, ".txt")))),*]
    };
}

/// All of them; a native test compares the list with the folder.
pub const STORIES: &[(&str, &str)] = stories! {
    "01-first-record" "02-console-tools" "03-one-group" "04-more-partitions" "05-more-consumers" "06-two-groups"
    "07-keys" "08-no-keys" "09-crash" "10-leave" "11-retention" "12-restart" "13-no-commits" "14-nothing-arrives"
    "15-duplicates" "16-at-most-once" "17-at-least-once" "18-too-slow" "19-slow-kafkajs" "20-lost-answer"
    "21-same-group" "22-more-partitions-later" "23-one-at-a-time" "24-reset" "25-skipped" "26-first-join"
    "27-static-member" "28-cut-cable" "29-lag" "30-broker-gone" "31-broker-joins" "32-set-up-otherwise" "33-typed"
};

/// Plays a story, and returns the hash over the times and bytes of all frames.
///
/// # Panics
/// If it is no transcript.
pub fn run(text: &str) -> u64 {
    play(text).story.world().trace_hash()
}

/// Plays a story, and returns how long it lasts on its own clock, in seconds.
///
/// # Panics
/// If it is no transcript.
pub fn seconds(text: &str) -> f64 {
    play(text).story.world().elapsed().as_secs_f64()
}

fn play(text: &str) -> Played {
    Transcript::parse(text).play().expect("the sandbox's own tests have played it")
}
