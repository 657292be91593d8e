//! What happened, in sentences: who, what, from where to where, and why.
//!
//! Each happening has exactly one sentence. Routine ones (heartbeats, high watermarks) are kept apart, so that a page
//! can tell what matters and still answer who asks for everything.

mod broker;
mod change;
mod consumer;
mod group;
mod idle;
mod producer;
#[cfg(test)]
mod tests;

use super::Scene;
use super::node::NodeId;
use crate::world::Change;
use runnel_broker::{Event, Timestamp};
use runnel_clients::consumer::ConsumerEvent;
use runnel_clients::event::{ConnectionEvent, ProducerEvent};
use runnel_clients::partitioners::PartitionChoice;
use serde::Serialize;
use std::collections::VecDeque;

/// Sentences that are kept; of routine ones as many again.
const CAUSES_MAX: usize = 500;

/// How much a sentence matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Happens all the time.
    Routine,
    /// Somebody did something.
    Notable,
    /// Something is not as one might wish.
    Warning,
}

/// One sentence.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Cause {
    /// The number of the event; for what follows from an event, and for happenings inside clients, of the latest one.
    pub sequence: u64,
    /// When.
    pub time: Timestamp,
    /// The kind of event, like `batch_appended`.
    pub kind: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// Who the sentence is about; written in bold.
    pub head: String,
    /// The rest of the sentence, without a full stop.
    pub text: String,
    /// What it is about: to be lit on the stage, and to look for.
    pub subjects: Vec<NodeId>,
}

/// The latest sentences.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct CauseLog {
    /// What matters, oldest first.
    pub notable: VecDeque<Cause>,
    /// What happens all the time, oldest first.
    pub routine: VecDeque<Cause>,
}

/// A sentence as a room writes it.
struct Told {
    kind: &'static str,
    weight: Weight,
    head: String,
    text: String,
    subjects: Vec<NodeId>,
}

impl Cause {
    /// The whole sentence.
    pub fn sentence(&self) -> String {
        format!("{} {}", self.head, self.text)
    }

    /// Whether it is about this.
    pub fn is_about(&self, subject: &NodeId) -> bool {
        self.subjects.contains(subject)
    }
}

impl CauseLog {
    /// The latest sentence that matters.
    pub fn latest(&self) -> Option<&Cause> {
        self.notable.back()
    }

    /// All sentences in order of time; of one time, those that matter come first.
    pub fn all(&self) -> impl Iterator<Item = &Cause> {
        let mut notable = self.notable.iter().peekable();
        let mut routine = self.routine.iter().peekable();
        std::iter::from_fn(move || match (notable.peek(), routine.peek()) {
            (Some(one), Some(other)) if (other.time, other.sequence) < (one.time, one.sequence) => routine.next(),
            (Some(_), _) => notable.next(),
            (None, _) => routine.next(),
        })
    }

    /// The sentences about one thing, oldest first.
    pub fn about<'a>(&'a self, subject: &'a NodeId) -> impl Iterator<Item = &'a Cause> {
        self.all().filter(move |cause| cause.is_about(subject))
    }

    pub(super) fn push(&mut self, cause: Cause) {
        let causes = if cause.weight == Weight::Routine { &mut self.routine } else { &mut self.notable };
        causes.push_back(cause);
        if causes.len() > CAUSES_MAX {
            causes.pop_front();
        }
    }
}

/// The sentence for an event. The scene is as it was before the event.
pub(super) fn of_event(scene: &Scene, event: &Event) -> Cause {
    broker::told(scene, event).at(event.sequence, event.time)
}

/// What follows from an event. The scene is as it is after the event.
pub(super) fn consequences(scene: &Scene, event: &Event) -> Vec<Cause> {
    let idle = idle::told(scene, event);
    idle.into_iter().map(|told| told.at(event.sequence, event.time)).collect()
}

/// The sentence for what happened inside a consumer.
pub(super) fn of_consumer(scene: &Scene, name: &str, event: &ConsumerEvent, time: Timestamp) -> Cause {
    consumer::told(name, event, time).at(scene.sequence, time)
}

/// The sentence for what a person changed. The scene is as it was before the change.
pub(super) fn of_change(scene: &Scene, change: &Change, time: Timestamp) -> Cause {
    change::told(scene, change).at(scene.sequence, time)
}

/// The sentence for what happened inside a producer.
pub(super) fn of_producer(scene: &Scene, name: &str, event: &ProducerEvent, time: Timestamp) -> Cause {
    producer::told(name, event).at(scene.sequence, time)
}

/// The sentence for what happened to a client's connections.
pub(super) fn of_connection(scene: &Scene, name: &str, event: &ConnectionEvent, time: Timestamp) -> Cause {
    producer::of_connection(name, event).at(scene.sequence, time)
}

/// Why a partition was chosen, in words.
pub(super) fn chosen_by(choice: &PartitionChoice) -> String {
    producer::chosen_by(choice)
}

/// Why a rebalance may begin at once after an event: the group, and the reason.
pub(super) fn reason_for_rebalance(scene: &Scene, event: &Event) -> Option<(String, String)> {
    group::reason_for_rebalance(scene, event)
}

impl Told {
    fn new(kind: &'static str, weight: Weight, head: impl Into<String>, text: impl Into<String>) -> Self {
        Told { kind, weight, head: head.into(), text: text.into(), subjects: Vec::new() }
    }

    fn about(mut self, subject: NodeId) -> Self {
        if !self.subjects.contains(&subject) {
            self.subjects.push(subject);
        }
        self
    }

    fn at(self, sequence: u64, time: Timestamp) -> Cause {
        let Told { kind, weight, head, text, subjects } = self;
        Cause { sequence, time, kind, weight, head, text, subjects }
    }
}
