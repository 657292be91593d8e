//! Carrying: from cables to brokers and processes, and what they answer back to the cables.

use super::brokers::broker_at;
use super::happening::{End, HappeningKind, PacketView, Stream};
use super::machine::{Machine, ProcessInput, ProcessOutput};
use super::process::{Process, ProcessState};
use super::{ForeignSignal, World};
use crate::cables::{Arrival, Cargo, PacketNews, Party};
use crate::script::Direction;
use bytes::{Buf, Bytes};
use runnel_broker::{BlobId, BrokerId, ConnectionId, Input, Output, Storage};
use runnel_clients::{Address, Carried, LinkId, Signal};
use runnel_protocol::{SmallSet, Timestamp};
use std::hint::cold_path;
use std::sync::Arc;
use std::time::Duration;

/// A broker that does not exist: nobody listens there.
const NOWHERE: BrokerId = BrokerId(-1);
/// Bytes of a frame's size prefix.
const PREFIX: usize = 4;

impl World {
    pub(super) fn deliver(&mut self, arrival: Arrival) {
        if self.is_watched {
            cold_path();
            let packet = self.view_of(PacketNews::Arrived, &arrival.packet);
            self.tell(HappeningKind::Packet { news: PacketNews::Arrived, packet });
        }
        let Arrival { packet, link, is_met } = arrival;
        if !is_met {
            return;
        }
        let connection = packet.connection;
        match (packet.cargo, packet.direction) {
            (Cargo::Connect, _) => self.connect_arrived(connection, packet.broker),
            (Cargo::Frame(mut bytes), Direction::Request) => {
                self.trace.note(self.now, connection, Direction::Request, &bytes);
                bytes.advance(PREFIX.min(bytes.len()));
                self.cluster_input(Input::Frame { connection, bytes });
            }
            (Cargo::Frame(mut bytes), Direction::Answer) => {
                self.trace.note(self.now, connection, Direction::Answer, &bytes);
                bytes.advance(PREFIX.min(bytes.len()));
                self.signal(packet.party, Signal::Frame { link, bytes });
            }
            (Cargo::Accept, _) => self.signal(packet.party, Signal::Connected { link }),
            (Cargo::Refuse, _) => {
                self.signal(packet.party, Signal::Disconnected { link, reason: "connection refused".to_owned() });
            }
            (Cargo::Close { .. }, Direction::Request) => self.cluster_input(Input::ConnectionClosed { connection }),
            (Cargo::Close { reason }, Direction::Answer) => {
                self.signal(packet.party, Signal::Disconnected { link, reason });
            }
        }
    }

    fn connect_arrived(&mut self, connection: ConnectionId, broker: BrokerId) {
        let accepts = broker != NOWHERE && self.cluster.is_listening(broker);
        self.cables.answer_connect(self.now, connection, accepts);
        if accepts {
            let peer = "127.0.0.1".to_owned();
            self.cluster_input(Input::ConnectionOpened { connection, broker, listener: 0, peer });
        }
    }

    /// Tells a client's end.
    fn signal(&mut self, party: Party, signal: Signal) {
        match party {
            Party::Process(id) => {
                if let Signal::Disconnected { link, .. } = &signal
                    && let Some(process) = self.processes.get_mut(&id)
                {
                    Arc::make_mut(process).links.remove(link);
                }
                self.process_input(id, ProcessInput::Signal(signal));
            }
            Party::Foreign(id) => {
                let signal = match signal {
                    Signal::Connected { .. } => ForeignSignal::Connected,
                    Signal::Frame { bytes, .. } => ForeignSignal::Frame(bytes),
                    Signal::Disconnected { reason, .. } => ForeignSignal::Closed { reason },
                    Signal::Timer => return,
                };
                self.foreign.tell(id, signal);
            }
        }
    }

    /// Opens a connection for a client.
    pub(super) fn connect(&mut self, party: Party, link: LinkId, address: &Address) -> ConnectionId {
        let broker = broker_at(self.brokers_count, address).unwrap_or(NOWHERE);
        self.cables.open(self.now, party, link, broker)
    }

    /// Hands an input to the brokers and carries what they answer.
    pub(super) fn cluster_input(&mut self, input: Input) {
        self.cluster.handle_input(self.now, input);
        self.drain_cluster();
    }

    /// Carries what the brokers have to say. A flush is done at once: memory is as durable as it gets.
    pub(super) fn drain_cluster(&mut self) {
        let mut flushes = Vec::new();
        loop {
            while let Some(output) = self.cluster.poll_output() {
                match output {
                    Output::Send { connection, chunks } => {
                        let storage = self.cluster.storage();
                        let read = |range: runnel_protocol::BlobRange| {
                            let size = usize::try_from(range.size).unwrap_or(usize::MAX);
                            storage.read(BlobId(range.blob), range.position, size)
                        };
                        let bytes = chunks.into_gathered(read).expect("ranges that are served can be read");
                        self.answered(connection, bytes);
                    }
                    Output::Close { connection, reason } => {
                        self.cables.close_broker_end(self.now, connection, &reason);
                    }
                    Output::Flush { id, .. } => flushes.push(id),
                    Output::Event(event) => self.tell(HappeningKind::Broker { event }),
                }
            }
            match flushes.pop() {
                Some(id) => self.cluster.handle_input(self.now, Input::Flushed { id, outcome: Ok(()) }),
                None => break,
            }
        }
        while let Some(line) = self.cluster.poll_log() {
            self.tell(HappeningKind::Logged { line });
        }
    }

