//! Clients: how they start, end, stop and change.

use super::happening::{Change, End, Role};
use super::machine::{Machine, ProcessInput};
use super::process::{Afterwards, Process, ProcessState, Spec};
use super::{Refusal, World};
use crate::cables::Party;
use crate::script::{CLIENTS_MAX, ClientPartition, ConsumerSpec, Position, ProducerSpec, SendSpec};
use bytestring::ByteString;
use runnel_clients::consumer::ConsumerView;
use runnel_clients::producer::ProducerView;
use runnel_clients::{Address, Signal};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

impl World {
    pub(super) fn start_producer(&mut self, spec: ProducerSpec) -> Result<(), Refusal> {
        self.check_name(&spec.name)?;
        let spec = Spec::Producer(spec);
        let machine = self.client_machine(&spec)?;
        self.add_process(spec, machine);
        Ok(())
    }

    pub(super) fn start_consumer(&mut self, spec: ConsumerSpec) -> Result<(), Refusal> {
        self.check_name(&spec.name)?;
        let spec = Spec::Consumer(spec);
        let machine = self.client_machine(&spec)?;
        self.add_process(spec, machine);
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<(), Refusal> {
        if self.names.contains_key(name) {
            return Err(Refusal::new(format!("there is a client {name:?} already")));
        }
        if self.names.len() >= CLIENTS_MAX {
            return Err(Refusal::new(format!("at most {CLIENTS_MAX} clients")));
        }
        Ok(())
    }

    /// A machine as the spec says; the world's chance spreads its own.
    fn client_machine(&mut self, spec: &Spec) -> Result<Machine, Refusal> {
        let bootstrap = self.bootstrap();
        let mut random = self.random.clone();
        let machine = Machine::client(spec, bootstrap, random.next_u64(), self.now, self.is_watched)?;
        // A machine that is refused takes no chance away from the next.
        self.random = random;
        Ok(machine)
    }

    /// The addresses that a client is told to begin with: those of all brokers that there are.
    pub(super) fn bootstrap(&self) -> Vec<Address> {
        self.broker_ids().map(|id| self.settings.address(id)).collect()
    }

    /// Puts a process on the stage and starts it.
    pub(super) fn add_process(&mut self, spec: Spec, machine: Machine) -> u32 {
        let id = self.next_process;
        self.next_process += 1;
        let name = match &spec {
            Spec::Producer(spec) => spec.name.clone(),
            Spec::Consumer(spec) => spec.name.clone(),
            Spec::Tool { .. } => {
                // A person may have called a client so.
                while self.names.contains_key(&format!("tool-{}", self.next_tool)) {
                    self.next_tool += 1;
                }
                self.next_tool += 1;
                format!("tool-{}", self.next_tool - 1)
            }
        };
        let (role, command) = (spec.role(), spec.command());
        let process = Process {
            name: name.clone(),
            spec,
            machine: Some(machine),
            state: ProcessState::Running,
            then: Afterwards::Stays,
            incarnation: 1,
            links: BTreeMap::new(),
            mailbox: VecDeque::new(),
            wakeup: None,
            printout: Arc::default(),
            numbered: 0,
        };
        self.processes.insert(id, Arc::new(process));
        self.names.insert(name.clone(), id);
        self.tell_change(Change::ProcessStarted { name, role, command, incarnation: 1 });
        self.drain_process(id);
        id
    }

    /// A process of that role that runs.
    pub(super) fn running(&self, name: &str, role: Role) -> Result<u32, Refusal> {
        let id = self.id_of(name)?;
        let Some(process) = self.processes.get(&id) else { return Err(Refusal::new("there is no such process")) };
        if process.spec.role() != role {
            let what = match role {
                Role::Producer => "producer",
                Role::Consumer => "consumer",
                Role::Tool => "tool",
            };
            return Err(Refusal::new(format!("{name:?} is no {what}")));
        }
        match process.state {
            ProcessState::Running => Ok(id),
            ProcessState::Paused => Err(Refusal::new(format!("{name:?} is paused: `resume {name}` first"))),
            ProcessState::Leaving => Err(Refusal::new(format!("{name:?} is leaving"))),
            ProcessState::Ended(_) => Err(Refusal::new(format!("{name:?} does not run: `restart {name}` first"))),
        }
    }

    /// Lets the machine of a running process do something, and carries what follows.
    fn change<T>(
        &mut self,
        name: &str,
        role: Role,
        change: impl FnOnce(&mut Machine, runnel_protocol::Timestamp) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let id = self.running(name, role)?;
        let now = self.now;
        let process = self.processes.get_mut(&id).map(Arc::make_mut);
        let machine = process.and_then(|process| process.machine.as_mut());
        let machine = machine.ok_or_else(|| Refusal::new(format!("{name:?} does not run")))?;
        let outcome = change(machine, now)?;
        self.drain_process(id);
        Ok(outcome)
    }

    /// Hands records to a producer, in one call of its library: those with these numbers within the command.
    pub(super) fn send_records(&mut self, id: u32, topic: &ByteString, spec: &SendSpec, numbers: std::ops::Range<u64>) {
        let now = self.now;
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return };
        let mut numbered = Vec::new();
        for number in numbers {
            process.numbered += 1;
            numbered.push((number, format!("{}-{}", process.name, process.numbered)));
        }
        if let Some(machine) = &mut process.machine {
            machine.send(now, topic, spec, &numbered);
        }
        self.drain_process(id);
    }

