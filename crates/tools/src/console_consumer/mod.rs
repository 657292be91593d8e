//! `kafka-console-consumer`: prints records as they come, with Java's consumer.
//!
//! Not done: `group.protocol=consumer`, formatters other than Kafka's default and its silent one; with `--include`,
//! topics that are created after the consumer has begun.

mod arguments;
mod formatter;
mod topics;

use crate::files::Files;
use crate::input::{Setting, ToolOutput};
use crate::java::log_time;
use crate::story::{Stop, Story};
use arguments::Wishes;
use runnel_clients::Signal;
use runnel_clients::consumer::Consumer;
use runnel_protocol::{Random, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;
use topics::Lookup;

const CLASS: &str = "org.apache.kafka.tools.consumer.ConsoleConsumer";

/// The tool at work.
#[derive(Clone, Debug)]
pub(crate) struct ConsoleConsumer {
    stage: Stage,
    wishes: Wishes,
    seed: u64,
    printed_count: u64,
    /// Since when nothing has come.
    waits_since: Timestamp,
    /// What the tool will say it has ended with.
    status: i32,
    outputs: VecDeque<ToolOutput>,
}

#[derive(Clone, Debug)]
enum Stage {
    /// Finds the topics that a pattern means.
    Looking(Box<Lookup>),
    Reading(Box<Consumer>),
    /// Says goodbye to its group.
    Leaving(Box<Consumer>),
    Over,
}

impl ConsoleConsumer {
    /// Begins.
    pub(crate) fn start(arguments: &[String], files: &dyn Files, setting: &Setting) -> ConsoleConsumer {
        let mut random = Random::new(setting.seed);
        let group_number = random.below(100_000);
        let mut story = Story::new(arguments, files, &[]);
        let outcome = arguments::read(&mut story, group_number);
        let mut tool = ConsoleConsumer {
            stage: Stage::Over,
            wishes: Wishes::default(),
            seed: random.next_u64(),
            printed_count: 0,
            waits_since: setting.now,
            status: 0,
            outputs: story.into_printed().into(),
        };
        match outcome {
            Ok(wishes) => {
                tool.wishes = wishes;
                tool.begin(setting.now);
            }
            Err(Stop::Exit(status)) => tool.outputs.push_back(ToolOutput::Exit(status)),
            Err(Stop::Thrown(exception)) => {
                let text = format!("Exception in thread \"main\" {}\n", exception.trace());
                tool.outputs.push_back(ToolOutput::Err(text));
                tool.outputs.push_back(ToolOutput::Exit(1));
            }
            Err(Stop::Waiting) => panic!("reading a command line waits for nothing"),
        }
        tool
    }

    fn begin(&mut self, now: Timestamp) {
        if let Some(failure) = self.wishes.failure.take() {
            let text =
                format!("[{}] ERROR Unknown error when running consumer:  ({CLASS})\n{failure}\n", log_time(now));
            self.outputs.push_back(ToolOutput::Err(text));
            self.outputs.push_back(ToolOutput::Exit(1));
            return;
        }
        if self.wishes.is_subscribed {
            self.outputs.push_back(ToolOutput::Err(
                "The consumer rebalance protocol (KIP-848) is production-ready! Set group.protocol=consumer to try it \
                 out. See https://kafka.apache.org/documentation/#consumer_rebalance_protocol\n"
                    .to_owned(),
            ));
        }
        match self.wishes.include.clone() {
            Some(include) => {
                let settings = &self.wishes.settings;
                let lookup = Lookup::new(include, settings.bootstrap.clone(), &settings.client_id, self.seed, now);
                self.stage = Stage::Looking(Box::new(lookup));
            }
            None => self.read(now),
        }
        self.advance(now);
    }

    fn read(&mut self, now: Timestamp) {
        let mut consumer = Consumer::new(self.wishes.settings.clone(), self.seed);
        consumer.start(now);
        self.stage = Stage::Reading(Box::new(consumer));
    }

    /// Takes what the carrier tells.
    pub(crate) fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        match &mut self.stage {
            Stage::Looking(lookup) => lookup.handle_signal(now, signal),
            Stage::Reading(consumer) | Stage::Leaving(consumer) => {
                if let Some(signal) = topics::own(signal, self.wishes.include.is_some()) {
                    consumer.handle_signal(now, signal);
                }
            }
            Stage::Over => {}
        }
        self.advance(now);
    }

    /// Ctrl-C: it says goodbye and tells what it has done.
    pub(crate) fn interrupt(&mut self, now: Timestamp) {
        self.status = 130;
        self.leave(now);
        self.advance(now);
    }

    fn leave(&mut self, now: Timestamp) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Reading(mut consumer) => {
                consumer.close(now);
                Stage::Leaving(consumer)
            }
            Stage::Looking(mut lookup) => {
                lookup.close(now);
                self.carry_lookup(&mut lookup);
                self.report();
                Stage::Over
            }
            other @ (Stage::Leaving(_) | Stage::Over) => other,
        };
    }

    fn advance(&mut self, now: Timestamp) {
        if let Stage::Looking(lookup) = &mut self.stage {
            let found = lookup.take_found(now);
            let mut lookup = lookup.clone();
            self.carry_lookup(&mut lookup);
            match found {
                Some(names) => {
                    lookup.close(now);
                    self.carry_lookup(&mut lookup);
                    self.wishes.settings.reads = runnel_clients::consumer::Reads::Topics(names);
                    self.read(now);
                }
                None => self.stage = Stage::Looking(lookup),
            }
        }
        if let Stage::Reading(_) = &self.stage {
            self.take_records(now);
        }
        self.carry();
        if let Stage::Leaving(consumer) = &self.stage
            && consumer.is_over()
        {
            self.stage = Stage::Over;
            self.report();
        }
    }

    fn take_records(&mut self, now: Timestamp) {
        while self.wishes.max_messages.is_none_or(|max| self.printed_count < max) {
            let Stage::Reading(consumer) = &mut self.stage else { return };
            let Some(record) = consumer.poll_record(now) else { break };
            self.printed_count += 1;
            self.waits_since = now;
            self.outputs.extend(self.wishes.formatter.write(&record).map(ToolOutput::OutBytes));
        }
        let Stage::Reading(consumer) = &self.stage else { return };
        let reason = if let Some(reason) = consumer.failure() {
            Some(reason.to_owned())
        } else if self.timeout_at().is_some_and(|at| at <= now) {
            Some("org.apache.kafka.common.errors.TimeoutException: null".to_owned())
        } else {
            None
        };
        if let Some(reason) = reason {
            self.outputs.push_back(ToolOutput::Err(format!(
                "[{}] ERROR Error processing message, terminating consumer process:  ({CLASS})\n{reason}\n",
                log_time(now)
            )));
            self.leave(now);
        } else if self.wishes.max_messages.is_some_and(|max| self.printed_count >= max) {
            self.leave(now);
        }
    }

    /// When nothing has come for too long: a little after the time-out, as it is more than the time-out that counts.
    fn timeout_at(&self) -> Option<Timestamp> {
        self.wishes.timeout.map(|timeout| self.waits_since + timeout + Duration::from_millis(1))
    }

    fn report(&mut self) {
        self.outputs.push_back(ToolOutput::Err(format!("Processed a total of {} messages\n", self.printed_count)));
        if self.wishes.tells_events {
            self.outputs.push_back(ToolOutput::Out("shutdown_complete\n".to_owned()));
        }
        self.outputs.push_back(ToolOutput::Exit(self.status));
    }

    fn carry(&mut self) {
        let is_after_lookup = self.wishes.include.is_some();
        if let Stage::Reading(consumer) | Stage::Leaving(consumer) = &mut self.stage {
            while let Some(carried) = consumer.poll_output() {
                self.outputs.push_back(ToolOutput::Carry(topics::shifted(carried, is_after_lookup)));
            }
        }
    }

    fn carry_lookup(&mut self, lookup: &mut Lookup) {
        while let Some(line) = lookup.poll_log() {
            self.outputs.push_back(ToolOutput::Err(line));
        }
        while let Some(carried) = lookup.poll_output() {
            self.outputs.push_back(ToolOutput::Carry(carried));
        }
    }

    /// The next thing to do.
    pub(crate) fn poll_output(&mut self) -> Option<ToolOutput> {
        self.outputs.pop_front()
    }

    /// When time alone would move it.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Looking(lookup) => lookup.next_wakeup(),
            Stage::Reading(consumer) => consumer.next_wakeup().into_iter().chain(self.timeout_at()).min(),
            Stage::Leaving(consumer) => consumer.next_wakeup(),
            Stage::Over => None,
        }
    }
}
