//! Tells a story again and again, each time with one fact more.

use super::{Fact, Question, Script, Stop, Story};
use crate::admin::{Admin, Answer, CallId};
use crate::files::Files;
use crate::input::ToolOutput;
use runnel_clients::Signal;
use runnel_protocol::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A tool that is a story.
#[derive(Clone, Debug)]
pub(crate) struct Replay {
    script: Script,
    arguments: Vec<String>,
    files: Arc<dyn Files>,
    seed: u64,
    facts: Vec<Fact>,
    admin: Option<Admin>,
    /// How much of what the story prints was passed on.
    printed_count: usize,
    wait: Wait,
    outputs: VecDeque<ToolOutput>,
}

#[derive(Clone, Debug)]
enum Wait {
    /// For answers, in the order of the calls.
    Answers { calls: Vec<CallId>, answers: BTreeMap<CallId, Answer> },
    /// For a time.
    Rest { until: Timestamp },
    /// For nothing: the story is over.
    Over,
}

impl Replay {
    /// Begins a story.
    pub(crate) fn start(
        script: Script,
        arguments: &[String],
        files: Arc<dyn Files>,
        now: Timestamp,
        seed: u64,
    ) -> Self {
        let mut replay = Replay {
            script,
            arguments: arguments.to_vec(),
            files,
            seed,
            facts: Vec::new(),
            admin: None,
            printed_count: 0,
            wait: Wait::Over,
            outputs: VecDeque::new(),
        };
        replay.tell(now);
        replay
    }

    /// Tells the story until it waits or ends.
    fn tell(&mut self, now: Timestamp) {
        loop {
            let mut story = Story::new(&self.arguments, self.files.as_ref(), &self.facts);
            let outcome = (self.script)(&mut story);
            let Story { printed, question, admin, .. } = story;
            self.outputs.extend(printed.into_iter().skip(self.printed_count).inspect(|_| self.printed_count += 1));
            match (outcome, question) {
                (Ok(()), _) => return self.end(now, 0),
                (Err(Stop::Exit(status)), _) => return self.end(now, status),
                (Err(Stop::Thrown(exception)), _) => {
                    let text = format!("Exception in thread \"main\" {}\n", exception.trace());
                    self.outputs.push_back(ToolOutput::Err(text));
                    return self.end(now, 1);
                }
                (Err(Stop::Waiting), Some(Question::Time)) => self.facts.push(Fact::Time(now)),
                (Err(Stop::Waiting), Some(Question::Rest(duration))) => {
                    self.wait = Wait::Rest { until: now + duration };
                    return;
                }
                (Err(Stop::Waiting), Some(Question::Ask(calls))) => {
                    let seed = self.seed;
                    let settings = admin.expect("a story connects before it asks");
                    let admin = self.admin.get_or_insert_with(|| Admin::new(settings, seed));
                    let calls = calls.into_iter().map(|call| admin.ask(now, call)).collect();
                    self.wait = Wait::Answers { calls, answers: BTreeMap::new() };
                    self.listen();
                    if !self.is_answered() {
                        return;
                    }
                    self.take_answers();
                }
                (Err(Stop::Waiting), None) => panic!("a story that waits has asked for something"),
            }
        }
    }

    fn end(&mut self, now: Timestamp, status: i32) {
        if let Some(admin) = &mut self.admin {
            admin.close(now);
        }
        self.listen();
        self.wait = Wait::Over;
        self.outputs.push_back(ToolOutput::Exit(status));
    }

    /// Takes what the carrier tells.
    pub(crate) fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        if let Some(admin) = &mut self.admin {
            admin.handle_signal(now, signal);
        }
        self.listen();
        match &self.wait {
            Wait::Answers { .. } if self.is_answered() => self.take_answers(),
            Wait::Rest { until } if *until <= now => self.facts.push(Fact::Rested),
            Wait::Answers { .. } | Wait::Rest { .. } | Wait::Over => return,
        }
        self.tell(now);
    }

    /// Ctrl-C: these tools simply end.
    pub(crate) fn interrupt(&mut self, now: Timestamp) {
        if !matches!(self.wait, Wait::Over) {
            self.end(now, 130);
        }
    }

    fn is_answered(&self) -> bool {
        matches!(&self.wait, Wait::Answers { calls, answers } if calls.len() == answers.len())
    }

    fn take_answers(&mut self) {
        if let Wait::Answers { calls, answers } = &mut self.wait {
            let in_order = calls.iter().filter_map(|call| answers.remove(call)).collect();
            self.facts.push(Fact::Answers(in_order));
        }
    }

    /// Takes in what the admin client has.
    fn listen(&mut self) {
        let Some(admin) = &mut self.admin else { return };
        while let Some(line) = admin.poll_log() {
            self.outputs.push_back(ToolOutput::Err(line));
        }
        while let Some((call, answer)) = admin.poll_answer() {
            if let Wait::Answers { answers, .. } = &mut self.wait {
                answers.insert(call, answer);
            }
        }
        while let Some(carried) = admin.poll_output() {
            self.outputs.push_back(ToolOutput::Carry(carried));
        }
    }

    /// The next thing to do.
    pub(crate) fn poll_output(&mut self) -> Option<ToolOutput> {
        self.outputs.pop_front()
    }

    /// When time alone would move it.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        match &self.wait {
            Wait::Answers { .. } => self.admin.as_ref().and_then(Admin::next_wakeup),
            Wait::Rest { until } => Some(*until),
            Wait::Over => None,
        }
    }
}
