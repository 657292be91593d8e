//! Kafka's words about its keys: half of what the table of keys would hold, and asked for by few clients. A program that
//! is loaded in parts may bring them later: with the feature `late-documentation` they are there once somebody has
//! called [`Documentation::bring`], and without it always.

use super::table::{Key, Scope};
use std::sync::OnceLock;

/// Kafka's words about all keys.
#[derive(Clone, Copy, Debug)]
pub struct Documentation {
    text: &'static str,
}

/// Those that were brought.
static BROUGHT: OnceLock<Documentation> = OnceLock::new();

impl Documentation {
    /// All of them. What names it has them with it.
    pub const KAFKAS: Documentation = Documentation { text: include_str!("documentation.txt") };

    /// Answers with these from now on; the first that are brought stay.
    pub fn bring(self) {
        BROUGHT.get_or_init(|| self);
    }

    fn there() -> Option<Documentation> {
        if cfg!(feature = "late-documentation") { BROUGHT.get().copied() } else { Some(Documentation::KAFKAS) }
    }
}

/// The words about a key; none while they are not brought.
pub(super) fn of(key: &Key) -> String {
    let Some(Documentation { text }) = Documentation::there() else { return String::new() };
    let scope = match key.scope {
        Scope::Topic => "topic",
        Scope::Broker => "broker",
        Scope::Quota => "quota",
    };
    let head = format!("\n\n{scope} {}\ndoc", key.name);
    let Some(place) = text.find(&head) else { return String::new() };
    let record = &text[place + head.len() - "doc".len()..];
    let record = record.split("\n\n").next().unwrap_or_default().trim_end_matches('\n');
    let lines: Vec<&str> = record.split('\n').map(|line| line.get(4..).unwrap_or("")).collect();
    lines.join("\n")
}
