//! Reads the captured scripts in `testdata` and compares whole answers.
//!
//! A block is a request, `----`, and Kafka's answer. Where we answer otherwise on purpose, lines of the block that begin
//! with `# ours: ` say how.

use super::world::World;

/// Runs a captured script against a world of our own, whose broker has the settings that the script names, and panics
/// with every block that is answered otherwise.
#[track_caller]
pub(super) fn check(script: &str) {
    let settings: Vec<(&str, &str)> = script
        .lines()
        .filter_map(|line| line.strip_prefix("# server: "))
        .map(|line| line.split_once('=').expect("a setting has a value"))
        .collect();
    let mut world = World::new(&settings);
    let mut wrong = String::new();
    let mut count = 0;
    for block in script.split("\n\n").filter(|block| block.contains("\n----\n")) {
        let (request, kafka) = block.split_once("\n----\n").expect("just seen");
        let ours: Vec<&str> = request.lines().filter_map(|line| line.strip_prefix("# ours: ")).collect();
        let expected = if ours.is_empty() { kafka.trim_end_matches('\n').to_owned() } else { ours.join("\n") };
        let answer = world.answer(request);
        if answer != expected {
            let differing = first_difference(&expected, &answer);
            wrong += &format!("{request}\n{differing}\n\n");
        }
        if !ours.is_empty() && answer == kafka.trim_end_matches('\n') {
            wrong += &format!("{request}\nis no difference any more\n\n");
        }
        count += 1;
    }
    assert!(count > 5, "the script has blocks");
    assert!(wrong.is_empty(), "{wrong}");
}

fn first_difference(expected: &str, answer: &str) -> String {
    let (mut wanted, mut found) = (expected.lines(), answer.lines());
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return "the same lines".to_owned(),
            (wanted, found) if wanted == found => {}
            (wanted, found) => return format!("wanted {wanted:?}\nfound  {found:?}"),
        }
    }
}
