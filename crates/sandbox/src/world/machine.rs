//! The machine inside a process: one of the clients, or a tool.

use super::extras::{Extras, RunningTool};
use super::happening::Stream;
use super::process::Spec;
use super::{Refusal, consumer, producer};
use crate::script::{ClientPartition, Position, SendSpec};
use bytestring::ByteString;
use runnel_clients::consumer::{Consumer, ConsumerView, StartAt};
use runnel_clients::producer::{Producer, ProducerView};
use runnel_clients::{Address, Carried, ClientEvent, Signal, TopicPartition};
use runnel_protocol::Timestamp;
use runnel_tools::{Files, Setting, ToolInput, ToolOutput};
use std::sync::Arc;
use std::time::Duration;

/// What a process is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ProcessInput {
    /// From its connections and its clock.
    Signal(Signal),
    /// A line of its standard input.
    Line(String),
    /// Its standard input is over.
    EndOfInput,
    /// Ctrl-C.
    Interrupt,
}

/// What a process wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ProcessOutput {
    /// For its cables.
    Carry(Carried),
    /// For the person who looks at it.
    Print(Stream, String),
    /// A tool has ended with this status.
    Exit(i32),
}

/// The machine.
#[derive(Clone, Debug)]
pub(super) enum Machine {
    Producer(Box<Producer>),
    Consumer(Box<Consumer>),
    Tool(Box<dyn RunningTool>),
}

/// What is done to a consumer is done to no other machine.
fn no_consumer() -> Refusal {
    Refusal::new("this is no consumer")
}

impl Machine {
    /// A client as a script describes it.
    pub(super) fn client(
        spec: &Spec,
        bootstrap: Vec<Address>,
        seed: u64,
        now: Timestamp,
        watched: bool,
    ) -> Result<Machine, Refusal> {
        match spec {
            Spec::Producer(spec) => {
                let mut producer = Producer::new(producer::settings(spec, bootstrap)?, seed);
                producer.set_watched(watched);
                producer.handle_signal(now, Signal::Timer);
                Ok(Machine::Producer(Box::new(producer)))
            }
            Spec::Consumer(spec) => {
                let mut consumer = Consumer::new(consumer::settings(spec, bootstrap)?, seed);
                consumer.set_watched(watched);
                consumer.start(now);
                Ok(Machine::Consumer(Box::new(consumer)))
            }
            Spec::Tool { .. } => Err(Refusal::new("a tool is no client")),
        }
    }

    /// A tool by its name.
    pub(super) fn tool(
        tool: &str,
        arguments: &[String],
        files: Arc<dyn Files>,
        seed: u64,
        now: Timestamp,
    ) -> Result<Machine, Refusal> {
        let setting = Setting { now, seed, is_interactive: true };
        Extras::start_tool(tool, arguments, files, &setting).map(Machine::Tool)
    }

    pub(super) fn handle(&mut self, now: Timestamp, input: ProcessInput) {
        match (self, input) {
            (Machine::Producer(producer), ProcessInput::Signal(signal)) => producer.handle_signal(now, signal),
            (Machine::Consumer(consumer), ProcessInput::Signal(signal)) => consumer.handle_signal(now, signal),
            (Machine::Tool(tool), input) => tool.handle_input(
                now,
                match input {
                    ProcessInput::Signal(signal) => ToolInput::Signal(signal),
                    ProcessInput::Line(line) => ToolInput::Line(line),
                    ProcessInput::EndOfInput => ToolInput::EndOfInput,
                    ProcessInput::Interrupt => ToolInput::Interrupt,
                },
            ),
            // Nobody types into a client.
            (
                Machine::Producer(_) | Machine::Consumer(_),
                ProcessInput::Line(_) | ProcessInput::EndOfInput | ProcessInput::Interrupt,
            ) => {}
        }
    }

    pub(super) fn poll_output(&mut self) -> Option<ProcessOutput> {
        match self {
            Machine::Producer(producer) => {
                // What became of a record is told as an event too; the simulated program does nothing about it.
                while producer.poll_outcome().is_some() {}
                producer.poll_output().map(ProcessOutput::Carry)
            }
            Machine::Consumer(consumer) => consumer.poll_output().map(ProcessOutput::Carry),
            Machine::Tool(tool) => Some(match tool.poll_output()? {
                ToolOutput::Carry(carried) => ProcessOutput::Carry(carried),
                ToolOutput::Out(text) => ProcessOutput::Print(Stream::Out, text),
                ToolOutput::OutBytes(bytes) => {
                    ProcessOutput::Print(Stream::Out, String::from_utf8_lossy(&bytes).into_owned())
                }
                ToolOutput::Err(text) => ProcessOutput::Print(Stream::Err, text),
                ToolOutput::Exit(status) => ProcessOutput::Exit(status),
            }),
        }
    }

    pub(super) fn poll_event(&mut self) -> Option<ClientEvent> {
        match self {
            Machine::Producer(producer) => producer.poll_event(),
            Machine::Consumer(consumer) => consumer
                .poll_event()
                .map(ClientEvent::Consumer)
                .or_else(|| consumer.poll_connection_event().map(ClientEvent::Connection)),
            Machine::Tool(_) => None,
        }
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        match self {
            Machine::Producer(producer) => producer.next_wakeup(),
            Machine::Consumer(consumer) => consumer.next_wakeup(),
            Machine::Tool(tool) => tool.next_wakeup(),
        }
    }

