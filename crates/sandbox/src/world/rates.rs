//! Records that are sent at a rate.

use super::happening::{Change, Role};
use super::process::ProcessState;
use super::{Refusal, World};
use crate::script::{Rate, SendSpec};
use bytestring::ByteString;
use runnel_protocol::Timestamp;
use std::sync::Arc;

/// Most rates that go on at a time.
const SENDINGS_MAX: usize = 1_000;

/// A rate that goes on.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    producer: u32,
    topic: ByteString,
    spec: Arc<SendSpec>,
    rate: Rate,
    started: Timestamp,
    /// How many of its records were due so far.
    number: u64,
    /// When the next record is due; `None` if there is none any more.
    due: Option<Timestamp>,
}

/// A rate that goes on, as the stage may show it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct RateView {
    /// Counts the rates of a world, from 1.
    pub number: u64,
    /// The producer.
    pub producer: String,
    /// Where it sends.
    pub topic: String,
    /// How often, as a script says it.
    pub rate: String,
    /// How many records were due so far.
    pub sent: u64,
    /// When the rate began.
    pub started: Timestamp,
    /// When the next one is.
    pub due: Timestamp,
}

impl Sending {
    /// When the record with the next number is due.
    fn next_due(&self) -> Option<Timestamp> {
        let after = self.rate.due_after(self.number);
        let is_over = self.spec.during.is_some_and(|during| after >= during)
            || self.spec.count.is_some_and(|count| self.number >= u64::from(count));
        (!is_over).then(|| self.started + after)
    }
}

impl World {
    /// Sends the records of a command at once, or begins to send them at its rate.
    pub(super) fn send(&mut self, spec: &SendSpec) -> Result<(), Refusal> {
        let id = self.running(&spec.producer, Role::Producer)?;
        let topic = self.topic_of(spec)?;
        let Some(rate) = spec.rate else {
            self.send_records(id, &topic.into(), spec, 0..u64::from(spec.count.unwrap_or(1)));
            return Ok(());
        };
        if self.sendings.len() >= SENDINGS_MAX {
            return Err(Refusal::new(format!("at most {SENDINGS_MAX} rates go on at a time")));
        }
        self.tell_change(Change::RateChanged {
            number: self.next_sending,
            producer: spec.producer.clone(),
            topic: topic.clone(),
            rate: Some(rate.to_string()),
        });
        let spec = Arc::new(spec.clone());
        let (topic, started) = (ByteString::from(topic), self.now);
        let mut sending = Sending { producer: id, topic, spec, rate, started, number: 0, due: None };
        sending.due = sending.next_due();
        self.sendings.insert(self.next_sending, sending);
        self.next_sending += 1;
        Ok(())
    }

    /// The topic that a command names, or the producer's only wire.
    fn topic_of(&self, spec: &SendSpec) -> Result<String, Refusal> {
        if let Some(topic) = &spec.topic {
            return Ok(topic.clone());
        }
        let mut wires = self.wires.iter().filter(|(producer, _)| *producer == spec.producer);
        match (wires.next(), wires.next()) {
            (Some((_, topic)), None) => Ok(topic.clone()),
            (None, _) => Err(Refusal::new(format!("{:?} has no wire, so the topic has to be said", spec.producer))),
            (Some(_), Some(_)) => {
                Err(Refusal::new(format!("{:?} has several wires, so the topic has to be said", spec.producer)))
            }
        }
    }

    /// Ends the rates of a producer: those to a topic, or all.
    pub(super) fn stop_sending(&mut self, name: &str, topic: Option<&str>) -> Result<(), Refusal> {
        let id = self.id_of(name)?;
        if self.end_rates_to(id, topic) {
            return Ok(());
        }
        let to = topic.map(|topic| format!(" to {topic:?}")).unwrap_or_default();
        Err(Refusal::new(format!("{name:?} sends at no rate{to}")))
    }

    /// Ends the rates of a producer.
    pub(super) fn end_rates(&mut self, id: u32) {
        self.end_rates_to(id, None);
    }

    /// Ends the rates of a producer to a topic, or all; `true` if there were any.
    fn end_rates_to(&mut self, id: u32, topic: Option<&str>) -> bool {
        let is_meant = |sending: &Sending| sending.producer == id && topic.is_none_or(|topic| sending.topic == topic);
        let ended = self.sendings.iter().filter(|(_, sending)| is_meant(sending));
        let ended: Vec<u64> = ended.map(|(number, _)| *number).collect();
        for number in &ended {
            self.end_rate(*number);
        }
        !ended.is_empty()
    }

    fn end_rate(&mut self, number: u64) {
        if let Some(sending) = self.sendings.remove(&number) {
            let producer = self.processes.get(&sending.producer).map(|process| process.name.clone());
            let producer = producer.unwrap_or_default();
            self.tell_change(Change::RateChanged { number, producer, topic: sending.topic.into(), rate: None });
        }
    }

    pub(super) fn next_sending_due(&self) -> Option<Timestamp> {
        self.sendings.values().filter_map(|sending| sending.due).min()
    }

    /// Sends the first record that is due. A program that is stopped sends nothing, and does not catch up.
    pub(super) fn send_due(&mut self) {
        let due = self.sendings.iter().filter_map(|(number, sending)| Some((sending.due?, *number))).min();
        let Some((_, number)) = due.filter(|(at, _)| *at <= self.now) else { return };
        let Some(sending) = self.sendings.get_mut(&number) else { return };
        let (id, topic, spec, count) = (sending.producer, sending.topic.clone(), sending.spec.clone(), sending.number);
        sending.number += 1;
        sending.due = sending.next_due();
        if sending.due.is_none() {
            self.end_rate(number);
        }
        if self.processes.get(&id).is_some_and(|process| process.state == ProcessState::Running) {
            self.send_records(id, &topic, &spec, count..count + 1);
        }
    }

    pub(super) fn rate_views(&self) -> Vec<RateView> {
        let view = |(number, sending): (&u64, &Sending)| {
            let producer = self.processes.get(&sending.producer)?.name.clone();
            let (number, topic, rate) = (*number, sending.topic.to_string(), sending.rate.to_string());
            Some(RateView {
                number,
                producer,
                topic,
                rate,
                sent: sending.number,
                started: sending.started,
                due: sending.due?,
            })
        };
        self.sendings.iter().filter_map(view).collect()
    }
}
