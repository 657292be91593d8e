//! A story as a file: text, one entry a line, with what it must give when it is played.
//!
//! ```text
//! runnel-history 1                   the version of this format
//! core 0.0.0                         the version of the core that played it
//! seed 7
//! profile dev
//! brokers 3
//! start 1767254400000000             microseconds since the Unix epoch
//! @0 topic orders partitions=3       microseconds since the start, and a command,
//! @2500000 outside opens localhost:9092
//! @2600000 outside sends 1 AAMACA==  or what a program outside did: a frame is Base64, without its size prefix
//! @2700000 outside closes 1
//! end 5000000 1f0e2d3c4b5a6978       the latest time, and the hash over all frames until then
//! sum 0011223344556677               xxHash64 of all lines before
//! ```

use super::{Action, ENTRIES_MAX, Entry, FOREIGN_BYTES_MAX, Story};
use crate::script::{Command, Script};
use crate::world::{ForeignId, Refusal, WorldSettings};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use runnel_clients::Address;
use runnel_protocol::Timestamp;
use std::fmt;
use std::str::{FromStr, Lines};
use std::time::Duration;
use twox_hash::XxHash64;

/// The version of the format; it grows when a line changes its meaning.
pub const FORMAT_VERSION: u32 = 1;
/// The version of the core: other cores may answer otherwise.
const CORE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a file cannot be read or played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryError {
    /// The line, counted from 1.
    pub line: u32,
    /// What would have been right there.
    pub wanted: String,
    /// What stands there, or what came when it was played.
    pub found: String,
}

impl fmt::Display for HistoryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: wanted {}, found {:?}", self.line, self.wanted, self.found)
    }
}

impl std::error::Error for HistoryError {}

impl Story {
    /// The story as a file.
    pub fn to_file(&self) -> String {
        let settings = self.world().settings();
        let brokers = Command::Brokers { count: settings.brokers, configs: settings.broker_configs.clone() };
        let mut text = format!("runnel-history {FORMAT_VERSION}\ncore {CORE_VERSION}\nseed {}\n", settings.seed);
        text.push_str(&format!("profile {}\n{brokers}\nstart {}\n", settings.profile, settings.start.0));
        for entry in self.entries() {
            text.push_str(&format!("@{} {}\n", entry.time.0 - settings.start.0, entry.action));
        }
        let mut ending = self.clone();
        ending.seek(self.end());
        let hash = ending.world().trace_hash();
        text.push_str(&format!("end {} {hash:016x}\n", self.end().0 - settings.start.0));
        let sum = XxHash64::oneshot(0, text.as_bytes());
        text.push_str(&format!("sum {sum:016x}\n"));
        text
    }

    /// Reads a file and plays it to its end.
    ///
    /// # Errors
    /// A file that is damaged, of another version, or with a line that cannot be read or done; one that gives other
    /// frames when it is played.
    pub fn from_file(text: &str) -> Result<Story, HistoryError> {
        let written = Written::read(text)?;
        let mut story = written.begin()?;
        for (line, entry) in written.entries {
            story.run_until(entry.time);
            let done = story.act(entry.action);
            done.map_err(|refusal| refused(line, &refusal))?;
        }
        story.run_until(written.end.time);
        written.end.check(&story)?;
        Ok(story)
    }
}

/// What a file says, before it is played.
pub(crate) struct Written {
    settings: WorldSettings,
    /// Each with its line.
    pub(crate) entries: Vec<(u32, Entry)>,
    pub(crate) end: End,
}

/// What a file says of its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    line: u32,
    /// The latest time.
    pub(crate) time: Timestamp,
    /// Over all frames until then.
    hash: u64,
}

impl Written {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`Story::from_file`], as far as it can be told without playing.
    pub(crate) fn read(text: &str) -> Result<Written, HistoryError> {
        let mut lines = Reading::begin(text)?;
        let settings = lines.settings()?;
        let mut entries = Vec::new();
        let mut foreign_bytes = 0_usize;
        let mut last = settings.start;
        let end = loop {
            let (line, text) = lines.next("an entry or the end")?;
            let Some(rest) = text.strip_prefix('@') else { break lines.end(line, text, settings.start, last)? };
            let (time, action) = entry(rest).ok_or_else(|| wrong(line, "@MICROSECONDS and what was done", text))?;
            let time = Timestamp(settings.start.0.saturating_add(time));
            let action = action.map_err(|mistake| HistoryError { line, ..mistake })?;
            if time < last {
                return Err(wrong(line, "an entry that is not before the last one", text));
            }
            if let Action::ForeignFrame { frame, .. } = &action {
                foreign_bytes = foreign_bytes.saturating_add(frame.len());
            }
            if entries.len() == ENTRIES_MAX || foreign_bytes > FOREIGN_BYTES_MAX {
                return Err(wrong(line, "a story that is not so long", text));
            }
            last = time;
            entries.push((line, Entry { time, action }));
        };
        lines.finish()?;
        Ok(Written { settings, entries, end })
    }

    /// The story before anything of it has happened.
    ///
    /// # Errors
    /// Settings that are not Kafka's.
    pub(crate) fn begin(&self) -> Result<Story, HistoryError> {
        Story::new(self.settings.clone()).map_err(|error| wrong(5, "settings of brokers", &error.to_string()))
    }

    /// How long it takes to its end.
    pub(crate) fn length(&self) -> Duration {
        self.end.time.since(self.settings.start)
    }
}

impl End {
    /// Whether a story that was played to its end has come to the same frames.
    pub(crate) fn check(&self, story: &Story) -> Result<(), HistoryError> {
        let found = story.world().trace_hash();
        if found == self.hash {
            return Ok(());
        }
        let wanted = format!("frames whose hash is {:016x}", self.hash);
        Err(wrong(self.line, &wanted, &format!("{found:016x}")))
    }
}

