//! One running command.

use crate::console_consumer::ConsoleConsumer;
use crate::console_producer::ConsoleProducer;
use crate::dump::Dump;
use crate::files::Files;
use crate::input::{Setting, ToolInput, ToolOutput};
use crate::names::{UnknownTool, resolve};
use crate::perf_test::PerfTest;
use crate::story::{Replay, Script};
use crate::{api_versions, configs, groups, offsets, records, topics};
use runnel_protocol::Timestamp;
use std::sync::Arc;

/// One running command.
#[derive(Clone, Debug)]
pub struct Tool {
    name: &'static str,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Story(Box<Replay>),
    Dump(Box<Dump>),
    Consumer(Box<ConsoleConsumer>),
    Producer(Box<ConsoleProducer>),
    PerfTest(Box<PerfTest>),
}

impl Tool {
    /// Starts a command. The name is that of a script of Kafka's, in any of the ways that [`resolve`] takes.
    ///
    /// # Errors
    /// If there is no tool of that name.
    pub fn start(
        name: &str,
        arguments: &[String],
        files: Arc<dyn Files>,
        setting: &Setting,
    ) -> Result<Tool, UnknownTool> {
        let name = resolve(name)?;
        let story = |script: Script| {
            Body::Story(Box::new(Replay::start(script, arguments, Arc::clone(&files), setting.now, setting.seed)))
        };
        let body = match name {
            "kafka-topics" => story(topics::main),
            "kafka-consumer-groups" => story(groups::main),
            "kafka-configs" => story(configs::main),
            "kafka-get-offsets" => story(offsets::main),
            "kafka-delete-records" => story(records::main),
            "kafka-broker-api-versions" => story(api_versions::main),
            "kafka-dump-log" => Body::Dump(Box::new(Dump::start(arguments, Arc::clone(&files)))),
            "kafka-console-consumer" => {
                Body::Consumer(Box::new(ConsoleConsumer::start(arguments, files.as_ref(), setting)))
            }
            "kafka-console-producer" => {
                Body::Producer(Box::new(ConsoleProducer::start(arguments, files.as_ref(), setting)))
            }
            "kafka-producer-perf-test" => Body::PerfTest(Box::new(PerfTest::start(arguments, files.as_ref(), setting))),
            other => return Err(UnknownTool { name: other.to_owned(), suggestion: None, is_kafkas: true }),
        };
        Ok(Tool { name, body })
    }

    /// The tool's name, as Kafka's script has it without `.sh`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Takes one input.
    pub fn handle_input(&mut self, now: Timestamp, input: ToolInput) {
        match &mut self.body {
            Body::Story(story) => match input {
                ToolInput::Signal(signal) => story.handle_signal(now, signal),
                ToolInput::Interrupt => story.interrupt(now),
                // These tools read nothing.
                ToolInput::Line(_) | ToolInput::EndOfInput => {}
            },
            Body::Consumer(consumer) => match input {
                ToolInput::Signal(signal) => consumer.handle_signal(now, signal),
                ToolInput::Interrupt => consumer.interrupt(now),
                ToolInput::Line(_) | ToolInput::EndOfInput => {}
            },
            Body::Producer(producer) => match input {
                ToolInput::Signal(signal) => producer.handle_signal(now, signal),
                ToolInput::Line(line) => producer.handle_line(now, &line),
                ToolInput::EndOfInput => producer.end_input(now),
                ToolInput::Interrupt => producer.interrupt(now),
            },
            Body::PerfTest(test) => match input {
                ToolInput::Signal(signal) => test.handle_signal(now, signal),
                ToolInput::Interrupt => test.interrupt(),
                ToolInput::Line(_) | ToolInput::EndOfInput => {}
            },
            Body::Dump(dump) => match input {
                ToolInput::Interrupt => dump.interrupt(),
                ToolInput::Signal(_) | ToolInput::Line(_) | ToolInput::EndOfInput => {}
            },
        }
    }

    /// The next thing to do; after [`ToolOutput::Exit`] nothing comes.
    pub fn poll_output(&mut self) -> Option<ToolOutput> {
        match &mut self.body {
            Body::Story(story) => story.poll_output(),
            Body::Dump(dump) => dump.poll_output(),
            Body::Consumer(consumer) => consumer.poll_output(),
            Body::Producer(producer) => producer.poll_output(),
            Body::PerfTest(test) => test.poll_output(),
        }
    }

    /// When [`runnel_clients::Signal::Timer`] is due.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        match &self.body {
            Body::Story(story) => story.next_wakeup(),
            Body::Dump(_) => None,
            Body::Consumer(consumer) => consumer.next_wakeup(),
            Body::Producer(producer) => producer.next_wakeup(),
            Body::PerfTest(test) => test.next_wakeup(),
        }
    }

    /// Whether it reads its standard input.
    pub fn reads_input(&self) -> bool {
        matches!(self.body, Body::Producer(_))
    }

    /// Whether it can take a line of its standard input: a driver that reads faster than it sends waits.
    pub fn wants_input(&self) -> bool {
        matches!(&self.body, Body::Producer(producer) if producer.wants_input())
    }
}
