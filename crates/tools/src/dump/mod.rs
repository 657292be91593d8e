//! `kafka-dump-log`: segments, indexes and snapshots of a log as lines of text.
//!
//! Files may be large, so nothing is read before it is asked for: each poll goes one batch, or some entries of an
//! index, further.
//!
//! Not done: the decoders of remote log metadata, share groups and transactions, records of the formats before
//! version 2, and decoder classes other than Kafka's for strings, integers and longs.

mod batches;
mod decoders;
mod indexes;
mod json;
mod snapshots;

use crate::files::Files;
use crate::input::ToolOutput;
use crate::java::Exception;
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use decoders::Decoder;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::help::DUMP_LOG as HELP;

const ABOUT: &str = "This tool helps to parse a log file and dump its contents to the console, useful for debugging a \
                     seemingly corrupt log segment.";

/// A dump under way.
#[derive(Clone, Debug)]
pub(crate) struct Dump {
    files: Arc<dyn Files>,
    wishes: Wishes,
    /// Files that are yet to be dumped.
    left: VecDeque<String>,
    walk: Option<Walk>,
    found: Found,
    printed: VecDeque<ToolOutput>,
    is_over: bool,
}

/// What the options ask for.
#[derive(Clone, Debug, Default)]
struct Wishes {
    is_deep: bool,
    prints_contents: bool,
    skips_metadata: bool,
    decoder: Decoder,
    /// Why there is no such decoder: told when the first log is dumped.
    no_decoder: Option<Exception>,
    checks_only: bool,
    verifies_only: bool,
    max_bytes: u64,
}

/// How far the current file is read.
#[derive(Clone, Debug)]
enum Walk {
    Log(batches::LogWalk),
    Index(indexes::IndexWalk),
}

/// What does not fit, to be told at the end; by file.
#[derive(Clone, Debug, Default)]
struct Found {
    /// Entries of an index that lead to a batch with another last offset.
    mismatches: BTreeMap<String, Vec<(i64, i64)>>,
    /// Entries of a time index with another time than the batch.
    wrong_times: BTreeMap<String, Vec<(i64, i64)>>,
    /// Entries of a time index that do not rise.
    unordered_times: BTreeMap<String, Vec<(i64, i64)>>,
    /// Entries of a time index whose offset is not there.
    absent_offsets: BTreeMap<String, Vec<(i64, i64)>>,
    /// Offsets that are not followed by the next one.
    gaps: BTreeMap<String, Vec<(i64, i64)>>,
}

impl Dump {
    /// Begins a dump.
    pub(crate) fn start(arguments: &[String], files: Arc<dyn Files>) -> Dump {
        let mut dump = Dump {
            files,
            wishes: Wishes::default(),
            left: VecDeque::new(),
            walk: None,
            found: Found::default(),
            printed: VecDeque::new(),
            is_over: false,
        };
        let files = Arc::clone(&dump.files);
        let mut story = Story::new(arguments, files.as_ref(), &[]);
        let outcome = prepare(&mut story);
        dump.printed.extend(story.into_printed());
        match outcome {
            Ok((wishes, left)) => {
                dump.wishes = wishes;
                dump.left = left;
            }
            Err(Stop::Thrown(exception)) => dump.throw(&exception),
            Err(Stop::Exit(status)) => dump.exit(status),
            Err(Stop::Waiting) => panic!("reading a command line waits for nothing"),
        }
        dump
    }

    /// The next line.
    pub(crate) fn poll_output(&mut self) -> Option<ToolOutput> {
        while self.printed.is_empty() && !self.is_over {
            if let Err(exception) = self.step() {
                self.throw(&exception);
            }
        }
        self.printed.pop_front()
    }

    /// Ctrl-C ends it.
    pub(crate) fn interrupt(&mut self) {
        if !self.is_over {
            self.exit(130);
        }
    }

    fn step(&mut self) -> Result<(), Exception> {
        match self.walk.take() {
            Some(Walk::Log(walk)) => {
                let next = walk.step(self.files.as_ref(), &self.wishes, &mut self.found, &mut self.printed)?;
                self.walk = next.map(Walk::Log);
            }
            Some(Walk::Index(walk)) => {
                let next = walk.step(self.files.as_ref(), &self.wishes, &mut self.found, &mut self.printed)?;
                self.walk = next.map(Walk::Index);
            }
            None => match self.left.pop_front() {
                Some(path) => self.walk = self.open(path)?,
                None => {
                    self.tell_found();
                    self.exit(0);
                }
            },
        }
        Ok(())
    }

