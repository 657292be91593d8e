//! `settle`: time passes until only periodic work is left.
//!
//! Periodic is what goes on for ever in a world where nobody does anything: heartbeats (between two of them is time
//! enough to be settled), Fetches that wait for records, commits on a timer that find nothing new, refreshed metadata, records that a rate sends, the brokers' own timers.
//! Work is the rest:
//!
//! - a connection that is being made, and a request without an answer, but for Fetch;
//! - a group between two generations;
//! - a producer that has records which are not answered yet;
//! - a consumer that is not in its group, or behind the high watermark of a partition that it reads, or at work;
//! - a client that says goodbye;
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
pub(crate) const SETTLE_MAX: Duration = Duration::from_secs(60);

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
        self.work_left().is_none()
    }

    /// The first piece of work that is left, in words; `None` if there is only what is periodic.
    pub fn describe_work_left(&self) -> Option<String> {
        Some(match self.work_left()? {
            Work::Process(id) => {
                let name = self.processes.get(&id).map_or("a process", |process| process.name.as_str());
                format!("{name} has something to do")
            }
            Work::Connection(party, what) => {
                format!("{} {what}", self.name_of(party).unwrap_or("a guest"))
            }
            Work::Group => "a group is between two generations".to_owned(),
        })
    }

    fn work_left(&self) -> Option<Work> {
        self.work_on_cables().or_else(|| self.work_of_processes()).or_else(|| self.work_of_groups())
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

    fn work_on_cables(&self) -> Option<Work> {
        let is_fetch = |api_key: i16| api_key == ApiKey::Fetch.number();
        for connection in self.cables.connections() {
            if !connection.client_open || !self.counts(connection.party) {
                continue;
            }
            if !connection.is_accepted {
                return Some(Work::Connection(connection.party, "connects"));
            }
            if connection.asked().any(|asked| !is_fetch(asked.api_key)) {
                return Some(Work::Connection(connection.party, "waits for an answer"));
            }
        }
        let mut packets = self.cables.packets();
        let packet = packets.find(|packet| match packet.cargo {
            Cargo::Frame(_) => packet.api.is_none_or(|api| !is_fetch(api.number())),
            Cargo::Connect | Cargo::Accept | Cargo::Refuse | Cargo::Close { .. } => true,
        })?;
        Some(Work::Connection(packet.party, "has a message under way"))
    }

    fn work_of_processes(&self) -> Option<Work> {
        let high_watermark = |topic: &str, partition| self.cluster.high_watermark(topic, partition);
        let mut processes = self.processes.iter().filter(|(id, _)| self.counts(Party::Process(**id)));
        let busy = processes.find(|(_, process)| {
            process.state == ProcessState::Leaving
                || process.machine.as_ref().is_some_and(|machine| !machine.is_settled(high_watermark))
        });
        busy.map(|(id, _)| Work::Process(*id))
    }

    fn work_of_groups(&self) -> Option<Work> {
        let mut states = self.cluster.group_states();
        let is_between = states.any(|state| match state {
            GroupState::Empty | GroupState::Stable | GroupState::Dead => false,
            GroupState::PreparingRebalance | GroupState::CompletingRebalance => true,
        });
        is_between.then_some(Work::Group)
    }
}

/// Work that is not periodic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Work {
    Process(u32),
    Connection(Party, &'static str),
    Group,
}
