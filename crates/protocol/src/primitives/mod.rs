//! The simple values of Kafka's protocol, read from a frame and written into one.
//!
//! [`Reader`] walks a frame that may hold anything: it gives out no memory that the bytes at hand have not paid for,
//! and says where it stopped and what it wanted there. [`Writer`] collects a frame as a list of chunks. A [`Message`]
//! is what can be read and written in a version.
//!
//! Source: <https://kafka.apache.org/protocol#protocol_types>

mod error;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use error::{DecodeError, EncodeError};
pub use reader::{MAX_ELEMENTS, MAX_TAGGED_FIELDS, Reader};
pub use writer::Writer;

/// A request, a response, a record kind, or a part of one.
pub trait Message: Sized + Default {
    /// Reads one in the given version.
    ///
    /// # Errors
    /// Where the bytes are not such a message, and what was wanted there.
    fn decode(reader: &mut Reader, api_version: i16) -> Result<Self, DecodeError>;

    /// Writes it in the given version, byte for byte as Kafka does.
    ///
    /// A field that the version lacks is dropped when its value is the default or the field may be ignored.
    ///
    /// # Errors
    /// When the version cannot say what the message says.
    fn encode(&self, writer: &mut Writer, api_version: i16) -> Result<(), EncodeError>;
}
