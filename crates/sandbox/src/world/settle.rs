//! `settle`: time passes until only periodic work is left.
//!
//! Periodic is what goes on for ever in a world where nobody does anything: heartbeats, Fetches that wait for records,
//! commits on a timer that find nothing new, refreshed metadata, records that a rate sends, the brokers' own timers.
//! Work is the rest:
//!
//! - a connection that is being made, and a request without an answer, but for Heartbeat and Fetch;
//! - a group between two generations;
//! - a producer that has records which are not answered yet;
//! - a consumer that is not in its group, or behind the high watermark of a partition that it reads, or at work;
//! - a tool that neither has ended nor waits for its input or for records;
//! - a message that is late by a fault.
//!
//! A process that a person has stopped has no work, whatever it was at.

use super::World;
use super::process::ProcessState;
use crate::cables::{Cargo, Party};
use runnel_broker::groups::GroupState;
use runnel_protocol::{ApiKey, Timestamp};
use std::time::Duration;

/// Longest time that a `settle` takes.
const SETTLE_MAX: Duration = Duration::from_secs(60);

impl World {
    /// Lets time pass until only periodic work is left, at most a minute; `true` if that was reached.
    pub fn settle(&mut self) -> bool {
        let limit = self.now + SETTLE_MAX;
        self.settle_within(limit, |_| {})
    }

    /// The same with a limit of one's own, and something to be done after each step.
    pub fn settle_within(&mut self, limit: Timestamp, mut after_step: impl FnMut(&mut World)) -> bool {
        self.finish_instant();
        loop {
            if self.is_settled() {
                return true;
            }
            if !self.step(limit) {
                self.now = self.now.max(limit);
                return false;
            }
            // What happens at one instant belongs together.
            while self.next_due().is_some_and(|due| due <= self.now) && self.step(self.now) {}
            after_step(self);
        }
    }

    /// Whether only periodic work is left.
    pub fn is_settled(&self) -> bool {
        self.cables_are_settled() && self.processes_are_settled() && self.groups_are_settled()
    }

    /// Whether a party's work counts.
    fn counts(&self, party: Party) -> bool {
        match party {
            Party::Process(id) => self.processes.get(&id).is_some_and(|process| match process.state {
                ProcessState::Running | ProcessState::Leaving => true,
                ProcessState::Paused | ProcessState::Ended(_) => false,
            }),
            Party::Foreign(_) => true,
        }
    }

    fn cables_are_settled(&self) -> bool {
        let is_periodic = |api_key: i16| [ApiKey::Heartbeat.number(), ApiKey::Fetch.number()].contains(&api_key);
        let all_periodic = self.cables.connections().all(|connection| {
            !connection.client_open
                || !self.counts(connection.party)
                || (connection.is_accepted && connection.asked().all(|asked| is_periodic(asked.api_key)))
        });
        // A frame that is late by a fault, an end that is still to be told.
        all_periodic
            && self.cables.packets().all(|packet| match packet.cargo {
                Cargo::Frame(_) => packet.api.is_some_and(|api| is_periodic(api.number())),
                Cargo::Connect | Cargo::Accept | Cargo::Refuse | Cargo::Close { .. } => false,
            })
    }

    fn processes_are_settled(&self) -> bool {
        self.processes.iter().filter(|(id, _)| self.counts(Party::Process(**id))).all(|(_, process)| {
            let high_watermark = |topic: &str, partition| self.cluster.high_watermark(topic, partition);
            process.machine.as_ref().is_none_or(|machine| machine.is_settled(high_watermark))
        })
    }

    fn groups_are_settled(&self) -> bool {
        self.cluster.group_states().all(|state| match state {
            GroupState::Empty | GroupState::Stable | GroupState::Dead => true,
            GroupState::PreparingRebalance | GroupState::CompletingRebalance => false,
        })
    }
}