    pub(super) fn flush(&mut self, name: &str) -> Result<(), Refusal> {
        self.change(name, Role::Producer, Machine::flush)
    }

    /// The inside of a consumer that runs.
    pub fn consumer_view(&self, name: &str) -> Option<ConsumerView> {
        self.processes.get(self.names.get(name)?)?.machine.as_ref()?.consumer_view()
    }

    /// The inside of a producer that runs.
    pub fn producer_view(&self, name: &str) -> Option<ProducerView> {
        self.processes.get(self.names.get(name)?)?.machine.as_ref()?.producer_view()
    }

    pub(super) fn commit(&mut self, name: &str) -> Result<(), Refusal> {
        self.change(name, Role::Consumer, Machine::commit)
    }

    pub(super) fn pause_partition(&mut self, place: &ClientPartition, paused: bool) -> Result<(), Refusal> {
        self.change(&place.client, Role::Consumer, |machine, now| machine.pause_partition(now, place, paused))
    }

    pub(super) fn seek(&mut self, place: &ClientPartition, to: Position) -> Result<(), Refusal> {
        self.change(&place.client, Role::Consumer, |machine, now| machine.seek(now, place, to))?;
        self.tell_change(Change::Sought {
            name: place.client.clone(),
            topic: place.topic.clone(),
            partition: place.partition,
            to,
        });
        Ok(())
    }

