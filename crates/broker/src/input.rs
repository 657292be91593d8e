//! What enters the machine.

use crate::config::BrokerSettings;
use crate::ids::{BrokerId, ConnectionId, FlushId};
use crate::storage::StorageError;
use bytes::Bytes;

/// Something that happened outside. A driver hands one in, then drains the outputs, then hands in the next.
#[derive(Clone, Debug)]
pub enum Input {
    /// A client has connected to a broker.
    ConnectionOpened {
        /// The driver's number for it.
        connection: ConnectionId,
        /// The broker whose port it came to.
        broker: BrokerId,
        /// Which of the broker's listeners, by position: it decides the addresses that the client is told.
        listener: usize,
        /// The client's address, without the port.
        peer: String,
    },
    /// A whole frame came, without its size prefix. Frames may come while earlier ones wait for their answers.
    Frame {
        /// Where from.
        connection: ConnectionId,
        /// The frame's bytes.
        bytes: Bytes,
    },
    /// The client is gone, or the driver closed the connection.
    ConnectionClosed {
        /// Which.
        connection: ConnectionId,
    },
    /// The answer to `Output::Flush`.
    Flushed {
        /// The flush.
        id: FlushId,
        /// Whether the bytes are durable.
        outcome: Result<(), StorageError>,
    },
    /// A broker stops: its connections are closed at once. What it wrote is kept, as the operating system keeps what a
    /// crashed process has written. A broker that is not running is left as it is.
    BrokerStopped {
        /// Which.
        broker: BrokerId,
        /// Whether it says goodbye (a controlled shutdown) or crashes, so that the controller has to miss it first.
        clean: bool,
    },
    /// A broker that the cluster never had starts for the first time and registers: new partitions may be placed on it,
    /// those that are there stay where they are. One that the cluster has is left as it is. The next start of the
    /// cluster has to name it among its brokers.
    BrokerAdded {
        /// Its number and addresses.
        broker: BrokerSettings,
    },
    /// A broker that was stopped starts again. It takes connections when [`crate::Cluster::is_listening`] says so,
    /// which may take until the controller has missed it.
    BrokerStarted {
        /// Which.
        broker: BrokerId,
    },
    /// Nothing but time has passed.
    Timer,
}
