//! A world with its past: every command and foreign frame with its time, snapshots on the way, and forks.
//!
//! ```text
//! entries    @0 topic orders    @5s producer shop    @9s send shop orders ...
//! snapshots  |        |       |     |     |   |  |  |||      far apart long ago, close together lately
//!                                     ^ the world stands anywhere between the start and the end
//! ```
//!
//! [`Story::seek`] goes anywhere: to the last snapshot before that time, and from there entry by entry, which gives the
//! same frames again. What is done in the past forks: the story goes on from there, and the future that it had is
//! handed back as a story of its own. [`Story::undo`] and [`Story::redo`] take entries back one by one. Clones share what
//! they have in common, so a second story beside the first ([`Story::fork`]) costs little.

mod entry;
mod file;
mod snapshots;
#[cfg(test)]
mod tests;
mod undo;
mod watch;

pub use entry::{Action, Entry};
pub(crate) use file::{End, Written, refused};
pub use file::{FORMAT_VERSION, HistoryError};
pub(crate) use snapshots::thin;
pub use undo::Moment;

use crate::script::{Command, Script, ScriptError};
use crate::world::{ForeignId, Refusal, SETTLE_MAX, World, WorldSettings};
use runnel_broker::OpenError;
use runnel_clients::Address;
use runnel_protocol::Timestamp;
use snapshots::Snapshots;
use std::fmt;
use std::sync::Arc;

/// Most entries of a story.
pub const ENTRIES_MAX: usize = 1_000_000;
/// Most bytes of foreign frames in a story.
pub const FOREIGN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A world with its past.
#[derive(Clone, Debug)]
pub struct Story {
    world: World,
    entries: Arc<Vec<Entry>>,
    /// How many of the entries the world has behind it.
    cursor: usize,
    /// The latest time that was reached.
    end: Timestamp,
    /// Bytes of foreign frames in the entries.
    foreign_bytes: usize,
    snapshots: Snapshots,
    /// The whole story, while its last entries are undone here.
    undone: Option<Box<Story>>,
}

/// Why a script stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ScriptStop {
    /// It cannot be read, or its names are wrong. Nothing of it was done.
    Wrong(ScriptError),
    /// A command was refused. Those before it are done.
    Refused {
        /// The line, counted from 1.
        line: u32,
        /// Why.
        refusal: Refusal,
    },
}

impl fmt::Display for ScriptStop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScriptStop::Wrong(error) => error.fmt(out),
            ScriptStop::Refused { line, refusal } => write!(out, "line {line}: {refusal}"),
        }
    }
}

impl std::error::Error for ScriptStop {}

/// The future that a story had before something was done in its past.
pub type Forked = Option<Box<Story>>;

impl Story {
    /// A story that begins.
    ///
    /// # Errors
    /// A broker's setting that is not Kafka's.
    pub fn new(settings: WorldSettings) -> Result<Story, OpenError> {
        let world = World::new(settings)?;
        let snapshots = Snapshots::new(&world);
        let end = world.now();
        Ok(Story { world, entries: Arc::default(), cursor: 0, end, foreign_bytes: 0, snapshots, undone: None })
    }

    /// The world as it is at [`Story::now`].
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The next happening, while the story is watched.
    pub fn poll_happening(&mut self) -> Option<crate::world::Happening> {
        self.world.poll_happening()
    }

    /// The next thing that a program outside is told.
    pub fn poll_foreign(&mut self) -> Option<(ForeignId, crate::world::ForeignSignal)> {
        self.world.poll_foreign()
    }

    /// Sets whether happenings are made.
    pub fn set_watched(&mut self, watched: bool) {
        self.world.set_watched(watched);
    }

    /// Starts or ends keeping the last frames of a connection.
    pub fn set_tapped(&mut self, connection: runnel_broker::ConnectionId, tapped: bool) {
        self.world.set_tapped(connection, tapped);
    }

    /// Where the story stands.
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// When it began.
    pub fn start(&self) -> Timestamp {
        self.world.settings().start
    }

