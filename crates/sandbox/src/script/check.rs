//! What can be said of a whole script before any of it runs: names that clash, and names that nobody bears.

use super::change::Clearing;
use super::command::{Command, Node};
use super::error::Mistake;
use super::faults::Cable;
use super::parse::BROKERS_MAX;
use super::{Line, ScriptError};
use std::collections::BTreeMap;

/// Most clients of a world.
pub(crate) const CLIENTS_MAX: usize = 200;

/// What a client is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientRole {
    /// It sends.
    Producer,
    /// It reads.
    Consumer,
}

/// The names that are known where a script begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known {
    /// Clients, running or not.
    pub clients: BTreeMap<String, ClientRole>,
    /// How many brokers there are; `None` where the script may still say it.
    pub brokers: Option<u32>,
}

/// Checks lines in their order.
pub(super) fn check(lines: &[Line], mut known: Known) -> Result<(), ScriptError> {
    // The lines about the whole world may stand at the head of a script for a new one.
    let mut is_head = known.brokers.is_none();
    for line in lines {
        one(&line.command, &mut known, &mut is_head).map_err(|mistake| mistake.at(line.number))?;
    }
    Ok(())
}

fn one(command: &Command, known: &mut Known, is_head: &mut bool) -> Result<(), Mistake> {
    match command {
        Command::Profile(_) | Command::Brokers { .. } | Command::Seed(_) => {
            if !*is_head {
                return Err(Mistake::found(
                    "this line before all others, in a world that begins",
                    &command.to_string(),
                ));
            }
            if let Command::Brokers { count, .. } = command {
                known.brokers = Some(*count);
            }
            return Ok(());
        }
        Command::Producer(spec) => known.add(&spec.name, ClientRole::Producer)?,
        Command::Consumer(spec) => known.add(&spec.name, ClientRole::Consumer)?,
        Command::Rename { from, to } => {
            let role = known.client(from)?;
            known.clients.remove(from);
            known.add(to, role)?;
        }
        Command::Remove(name) => {
            known.client(name)?;
            known.clients.remove(name);
        }
        Command::Clear(what) => known.clear(*what),
        Command::Set(change) if change.is_of_producer() => known.producer(&change.name)?,
        Command::Set(change) if change.is_of_consumer() => known.consumer(&change.name)?,
        Command::Set(change) => {
            known.client(&change.name)?;
        }
        Command::Move { name, .. } => known.consumer(name)?,
        Command::Wire { producer, .. } | Command::Unwire { producer, .. } => known.producer(producer)?,
        Command::Send(spec) => known.producer(&spec.producer)?,
        Command::Stop { producer: name, .. } | Command::Flush(name) => known.producer(name)?,
        Command::Seek { place, .. } | Command::PausePartition(place) | Command::ResumePartition(place) => {
            known.consumer(&place.client)?;
        }
        Command::Commit(name) | Command::Slow { name, .. } | Command::Subscribe { name, .. } => known.consumer(name)?,
        Command::Crash(name)
        | Command::Leave(name)
        | Command::Restart(name)
        | Command::Pause(name)
        | Command::Resume(name) => {
            known.client(name)?;
        }
        Command::AddBroker(broker) => known.add_broker(*broker)?,
        Command::KillBroker(broker) | Command::ReviveBroker(broker) => known.broker(*broker)?,
        Command::Drop(message) | Command::Delay { message, .. } => {
            known.client(&message.client)?;
        }
        Command::Cut(cable) | Command::Heal(cable) | Command::Latency { cable, .. } => known.cable(cable)?,
        Command::Place { node, .. } => match node {
            // Tools are numbered as they come.
            Node::Client(name) if name.starts_with("tool-") => {}
            Node::Client(name) => {
                known.client(name)?;
            }
            Node::Broker(broker) => known.broker(*broker)?,
            Node::Topic(_) | Node::Group(_) => {}
        },
        Command::Topic { .. }
        | Command::AlterTopic { .. }
        | Command::DeleteTopic(_)
        | Command::Group(_)
        | Command::DeleteGroup(_)
        | Command::Settle
        | Command::Wait(_)
        | Command::Tool { .. }
        | Command::File { .. }
        | Command::Type { .. }
        | Command::EndInput(_)
        | Command::Interrupt(_) => {}
    }
    *is_head = false;
    Ok(())
}

impl Known {
    fn add(&mut self, name: &str, role: ClientRole) -> Result<(), Mistake> {
        if self.clients.contains_key(name) {
            return Err(Mistake::found("a name that no client bears", name));
        }
        if self.clients.len() >= CLIENTS_MAX {
            return Err(Mistake::found(format!("at most {CLIENTS_MAX} clients"), name));
        }
        self.clients.insert(name.to_owned(), role);
        Ok(())
    }

    fn clear(&mut self, what: Clearing) {
        let gone = match what {
            Clearing::Producers => ClientRole::Producer,
            Clearing::Consumers => ClientRole::Consumer,
            Clearing::Topics | Clearing::Groups => return,
        };
        self.clients.retain(|_, role| *role != gone);
    }

    fn client(&self, name: &str) -> Result<ClientRole, Mistake> {
        self.clients.get(name).copied().ok_or_else(|| Mistake::found("a client that is there", name))
    }

    fn producer(&self, name: &str) -> Result<(), Mistake> {
        match self.clients.get(name) {
            Some(ClientRole::Producer) => Ok(()),
            Some(ClientRole::Consumer) | None => Err(Mistake::found("a producer that is there", name)),
        }
    }

    fn consumer(&self, name: &str) -> Result<(), Mistake> {
        match self.clients.get(name) {
            Some(ClientRole::Consumer) => Ok(()),
            Some(ClientRole::Producer) | None => Err(Mistake::found("a consumer that is there", name)),
        }
    }

    fn broker(&self, broker: i32) -> Result<(), Mistake> {
        let count = self.brokers.unwrap_or(1);
        if u32::try_from(broker).is_ok_and(|broker| (1..=count).contains(&broker)) {
            return Ok(());
        }
        Err(Mistake::found(format!("a broker from 1 to {count}"), &broker.to_string()))
    }

    /// Brokers are numbered without gaps.
    fn add_broker(&mut self, broker: i32) -> Result<(), Mistake> {
        let count = self.brokers.unwrap_or(1);
        if count >= BROKERS_MAX {
            return Err(Mistake::found(format!("at most {BROKERS_MAX} brokers"), &format!("broker {broker}")));
        }
        if u32::try_from(broker) != Ok(count + 1) {
            return Err(Mistake::found(format!("broker {}, the next number", count + 1), &format!("broker {broker}")));
        }
        self.brokers = Some(count + 1);
        Ok(())
    }

    fn cable(&self, cable: &Cable) -> Result<(), Mistake> {
        match cable {
            Cable::ClientBroker(client, broker) => {
                self.client(client)?;
                self.broker(*broker)
            }
            Cable::ClientBrokers(client) => self.client(client).map(|_| ()),
            Cable::Brokers(one, other) => self.broker(*one).and_then(|()| self.broker(*other)),
        }
    }
}
