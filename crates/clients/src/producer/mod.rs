//! A producer: from `send` to the partition's leader and back.
//!
//! Java and librdkafka gather records in batches (`batching`); kafkajs makes a request of each call (`calls`).
//!
//! ```
//! use runnel_clients::producer::{Producer, ProducerRecord, ProducerSettings};
//! use runnel_clients::{Carried, ClientKind, Signal};
//! use runnel_protocol::Timestamp;
//!
//! let now = Timestamp::from_millis(1_700_000_000_000);
//! let mut producer = Producer::new(ProducerSettings::of(ClientKind::Java), 1);
//! let id = producer.send(now, ProducerRecord::new("orders", "hi there").with_key("user1"));
//! // The carrier does what it is asked for, and tells what comes: `producer.handle_signal(now, signal)`.
//! assert!(matches!(producer.poll_output(), Some(Carried::Connect { .. })));
//! // Some time later `poll_outcome` tells where the record lies, or why it was given up.
//! assert_eq!(producer.poll_outcome(), None);
//! # let _ = (id, Signal::Timer);
//! ```

mod answers;
mod batch;
mod batching;
mod call_link;
mod call_requests;
mod calls;
mod core;
mod idempotence;
mod limits;
mod record;
mod sender;
mod set;
mod settings;
#[cfg(test)]
mod tests;
mod view;
mod viewing;

pub use record::{ProducerRecord, RecordPlace, SendFailure, SendId};
pub use settings::ProducerSettings;
pub use view::{Counters, InFlightView, ProducerView, QueueView};

use self::core::Core;
use crate::carrier::{Carried, Signal};
use crate::event::{ClientEvent, ProducerEvent};
use crate::kind::ClientKind;
use crate::metadata::Metadata;
use crate::network::Network;
use batching::Batching;
use calls::Calls;
use runnel_protocol::Timestamp;

/// One producer of one program.
#[derive(Clone, Debug)]
pub struct Producer {
    core: Core,
    engine: Engine,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Engine {
    Batching(Batching),
    Calls(Calls),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Open,
    Closing,
    Closed,
}

impl Producer {
    /// A producer that connects with its first input, as each library does when the program makes one. All chance
    /// follows from the seed.
    pub fn new(settings: ProducerSettings, seed: u64) -> Self {
        let kind = settings.kind;
        let core = Core::new(settings, seed);
        let engine = match kind {
            ClientKind::Java | ClientKind::Librdkafka => Engine::Batching(Batching::new(&core)),
            ClientKind::Kafkajs => Engine::Calls(Calls::new(&core)),
        };
        Producer { core, engine, stage: Stage::Open }
    }

    /// How it is set up.
    pub fn settings(&self) -> &ProducerSettings {
        &self.core.settings
    }

    /// Whether events are made; at first they are not. Who watches polls them.
    pub fn set_watched(&mut self, watched: bool) {
        self.core.set_watched(watched);
    }

    /// Sends one record. What becomes of it is told by [`Producer::poll_outcome`] under the number returned.
    pub fn send(&mut self, now: Timestamp, record: ProducerRecord) -> SendId {
        let id = self.core.next_id();
        match &mut self.engine {
            Engine::Batching(batching) => batching.send(&mut self.core, now, id, record),
            Engine::Calls(calls) => calls.send(&mut self.core, vec![(id, record)]),
        }
        self.advance(now);
        id
    }

    /// Sends several records in one call: with kafkajs they share requests, elsewhere it is one `send` after the other.
    pub fn send_all(&mut self, now: Timestamp, records: Vec<ProducerRecord>) -> Vec<SendId> {
        let records: Vec<(SendId, ProducerRecord)> =
            records.into_iter().map(|record| (self.core.next_id(), record)).collect();
        let ids = records.iter().map(|(id, _)| *id).collect();
        match &mut self.engine {
            Engine::Batching(batching) => {
                for (id, record) in records {
                    batching.send(&mut self.core, now, id, record);
                }
            }
            Engine::Calls(calls) => calls.send(&mut self.core, records),
        }
        self.advance(now);
        ids
    }

    /// Has everything that was sent leave at once, however young. [`Producer::unfinished_count`] tells when it is done.
    pub fn flush(&mut self, now: Timestamp) {
        if let Engine::Batching(batching) = &mut self.engine {
            batching.flush_until = self.core.unfinished.last().copied();
        }
        self.advance(now);
    }

    /// Takes no more records, settles what was sent, and closes the connections then. See [`Producer::is_closed`].
    pub fn close(&mut self, now: Timestamp) {
        if self.stage == Stage::Open {
            self.stage = Stage::Closing;
            match &mut self.engine {
                Engine::Batching(batching) => batching.is_closing = true,
                Engine::Calls(calls) => calls.close(&mut self.core),
            }
        }
        self.advance(now);
    }

    /// Whether [`Producer::close`] has come to its end.
    pub fn is_closed(&self) -> bool {
        self.stage == Stage::Closed
    }

    /// Records that were sent and of which nobody knows yet what becomes of them.
    pub fn unfinished_count(&self) -> usize {
        self.core.unfinished.len()
    }

    /// Takes what the carrier tells, and the passing of time.
    pub fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        self.core.handle_signal(now, signal);
        self.advance(now);
    }

    /// The next thing to carry.
    pub fn poll_output(&mut self) -> Option<Carried> {
        self.core.network.poll_output()
    }

    /// What became of a record. The program asks until there is nothing more.
    pub fn poll_outcome(&mut self) -> Option<(SendId, Result<RecordPlace, SendFailure>)> {
        self.core.poll_outcome()
    }

    /// What happened inside, while somebody watches.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.core.poll_event()
    }

    /// When [`Signal::Timer`] is due; an instant that is past means at once.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        if self.stage == Stage::Closed {
            return None;
        }
        let engine = match &self.engine {
            Engine::Batching(batching) => batching.wake_at,
            Engine::Calls(calls) => calls.wake_at,
        };
        [self.core.network.next_wakeup(), self.core.metadata.next_wakeup(), engine].into_iter().flatten().min()
    }

    /// Its picture of the cluster.
    pub fn metadata(&self) -> &Metadata {
        &self.core.metadata
    }

    /// Its connections.
    pub fn network(&self) -> &Network {
        &self.core.network
    }

    /// What it holds, as plain data.
    pub fn view(&self) -> ProducerView {
        let mut view = viewing::view(&self.core);
        match &self.engine {
            Engine::Batching(batching) => batching.show(&self.core, &mut view),
            Engine::Calls(calls) => calls.show(&self.core, &mut view),
        }
        view
    }

    fn advance(&mut self, now: Timestamp) {
        if self.stage == Stage::Closed {
            return;
        }
        let is_idle = match &mut self.engine {
            Engine::Batching(batching) => {
                batching.advance(&mut self.core, now);
                batching.is_idle()
            }
            Engine::Calls(calls) => {
                calls.advance(&mut self.core, now);
                calls.is_idle()
            }
        };
        if self.stage == Stage::Closing && is_idle {
            self.stage = Stage::Closed;
            self.core.network.disconnect_all(now);
            self.core.note_changes();
            self.core.note(|| ProducerEvent::Closed);
        }
    }
}