    /// The latest time that it has reached.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether what is done here would fork.
    pub fn is_in_the_past(&self) -> bool {
        self.cursor < self.entries.len() || self.now() < self.end
    }

    /// What was done, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A second story that goes on by itself.
    pub fn fork(&self) -> Story {
        self.clone()
    }

    /// Does what a command says. Time that passes by it (`wait`, `settle`) is no entry; what it does is.
    ///
    /// # Errors
    /// Why it cannot be done. Nothing is changed then.
    pub fn apply(&mut self, command: &Command) -> Result<Forked, Refusal> {
        if let Command::Wait(time) = command {
            self.run_until(self.now() + *time);
            return Ok(None);
        }
        if *command == Command::Settle {
            self.settle();
            return Ok(None);
        }
        // These say how the world was made; they are done already, or refused.
        if matches!(command, Command::Profile(_) | Command::Brokers { .. } | Command::Seed(_)) {
            return self.world.apply(command).map(|()| None);
        }
        self.act(Action::Command(command.clone())).map(|(forked, _)| forked)
    }

    /// Runs a script: all of it, or up to the first command that is refused.
    ///
    /// # Errors
    /// A script that cannot be read, and then nothing is done; or a command that is refused.
    pub fn run_script(&mut self, text: &str) -> Result<Forked, ScriptStop> {
        let script = Script::parse(text).map_err(ScriptStop::Wrong)?;
        self.check(&script).map_err(ScriptStop::Wrong)?;
        let mut forked = None;
        for line in &script.lines {
            let done = self.apply(&line.command);
            let done = done.map_err(|refusal| ScriptStop::Refused { line: line.number, refusal })?;
            forked = forked.or(done);
        }
        Ok(forked)
    }

    /// Opens a connection of a program outside.
    ///
    /// # Errors
    /// As [`World::foreign_open`].
    pub fn foreign_open(&mut self, address: &Address) -> Result<(ForeignId, Forked), Refusal> {
        let (forked, id) = self.act(Action::ForeignOpen { address: address.clone() })?;
        Ok((id.unwrap_or(ForeignId(0)), forked))
    }

    /// Sends a frame of a program outside, without its size prefix.
    ///
    /// # Errors
    /// As [`World::foreign_frame`].
    pub fn foreign_frame(&mut self, id: ForeignId, frame: bytes::Bytes) -> Result<Forked, Refusal> {
        if self.foreign_bytes.saturating_add(frame.len()) > FOREIGN_BYTES_MAX {
            return Err(Refusal { reason: format!("a story keeps at most {FOREIGN_BYTES_MAX} bytes from outside") });
        }
        self.act(Action::ForeignFrame { id, frame }).map(|(forked, _)| forked)
    }

    /// Closes a connection of a program outside.
    ///
    /// # Errors
    /// As [`World::foreign_close`].
    pub fn foreign_close(&mut self, id: ForeignId) -> Result<Forked, Refusal> {
        self.act(Action::ForeignClose { id }).map(|(forked, _)| forked)
    }

    /// Does something to the world as it stands.
    pub(crate) fn act(&mut self, action: Action) -> Result<(Forked, Option<ForeignId>), Refusal> {
        if self.cursor >= ENTRIES_MAX {
            return Err(Refusal { reason: format!("a story has at most {ENTRIES_MAX} entries") });
        }
        // Whatever the world does before it refuses is what it would have done anyway: finish the instant.
        let is_past = self.is_in_the_past();
        let future = (is_past && self.undone.is_none()).then(|| Box::new(self.clone()));
        let id = action.perform(&mut self.world)?;
        let future = self.undone.take().or(future);
        if is_past {
            self.end_here();
        }
        self.foreign_bytes += action.foreign_size();
        Arc::make_mut(&mut self.entries).push(Entry { time: self.world.now(), action });
        self.cursor = self.entries.len();
        // Commands may be costly by themselves, so there may be reason for a snapshot.
        self.snapshots.consider(&self.world, self.cursor);
        Ok((future, id))
    }

