//! One running command.

use crate::dump::Dump;
use crate::files::Files;
use crate::input::{Setting, ToolInput, ToolOutput};
use crate::names::{UnknownTool, resolve};
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
        }
    }

    /// When [`runnel_clients::Signal::Timer`] is due.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        match &self.body {
            Body::Story(story) => story.next_wakeup(),
            Body::Dump(_) => None,
        }
    }

    /// Whether it reads its standard input.
    pub fn reads_input(&self) -> bool {
        match &self.body {
            Body::Story(_) | Body::Dump(_) => false,
        }
    }

    /// Whether it can take a line of its standard input: a driver that reads faster than it sends waits.
    pub fn wants_input(&self) -> bool {
        match &self.body {
            Body::Story(_) | Body::Dump(_) => false,
        }
    }
}
