//! What stands in a terminal: lines that were typed, and what came of each.

use super::program::Program;
use leptos::prelude::*;
use runnel_broker::Timestamp;
use runnel_sandbox::viewing::Viewing;
use runnel_sandbox::world::{End, Printout, ProcessState};

/// Most lines of a terminal that are kept.
const ENTRIES_MAX: usize = 300;
/// Most letters that one tool's output shows; of more it is the end.
const TEXT_MAX: usize = 64 * 1024;

/// A line that was typed, with what came of it.
#[derive(Clone)]
pub(super) struct Entry {
    /// Counts the lines of a terminal.
    pub(super) number: u64,
    /// As it was typed; empty for something that is only said.
    pub(super) line: String,
    pub(super) output: ArcRwSignal<Output>,
}

/// What came of a line so far.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Output {
    pub(super) text: String,
    pub(super) tone: Tone,
    /// Of a tool that has ended otherwise than well.
    pub(super) status: Option<i32>,
    /// What runs, and may print more.
    pub(super) running: Option<Running>,
}

/// Who speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Tone {
    /// A tool or a program: lines are as they are printed.
    #[default]
    Printed,
    /// The page.
    Said,
    /// The page, and nothing was done.
    Refused,
}

/// What runs.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Running {
    /// One of Kafka's tools.
    Tool {
        /// Its name on the stage.
        name: String,
        /// When it was started.
        since: Timestamp,
        /// Whether it reads what is typed.
        is_reading: bool,
        /// How much it had printed when it was last looked at.
        printed: (u64, usize),
    },
    /// One of the tutorial's programs.
    Program(Program),
}

impl Running {
    /// A tool that has just been started, by its name and the line that started it.
    pub(super) fn tool(name: &str, command: &str, since: Timestamp) -> Running {
        let is_reading = command.starts_with("kafka-console-producer");
        Running::Tool { name: name.to_owned(), since, is_reading, printed: (0, 0) }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Running::Tool { name, .. } => name,
            Running::Program(program) => &program.name,
        }
    }

    /// Whether it reads what is typed.
    pub(super) fn is_reading(&self) -> bool {
        match self {
            Running::Tool { is_reading, .. } => *is_reading,
            Running::Program(_) => false,
        }
    }

    /// What Ctrl-C does to it.
    pub(super) fn interrupted(&self) -> String {
        match self {
            Running::Tool { name, .. } => format!("interrupt tool={name}\n"),
            // The tutorial's programs have no handler for it: the process is gone, without a goodbye.
            Running::Program(program) => format!("crash {}\n", program.name),
        }
    }
}

impl Output {
    /// Something that the page says.
    pub(super) fn said(text: &str) -> Output {
        Output { text: text.to_owned(), tone: Tone::Said, ..Output::default() }
    }

    /// Looks at the world once more. What has ended, or is not there any more, stays as it was; what has not begun yet
    /// where the story stands begins again with it.
    pub(super) fn looked_at(&self, viewing: &Viewing) -> Option<Output> {
        let mut next = self.clone();
        match &mut next.running {
            None => return None,
            Some(Running::Program(program)) => {
                let is_over = program.look(viewing);
                next.text = program.text();
                if is_over {
                    next.running = None;
                }
            }
            Some(Running::Tool { name, since, printed, .. }) => {
                if viewing.now() < *since {
                    next.text.clear();
                    *printed = (0, 0);
                } else if let Some(printout) = viewing.story().world().printout(name) {
                    let found = (printout.left_out, printout.pieces.len());
                    if found != *printed {
                        *printed = found;
                        next.text = text_of(printout);
                    }
                    let state = viewing.story().world().process(name).map(|process| process.state);
                    match state {
                        Some(ProcessState::Running | ProcessState::Paused | ProcessState::Leaving) => {}
                        Some(ProcessState::Ended(End::Exited(status))) if status != 0 => {
                            next.status = Some(status);
                            next.running = None;
                        }
                        Some(ProcessState::Ended(_)) | None => next.running = None,
                    }
                } else {
                    next.running = None;
                }
            }
        }
        (next != *self).then_some(next)
    }
}

/// All that a tool has printed with what was typed into it, as it stands on a terminal.
fn text_of(printout: &Printout) -> String {
    let text: String = printout.pieces.iter().map(|piece| piece.text.as_str()).collect();
    let mut start = text.len().saturating_sub(TEXT_MAX);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    match (start, printout.left_out) {
        (0, 0) => text,
        _ => format!("… what came before is not kept\n{}", &text[start..]),
    }
}

/// Puts a line and what came of it at the end; the oldest go.
pub(super) fn push(entries: &ArcRwSignal<Vec<Entry>>, line: &str, output: Output) {
    entries.update(|entries| {
        let number = entries.last().map_or(0, |last| last.number + 1);
        entries.push(Entry { number, line: line.to_owned(), output: ArcRwSignal::new(output) });
        let over = entries.len().saturating_sub(ENTRIES_MAX);
        entries.drain(..over);
    });
}

/// Puts a sentence there that belongs to no line.
pub(super) fn say(entries: &ArcRwSignal<Vec<Entry>>, text: &str) {
    push(entries, "", Output::said(text));
}
