//! Programs outside the world: they open connections and send frames, which a history keeps, and take what comes back.

use super::{Refusal, World};
use crate::cables::Party;
use crate::script::Direction;
use bytes::{BufMut, Bytes, BytesMut};
use runnel_broker::ConnectionId;
use runnel_clients::{Address, LinkId};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// Most connections that programs outside have open.
const OPEN_MAX: usize = 100;
/// Largest frame that one may send.
const FRAME_MAX: usize = 16 * 1024 * 1024;
/// Most signals that wait until somebody takes them; the oldest go first.
const SIGNALS_MAX: usize = 10_000;

/// A connection of a program outside, numbered by the world from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ForeignId(pub u32);

impl fmt::Display for ForeignId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// What a program outside is told of its connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ForeignSignal {
    /// It is there.
    Connected,
    /// A frame came, without its size prefix.
    Frame(Bytes),
    /// It could not be made, or is over.
    Closed {
        /// Why, in the operating system's words.
        reason: String,
    },
}

/// The connections of programs outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Foreign {
    open: BTreeMap<u32, ConnectionId>,
    next: u32,
    signals: VecDeque<(ForeignId, ForeignSignal)>,
}

impl Foreign {
    pub(super) fn tell(&mut self, id: u32, signal: ForeignSignal) {
        if matches!(signal, ForeignSignal::Closed { .. }) {
            self.open.remove(&id);
        }
        if self.signals.len() == SIGNALS_MAX {
            self.signals.pop_front();
        }
        self.signals.push_back((ForeignId(id), signal));
    }
}

impl World {
    /// Opens a connection from outside. It is there, or not, when [`World::poll_foreign`] says so.
    ///
    /// # Errors
    /// When too many are open.
    pub fn foreign_open(&mut self, address: &Address) -> Result<ForeignId, Refusal> {
        self.finish_instant();
        if self.foreign.open.len() >= OPEN_MAX {
            return Err(Refusal::new(format!("at most {OPEN_MAX} connections from outside are open at a time")));
        }
        self.foreign.next += 1;
        let id = self.foreign.next;
        let connection = self.connect(Party::Foreign(id), LinkId(id), address);
        self.foreign.open.insert(id, connection);
        self.tell_packets();
        Ok(ForeignId(id))
    }

    /// Sends a frame from outside, without its size prefix.
    ///
    /// # Errors
    /// When the connection is not open, or the frame is larger than 16 MiB.
    pub fn foreign_frame(&mut self, id: ForeignId, frame: &[u8]) -> Result<(), Refusal> {
        self.finish_instant();
        let Some(connection) = self.foreign.open.get(&id.0).copied() else { return Err(closed(id)) };
        let Some(size) = u32::try_from(frame.len()).ok().filter(|_| frame.len() <= FRAME_MAX) else {
            return Err(Refusal::new(format!("a frame from outside has at most {FRAME_MAX} bytes")));
        };
        let mut bytes = BytesMut::with_capacity(frame.len() + 4);
        bytes.put_u32(size);
        bytes.extend_from_slice(frame);
        self.cables.send_frame(self.now, connection, Direction::Request, bytes.freeze());
        self.tell_packets();
        Ok(())
    }

    /// Closes a connection from outside.
    ///
    /// # Errors
    /// When it is not open.
    pub fn foreign_close(&mut self, id: ForeignId) -> Result<(), Refusal> {
        self.finish_instant();
        let connection = self.foreign.open.remove(&id.0).ok_or_else(|| closed(id))?;
        self.cables.close_client_end(self.now, connection);
        self.tell_packets();
        Ok(())
    }

    /// The next thing that a program outside is told.
    pub fn poll_foreign(&mut self) -> Option<(ForeignId, ForeignSignal)> {
        self.foreign.signals.pop_front()
    }
}

fn closed(id: ForeignId) -> Refusal {
    Refusal::new(format!("connection {id} from outside is not open"))
}
