//! The Kafka ports: sockets on one side, the core on the other.

mod client;
mod connection;
mod frames;
mod limits;
mod listener;
mod mailbox;
mod outbound;

pub(crate) use client::ClientName;
pub(crate) use limits::{Limits, handles_max, raise_descriptor_limit};
pub(crate) use listener::{Ports, listen, port_of};
pub(crate) use mailbox::Mailbox;
pub(crate) use outbound::Outbound;