    /// Lets time pass until then. In the past, what was done happens again.
    pub fn run_until(&mut self, time: Timestamp) {
        while self.entries.get(self.cursor).is_some_and(|entry| entry.time <= time) {
            self.perform_next();
        }
        self.run_world(time);
        self.end = self.end.max(self.world.now());
    }

    fn run_world(&mut self, time: Timestamp) {
        while self.world.step(time) {
            self.snapshots.consider(&self.world, self.cursor);
        }
        self.world.run_until(time);
    }

    /// Lets time pass until only periodic work is left, at most a minute; `true` if that was reached. In the past it
    /// ends at the next entry.
    pub fn settle(&mut self) -> bool {
        self.settle_until(self.now() + SETTLE_MAX)
    }

    /// The same until a time at most.
    pub(crate) fn settle_until(&mut self, limit: Timestamp) -> bool {
        let next = self.entries.get(self.cursor).map(|entry| entry.time);
        let limit = limit.min(next.unwrap_or(Timestamp(i64::MAX)));
        let (snapshots, cursor) = (&mut self.snapshots, self.cursor);
        let settled = self.world.settle_within(limit, |world| snapshots.consider(world, cursor));
        self.end = self.end.max(self.world.now());
        settled
    }

    /// Goes on to the next thing that is told, at most a minute; `true` if there was one. In the past an entry is one.
    pub fn step_event(&mut self) -> bool {
        self.step_by(World::step_event_within)
    }

    /// Goes on to the next packet that arrives, at most a minute; `true` if one did. In the past an entry ends it too.
    pub fn step_packet(&mut self) -> bool {
        self.step_by(World::step_packet_within)
    }

    fn step_by(&mut self, step: fn(&mut World, Timestamp) -> bool) -> bool {
        let limit = self.now() + SETTLE_MAX;
        let next = self.entries.get(self.cursor).map(|entry| entry.time).filter(|time| *time <= limit);
        let found = step(&mut self.world, next.unwrap_or(limit));
        self.snapshots.consider(&self.world, self.cursor);
        if !found && let Some(time) = next {
            self.run_until(time);
            return true;
        }
        self.end = self.end.max(self.world.now());
        found
    }

    /// Goes to a time between the start and the end, back or forth. Watchers begin anew there.
    pub fn seek(&mut self, time: Timestamp) {
        let time = time.clamp(self.start(), self.end);
        let watched = self.world.is_watched();
        self.go_near(time);
        self.world.set_watched(false);
        // At one instant all that was done at it counts.
        self.run_until(time);
        self.world.set_watched(watched);
    }

    /// Goes to the last copy before a time, unless the world stands nearer to it already.
    fn go_near(&mut self, time: Timestamp) {
        if time < self.now() || self.snapshots.is_nearer(time, &self.world) {
            (self.world, self.cursor) = self.snapshots.before(time);
        }
    }

    /// Takes a snapshot here, where one will often come back to.
    pub(crate) fn take_snapshot(&mut self) {
        self.snapshots.take(&self.world, self.cursor);
    }

    /// How many snapshots are kept, and by their clones how many there were.
    pub fn snapshots_count(&self) -> usize {
        self.snapshots.count()
    }

    /// The story as commands with the waits between them. Frames from outside are comments, since no command sends
    /// them.
    pub fn to_script(&self) -> String {
        let settings = self.world.settings();
        let mut text = format!("profile {}\n", settings.profile);
        let brokers = Command::Brokers { count: settings.brokers, configs: settings.broker_configs.clone() };
        text.push_str(&format!("{brokers}\nseed {}\n", settings.seed));
        let mut time = settings.start;
        let mut wait_until = |at: Timestamp, text: &mut String| {
            let wait = at.since(time);
            if !wait.is_zero() {
                text.push_str(&format!("{}\n", Command::Wait(wait)));
            }
            time = at;
        };
        for entry in self.entries.iter() {
            wait_until(entry.time, &mut text);
            if let Action::Command(command) = &entry.action {
                text.push_str(&format!("{command}\n"));
            } else {
                text.push_str(&format!("# {}\n", entry.action));
            }
        }
        wait_until(self.end, &mut text);
        text
    }
}
