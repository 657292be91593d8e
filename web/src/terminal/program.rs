//! What the tutorial's programs print: `console.log` of each record that the consumer is done with, as Node prints it.

use runnel_broker::Timestamp;
use runnel_sandbox::scene::{ClientState, HandledRecord};
use runnel_sandbox::viewing::Viewing;
use std::collections::VecDeque;

/// Most records that are shown.
const LINES_MAX: usize = 500;
/// How wide an object may be that Node prints in one line.
const WIDTH_MAX: usize = 72;

/// A program of the tutorial's that runs in a terminal.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Program {
    /// The client's name on the stage.
    pub(super) name: String,
    since: Timestamp,
    head: String,
    /// Each with how many records the program was done with then.
    lines: VecDeque<(u64, String)>,
    /// How many it was done with when it was last looked at.
    count: u64,
}

impl Program {
    /// A program that has just been started by this line.
    pub(super) fn new(name: &str, line: &str, since: Timestamp) -> Program {
        let script = line.split_whitespace().last().unwrap_or_default();
        let file = match script {
            "consume" => "consumer",
            "produce" => "producer",
            "produce:user" => "producer-user",
            _other => "index",
        };
        let head = if line.contains("npm ") {
            format!("> my-app@1.0.0 {script}\n> tsc -b && node dist/{file}.js\n\n")
        } else {
            String::new()
        };
        Program { name: name.to_owned(), since, head, lines: VecDeque::new(), count: 0 }
    }

    /// What it has printed.
    pub(super) fn text(&self) -> String {
        let lines = self.lines.iter().map(|(_, line)| line.as_str());
        std::iter::once(self.head.as_str()).chain(lines).collect()
    }

    /// Looks what it has done since; `true` if it is over.
    pub(super) fn look(&mut self, viewing: &Viewing) -> bool {
        let scene = viewing.scene();
        if viewing.now() < self.since {
            self.go_back(0);
            return false;
        }
        if let Some(handled) = scene.seen.handled.get(&self.name) {
            if handled.count < self.count {
                self.go_back(handled.count);
            }
            let missing = usize::try_from(handled.count - self.count).unwrap_or(usize::MAX);
            let shown = missing.min(handled.latest.len());
            if missing > shown {
                self.push(handled.count, format!("… {} more\n", missing - shown));
            }
            let first = handled.count - u64::try_from(shown).unwrap_or(0) + 1;
            for (number, record) in (first..).zip(handled.latest.iter().skip(handled.latest.len() - shown)) {
                self.push(number, printed(viewing, record));
            }
            self.count = handled.count;
        } else {
            self.go_back(0);
        }
        let state = scene.clients.get(&self.name).map(|client| client.state);
        !matches!(state, Some(ClientState::Running | ClientState::Paused))
    }

    fn push(&mut self, number: u64, line: String) {
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back((number, line));
    }

    fn go_back(&mut self, count: u64) {
        self.lines.retain(|(number, _)| *number <= count);
        self.count = count;
    }
}

/// `{ offset: '0', value: 'hi there' }`
fn printed(viewing: &Viewing, handled: &HandledRecord) -> String {
    let HandledRecord { partition, offset, .. } = handled;
    let record = viewing.story().world().cluster().record(&partition.topic, partition.partition, *offset);
    let value = match record.map(|record| record.value) {
        Some(Some(value)) => quoted(&String::from_utf8_lossy(&value)),
        Some(None) => "undefined".to_owned(),
        // It has gone from the log since.
        None => "…".to_owned(),
    };
    let line = format!("{{ offset: '{offset}', value: {value} }}");
    if line.chars().count() > WIDTH_MAX {
        return format!("{{\n  offset: '{offset}',\n  value: {value}\n}}\n");
    }
    format!("{line}\n")
}

/// A string as Node shows it: in the first of ' " ` that is not in it.
fn quoted(text: &str) -> String {
    let quote = ['\'', '"', '`'].into_iter().find(|quote| !text.contains(*quote)).unwrap_or('\'');
    let mut out = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            letter if letter == quote => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push_str(&format!("\\x{:02X}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn strings_are_quoted_as_node_does() {
        assert_eq!(quoted("hi there"), "'hi there'");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("it's \"so\""), "`it's \"so\"`");
        assert_eq!(quoted("a\nb\\"), "'a\\nb\\\\'");
    }
}
