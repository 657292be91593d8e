//! `kafka-producer-perf-test`: sends many records and tells how fast they went, with Java's producer.
//!
//! Not done: transactions, and the table of the client's metrics.

mod argparse;
mod arguments;
mod statistics;

use crate::client_errors::trace;
use crate::files::Files;
use crate::input::{Setting, ToolOutput};
use crate::story::{Stop, Story};
use arguments::{Payload, Wishes};
use bytes::Bytes;
use runnel_clients::Signal;
use runnel_clients::producer::{Producer, ProducerRecord, SendId};
use runnel_protocol::{Random, Timestamp};
use statistics::Statistics;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Records that one input sends at most.
const STEP: u64 = 500;

/// Records on their way at most.
const UNFINISHED_MAX: usize = 50_000;

/// The tool at work.
#[derive(Clone, Debug)]
pub(crate) struct PerfTest {
    work: Option<Box<Work>>,
    is_over: bool,
    outputs: VecDeque<ToolOutput>,
}

#[derive(Clone, Debug)]
struct Work {
    wishes: Wishes,
    producer: Producer,
    random: Random,
    began_at: Timestamp,
    now: Timestamp,
    sent_count: u64,
    /// When each record was sent, its size, and whether that was after the warm-up.
    under_way: BTreeMap<SendId, (Timestamp, usize, bool)>,
    whole: Statistics,
    steady: Option<Statistics>,
    is_closing: bool,
}

impl PerfTest {
    /// Begins.
    pub(crate) fn start(arguments: &[String], files: &dyn Files, setting: &Setting) -> PerfTest {
        let mut story = Story::new(arguments, files, &[]);
        let outcome = arguments::read(&mut story);
        let mut tool = PerfTest { work: None, is_over: false, outputs: story.into_printed().into() };
        match outcome {
            Ok(wishes) => {
                tool.begin(wishes, setting);
                tool.advance(setting.now);
            }
            Err(Stop::Exit(status)) => tool.exit(status),
            Err(Stop::Thrown(exception)) => {
                let text = format!("Exception in thread \"main\" {}\n", exception.trace());
                tool.outputs.push_back(ToolOutput::Err(text));
                tool.exit(1);
            }
            Err(Stop::Waiting) => panic!("reading a command line waits for nothing"),
        }
        tool
    }

    fn begin(&mut self, wishes: Wishes, setting: &Setting) {
        if wishes.warmup_records > 0 {
            self.outputs.push_back(ToolOutput::Out(format!(
                "Warmup first {} records. Steady state results will print after the complete test summary.\n",
                wishes.warmup_records
            )));
        }
        let now = setting.now;
        self.work = Some(Box::new(Work {
            producer: Producer::new(wishes.settings.clone(), setting.seed),
            // Payloads are the same in each run, as with Kafka's tool.
            random: Random::new(0),
            began_at: now,
            now,
            sent_count: 0,
            under_way: BTreeMap::new(),
            whole: Statistics::new(wishes.records, wishes.reporting_interval, false, now),
            steady: None,
            is_closing: false,
            wishes,
        }));
    }

    fn exit(&mut self, status: i32) {
        self.is_over = true;
        self.outputs.push_back(ToolOutput::Exit(status));
    }

