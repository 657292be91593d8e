//! A number that stands in the text is given by the scene or a solution, needed by a goal, or checked; all others are holes.

use super::literals::text_of;
use crate::clause::Kind;
use crate::lesson::Lesson;
use crate::text::Text;
use std::collections::BTreeSet;

/// The numbers in a text that stand by themselves: not in names like `user1`, `payment-done-0` or `localhost:9092`, not in
/// the ids of lessons and versions like 4.3.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let is_edge = |letter: char| letter.is_whitespace() || "()[],;!?\"'*`=".contains(letter);
    text.split(is_edge).filter_map(|word| {
        let word = word.trim_matches(|letter: char| ".:".contains(letter));
        let end = word.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(word.len());
        let is_number = end > 0 && matches!(&word[end..], "" | "s" | "ms" | "m" | "th" | "%" | "/s");
        is_number.then_some(&word[..end])
    })
}

/// Numbers that nothing vouches for.
pub(super) fn findings(lesson: &Lesson) -> Vec<(u32, String)> {
    let mut literals = Vec::new();
    let goals = lesson.goals.iter().flat_map(|goal| goal.steps.iter().map(|step| &step.condition).chain(&goal.never));
    goals.chain(lesson.checks.iter().map(|check| &check.condition)).for_each(|found| found.literals(&mut literals));
    let literals = literals.into_iter().filter(|(kind, _)| *kind == Kind::Number).map(|(_, number)| number);
    let mut given: BTreeSet<String> = literals.collect();
    let steps = lesson.goals.iter().flat_map(|goal| &goal.steps);
    let times = steps.flat_map(|step| [step.within, step.lasting].into_iter().flatten().map(|time| time.as_secs()));
    given.extend(times.map(|seconds| seconds.to_string()));
    let solutions = lesson.solutions.iter().flat_map(|solution| &solution.lines.0).map(Text::words);
    for text in solutions.chain([lesson.scene.clone()]) {
        // Settings are in milliseconds, and people speak of seconds.
        let seconds = digits(&text).filter_map(|run| run.strip_suffix("000").map(str::to_owned));
        given.extend(digits(&text).chain(seconds).collect::<Vec<String>>());
    }
    let hints: Vec<String> = lesson.hints.iter().map(Text::words).collect();
    let read = [text_of(lesson), hints.join("\n"), lesson.debrief.words()].join("\n");
    let unknown: BTreeSet<&str> = numbers(&read).filter(|number| !given.contains(*number)).collect();
    let line = |number: &str| {
        let of_prose = lesson.texts().find(|text| numbers(&text.words()).any(|found| found == number));
        of_prose.map_or(1, |text| text.line)
    };
    let say = |number: &str| {
        let what = format!("the text says {number}, which is not given: make it a hole, or check it");
        (line(number), what)
    };
    unknown.into_iter().map(say).collect()
}

/// All runs of digits.
fn digits(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty()).map(str::to_owned)
}
