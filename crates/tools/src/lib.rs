//! Kafka's command-line tools as state machines: what they ask of brokers, and what they print.
//!
//! ```text
//! arguments, lines, interrupts, frames, time -> Tool -> lines, frames, an exit status
//! ```
//!
//! A [`Tool`] is one running command. It follows the core's law: *one input, then drain outputs until `None`, then the
//! next input.* It opens no socket and reads no file of its own: frames are carried by whoever runs it, and files come
//! through [`Files`]. Flags, columns, wording, errors, streams and exit statuses are those of Apache Kafka 4.3.0.

mod admin;
mod api_versions;
mod client_errors;
mod configs;
mod console_consumer;
mod console_producer;
mod dump;
mod files;
mod groups;
mod help;
mod input;
mod java;
mod names;
mod offsets;
mod options;
mod perf_test;
mod records;
mod server_list;
mod story;
#[cfg(test)]
mod tests;
mod tool;
mod topics;

pub use files::{FileError, Files, MemoryFiles};
pub use help::{ToolOption, options_of};
pub use input::{Setting, ToolInput, ToolOutput};
pub use names::{TOOLS, UnknownTool, nearest, resolve};
pub use runnel_clients::{Address, Carried, LinkId, Signal};
pub use runnel_protocol::Timestamp;
pub use tool::Tool;
