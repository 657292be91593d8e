//! A batch that is not taken: what the client is told, and why.

use runnel_protocol::ErrorCode;
use std::fmt;

/// Why a batch is not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Kafka's code.
    pub code: ErrorCode,
    /// The reason in Kafka's words, for the broker's own log.
    pub reason: String,
    /// What the answer's `error_message` says: Kafka tells clients the reason in few cases only.
    pub message: Option<String>,
    /// The records that are at fault, where it is they.
    pub record_errors: Vec<RecordFault>,
    /// Whether the answer has the log's start: Kafka states it once it has found the log and looked at the batch.
    pub tells_log_start_offset: bool,
}

/// A record that is at fault (KIP-467).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordFault {
    /// Its place in the batch, from 0.
    pub batch_index: i32,
    /// What is wrong with it.
    pub message: String,
}

impl Refusal {
    /// A refusal whose answer has the log's start and no message, as most have.
    #[cold]
    pub(crate) fn new(code: ErrorCode, reason: String) -> Self {
        Refusal { code, reason, message: None, record_errors: Vec::new(), tells_log_start_offset: true }
    }

    /// A refusal whose answer has neither.
    #[cold]
    pub(crate) fn without_log_start(code: ErrorCode, reason: String) -> Self {
        Refusal { tells_log_start_offset: false, ..Refusal::new(code, reason) }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code.name(), self.reason)
    }
}

impl std::error::Error for Refusal {}
