//! Why a config is refused, in the words that the client prints.

use runnel_protocol::ErrorCode;
use std::fmt;

/// An error code with Kafka's message; `None` where Kafka sends no text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigRefusal {
    /// The code.
    pub code: ErrorCode,
    /// The text beside it.
    pub message: Option<String>,
}

impl ConfigRefusal {
    /// A refusal with a text.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ConfigRefusal { code, message: Some(message.into()) }
    }

    /// A bad name or value.
    pub fn invalid_config(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidConfig, message)
    }

    /// A request that makes no sense.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }
}

impl fmt::Display for ConfigRefusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(out, "{} {message}", self.code),
            None => write!(out, "{} -", self.code),
        }
    }
}

impl std::error::Error for ConfigRefusal {}
