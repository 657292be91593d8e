//! Commands, carried out.

use super::World;
use super::happening::{Change, Role};
use crate::cables::{Armed, Fault, Party};
use crate::script::{Cable, ClientRole, Command, Known, MessageMatch, Node};
use runnel_broker::BrokerId;
use std::fmt;
use std::time::Duration;

/// Most places on the stage that are remembered.
const PLACES_MAX: usize = 10_000;
/// Most faults that wait for their message.
const ARMED_MAX: usize = 1_000;

/// Why a command cannot be carried out. Nothing of it is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// In words.
    pub reason: String,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Refusal { reason: reason.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

impl World {
    /// Carries out a command, after all that is due at this instant.
    ///
    /// # Errors
    /// Why it cannot be done. Nothing of it is done then.
    pub fn apply(&mut self, command: &Command) -> Result<(), Refusal> {
        self.finish_instant();
        // Brokers are asked about topics and groups, and asking leaves traces.
        let asks = matches!(
            command,
            Command::Topic { .. }
                | Command::AlterTopic { .. }
                | Command::DeleteTopic(_)
                | Command::DeleteGroup(_)
                | Command::Clear(_)
        );
        let outcome = if asks { self.all_or_nothing(command) } else { self.carry_out(command) };
        self.tell_packets();
        outcome
    }

    /// Carries out a command on a clone first, so that nothing stays of one that is refused.
    fn all_or_nothing(&mut self, command: &Command) -> Result<(), Refusal> {
        let before = self.clone();
        let told = self.outbox.0.len();
        let outcome = self.carry_out(command);
        if outcome.is_err() {
            let mut outbox = std::mem::take(&mut self.outbox);
            outbox.0.truncate(told);
            *self = before;
            self.outbox = outbox;
        }
        outcome
    }

    /// Lets everything happen that is due at this instant.
    pub(super) fn finish_instant(&mut self) {
        self.run_until(self.now);
    }

    /// The names that a script may use that is to run here.
    pub fn known(&self) -> Known {
        let clients = self.processes.values().filter_map(|process| {
            let role = match process.spec.role() {
                Role::Producer => ClientRole::Producer,
                Role::Consumer => ClientRole::Consumer,
                Role::Tool => return None,
            };
            Some((process.name.clone(), role))
        });
        Known { clients: clients.collect(), brokers: Some(self.brokers_count) }
    }

    fn carry_out(&mut self, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::Profile(_) | Command::Brokers { .. } | Command::Seed(_) => {
                if self.settings.agree(command) {
                    return Ok(());
                }
                Err(Refusal::new(format!("\"{command}\" stands at the head of a script for a new world")))
            }
            Command::Topic { name, partitions, replication, configs } => {
                self.create_topic(name, *partitions, *replication, configs)
            }
            Command::AlterTopic { name, partitions, configs } => self.alter_topic(name, *partitions, configs),
            Command::DeleteTopic(name) => self.delete_topic(name),
            Command::Producer(spec) => self.start_producer(spec.clone()),
            Command::Consumer(spec) => self.start_consumer(spec.clone()),
            Command::Wire { producer, topic } => self.wire(producer, topic, true),
            Command::Unwire { producer, topic } => self.wire(producer, topic, false),
            Command::Send(spec) => self.send(spec),
            Command::Stop { producer, topic } => self.stop_sending(producer, topic.as_deref()),
            Command::Flush(name) => self.flush(name),
            Command::Crash(name) => self.crash(name),
            Command::Leave(name) => self.leave(name),
            Command::Restart(name) => self.restart(name),
            Command::Pause(name) => self.set_paused(name, true),
            Command::Resume(name) => self.set_paused(name, false),
            Command::PausePartition(place) => self.pause_partition(place, true),
            Command::ResumePartition(place) => self.pause_partition(place, false),
            Command::Seek { place, to } => self.seek(place, *to),
            Command::Commit(name) => self.commit(name),
            Command::Slow { name, processing } => self.slow(name, *processing),
            Command::Subscribe { name, topics } => self.subscribe(name, topics),
            Command::Set(change) => self.set_client(change),
            Command::Move { name, group } => self.move_client(name, group),
            Command::Group(group) => self.draw_group(group),
            Command::DeleteGroup(group) => self.delete_group(group),
            Command::Clear(what) => self.clear(*what),
            Command::AddBroker(broker) => self.add_broker(*broker),
            Command::KillBroker(broker) => self.kill_broker(*broker),
            Command::ReviveBroker(broker) => self.revive_broker(*broker),
            Command::Drop(message) => self.arm(message, Fault::Drop, command),
            Command::Delay { message, by } => self.arm(message, Fault::Delay(*by), command),
            Command::Cut(cable) => self.set_cut(cable, true),
            Command::Heal(cable) => self.set_cut(cable, false),
            Command::Latency { cable, each_way } => self.set_latency(cable, *each_way),
            Command::Settle => {
                self.settle();
                Ok(())
            }
            Command::Wait(time) => {
                self.run_for(*time);
                Ok(())
            }
            Command::Place { node, x, y } => self.place(node, *x, *y),
            Command::Rename { from, to } => self.rename(from, to),
            Command::Remove(name) => self.remove(name),
            Command::Tool { tool, arguments } => self.start_tool(tool, arguments),
            Command::File { name, text } => self.keep_file(name, text),
            Command::Type { tool, line } => self.type_line(tool.as_deref(), line),
            Command::EndInput(tool) => self.end_input(tool.as_deref()),
            Command::Interrupt(tool) => self.interrupt(tool.as_deref()),
        }
    }

    /// The number of a client or tool that is there, running or not.
    pub(super) fn id_of(&self, name: &str) -> Result<u32, Refusal> {
        self.names.get(name).copied().ok_or_else(|| Refusal::new(format!("there is no client {name:?}")))
    }

    fn wire(&mut self, producer: &str, topic: &str, wired: bool) -> Result<(), Refusal> {
        let id = self.id_of(producer)?;
        if self.processes.get(&id).is_none_or(|process| process.spec.role() != Role::Producer) {
            return Err(Refusal::new(format!("{producer:?} is no producer")));
        }
        let wire = (producer.to_owned(), topic.to_owned());
        if wired && self.wires.len() >= PLACES_MAX {
            return Err(Refusal::new(format!("at most {PLACES_MAX} wires")));
        }
        let changed = if wired { self.wires.insert(wire) } else { self.wires.remove(&wire) };
        if !changed {
            let state = if wired { "already there" } else { "not there" };
            return Err(Refusal::new(format!("the wire from {producer:?} to {topic:?} is {state}")));
        }
        self.tell_change(Change::Wired { producer: producer.to_owned(), topic: topic.to_owned(), wired });
        Ok(())
    }

    fn place(&mut self, node: &Node, x: i32, y: i32) -> Result<(), Refusal> {
        match node {
            Node::Client(name) => {
                self.id_of(name)?;
            }
            Node::Broker(broker) => self.check_broker(*broker)?,
            Node::Topic(_) | Node::Group(_) => {}
        }
        if self.places.len() >= PLACES_MAX && !self.places.contains_key(node) {
            return Err(Refusal::new(format!("at most {PLACES_MAX} places are remembered")));
        }
        self.places.insert(node.clone(), (x, y));
        self.tell_change(Change::Placed { node: node.to_string(), x, y });
        Ok(())
    }

    fn arm(&mut self, message: &MessageMatch, fault: Fault, command: &Command) -> Result<(), Refusal> {
        let id = self.id_of(&message.client)?;
        if self.cables.armed().len() >= ARMED_MAX {
            return Err(Refusal::new(format!("at most {ARMED_MAX} faults wait for their message")));
        }
        let (api, direction) = (message.api, message.direction);
        self.cables.arm(Armed { api, direction, party: Party::Process(id), fault });
        self.tell_change(Change::FaultArmed { fault: command.to_string() });
        Ok(())
    }

    /// The client and the brokers at the ends of a cable.
    fn ends(&self, cable: &Cable) -> Result<(String, u32, Vec<i32>), Refusal> {
        match cable {
            Cable::ClientBroker(client, broker) => {
                self.check_broker(*broker)?;
                Ok((client.clone(), self.id_of(client)?, vec![*broker]))
            }
            Cable::ClientBrokers(client) => Ok((client.clone(), self.id_of(client)?, self.broker_ids().collect())),
            Cable::Brokers(..) => Err(Refusal::new("the cables between brokers are not drawn yet")),
        }
    }

    fn set_cut(&mut self, cable: &Cable, cut: bool) -> Result<(), Refusal> {
        let (client, id, brokers) = self.ends(cable)?;
        let party = Party::Process(id);
        for broker in brokers {
            if self.cables.is_cut(party, BrokerId(broker)) == cut {
                continue;
            }
            if cut {
                self.cables.cut(party, BrokerId(broker));
            } else {
                self.cables.heal(self.now, party, BrokerId(broker));
            }
            self.tell_change(Change::CableChanged { client: client.clone(), broker, cut });
        }
        Ok(())
    }

    fn set_latency(&mut self, cable: &Cable, latency: Duration) -> Result<(), Refusal> {
        let (client, id, brokers) = self.ends(cable)?;
        for broker in brokers {
            self.cables.set_latency(Party::Process(id), BrokerId(broker), latency);
            let latency_us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
            self.tell_change(Change::LatencyChanged { client: client.clone(), broker, latency_us });
        }
        Ok(())
    }
}
