//! A world: a cluster, the clients and tools around it, the cables between them, and one clock.
//!
//! The clock stands still but for [`World::run_until`] and its kin, which let happen what is due, in the order of time
//! and, at one instant, in this order: what arrives (in the order of sending), the brokers' own timers, the processes'
//! (in the order of their start), records that rates send. So running to a time in one step or in a thousand gives the
//! same frames, byte for byte. A command ([`World::apply`]) comes after everything that is due at its instant.
//!
//! ```
//! use runnel_sandbox::script::Script;
//! use runnel_sandbox::world::{World, WorldSettings};
//! let script = Script::parse("topic orders partitions=3\nwait 10s")?;
//! let mut world = World::new(WorldSettings::of(&script))?;
//! for line in &script.lines {
//!     world.apply(&line.command)?;
//! }
//! assert_eq!(world.elapsed().as_secs(), 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod brokers;
mod change;
mod clients;
mod consumer;
mod deliver;
mod extras;
mod files;
mod foreign;
mod groups;
mod happening;
mod machine;
mod operator;
mod printout;
mod process;
mod producer;
mod rates;
mod settings;
mod settle;
mod stage;
#[cfg(test)]
mod tests;
mod tools;
mod trace;

pub use apply::Refusal;
pub use extras::Extras;
pub use foreign::{ForeignId, ForeignSignal};
pub use happening::{CargoKind, Change, End, Happening, HappeningKind, PacketView, Role, Stream};
pub use printout::{Piece, Printout};
pub use process::{ProcessState, ProcessView};
pub use rates::RateView;
pub use settings::{FIRST_PORT, HOST, WorldSettings};
pub(crate) use settle::SETTLE_MAX;
pub use stage::{CableView, StageView};

