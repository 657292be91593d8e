//! Whatever a goal needs by name stands in the text, and is there in the run.

use crate::clause::{Kind, split_partition};
use crate::lesson::{Block, Lesson};
use std::collections::BTreeSet;

/// The words for small numbers.
const NUMBERS: [[&str; 3]; 13] = [
    ["zero", "none", "nothing"],
    ["one", "first", "once"],
    ["two", "second", "twice"],
    ["three", "third", "three times"],
    ["four", "fourth", "four times"],
    ["five", "fifth", "five times"],
    ["six", "sixth", "six times"],
    ["seven", "seventh", "seven times"],
    ["eight", "eighth", "eight times"],
    ["nine", "ninth", "nine times"],
    ["ten", "tenth", "ten times"],
    ["eleven", "eleventh", "eleven times"],
    ["twelve", "twelfth", "twelve times"],
];

/// What the learner reads before the end: title, prose, questions, goals.
pub(super) fn text_of(lesson: &Lesson) -> String {
    let mut text = lesson.title.clone();
    for block in &lesson.blocks {
        text.push('\n');
        match block {
            Block::Prose(prose) => text.push_str(&prose.words()),
            Block::Code { text: code, .. } => text.push_str(code),
            Block::Run { script, .. } => text.push_str(script),
            Block::Predict(prediction) => {
                text.push_str(&prediction.question);
                prediction.options.iter().for_each(|option| text.extend(["\n", &option.text]));
            }
            Block::Goal(index) => text.push_str(lesson.goals.get(*index).map_or("", |goal| &goal.title)),
        }
    }
    text
}

/// What is missing, with the lines of the goals that need it.
pub(super) fn findings(lesson: &Lesson, text: &str, names: &BTreeSet<String>) -> Vec<(u32, String)> {
    let mut findings = Vec::new();
    let lower = text.to_lowercase();
    for goal in &lesson.goals {
        let mut literals = Vec::new();
        let steps = goal.steps.iter().map(|step| &step.condition);
        steps.chain(&goal.never).for_each(|condition| condition.literals(&mut literals));
        for (kind, literal) in literals {
            let is_named = match kind {
                Kind::Number => is_number_named(&lower, &literal),
                Kind::Text => literal.split_whitespace().all(|word| text.contains(word)),
                Kind::Partition | Kind::Place => {
                    text.contains(&literal) || split_partition(&literal).is_some_and(|(topic, _)| text.contains(topic))
                }
                Kind::Group | Kind::Topic | Kind::Client | Kind::Key => text.contains(&literal),
                Kind::State => true,
            };
            if !is_named {
                findings.push((goal.line, format!("the goal needs {literal:?}, which the text does not name")));
            }
            let is_there = match kind {
                Kind::Group | Kind::Topic | Kind::Client => names.contains(&literal),
                Kind::Place | Kind::Partition => {
                    names.contains(&literal)
                        || split_partition(&literal).is_some_and(|(topic, _)| names.contains(topic))
                }
                Kind::Key | Kind::Text | Kind::State | Kind::Number => true,
            };
            if !is_there {
                findings.push((goal.line, format!("the goal needs {literal:?}, which no solution ever has")));
            }
        }
        let others = goal.reasons.iter().filter_map(|reason| reason.when.as_ref());
        let mut literals = Vec::new();
        others.for_each(|condition| condition.literals(&mut literals));
        for (kind, literal) in literals {
            let is_there = match kind {
                Kind::Group | Kind::Client => names.contains(&literal),
                Kind::Topic | Kind::Place | Kind::Partition => {
                    names.contains(&literal)
                        || split_partition(&literal).is_some_and(|(topic, _)| names.contains(topic))
                }
                Kind::Key | Kind::Text | Kind::State | Kind::Number => true,
            };
            if !is_there {
                findings.push((goal.line, format!("a reason speaks of {literal:?}, which no solution ever has")));
            }
        }
    }
    findings
}

/// Nothing and one are said in many ways; other numbers stand there in digits or as a word.
fn is_number_named(text: &str, literal: &str) -> bool {
    let Ok(number) = literal.parse::<usize>() else { return false };
    if number <= 1 || super::numbers::numbers(text).any(|found| found == literal) {
        return true;
    }
    let words = NUMBERS.get(number).map_or(&[] as &[&str], |words| words.as_slice());
    let mut found = text.split(|letter: char| !letter.is_alphabetic());
    found.any(|word| words.contains(&word))
}
