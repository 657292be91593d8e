//! Topics: making, growing and removing them, as Kafka's controller decides it.
//!
//! Each decision is made first, as a value that can be shown (`Plan`), and applied after, in one metadata batch. When
//! a request is answered, every broker knows the topic.

mod create;
mod names;
mod placement;

pub(crate) use create::{
    Assignments, AutoCreation, CONSUMER_OFFSETS, Plan, create_automatically, plan_partitions, plan_topic,
};
pub(crate) use names::{check_name, collides, is_internal};
pub(crate) use placement::{check_assignment, place};

use runnel_protocol::ErrorCode;

/// A refusal in Kafka's words: the code, and the message that its tools print.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Refusal { code, message: message.into() }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Refusal { code, message: code.message().to_owned() }
    }
}
