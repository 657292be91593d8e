//! What happens to connections, for watchers.

use super::Peer;
use crate::carrier::{Address, LinkId};

/// A change of one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConnectionChange {
    /// It is being made.
    Connecting {
        /// Whom to.
        peer: Peer,
        /// The client's number for it.
        link: LinkId,
        /// Where to.
        address: Address,
    },
    /// It is made, and client and broker know each other's versions.
    Connected {
        /// Whom to.
        peer: Peer,
        /// Which.
        link: LinkId,
    },
    /// It could not be made, or is over.
    Disconnected {
        /// Whom it led to.
        peer: Peer,
        /// Which.
        link: LinkId,
        /// Why, in words.
        reason: String,
    },
}
