//! `kafka-console-producer`: sends what it reads, a record a line, with Java's producer.
//!
//! Not done: readers of lines other than Kafka's own; transactions.

mod arguments;
mod lines;

use crate::client_errors::trace;
use crate::files::Files;
use crate::input::{Setting, ToolOutput};
use crate::java::{Exception, log_time};
use crate::story::{Stop, Story};
use arguments::Wishes;
use lines::LineReader;
use runnel_clients::Signal;
use runnel_clients::producer::{Producer, SendFailure, SendId};
use runnel_protocol::{ErrorCode, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// Records on their way at most, before the next line is read.
const UNFINISHED_MAX: usize = 20_000;

/// The tool at work.
#[derive(Clone, Debug)]
pub(crate) struct ConsoleProducer {
    producer: Option<Box<Producer>>,
    reader: LineReader,
    client_id: String,
    is_sync: bool,
    prompts: bool,
    /// Sizes of key and value of what is under way, for the log.
    under_way: BTreeMap<SendId, (Option<usize>, Option<usize>)>,
    is_closing: bool,
    status: i32,
    is_over: bool,
    outputs: VecDeque<ToolOutput>,
}

impl ConsoleProducer {
    /// Begins.
    pub(crate) fn start(arguments: &[String], files: &dyn Files, setting: &Setting) -> ConsoleProducer {
        let mut story = Story::new(arguments, files, &[]);
        let outcome = arguments::read(&mut story);
        let mut tool = ConsoleProducer {
            producer: None,
            reader: LineReader::default(),
            client_id: String::new(),
            is_sync: false,
            prompts: setting.is_interactive,
            under_way: BTreeMap::new(),
            is_closing: false,
            status: 0,
            is_over: false,
            outputs: story.into_printed().into(),
        };
        match outcome {
            Ok(Wishes { settings, reader, is_sync }) => {
                tool.reader = reader;
                tool.client_id.clone_from(&settings.client_id);
                tool.is_sync = is_sync;
                tool.producer = Some(Box::new(Producer::new(settings, setting.seed)));
                // It connects when it is made, before the first line.
                tool.handle_signal(setting.now, Signal::Timer);
                tool.prompt();
            }
            Err(Stop::Exit(status)) => tool.exit(status),
            Err(Stop::Thrown(exception)) => {
                let is_brief = exception.class().starts_with("joptsimple.");
                let text = if is_brief { exception.message().to_owned() } else { exception.trace() };
                tool.outputs.push_back(ToolOutput::Err(text + "\n"));
                tool.exit(1);
            }
            Err(Stop::Waiting) => panic!("reading a command line waits for nothing"),
        }
        tool
    }

    fn exit(&mut self, status: i32) {
        self.is_over = true;
        self.outputs.push_back(ToolOutput::Exit(status));
    }

    fn prompt(&mut self) {
        if self.prompts && !self.is_closing {
            self.outputs.push_back(ToolOutput::Out(">".to_owned()));
        }
    }

    /// Takes what the carrier tells.
    pub(crate) fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        if let Some(producer) = &mut self.producer {
            producer.handle_signal(now, signal);
        }
        self.advance(now);
    }

    /// Takes a line of its standard input.
    pub(crate) fn handle_line(&mut self, now: Timestamp, line: &str) {
        let Some(producer) = self.producer.as_mut().filter(|_| !self.is_closing) else { return };
        match self.reader.read(line) {
            Ok(record) => {
                let size = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map(bytes::Bytes::len);
                let sizes = (size(&record.key), size(&record.value));
                let id = producer.send(now, record);
                self.under_way.insert(id, sizes);
                if !self.is_sync {
                    self.prompt();
                }
            }
            Err(exception) => self.throw(now, &exception),
        }
        self.advance(now);
    }

    /// Its standard input is over: what was read is sent, and it ends.
    pub(crate) fn end_input(&mut self, now: Timestamp) {
        self.close(now);
        self.advance(now);
    }

    /// Ctrl-C: as the end of the input, with another status.
    pub(crate) fn interrupt(&mut self, now: Timestamp) {
        self.status = 130;
        self.close(now);
        self.advance(now);
    }

    fn close(&mut self, now: Timestamp) {
        self.is_closing = true;
        if let Some(producer) = &mut self.producer {
            producer.close(now);
        }
    }

    /// An exception ends it, after what was sent before.
    fn throw(&mut self, now: Timestamp, exception: &Exception) {
        self.outputs.push_back(ToolOutput::Err(exception.trace() + "\n"));
        self.status = 1;
        self.close(now);
    }

    fn advance(&mut self, now: Timestamp) {
        while let Some((id, outcome)) = self.producer.as_mut().and_then(|producer| producer.poll_outcome()) {
            let sizes = self.under_way.remove(&id).unwrap_or((None, None));
            match outcome {
                Ok(_) if self.is_sync => self.prompt(),
                Ok(_) => {}
                Err(failure) if self.is_sync => {
                    let exception = crate::client_errors::exception(&failure).execution();
                    self.throw(now, &exception);
                }
                Err(failure) => self.log_failure(now, sizes, &failure),
            }
        }
        if let Some(producer) = &mut self.producer {
            while let Some(carried) = producer.poll_output() {
                self.outputs.push_back(ToolOutput::Carry(carried));
            }
            if self.is_closing && !self.is_over && producer.is_closed() {
                self.exit(self.status);
            }
        }
    }

    fn log_failure(&mut self, now: Timestamp, sizes: (Option<usize>, Option<usize>), failure: &SendFailure) {
        let mut trace = trace(failure);
        if is_name_refused(failure) {
            let topic = self.reader.topic();
            self.outputs.push_back(ToolOutput::Err(format!(
                "[{}] ERROR [Producer clientId={}] Metadata response reported invalid topics [{topic}] \
                 (org.apache.kafka.clients.Metadata)\n",
                log_time(now),
                self.client_id
            )));
            trace = format!("org.apache.kafka.common.errors.InvalidTopicException: Invalid topics: [{topic}]");
        }
        let show = |size: Option<usize>| size.map_or_else(|| "null".to_owned(), |size| format!("{size} bytes"));
        self.outputs.push_back(ToolOutput::Err(format!(
            "[{}] ERROR Error when sending message to topic {} with key: {}, value: {} with error: \
             (org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)\n{}\n",
            log_time(now),
            self.reader.topic(),
            show(sizes.0),
            show(sizes.1),
            trace
        )));
    }

    /// Whether it can take a line.
    pub(crate) fn wants_input(&self) -> bool {
        let limit = if self.is_sync { 0 } else { UNFINISHED_MAX };
        !self.is_closing && self.under_way.len() <= limit
    }

    /// The next thing to do.
    pub(crate) fn poll_output(&mut self) -> Option<ToolOutput> {
        self.outputs.pop_front()
    }

    /// When time alone would move it.
    pub(crate) fn next_wakeup(&self) -> Option<Timestamp> {
        self.producer.as_ref().filter(|_| !self.is_over).and_then(|producer| producer.next_wakeup())
    }
}

/// Whether metadata said that no topic may have that name.
fn is_name_refused(failure: &SendFailure) -> bool {
    matches!(failure, SendFailure::Refused { error: ErrorCode::InvalidTopicException, message: None })
}
