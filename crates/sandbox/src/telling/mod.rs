//! What happens, told in compact lines: for transcripts, for a terminal's log, for bug reports.
//!
//! ```text
//! billing: Empty -> PreparingRebalance -> CompletingRebalance -> Stable
//! anna <- payment-done-0 payment-done-1
//! checkout -> payment-done-2@5 key=user1
//! anna did payment-done-2@5
//! anna commits payment-done-2@6
//! ```
//!
//! A [`Teller`] takes happenings one by one. What belongs together becomes one line: the states that a group goes
//! through, records with consecutive offsets. Packets are silent unless they are lost, and so is all that is periodic.

mod client;
mod cluster;
mod line;

use crate::cables::PacketNews;
use crate::script::Direction;
use crate::world::{CargoKind, Change, End, Happening, HappeningKind, PacketView};
use line::Line;
use runnel_broker::ConnectionId;
use runnel_clients::ClientEvent;
use std::collections::BTreeMap;

/// Most lines that wait to be taken; what comes after them is counted only.
const LINES_MAX: usize = 10_000;

/// Turns happenings into lines.
#[derive(Clone, Debug, Default)]
pub struct Teller {
    lines: Vec<Line>,
    left_out: u64,
    /// Who is at a connection's end.
    names: BTreeMap<ConnectionId, String>,
    /// What was last told to be committed, by client and partition.
    committed: BTreeMap<(String, String), i64>,
    /// What tools have printed since their last whole line.
    printed: BTreeMap<String, String>,
}

impl Teller {
    /// Takes one happening.
    pub fn note(&mut self, happening: &Happening) {
        match &happening.kind {
            HappeningKind::Broker { event } => self.note_broker(event),
            HappeningKind::Client { name, event } => match event {
                ClientEvent::Producer(event) => self.note_producer(name, event),
                ClientEvent::Consumer(event) => self.note_consumer(name, event),
                // Packets tell of connections.
                ClientEvent::Connection(_) => {}
            },
            HappeningKind::Printed { name, text, .. } => self.note_printed(name, text),
            HappeningKind::Packet { news, packet } => self.note_packet(*news, packet),
            HappeningKind::Logged { line } => self.say(format!("broker's log: {line}")),
            HappeningKind::Change { change } => self.note_change(change),
        }
    }

    /// The lines so far. What belongs together and is not whole yet is told as it is.
    pub fn take(&mut self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for line in std::mem::take(&mut self.lines) {
            lines.extend(line.tell());
        }
        for (name, text) in std::mem::take(&mut self.printed) {
            lines.push(format!("{name}: {text}").trim_end().to_owned());
        }
        if self.left_out > 0 {
            lines.push(format!("... and {} more", std::mem::take(&mut self.left_out)));
        }
        lines
    }

    fn say(&mut self, text: String) {
        self.push(Line::Plain(text));
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() >= LINES_MAX {
            self.left_out += 1;
        } else {
            self.lines.push(line);
        }
    }

    /// Adds to a line that is open at the end of what was told, or begins one.
    fn join(&mut self, line: Line) {
        let open = self.lines.iter_mut().rev().take_while(|other| other.is_run());
        for other in open {
            if other.takes(&line) {
                return;
            }
            if other.touches(&line) {
                break;
            }
        }
        self.push(line);
    }

    fn note_printed(&mut self, name: &str, text: &str) {
        let before = self.printed.remove(name).unwrap_or_default();
        let text = before + text;
        let mut rest = text.as_str();
        while let Some((line, after)) = rest.split_once('\n') {
            self.say(format!("{name}: {line}").trim_end().to_owned());
            rest = after;
        }
        if !rest.is_empty() {
            self.printed.insert(name.to_owned(), rest.to_owned());
        }
    }

    fn note_packet(&mut self, news: PacketNews, packet: &PacketView) {
        if packet.what == CargoKind::Connect
            && let Some(client) = &packet.client
        {
            self.names.insert(packet.connection, client.clone());
        }
        if news == PacketNews::Lost {
            let client = packet.client.as_deref().unwrap_or("a guest");
            let what = match (packet.what, packet.direction) {
                (CargoKind::Frame, _) => packet.api.unwrap_or("frame"),
                (CargoKind::Connect, _) => "the request to connect",
                (CargoKind::Accept | CargoKind::Refuse, _) => "the answer to the request to connect",
                (CargoKind::Close, _) => "the end of the connection",
            };
            self.say(match (packet.what, packet.direction) {
                (CargoKind::Frame, Direction::Answer) => format!("lost: the answer to {what} for {client}"),
                (_, Direction::Answer) => format!("lost: {what} for {client}"),
                (_, Direction::Request) => format!("lost: {what} from {client}"),
            });
        }
    }

    fn note_change(&mut self, change: &Change) {
        match change {
            Change::ProcessStarted { name, incarnation, .. } if *incarnation > 1 => {
                self.committed.retain(|(client, _), _| client != name);
                self.say(format!("{name} starts again"));
            }
            Change::ProcessEnded { name, how } => self.say(match how {
                End::Crashed => format!("{name} crashed"),
                End::Left => format!("{name} is closed"),
                End::Failed => format!("{name} gave up"),
                End::Exited(0) => format!("{name} is done"),
                End::Exited(status) => format!("{name} ended with status {status}"),
            }),
            Change::ProcessPaused { name, paused } => {
                self.say(format!("{name} {}", if *paused { "stands still" } else { "goes on" }));
            }
            Change::SetUp { name, restarts: false, .. } => self.say(format!("{name} is set up otherwise")),
            Change::SetUp { name, restarts: true, .. } => {
                self.say(format!("{name} is set up otherwise and starts anew"));
            }
            Change::GroupDrawn { group, drawn: true } => self.say(format!("group {group} has no members yet")),
            Change::GroupDrawn { group, drawn: false } => self.say(format!("group {group} is taken off the stage")),
            Change::WorldStarted { .. }
            | Change::ProcessStarted { .. }
            | Change::Renamed { .. }
            | Change::Removed { .. }
            | Change::Wired { .. }
            | Change::Placed { .. }
            | Change::Slowed { .. }
            | Change::Subscribed { .. }
            | Change::Sought { .. }
            | Change::RateChanged { .. }
            | Change::CableChanged { .. }
            | Change::BrokerChanged { .. }
            | Change::LatencyChanged { .. }
            | Change::FaultArmed { .. }
            | Change::Typed { .. } => {}
        }
    }

    /// Who is at a connection's end.
    fn at(&self, connection: ConnectionId) -> String {
        self.names.get(&connection).cloned().unwrap_or_else(|| "a guest".to_owned())
    }
}