use crate::cables::Cables;
use crate::script::Node;
use process::Process;
use rates::Sending;
use runnel_broker::{Cluster, MemoryStorage, OpenError};
use runnel_protocol::{Random, SmallMap, SmallSet, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use trace::Trace;

/// Most happenings that wait for a watcher; the oldest go first.
pub const HAPPENINGS_MAX: usize = 1_000_000;

/// A world. Cloning it is cheap: what the brokers have written is shared until one of the clones changes it. Happenings
/// that nobody has taken yet stay with the original.
#[derive(Clone, Debug)]
pub struct World {
    settings: Arc<WorldSettings>,
    now: Timestamp,
    random: Random,
    cluster: Cluster<MemoryStorage>,
    /// How many brokers there are.
    brokers_count: u32,
    /// Brokers whose process is gone.
    dead_brokers: BTreeSet<i32>,
    cables: Cables,
    processes: SmallMap<u32, Arc<Process>>,
    /// Running and ended clients and tools by their names.
    names: BTreeMap<String, u32>,
    /// When processes want to be woken.
    wakeups: SmallSet<(Timestamp, u32)>,
    next_process: u32,
    next_tool: u32,
    sendings: SmallMap<u64, Sending>,
    next_sending: u64,
    foreign: foreign::Foreign,
    operator: Option<operator::Operator>,
    files: Arc<BTreeMap<String, bytes::Bytes>>,
    wires: BTreeSet<(String, String)>,
    /// Groups that were drawn, whether a member has joined them since or not.
    groups: BTreeSet<String>,
    places: BTreeMap<Node, (i32, i32)>,
    trace: Trace,
    /// Things that have happened, watched or not.
    steps: u64,
    /// Packets that came to their end.
    arrivals: u64,
    outbox: Outbox,
    sequence: u64,
    is_watched: bool,
}

/// What waits for a watcher. A clone begins with nothing to tell.
#[derive(Debug, Default)]
struct Outbox(VecDeque<Happening>);

impl Clone for Outbox {
    fn clone(&self) -> Self {
        Outbox::default()
    }
}

impl World {
    /// A world that begins.
    ///
    /// # Errors
    /// A broker's setting that is not Kafka's.
    pub fn new(settings: WorldSettings) -> Result<World, OpenError> {
        let mut random = Random::new(settings.seed);
        let config = settings.cluster_config(random.next_u64());
        let cluster = Cluster::open(config, MemoryStorage::new(), settings.start)?;
        let mut world = World {
            now: settings.start,
            brokers_count: settings.brokers,
            settings: Arc::new(settings),
            random,
            cluster,
            dead_brokers: BTreeSet::new(),
            cables: Cables::default(),
            processes: SmallMap::new(),
            names: BTreeMap::new(),
            wakeups: SmallSet::new(),
            next_process: 1,
            next_tool: 1,
            sendings: SmallMap::new(),
            next_sending: 1,
            foreign: foreign::Foreign::default(),
            operator: None,
            files: Arc::default(),
            wires: BTreeSet::new(),
            groups: BTreeSet::new(),
            places: BTreeMap::new(),
            trace: Trace::default(),
            steps: 0,
            arrivals: 0,
            outbox: Outbox::default(),
            sequence: 0,
            is_watched: false,
        };
        world.drain_cluster();
        Ok(world)
    }

    /// What it was made with.
    pub fn settings(&self) -> &WorldSettings {
        &self.settings
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How long the world has lasted.
    pub fn elapsed(&self) -> Duration {
        self.now.since(self.settings.start)
    }

    /// How many things have happened: packets that arrived, timers, records of rates.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// A hash over every frame that came to its end, with time, connection and direction. The same seed and entries
    /// give the same number, natively and in WebAssembly.
    pub fn trace_hash(&self) -> u64 {
        self.trace.hash()
    }

    /// How many frames that are.
    pub fn frames_count(&self) -> u64 {
        self.trace.frames_count()
    }

    /// The brokers, for who reads their snapshot, a record or their counters.
    pub fn cluster(&self) -> &Cluster<MemoryStorage> {
        &self.cluster
    }

    /// Connections and what is under way on them.
    pub fn cables(&self) -> &Cables {
        &self.cables
    }

    /// Starts or ends keeping the last frames of a connection, for the packet lens.
    pub fn set_tapped(&mut self, connection: runnel_broker::ConnectionId, tapped: bool) {
        self.cables.set_tapped(connection, tapped);
    }

    /// Sets whether happenings are made. A world begins unwatched, and a clone is watched as its original is.
    pub fn set_watched(&mut self, watched: bool) {
        self.is_watched = watched;
        self.cluster.set_watched(watched);
        self.cables.set_watched(watched);
        for process in self.processes.values_mut() {
            Arc::make_mut(process).set_watched(watched);
        }
        if !watched {
            self.outbox.0.clear();
        }
    }

    /// The next thing that watchers are told.
    pub fn poll_happening(&mut self) -> Option<Happening> {
        self.outbox.0.pop_front()
    }

    fn tell(&mut self, kind: HappeningKind) {
        if self.is_watched {
            if self.outbox.0.len() == HAPPENINGS_MAX {
                self.outbox.0.pop_front();
            }
            self.sequence += 1;
            self.outbox.0.push_back(Happening { sequence: self.sequence, time: self.now, kind });
        }
    }

    fn tell_change(&mut self, change: Change) {
        self.tell(HappeningKind::Change { change });
    }

    /// When the next thing happens, if nobody does anything.
    pub fn next_due(&self) -> Option<Timestamp> {
        let processes = self.wakeups.first().map(|(at, _)| *at);
        let due = [self.cables.next_arrival(), self.cluster.next_wakeup(), processes, self.next_sending_due()];
        due.into_iter().flatten().min()
    }

    /// Lets everything happen that is due by then; the clock shows that time afterwards.
    pub fn run_until(&mut self, time: Timestamp) {
        while self.step(time) {}
        self.now = self.now.max(time);
    }

    /// Lets so much time pass.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(self.now + time);
    }

    /// Lets the next thing happen that is due by then; `false` if there is none.
    pub fn step(&mut self, limit: Timestamp) -> bool {
        let Some(due) = self.next_due().filter(|due| *due <= limit) else { return false };
        self.now = self.now.max(due);
        self.steps += 1;
        if let Some(arrival) = self.cables.arrive(self.now) {
            self.arrivals += 1;
            self.deliver(arrival);
        } else if self.cluster.next_wakeup().is_some_and(|at| at <= self.now) {
            self.cluster_input(runnel_broker::Input::Timer);
        } else if let Some((at, id)) = self.wakeups.first().copied().filter(|(at, _)| *at <= self.now) {
            self.wakeups.remove(&(at, id));
            self.wake(id);
        } else {
            self.send_due();
        }
        self.tell_packets();
        true
    }

    /// Whether happenings are made.
    pub fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Goes on until a broker or a client does something that is told, at most to a time; `true` if one did.
    /// The world has to be watched.
    pub fn step_event_within(&mut self, limit: Timestamp) -> bool {
        let before = self.sequence;
        self.step_until(limit, |world| {
            let mut new = world.outbox.0.iter().rev().take_while(|happening| happening.sequence > before);
            new.any(|happening| !matches!(happening.kind, HappeningKind::Packet { .. }))
        })
    }

    /// Goes on until the next packet has arrived, at most to a time; `true` if one did.
    pub fn step_packet_within(&mut self, limit: Timestamp) -> bool {
        let before = self.arrivals;
        self.step_until(limit, |world| world.arrivals > before)
    }

    fn step_until(&mut self, limit: Timestamp, is_reached: impl Fn(&World) -> bool) -> bool {
        while self.step(limit) {
            if is_reached(self) {
                return true;
            }
        }
        self.now = self.now.max(limit);
        false
    }
}