    pub(super) fn set_watched(&mut self, watched: bool) {
        match self {
            Machine::Producer(producer) => producer.set_watched(watched),
            Machine::Consumer(consumer) => consumer.set_watched(watched),
            Machine::Tool(_) => {}
        }
    }

    /// Whether a client is over, and whether with an error.
    pub(super) fn is_over(&self) -> Option<Result<(), ()>> {
        match self {
            Machine::Producer(producer) => producer.is_closed().then_some(Ok(())),
            Machine::Consumer(consumer) => consumer.is_over().then(|| consumer.failure().map_or(Ok(()), |_| Err(()))),
            Machine::Tool(_) => None,
        }
    }

    /// Says goodbye, as the library does.
    pub(super) fn close(&mut self, now: Timestamp) {
        match self {
            Machine::Producer(producer) => producer.close(now),
            Machine::Consumer(consumer) => consumer.close(now),
            Machine::Tool(tool) => tool.handle_input(now, ToolInput::Interrupt),
        }
    }

    /// The inside of a consumer, for who shows it.
    pub(super) fn consumer_view(&self) -> Option<ConsumerView> {
        match self {
            Machine::Consumer(consumer) => Some(consumer.view()),
            Machine::Producer(_) | Machine::Tool(_) => None,
        }
    }

    /// The inside of a producer, for who shows it.
    pub(super) fn producer_view(&self) -> Option<ProducerView> {
        match self {
            Machine::Producer(producer) => Some(producer.view()),
            Machine::Consumer(_) | Machine::Tool(_) => None,
        }
    }

    /// Whether it has nothing to do but what is periodic.
    pub(super) fn is_settled(&self, high_watermark: impl Fn(&str, i32) -> Option<i64>) -> bool {
        match self {
            Machine::Producer(producer) => producer.unfinished_count() == 0,
            Machine::Consumer(consumer) => consumer::is_settled(&consumer.view(), high_watermark),
            // What a tool waits for stands in its requests.
            Machine::Tool(_) => true,
        }
    }

    /// Hands records to a producer, in one call of its library.
    pub(super) fn send(&mut self, now: Timestamp, topic: &ByteString, spec: &SendSpec, numbers: &[(u64, String)]) {
        if let Machine::Producer(producer) = self {
            let records = numbers.iter().map(|(number, text)| producer::record(topic, spec, *number, text));
            producer.send_all(now, records.collect());
        }
    }

    pub(super) fn flush(&mut self, now: Timestamp) -> Result<(), Refusal> {
        match self {
            Machine::Producer(producer) => {
                producer.flush(now);
                Ok(())
            }
            Machine::Consumer(_) | Machine::Tool(_) => Err(Refusal::new("this is no producer")),
        }
    }

    pub(super) fn commit(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.consumer()?.commit(now);
        Ok(())
    }

    pub(super) fn pause_partition(
        &mut self,
        now: Timestamp,
        place: &ClientPartition,
        paused: bool,
    ) -> Result<(), Refusal> {
        let consumer = self.consumer()?;
        let partition = owned(consumer, place)?;
        if paused {
            consumer.pause(now, &[partition]);
        } else {
            consumer.resume(now, &[partition]);
        }
        Ok(())
    }

    pub(super) fn seek(&mut self, now: Timestamp, place: &ClientPartition, to: Position) -> Result<(), Refusal> {
        let consumer = self.consumer()?;
        let partition = owned(consumer, place)?;
        let to = match to {
            Position::Offset(offset) => StartAt::Offset(offset),
            Position::Beginning => StartAt::Earliest,
            Position::End => StartAt::Latest,
        };
        consumer.seek(now, &partition, to);
        Ok(())
    }

    pub(super) fn set_processing(&mut self, time: Duration) -> Result<(), Refusal> {
        self.consumer()?.set_processing_time(time);
        Ok(())
    }

    /// Other topics, from the next rebalance on.
    pub(super) fn subscribe(&mut self, now: Timestamp, topics: &[String]) -> Result<(), Refusal> {
        self.consumer()?.subscribe(now, topics).map_err(Refusal::new)
    }

    fn consumer(&mut self) -> Result<&mut Consumer, Refusal> {
        match self {
            Machine::Consumer(consumer) => Ok(consumer),
            Machine::Producer(_) | Machine::Tool(_) => Err(no_consumer()),
        }
    }
}

/// The partition, if the consumer reads it.
fn owned(consumer: &Consumer, place: &ClientPartition) -> Result<TopicPartition, Refusal> {
    let index = i32::try_from(place.partition).unwrap_or(i32::MAX);
    let partition = TopicPartition::new(place.topic.as_str(), index);
    if consumer.view().partitions.iter().any(|read| read.partition == partition) {
        return Ok(partition);
    }
    Err(Refusal::new(format!("{:?} does not read {}-{index}", place.client, place.topic)))
}