    pub(super) fn slow(&mut self, name: &str, processing: Duration) -> Result<(), Refusal> {
        self.change(name, Role::Consumer, |machine, _| machine.set_processing(processing))?;
        let id = self.id_of(name)?;
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return Ok(()) };
        if let Spec::Consumer(spec) = &mut process.spec {
            spec.processing = Some(processing);
        }
        let command = process.spec.command();
        let processing_us = u64::try_from(processing.as_micros()).unwrap_or(u64::MAX);
        self.tell_change(Change::Slowed { name: name.to_owned(), processing_us, command });
        Ok(())
    }

    /// The process is gone; its host closes its connections.
    pub(super) fn crash(&mut self, name: &str) -> Result<(), Refusal> {
        let id = self.id_of(name)?;
        if self.is_over(id) {
            return Err(Refusal::new(format!("{name:?} does not run")));
        }
        self.end_process(id, End::Crashed);
        Ok(())
    }

    fn is_over(&self, id: u32) -> bool {
        self.processes.get(&id).is_none_or(|process| matches!(process.state, ProcessState::Ended(_)))
    }

    /// Ends a process, whatever it was at.
    pub(super) fn end_process(&mut self, id: u32, how: End) {
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return };
        let then = std::mem::take(&mut process.then);
        process.machine = None;
        process.mailbox.clear();
        process.state = ProcessState::Ended(how);
        let name = process.name.clone();
        for (_, connection) in std::mem::take(&mut process.links) {
            self.cables.close_client_end(self.now, connection);
        }
        let then = if how == End::Crashed && then == Afterwards::StartsAnew { Afterwards::Stays } else { then };
        if then != Afterwards::StartsAnew {
            self.end_rates(id);
        }
        self.note_wakeup(id);
        self.tell_change(Change::ProcessEnded { name: name.clone(), how });
        match then {
            Afterwards::Stays => {}
            Afterwards::StartsAnew => {
                let spec = self.processes.get(&id).map(|process| process.spec.clone());
                // What it is set up with was checked when it was told to close.
                if let Some(machine) = spec.and_then(|spec| self.client_machine(&spec).ok()) {
                    self.start_again(id, machine);
                }
            }
            Afterwards::Vanishes => self.forget(id, &name),
        }
    }

    /// Says goodbye as its library does.
    pub(super) fn leave(&mut self, name: &str) -> Result<(), Refusal> {
        let id = self.id_of(name)?;
        let role = self.processes.get(&id).map_or(Role::Tool, |process| process.spec.role());
        let id = self.running(name, role)?;
        self.end_rates(id);
        self.close(id);
        Ok(())
    }

    /// Lets a client that runs say goodbye.
    pub(super) fn close(&mut self, id: u32) {
        if let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) {
            process.state = ProcessState::Leaving;
            if let Some(machine) = &mut process.machine {
                machine.close(self.now);
            }
        }
        self.drain_process(id);
    }

    /// A new process with the settings of the old one.
    pub(super) fn restart(&mut self, name: &str) -> Result<(), Refusal> {
        let id = self.id_of(name)?;
        let spec = self.processes.get(&id).map(|process| process.spec.clone());
        let spec = spec.ok_or_else(|| Refusal::new("there is no such process"))?;
        let machine = self.client_machine(&spec)?;
        if !self.is_over(id) {
            self.end_process(id, End::Crashed);
        }
        self.start_again(id, machine);
        Ok(())
    }

    fn start_again(&mut self, id: u32, machine: Machine) {
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return };
        process.machine = Some(machine);
        process.state = ProcessState::Running;
        process.incarnation += 1;
        let incarnation = process.incarnation;
        let (name, role, command) = (process.name.clone(), process.spec.role(), process.spec.command());
        self.tell_change(Change::ProcessStarted { name, role, command, incarnation });
        self.drain_process(id);
    }

    /// Stops a process as SIGSTOP does, or lets it go on with what came meanwhile.
    pub(super) fn set_paused(&mut self, name: &str, paused: bool) -> Result<(), Refusal> {
        let id = self.id_of(name)?;
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return Ok(()) };
        process.state = match (process.state, paused) {
            (ProcessState::Running, true) => ProcessState::Paused,
            (ProcessState::Paused, false) => ProcessState::Running,
            (ProcessState::Paused, true) => return Err(Refusal::new(format!("{name:?} is paused already"))),
            (ProcessState::Running, false) => return Err(Refusal::new(format!("{name:?} is not paused"))),
            (ProcessState::Leaving | ProcessState::Ended(_), _) => {
                return Err(Refusal::new(format!("{name:?} does not run")));
            }
        };
        let mailbox = if paused { VecDeque::new() } else { std::mem::take(&mut process.mailbox) };
        self.tell_change(Change::ProcessPaused { name: name.to_owned(), paused });
        if paused {
            self.note_wakeup(id);
            return Ok(());
        }
        for input in mailbox {
            self.process_input(id, input);
        }
        self.process_input(id, ProcessInput::Signal(Signal::Timer));
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), Refusal> {
        let id = self.id_of(from)?;
        if self.names.contains_key(to) {
            return Err(Refusal::new(format!("there is a client {to:?} already")));
        }
        self.names.remove(from);
        self.names.insert(to.to_owned(), id);
        if let Some(process) = self.processes.get_mut(&id) {
            to.clone_into(&mut Arc::make_mut(process).name);
        }
        let wires = std::mem::take(&mut self.wires).into_iter();
        self.wires = wires.map(|(one, topic)| (if one == from { to.to_owned() } else { one }, topic)).collect();
        let node = |name: &str| crate::script::Node::Client(name.to_owned());
        if let Some(place) = self.places.remove(&node(from)) {
            self.places.insert(node(to), place);
        }
        self.tell_change(Change::Renamed { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        let id = self.id_of(name)?;
        if !self.is_over(id) {
            self.end_process(id, End::Crashed);
        }
        self.forget(id, name);
        Ok(())
    }

    /// Takes a process that is over off the stage.
    fn forget(&mut self, id: u32, name: &str) {
        if self.processes.remove(&id).is_none() {
            return;
        }
        self.names.remove(name);
        self.wires.retain(|(producer, _)| producer != name);
        self.places.remove(&crate::script::Node::Client(name.to_owned()));
        self.cables.forget_party(Party::Process(id));
        self.tell_change(Change::Removed { name: name.to_owned() });
    }
}
