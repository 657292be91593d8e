//! A client's connection: requests wait in line here, and answers leave in the order in which requests came.
//!
//! Kafka handles one request of a connection at a time: while a Fetch waits for records, later requests of the same
//! connection wait behind it. So does this queue.

use crate::ids::BrokerId;
use crate::timers::ReplyId;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::time::Timestamp;
use std::collections::VecDeque;

/// Frames that may wait on one connection; a driver that asks `Cluster::is_busy` stays far below.
pub(crate) const QUEUED_FRAMES_MAX: usize = 1_000;
/// Bytes that may wait on one connection.
pub(crate) const QUEUED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Who is at the other end, as far as it has said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    /// The name that the client's user gave it; it comes with every request.
    pub(crate) client_id: ByteString,
    /// `client.software.name` of ApiVersions.
    pub(crate) software: ByteString,
    /// `client.software.version` of ApiVersions.
    pub(crate) version: ByteString,
}

impl Client {
    /// The client in words: `kafkajs 2.2.4, my-app`.
    pub(crate) fn describe(&self) -> String {
        match (self.software.is_empty(), self.client_id.is_empty()) {
            (true, true) => "a client without a name".to_owned(),
            (true, false) => self.client_id.to_string(),
            (false, true) => format!("{} {}", self.software, self.version),
            (false, false) => format!("{} {}, {}", self.software, self.version, self.client_id),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) broker: BrokerId,
    pub(crate) listener: usize,
    /// The client's address without its port.
    pub(crate) peer: String,
    pub(crate) client: Client,
    /// The request of this connection that waits for its answer, if one does.
    pub(crate) answering: Option<ReplyId>,
    /// When that request was taken up.
    pub(crate) began: Timestamp,
    pub(crate) queue: VecDeque<Bytes>,
    pub(crate) queued_bytes: usize,
}

impl Connection {
    pub(crate) fn new(broker: BrokerId, listener: usize, peer: String) -> Self {
        Connection {
            broker,
            listener,
            peer,
            client: Client::default(),
            answering: None,
            began: Timestamp::default(),
            queue: VecDeque::new(),
            queued_bytes: 0,
        }
    }

    /// Puts a frame in line; `Err` when the line is longer than any honest client makes it.
    pub(crate) fn push(&mut self, bytes: Bytes) -> Result<(), String> {
        if self.queue.len() >= QUEUED_FRAMES_MAX || self.queued_bytes.saturating_add(bytes.len()) > QUEUED_BYTES_MAX {
            return Err(format!(
                "{} requests ({} bytes) wait on this connection, more than are kept",
                self.queue.len(),
                self.queued_bytes
            ));
        }
        self.queued_bytes += bytes.len();
        self.queue.push_back(bytes);
        Ok(())
    }

    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let bytes = self.queue.pop_front()?;
        self.queued_bytes -= bytes.len();
        Some(bytes)
    }
}
