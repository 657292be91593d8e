//! The stories in `transcripts/`, and that each gives the same frames again.

use super::Transcript;
use crate::history::Story;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts")
}

/// Names and texts of all transcripts, sorted.
fn all() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt")).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn updates() -> bool {
    env::var_os("UPDATE_EXPECT").is_some()
}

#[test]
fn transcripts_are_as_they_say() {
    let mut failures = String::new();
    for (name, text) in all() {
        let transcript = Transcript::parse(&text);
        let played = transcript.play().unwrap_or_else(|error| panic!("transcripts/{name}.txt: {error}"));
        let seen = transcript.with(&played.seen);
        if updates() {
            fs::write(folder().join(format!("{name}.txt")), seen).unwrap();
        } else if seen != text {
            let place = text.lines().zip(seen.lines()).position(|(wanted, found)| wanted != found);
            let place = place.unwrap_or_else(|| text.lines().count().min(seen.lines().count()));
            let line = |text: &str| text.lines().nth(place).unwrap_or("the end").to_owned();
            let (wanted, found) = (line(&text), line(&seen));
            writeln!(failures, "transcripts/{name}.txt:{}: wanted {wanted:?}, found {found:?}", place + 1).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}rerun with UPDATE_EXPECT=1 and read the difference");
}

#[test]
fn transcripts_end_the_same_from_any_place() {
    for (name, text) in all() {
        let mut story = Transcript::parse(&text).play().unwrap().story;
        story.set_watched(false);
        let end = story.world().trace_hash();
        let length = story.end().since(story.start());
        for part in [1, 3, 0, 2] {
            story.seek(story.start() + length / 4 * part);
            let mut from_here = story.fork();
            from_here.run_until(from_here.end());
            assert_eq!(from_here.world().trace_hash(), end, "{name} from {part} quarters");
        }
        let read = Story::from_file(&story.to_file()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read.world().trace_hash(), end, "{name} from its file");
    }
}
