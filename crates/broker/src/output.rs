//! What leaves the machine.

use crate::event::Event;
use crate::ids::{ConnectionId, FlushId};
use crate::storage::BlobId;
use runnel_protocol::Chunks;

/// Something for the driver to do.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send a frame.
    Send {
        /// Where to.
        connection: ConnectionId,
        /// The frame with its size prefix. Ranges name blobs of the cluster's storage by [`BlobId`]'s number.
        chunks: Chunks,
    },
    /// Close a connection, after what was sent to it.
    Close {
        /// Which.
        connection: ConnectionId,
        /// Why, in words for a log.
        reason: String,
    },
    /// Make blobs durable as they are; answered by [`crate::Input::Flushed`].
    Flush {
        /// To be named in the answer.
        id: FlushId,
        /// The blobs.
        blobs: Vec<BlobId>,
    },
    /// Something for watchers; only when the cluster is watched.
    Event(Event),
}
