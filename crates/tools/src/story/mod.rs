//! Tools that ask a few questions and print: told as a plain function from its first line to its last.
//!
//! A machine has to stop wherever it waits for an answer, and has to be cloned there. So a story is told anew with each
//! answer: the function starts over, finds in the list of facts what it has learnt so far, prints what it printed
//! before (which is passed over), and comes one question further. The facts are all the state that there is.
//!
//! ```text
//! script(story): asks question 1                                  -> waits
//! script(story): question 1 is answered by fact 1, asks question 2 -> waits
//! script(story): facts 1 and 2, prints, ends                      -> exit status
//! ```

mod replay;

pub(crate) use replay::Replay;

use crate::admin::{AdminSettings, Answer, Call};
use crate::files::{FileError, Files, read_text};
use crate::input::ToolOutput;
use crate::java::{Exception, log_time};
use runnel_protocol::{Response, Timestamp};
use std::time::Duration;

/// What a tool does, from its first line to its last.
pub(crate) type Script = fn(&mut Story<'_>) -> Outcome<()>;

/// What a step of a story gives, unless the story stops there.
pub(crate) type Outcome<T> = Result<T, Stop>;

/// Why a story goes no further.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Stop {
    /// A question has no answer yet.
    Waiting,
    /// The tool has ended.
    Exit(i32),
    /// An exception that nobody caught so far.
    Thrown(Exception),
}

impl From<Exception> for Stop {
    fn from(exception: Exception) -> Stop {
        Stop::Thrown(exception)
    }
}

/// What a story has learnt.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Fact {
    /// What the time was.
    Time(Timestamp),
    /// What brokers answered, call by call.
    Answers(Vec<Answer>),
    /// A pause is over.
    Rested,
}

/// What a story wants to know.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Question {
    Time,
    Ask(Vec<Call>),
    Rest(Duration),
}

/// One telling of a story.
#[derive(Debug)]
pub(crate) struct Story<'a> {
    arguments: &'a [String],
    files: &'a dyn Files,
    facts: std::slice::Iter<'a, Fact>,
    printed: Vec<ToolOutput>,
    question: Option<Question>,
    admin: Option<AdminSettings>,
}

impl<'a> Story<'a> {
    /// A telling with what has been learnt so far.
    pub(crate) fn new(arguments: &'a [String], files: &'a dyn Files, facts: &'a [Fact]) -> Self {
        Story { arguments, files, facts: facts.iter(), printed: Vec::new(), question: None, admin: None }
    }

    /// What it has printed.
    pub(crate) fn into_printed(self) -> Vec<ToolOutput> {
        self.printed
    }

    /// The command line, without the tool's name.
    pub(crate) fn arguments(&self) -> &'a [String] {
        self.arguments
    }

    /// Prints a line.
    pub(crate) fn out(&mut self, line: impl AsRef<str>) {
        self.printed.push(ToolOutput::Out(format!("{}\n", line.as_ref())));
    }

    /// Prints a line on standard error.
    pub(crate) fn err(&mut self, line: impl AsRef<str>) {
        self.printed.push(ToolOutput::Err(format!("{}\n", line.as_ref())));
    }

    /// Writes an error into the tools' log, which goes to standard error.
    pub(crate) fn log_error(&mut self, text: &str, class: &str) -> Outcome<()> {
        self.log("ERROR", text, class)
    }

    /// Writes a warning into the tools' log.
    pub(crate) fn log_warning(&mut self, text: &str, class: &str) -> Outcome<()> {
        self.log("WARN", text, class)
    }

    fn log(&mut self, level: &str, text: &str, class: &str) -> Outcome<()> {
        let time = log_time(self.now()?);
        self.printed.push(ToolOutput::Err(format!("[{time}] {level} {text} ({class})\n")));
        Ok(())
    }

    /// A whole file as text.
    pub(crate) fn read_text(&self, path: &str) -> Result<String, FileError> {
        read_text(self.files, path)
    }

    /// The time, when the story first came here.
    pub(crate) fn now(&mut self) -> Outcome<Timestamp> {
        match self.facts.next() {
            Some(Fact::Time(now)) => Ok(*now),
            Some(other) => panic!("a story asks its questions in the same order each time, but the time met {other:?}"),
            None => Err(self.ask_for(Question::Time)),
        }
    }

    /// Lets time pass.
    pub(crate) fn rest(&mut self, duration: Duration) -> Outcome<()> {
        match self.facts.next() {
            Some(Fact::Rested) => Ok(()),
            Some(other) => panic!("a story asks its questions in the same order each time, but a rest met {other:?}"),
            None => Err(self.ask_for(Question::Rest(duration))),
        }
    }

    /// How brokers are reached from here on.
    pub(crate) fn connect(&mut self, settings: AdminSettings) {
        self.admin = Some(settings);
    }

    /// How long a call may take from here on.
    pub(crate) fn limit_calls(&mut self, timeout: Duration) {
        if let Some(admin) = &mut self.admin {
            admin.api_timeout = timeout;
        }
    }

    /// How brokers are reached.
    pub(crate) fn admin(&self) -> &AdminSettings {
        self.admin.as_ref().expect("a story connects before it asks")
    }

    /// Asks brokers, all at once, and waits until all have answered.
    pub(crate) fn ask_all(&mut self, calls: Vec<Call>) -> Outcome<Vec<Answer>> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        match self.facts.next() {
            Some(Fact::Answers(answers)) => Ok(answers.clone()),
            Some(other) => panic!("a story asks its questions in the same order each time, but a call met {other:?}"),
            None => Err(self.ask_for(Question::Ask(calls))),
        }
    }

    /// Asks a broker.
    pub(crate) fn ask(&mut self, call: Call) -> Outcome<Result<Response, Exception>> {
        let mut answers = self.ask_all(vec![call])?;
        Ok(answers.pop().expect("one call has one answer").map(|told| told.response))
    }

    fn ask_for(&mut self, question: Question) -> Stop {
        self.question = Some(question);
        Stop::Waiting
    }
}
