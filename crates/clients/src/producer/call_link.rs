//! kafkajs's `producer.connect()`: one address of `brokers` after the other, and the id of an idempotent producer.

use super::calls::Calls;
use super::core::Core;
use super::record::SendFailure;
use crate::backoff::KafkajsRetrier;
use crate::network::{Failure, Peer};
use runnel_protocol::Timestamp;

/// How far `producer.connect()` is.
#[derive(Clone, Debug)]
pub(super) enum Link {
    /// Nobody asked for it since the last failure.
    Off,
    Connecting {
        retrier: KafkajsRetrier,
    },
    BackingOff {
        retrier: KafkajsRetrier,
        at: Timestamp,
    },
    /// An idempotent producer gets its id before `connect` comes back.
    GettingIdentity {
        is_refreshed: bool,
    },
    On,
}

impl Calls {
    pub(super) fn start_connecting(&mut self, core: &mut Core) {
        let retrier = KafkajsRetrier::new(core.settings.metadata.kafkajs_retry, &mut core.random);
        self.link = Link::BackingOff { retrier, at: Timestamp(i64::MIN) };
    }

    /// Brings `producer.connect()` forward: one address of `brokers` after the other.
    pub(super) fn connect(&mut self, core: &mut Core, now: Timestamp) {
        let seed = Peer::Bootstrap(self.turn % core.settings.bootstrap.len().max(1));
        match self.link.clone() {
            Link::Connecting { mut retrier } => {
                if core.network.is_ready(seed) {
                    self.link = Link::On;
                    if core.settings.is_idempotent() && self.identity.is_none() {
                        core.metadata.demand();
                        self.link = Link::GettingIdentity { is_refreshed: false };
                    }
                } else if !core.network.is_connecting(seed) {
                    self.turn = self.turn.wrapping_add(1);
                    match retrier.next_wait(&mut core.random) {
                        Some(wait) => self.link = Link::BackingOff { retrier, at: now + wait },
                        None => self.connect_failed(core, "no broker can be connected to"),
                    }
                }
            }
            Link::BackingOff { retrier, at } if at <= now => {
                core.network.connect(now, seed);
                self.link = Link::Connecting { retrier };
            }
            Link::GettingIdentity { is_refreshed: true } if self.asking_identity.is_none() => {
                self.ask_identity(core, now);
            }
            Link::Off | Link::BackingOff { .. } | Link::GettingIdentity { .. } | Link::On => {}
        }
    }

    /// `connect` came back with an error: every call that waits for it fails with it.
    pub(super) fn connect_failed(&mut self, core: &mut Core, reason: &str) {
        self.link = Link::Off;
        let cause = SendFailure::NoAnswer(Failure::NotConnected { address: None, reason: reason.to_owned() });
        let waiting: Vec<u64> = self.calls.keys().copied().collect();
        for id in waiting {
            self.fail(core, id, SendFailure::RetriesExceeded { cause: Box::new(cause.clone()) });
        }
    }
}