    /// Takes what the carrier tells.
    pub(crate) fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        if let Some(work) = &mut self.work {
            work.producer.handle_signal(now, signal);
        }
        self.advance(now);
    }

    /// Ctrl-C ends it at once.
    pub(crate) fn interrupt(&mut self) {
        if !self.is_over {
            self.exit(130);
        }
    }

    fn advance(&mut self, now: Timestamp) {
        if self.is_over {
            return;
        }
        let Some(work) = &mut self.work else { return };
        work.now = now;
        work.take_outcomes(now, &mut self.outputs);
        work.send(now);
        if !work.is_closing && work.sent_count == work.wishes.records {
            work.is_closing = true;
            work.producer.close(now);
        }
        work.take_outcomes(now, &mut self.outputs);
        while let Some(carried) = work.producer.poll_output() {
            self.outputs.push_back(ToolOutput::Carry(carried));
        }
        if work.is_closing && work.producer.is_closed() {
            self.outputs.push_back(ToolOutput::Out(work.whole.total(now)));
            self.outputs.extend(work.steady.as_mut().map(|steady| ToolOutput::Out(steady.total(now))));
            self.exit(0);
        }
    }

    /// The next thing to do.
    pub(crate) fn poll_output(&mut self) -> Option<ToolOutput> {
        self.outputs.pop_front()
    }

    /// When time alone would move it.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        let work = self.work.as_ref().filter(|_| !self.is_over)?;
        work.producer.next_wakeup().into_iter().chain(work.next_send()).min()
    }
}

impl Work {
    /// When the next record is to be sent; `None` where an answer has to come first.
    fn next_send(&self) -> Option<Timestamp> {
        if self.is_closing || self.under_way.len() >= UNFINISHED_MAX {
            return None;
        }
        if self.wishes.throughput < 0.0 {
            return Some(self.now);
        }
        if self.wishes.throughput == 0.0 {
            // As slow as can be: never.
            return (self.sent_count == 0).then_some(self.now);
        }
        // Exact enough: the tool promises its throughput approximately.
        let seconds = Duration::from_micros(self.sent_count.saturating_mul(1_000_000)).as_secs_f64();
        let after = Duration::try_from_secs_f64(seconds / self.wishes.throughput).unwrap_or(Duration::MAX);
        Some(self.began_at + after)
    }

    fn send(&mut self, now: Timestamp) {
        for _ in 0..STEP {
            if self.sent_count >= self.wishes.records || self.next_send().is_none_or(|at| at > now) {
                return;
            }
            if self.wishes.warmup_records > 0 && self.sent_count == self.wishes.warmup_records {
                let rest = self.wishes.records - self.wishes.warmup_records;
                self.steady = Some(Statistics::new(rest, self.wishes.reporting_interval, true, now));
                self.whole.be_silent();
            }
            let value = self.payload();
            let size = value.len();
            let id = self.producer.send(now, ProducerRecord::new(self.wishes.topic.as_str(), value));
            self.under_way.insert(id, (now, size, self.steady.is_some()));
            self.sent_count += 1;
        }
    }

    fn payload(&mut self) -> Bytes {
        match &self.wishes.payload {
            Payload::Size(size) => {
                let mut bytes = Vec::with_capacity(*size);
                for _ in 0..*size {
                    bytes.push(b'A' + u8::try_from(self.random.below(26)).unwrap_or(0));
                }
                bytes.into()
            }
            Payload::Lines(lines) => {
                let count = u64::try_from(lines.len()).unwrap_or(1);
                let index = usize::try_from(self.random.below(count)).unwrap_or(0);
                lines.get(index).cloned().unwrap_or_default()
            }
            Payload::Monotonic => self.sent_count.to_string().into(),
        }
    }

    fn take_outcomes(&mut self, now: Timestamp, outputs: &mut VecDeque<ToolOutput>) {
        while let Some((id, outcome)) = self.producer.poll_outcome() {
            let Some((sent_at, size, is_steady)) = self.under_way.remove(&id) else { continue };
            match outcome {
                Ok(_) => {
                    let latency = now.since(sent_at);
                    outputs.extend(self.whole.record(latency, size, now).map(ToolOutput::Out));
                    let steady = self.steady.as_mut().filter(|_| is_steady);
                    let steady = steady.and_then(|steady| steady.record(latency, size, now));
                    outputs.extend(steady.map(ToolOutput::Out));
                }
                Err(failure) => outputs.push_back(ToolOutput::Err(trace(&failure) + "\n")),
            }
        }
    }
}
