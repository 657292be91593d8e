//! What can go wrong between bytes and messages.

use std::fmt;

/// Where bytes are not what they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecodeError {
    /// Position of the first byte that does not fit, counted from the start of the frame.
    pub at: usize,
    /// What was wanted there.
    pub wanted: &'static str,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "byte {}: wanted {}", self.at, self.wanted)
    }
}

impl std::error::Error for DecodeError {}

/// Why a message cannot be written in a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EncodeError {
    /// The message has no such version.
    Version {
        /// Name of the message.
        message: &'static str,
        /// The version that was asked for.
        version: i16,
    },
    /// The version lacks the field, and its value may not be dropped.
    NotInVersion {
        /// Struct and field.
        field: &'static str,
        /// The version that was asked for.
        version: i16,
    },
    /// The field may not be null in this version.
    Null {
        /// Struct and field.
        field: &'static str,
        /// The version that was asked for.
        version: i16,
    },
    /// The value is longer than the protocol can say.
    TooLong {
        /// Struct and field.
        field: &'static str,
        /// Its size in bytes, or its count of elements.
        size: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::Version { message, version } => write!(out, "{message} has no version {version}"),
            EncodeError::NotInVersion { field, version } => {
                write!(out, "version {version} has no {field}, and its value may not be dropped")
            }
            EncodeError::Null { field, version } => write!(out, "{field} may not be null in version {version}"),
            EncodeError::TooLong { field, size } => write!(out, "{field} is too long: {size}"),
        }
    }
}

impl std::error::Error for EncodeError {}
