//! Terminals below the stage, as many side by side as one likes: the stage's commands, Kafka's tools, the tutorial's
//! programs.
//!
//! A line is read by [`runnel_lessons::shell`] and done by the page like every gesture; what a tool prints is the
//! world's, so it goes with the world's time. What stands here the page begins with; the rest is loaded later.

mod candidates;
mod output;
mod panel;
mod program;
mod run;
mod window;

pub(crate) use panel::Panel;

use leptos::prelude::*;
use output::Entry;

/// Most terminals.
const WINDOWS_MAX: usize = 6;
/// Most lines that the arrow keys bring back.
const HISTORY_MAX: usize = 200;

/// One terminal.
#[derive(Clone)]
struct Window {
    number: u32,
    /// What was typed and what came of it.
    entries: ArcRwSignal<Vec<Entry>>,
    /// What stands in its line.
    typed: ArcRwSignal<String>,
    /// The same, if it was put there for the stage: then no tool reads it.
    put: ArcRwSignal<Option<String>>,
}

impl Window {
    fn new(number: u32) -> Window {
        Window {
            number,
            entries: ArcRwSignal::new(Vec::new()),
            typed: ArcRwSignal::new(String::new()),
            put: ArcRwSignal::new(None),
        }
    }
}

/// What is handed to the terminal that was used last.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Handed {
    /// A line to be put there.
    Line(String),
    /// Lines to be run.
    Run(String),
}

/// Says the next hint of the lesson that is open.
type Hint = Box<dyn Fn() -> Option<String>>;

/// All terminals.
#[derive(Clone, Copy)]
pub(crate) struct Terminals {
    /// Somebody wants them shown.
    pub(crate) is_wanted: RwSignal<bool>,
    /// A line to be put into the one that was used last.
    line: RwSignal<Option<Handed>>,
    /// Who knows the hints, while the course is shown.
    pub(crate) hint: StoredValue<Option<Hint>, LocalStorage>,
    windows: RwSignal<Vec<Window>>,
    /// The number of the one that was used last.
    active: RwSignal<u32>,
    history: StoredValue<Vec<String>>,
}

impl Terminals {
    pub(crate) fn new() -> Terminals {
        Terminals {
            is_wanted: RwSignal::new(false),
            line: RwSignal::new(None),
            hint: StoredValue::new_local(None),
            windows: RwSignal::new(vec![Window::new(1)]),
            active: RwSignal::new(1),
            history: StoredValue::new(Vec::new()),
        }
    }

    /// Shows the terminal with a line in it, which is not run.
    pub(crate) fn put(&self, line: String) {
        self.line.set(Some(Handed::Line(line)));
        self.is_wanted.set(true);
    }

    /// Shows the terminal and runs lines in it.
    pub(crate) fn run(&self, script: String) {
        self.line.set(Some(Handed::Run(script)));
        self.is_wanted.set(true);
    }

    /// Empties all of them: the stage is another one.
    pub(crate) fn clear(&self) {
        self.windows.with_untracked(|windows| windows.iter().for_each(|window| window.entries.set(Vec::new())));
    }

    fn note(&self, line: &str) {
        self.history.update_value(|history| {
            if history.last().is_none_or(|last| last != line) {
                history.push(line.to_owned());
            }
            let over = history.len().saturating_sub(HISTORY_MAX);
            history.drain(..over);
        });
    }

    fn open_another(&self) {
        let number = self.windows.with_untracked(|windows| windows.iter().map(|one| one.number).max().unwrap_or(0)) + 1;
        self.windows.update(|windows| windows.push(Window::new(number)));
        self.active.set(number);
    }
}