    fn answered(&mut self, connection: ConnectionId, bytes: Bytes) {
        match &mut self.operator {
            Some(operator) if operator.connection == connection => operator.answer = Some(bytes),
            Some(_) | None => self.cables.send_frame(self.now, connection, Direction::Answer, bytes),
        }
    }

    /// Wakes a process at the time that it asked for.
    pub(super) fn wake(&mut self, id: u32) {
        if let Some(process) = self.processes.get_mut(&id) {
            Arc::make_mut(process).wakeup = None;
        }
        self.process_input(id, ProcessInput::Signal(Signal::Timer));
        // A machine that is due at once again, having just been woken, would hold the clock for ever.
        if let Some(process) = self.processes.get_mut(&id)
            && let Some(at) = process.wakeup
            && at <= self.now
        {
            let later = self.now + Duration::from_micros(1);
            self.wakeups.remove(&(at, id));
            self.wakeups.insert((later, id));
            Arc::make_mut(process).wakeup = Some(later);
        }
    }

    /// Hands an input to a process, or keeps it while the process is stopped.
    pub(super) fn process_input(&mut self, id: u32, input: ProcessInput) {
        let Some(process) = self.processes.get_mut(&id) else { return };
        if process.state == ProcessState::Paused {
            // A timer is looked at when the process goes on.
            if !matches!(input, ProcessInput::Signal(Signal::Timer)) {
                Arc::make_mut(process).mailbox.push_back(input);
            }
        } else if process.machine.is_some() {
            self.turn_process(id, Some(input));
        }
    }

    /// Carries what a process has to say, and notes when it wants to be woken.
    pub(super) fn drain_process(&mut self, id: u32) {
        self.turn_process(id, None);
    }

    /// Hands a process an input, if there is one, and carries what it has to say. To ask for a change once is enough:
    /// whoever asks looks whether a clone of the world shares the process.
    fn turn_process(&mut self, id: u32, input: Option<ProcessInput>) {
        let party = Party::Process(id);
        let mut exit = None;
        let Some(process) = self.processes.get_mut(&id) else { return };
        let process = Arc::make_mut(process);
        let Some(machine) = &mut process.machine else { return self.note_wakeup(id) };
        if let Some(input) = input {
            machine.handle(self.now, input);
        }
        let mut printed = Vec::new();
        while let Some(output) = machine.poll_output() {
            match output {
                ProcessOutput::Carry(Carried::Connect { link, address }) => {
                    let broker = broker_at(self.brokers_count, &address).unwrap_or(NOWHERE);
                    process.links.insert(link, self.cables.open(self.now, party, link, broker));
                }
                ProcessOutput::Carry(Carried::Send { link, bytes }) => {
                    if let Some(connection) = process.links.get(&link) {
                        self.cables.send_frame(self.now, *connection, Direction::Request, bytes);
                    }
                }
                ProcessOutput::Carry(Carried::Disconnect { link }) => {
                    if let Some(connection) = process.links.remove(&link) {
                        self.cables.close_client_end(self.now, connection);
                    }
                }
                ProcessOutput::Print(stream, text) => {
                    if self.is_watched {
                        printed.push((stream, text));
                    }
                }
                ProcessOutput::Exit(status) => exit = Some(End::Exited(status)),
            }
        }
        let exit = exit.or(machine.is_over().map(|outcome| outcome.map_or(End::Failed, |()| End::Left)));
        if exit.is_none() {
            note_wakeup(&mut self.wakeups, id, process);
        }
        for (stream, text) in printed {
            self.print(id, stream, text);
        }
        if self.is_watched {
            self.tell_events(id);
        }
        if let Some(end) = exit {
            self.end_process(id, end);
        }
    }

    fn print(&mut self, id: u32, stream: Stream, text: String) {
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return };
        Arc::make_mut(&mut process.printout).keep(self.now, stream, &text);
        let name = process.name.clone();
        self.tell(HappeningKind::Printed { name, stream, text });
    }

    fn tell_events(&mut self, id: u32) {
        while let Some(process) = self.processes.get_mut(&id)
            && let Some(event) = Arc::make_mut(process).machine.as_mut().and_then(Machine::poll_event)
        {
            let name = process.name.clone();
            self.tell(HappeningKind::Client { name, event });
        }
    }

    pub(super) fn note_wakeup(&mut self, id: u32) {
        if let Some(process) = self.processes.get_mut(&id) {
            note_wakeup(&mut self.wakeups, id, Arc::make_mut(process));
        }
    }

    /// Tells watchers of packets that were sent or lost.
    pub(super) fn tell_packets(&mut self) {
        if self.is_watched {
            for (news, packet) in self.cables.take_news() {
                let packet = self.view_of(news, &packet);
                self.tell(HappeningKind::Packet { news, packet });
            }
        }
    }

    fn view_of(&self, news: PacketNews, packet: &crate::cables::Packet) -> PacketView {
        let client = match packet.party {
            Party::Process(id) => self.processes.get(&id).map(|process| process.name.clone()),
            Party::Foreign(_) => None,
        };
        PacketView::of(news, packet, client)
    }
}

/// Notes when a process wants to be woken.
fn note_wakeup(wakeups: &mut SmallSet<(Timestamp, u32)>, id: u32, process: &mut Process) {
    let wanted = match process.state {
        ProcessState::Running | ProcessState::Leaving => process.machine.as_ref().and_then(Machine::next_wakeup),
        ProcessState::Paused | ProcessState::Ended(_) => None,
    };
    if process.wakeup == wanted {
        return;
    }
    if let Some(before) = process.wakeup {
        wakeups.remove(&(before, id));
    }
    if let Some(at) = wanted {
        wakeups.insert((at, id));
    }
    process.wakeup = wanted;
}