/// A line that can be read, but not be done.
pub(crate) fn refused(line: u32, refusal: &Refusal) -> HistoryError {
    wrong(line, "something that can be done", &refusal.to_string())
}

fn wrong(line: u32, wanted: &str, found: &str) -> HistoryError {
    let shown: String = found.chars().take(100).collect();
    HistoryError { line, wanted: wanted.to_owned(), found: shown }
}

/// A time and what was done; `None` without a time.
fn entry(text: &str) -> Option<(i64, Result<Action, HistoryError>)> {
    let (time, rest) = text.split_once(' ')?;
    let time = time.parse::<i64>().ok().filter(|micros| *micros >= 0 && micros.to_string() == time)?;
    let Some(rest) = rest.strip_prefix("outside ") else {
        let command = Command::from_str(rest);
        let found = |error: &crate::script::ScriptError| error.found.clone().unwrap_or_else(|| rest.to_owned());
        return Some((time, command.map(Action::Command).map_err(|error| wrong(0, &error.wanted, &found(&error)))));
    };
    let words: Vec<&str> = rest.split(' ').collect();
    let id = |text: &str| text.parse().ok().map(ForeignId);
    let action = match words.as_slice() {
        ["opens", address] => Address::parse(address).map(|address| Action::ForeignOpen { address }),
        ["sends", number, frame] => id(number).and_then(|id| {
            let frame = Bytes::from(STANDARD.decode(frame).ok()?);
            Some(Action::ForeignFrame { id, frame })
        }),
        ["closes", number] => id(number).map(|id| Action::ForeignClose { id }),
        _ => None,
    };
    let wanted = "opens ADDRESS, sends NUMBER BASE64 or closes NUMBER";
    Some((time, action.ok_or_else(|| wrong(0, wanted, rest))))
}

/// The lines of a file, with their numbers.
struct Reading<'a> {
    lines: Lines<'a>,
    number: u32,
}

impl<'a> Reading<'a> {
    /// Checks version and sum before anything else is looked at.
    fn begin(text: &'a str) -> Result<Reading<'a>, HistoryError> {
        let mut lines = Reading { lines: text.lines(), number: 0 };
        lines.known("runnel-history", &FORMAT_VERSION.to_string())?;
        lines.known("core", CORE_VERSION)?;
        let count = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        let body = text.strip_suffix('\n').and_then(|text| text.rsplit_once('\n'));
        let (body, last) = body.ok_or_else(|| wrong(count, "a whole file, to the line with its sum", text))?;
        let sum = XxHash64::oneshot(0, format!("{body}\n").as_bytes());
        if last != format!("sum {sum:016x}") {
            return Err(wrong(count, &format!("sum {sum:016x}, or the file is damaged"), last));
        }
        Ok(lines)
    }

    fn next(&mut self, wanted: &str) -> Result<(u32, &'a str), HistoryError> {
        self.number += 1;
        let line = self.lines.next().ok_or_else(|| wrong(self.number, wanted, "the end of the file"))?;
        Ok((self.number, line))
    }

    fn known(&mut self, name: &str, value: &str) -> Result<(), HistoryError> {
        let wanted = format!("{name} {value}");
        let (line, found) = self.next(&wanted)?;
        if found == wanted { Ok(()) } else { Err(wrong(line, &wanted, found)) }
    }

    /// Four lines: seed, profile, brokers and start.
    fn settings(&mut self) -> Result<WorldSettings, HistoryError> {
        let mut head = String::new();
        for name in ["seed ", "profile ", "brokers "] {
            let (line, text) = self.next(name)?;
            if !text.starts_with(name) {
                return Err(wrong(line, name.trim_end(), text));
            }
            head.push_str(text);
            head.push('\n');
        }
        let script = Script::parse(&head).map_err(|error| HistoryError {
            line: error.line + 2,
            wanted: error.wanted,
            found: error.found.unwrap_or_default(),
        })?;
        let (line, text) = self.next("start")?;
        let start = text.strip_prefix("start ").and_then(|micros| micros.parse::<i64>().ok());
        // A world may begin within some thousand years of the epoch, so that no time overflows.
        let start = start.filter(|micros| (0..=1_i64 << 57).contains(micros));
        let start = start.ok_or_else(|| wrong(line, "start MICROSECONDS", text))?;
        Ok(WorldSettings { start: Timestamp(start), ..WorldSettings::of(&script) })
    }

    /// `end MICROSECONDS HASH`
    fn end(&self, line: u32, text: &str, start: Timestamp, last: Timestamp) -> Result<End, HistoryError> {
        let read = || {
            let (micros, hash) = text.strip_prefix("end ")?.split_once(' ')?;
            let time = Timestamp(start.0.saturating_add(micros.parse::<i64>().ok().filter(|micros| *micros >= 0)?));
            Some(End { line, time, hash: u64::from_str_radix(hash, 16).ok().filter(|_| hash.len() == 16)? })
        };
        let ended = read().filter(|end| end.time >= last && end.time.since(start) <= LENGTH_MAX);
        ended.ok_or_else(|| wrong(line, "end MICROSECONDS HASH, after the last entry", text))
    }

    fn finish(&mut self) -> Result<(), HistoryError> {
        let (line, text) = self.next("sum")?;
        if !text.starts_with("sum ") {
            return Err(wrong(line, "the sum behind the end", text));
        }
        match self.lines.next() {
            Some(more) => Err(wrong(line + 1, "the end of the file", more)),
            None => Ok(()),
        }
    }
}

/// Longest story that is played from a file.
const LENGTH_MAX: Duration = Duration::from_secs(400 * 86_400);
