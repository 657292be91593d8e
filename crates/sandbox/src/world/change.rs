//! Clients that are set up anew, and clean-up by kind.
//!
//! What a library can change while it runs, it does; for the rest the program ends as its library does and starts anew
//! with the new settings, as a developer's does who edits and restarts it. Rates are the program's loops: they go on in
//! the new process.

use super::happening::{Change, Role};
use super::machine::Machine;
use super::process::{Afterwards, ProcessState, Spec};
use super::{Refusal, World, consumer};
use crate::script::{Clearing, ClientChange};
use runnel_clients::ClientKind;
use std::sync::Arc;

impl World {
    /// `set NAME ...`
    pub(super) fn set_client(&mut self, change: &ClientChange) -> Result<(), Refusal> {
        let id = self.id_of(&change.name)?;
        let spec = match self.processes.get(&id).map(|process| &process.spec) {
            Some(Spec::Producer(spec)) if !change.is_of_consumer() => Spec::Producer(change.of_producer(spec)),
            Some(Spec::Consumer(spec)) if !change.is_of_producer() => Spec::Consumer(change.of_consumer(spec)),
            Some(Spec::Producer(_)) => return Err(Refusal::new(format!("{:?} is no consumer", change.name))),
            Some(Spec::Consumer(_)) => return Err(Refusal::new(format!("{:?} is no producer", change.name))),
            Some(Spec::Tool { .. }) | None => return Err(Refusal::new(format!("{:?} is a tool", change.name))),
        };
        self.set_up(id, spec)
    }

    /// `move NAME GROUP`
    pub(super) fn move_client(&mut self, name: &str, group: &str) -> Result<(), Refusal> {
        let (name, group) = (name.to_owned(), Some(group.to_owned()));
        self.set_client(&ClientChange { name, group, ..ClientChange::default() })
    }

    /// `subscribe NAME TOPIC,...`
    pub(super) fn subscribe(&mut self, name: &str, topics: &[String]) -> Result<(), Refusal> {
        let (name, topics) = (name.to_owned(), Some(topics.to_vec()));
        self.set_client(&ClientChange { name, topics, ..ClientChange::default() })
    }

    /// Gives a client other settings: at once where its library can, otherwise by a new start.
    fn set_up(&mut self, id: u32, spec: Spec) -> Result<(), Refusal> {
        let bootstrap = self.bootstrap();
        // Settings that the library would not take are refused before anything ends for them.
        Machine::client(&spec, bootstrap, 0, self.now, false)?;
        let Some(process) = self.processes.get(&id) else { return Err(Refusal::new("there is no such process")) };
        let name = process.name.clone();
        if process.spec == spec {
            return Err(Refusal::new(format!("{name:?} is set up so already")));
        }
        let restarts = match (process.state, process.then) {
            (ProcessState::Ended(_), _) => false,
            (ProcessState::Leaving, Afterwards::StartsAnew) => true,
            (ProcessState::Running | ProcessState::Paused | ProcessState::Leaving, _) => {
                self.running(&name, spec.role())?;
                if self.set_live(id, &spec)? {
                    return Ok(());
                }
                true
            }
        };
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return Ok(()) };
        let is_running = process.state == ProcessState::Running;
        let (command, role) = (spec.command(), spec.role());
        process.spec = spec;
        if restarts {
            process.then = Afterwards::StartsAnew;
        }
        self.tell_change(Change::SetUp { name, role, command, restarts });
        if is_running {
            self.close(id);
        }
        Ok(())
    }

    /// Changes what can be changed while the client runs; `false` if that is not all that is to be changed.
    fn set_live(&mut self, id: u32, spec: &Spec) -> Result<bool, Refusal> {
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return Ok(false) };
        let (Spec::Consumer(before), Spec::Consumer(after)) = (&process.spec, spec) else { return Ok(false) };
        let (processing, topics) = (after.processing, after.topics.clone());
        if (crate::script::ConsumerSpec { processing, topics, ..before.clone() }) != *after {
            return Ok(false);
        }
        let has_topics = before.topics != after.topics;
        if has_topics && after.kind == ClientKind::Kafkajs {
            return Ok(false);
        }
        let is_slowed = before.processing != after.processing;
        let processing = consumer::settings(after, Vec::new())?.processing_time;
        let Some(machine) = &mut process.machine else { return Ok(false) };
        machine.set_processing(processing)?;
        if has_topics {
            machine.subscribe(self.now, &after.topics)?;
        }
        let (name, topics) = (process.name.clone(), after.topics.clone());
        process.spec = spec.clone();
        let command = spec.command();
        if is_slowed {
            let processing_us = u64::try_from(processing.as_micros()).unwrap_or(u64::MAX);
            self.tell_change(Change::Slowed { name: name.clone(), processing_us, command: command.clone() });
        }
        if has_topics {
            self.tell_change(Change::Subscribed { name, topics, command });
        }
        self.drain_process(id);
        Ok(true)
    }

    /// `clear KIND`
    pub(super) fn clear(&mut self, what: Clearing) -> Result<(), Refusal> {
        match what {
            Clearing::Producers => self.names_of(Role::Producer).iter().try_for_each(|name| self.remove(name)),
            Clearing::Consumers => self.names_of(Role::Consumer).iter().try_for_each(|name| self.dismiss(name)),
            Clearing::Topics => {
                let topics = self.cluster.overview().topics;
                let topics = topics.iter().filter(|topic| !topic.internal);
                topics.map(|topic| &topic.name).try_for_each(|name| self.delete_topic(name))
            }
            Clearing::Groups => {
                let known = self.cluster.overview().groups.into_iter().map(|group| group.group_id);
                let groups: std::collections::BTreeSet<String> = known.chain(self.groups.iter().cloned()).collect();
                groups.iter().try_for_each(|group| {
                    let outcome = self.delete_group(group);
                    outcome.map_err(|refusal| Refusal::new(format!("group {group:?}: {refusal}")))
                })
            }
        }
    }

    fn names_of(&self, role: Role) -> Vec<String> {
        let of_role = self.processes.values().filter(|process| process.spec.role() == role);
        of_role.map(|process| process.name.clone()).collect()
    }

    /// Takes a client off the stage as soon as it has said goodbye.
    fn dismiss(&mut self, name: &str) -> Result<(), Refusal> {
        let id = self.id_of(name)?;
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return Ok(()) };
        match process.state {
            ProcessState::Running => {
                process.then = Afterwards::Vanishes;
                self.close(id);
                Ok(())
            }
            ProcessState::Leaving => {
                process.then = Afterwards::Vanishes;
                Ok(())
            }
            ProcessState::Paused | ProcessState::Ended(_) => self.remove(name),
        }
    }
}