    fn open(&mut self, path: String) -> Result<Option<Walk>, Exception> {
        out(&mut self.printed, format!("Dumping {path}"));
        let name = path.rsplit('/').next().unwrap_or(&path);
        let Some((stem, suffix)) = name.rsplit_once('.') else {
            self.printed.push_back(ToolOutput::Err(format!("Ignoring unknown file {path}\n")));
            return Ok(None);
        };
        let files = self.files.as_ref();
        if let ("log" | "checkpoint", Some(exception)) = (suffix, self.wishes.no_decoder.take()) {
            return Err(exception);
        }
        match suffix {
            "log" => {
                out(&mut self.printed, format!("Log starting offset: {}", base_offset(stem)?));
                Ok(Some(Walk::Log(batches::LogWalk::open(files, path, &self.wishes)?)))
            }
            "checkpoint" => {
                out(&mut self.printed, snapshots::title(stem)?);
                Ok(Some(Walk::Log(batches::LogWalk::open(files, path, &self.wishes)?)))
            }
            "index" | "timeindex" => {
                let walk = indexes::IndexWalk::open(files, &path, &self.wishes, &mut self.printed)?;
                Ok(walk.map(Walk::Index))
            }
            "snapshot" => snapshots::producers(files, &path, &mut self.printed).map(|()| None),
            "txnindex" => snapshots::transactions(files, &path, &mut self.printed).map(|()| None),
            _ => {
                self.printed.push_back(ToolOutput::Err(format!("Ignoring unknown file {path}\n")));
                Ok(None)
            }
        }
    }

    fn tell_found(&mut self) {
        let Found { mismatches, wrong_times, unordered_times, absent_offsets, gaps } = std::mem::take(&mut self.found);
        let mut tell = |title: &str, found: BTreeMap<String, Vec<(i64, i64)>>, line: &dyn Fn(i64, i64) -> String| {
            for (path, pairs) in found {
                let lines: String = pairs.into_iter().map(|(one, other)| line(one, other) + "\n").collect();
                self.printed.push_back(ToolOutput::Err(format!("{title}{path}\n{lines}")));
            }
        };
        tell("Mismatches in :", mismatches, &|index, log| format!("  Index offset: {index}, log offset: {log}"));
        tell("Found timestamp mismatch in :", wrong_times, &|index, log| {
            format!("  Index timestamp: {index}, log timestamp: {log}")
        });
        tell("Found out of order timestamp in :", unordered_times, &|index, previous| {
            format!("  Index timestamp: {index}, Previously indexed timestamp: {previous}")
        });
        tell("The following indexed offsets are not found in :", absent_offsets, &|index, log| {
            format!("Indexed offset: {index}, found log offset: {log}")
        });
        tell("Non-consecutive offsets in ", gaps, &|one, next| format!("  {one} is followed by {next}"));
    }

    fn throw(&mut self, exception: &Exception) {
        let text = format!("Exception in thread \"main\" {}\n", exception.trace());
        self.printed.push_back(ToolOutput::Err(text));
        self.exit(1);
    }

    fn exit(&mut self, status: i32) {
        self.is_over = true;
        self.printed.push_back(ToolOutput::Exit(status));
    }
}

fn out(printed: &mut VecDeque<ToolOutput>, line: String) {
    printed.push_back(ToolOutput::Out(line + "\n"));
}

fn prepare(story: &mut Story<'_>) -> Outcome<(Wishes, VecDeque<String>)> {
    let options = Options::parse(&Table::read(HELP), story.arguments())?;
    options.help_or_version(story, ABOUT)?;
    options.require(story, &["files"])?;
    let (decoder, no_decoder) = match decoders::chosen(&options) {
        Ok(decoder) => (decoder, None),
        Err(exception) => (Decoder::default(), Some(exception)),
    };
    let shows = ["print-data-log", "offsets-decoder", "transaction-log-decoder", "cluster-metadata-decoder"];
    let shows_too =
        ["remote-log-metadata-decoder", "value-decoder-class", "key-decoder-class", "share-group-state-decoder"];
    let prints_contents = shows.iter().chain(&shows_too).any(|option| options.has(option));
    let wishes = Wishes {
        is_deep: options.has("deep-iteration") || prints_contents,
        prints_contents,
        skips_metadata: options.has("skip-record-metadata"),
        decoder,
        no_decoder,
        checks_only: options.has("index-sanity-check"),
        verifies_only: options.has("verify-index-only"),
        max_bytes: options.number::<i32>("max-bytes")?.map_or(u64::MAX, |size| u64::try_from(size).unwrap_or(0)),
    };
    options.number::<i32>("max-message-size")?;
    let files = options.value("files")?.unwrap_or_default();
    Ok((wishes, files.split(',').filter(|path| !path.is_empty()).map(str::to_owned).collect()))
}

/// The number in front of a file's suffix.
fn base_offset(stem: &str) -> Result<i64, Exception> {
    let digits = stem.split('.').next().unwrap_or(stem);
    digits
        .parse()
        .map_err(|_| Exception::new("java.lang.NumberFormatException", format!("For input string: \"{digits}\"")))
}

/// A file that cannot be read.
fn unreadable(path: &str, error: &crate::files::FileError) -> Exception {
    match error {
        crate::files::FileError::NotFound => Exception::new("java.nio.file.NoSuchFileException", path),
        crate::files::FileError::Other(reason) => {
            Exception::new("java.nio.file.FileSystemException", format!("{path}: {reason}"))
        }
    }
}
