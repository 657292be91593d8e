//! A story that is watched: with its scene, at every place in time.
//!
//! A [`Story`] alone knows what was done and can go anywhere; a [`Scene`] alone knows what led to where it stands, but
//! not how to go back. A [`Viewing`] keeps both together: time passes and the scene follows, one goes back and the scene
//! is what it was, with its sentences and figures.
//!
//! ```
//! use runnel_sandbox::viewing::Viewing;
//! let mut viewing = Viewing::of_script("topic orders partitions=3\nproducer shop\nsend shop orders key=a\nsettle")?;
//! let kept = |viewing: &Viewing| -> i64 {
//!     viewing.scene().cluster.topics["orders"].lanes.iter().map(|lane| lane.log_end_offset).sum()
//! };
//! assert_eq!(kept(&viewing), 1);
//! viewing.seek(viewing.story().start());
//! assert_eq!(kept(&viewing), 0, "the record was still on its way");
//! # Ok::<(), runnel_sandbox::viewing::BeginError>(())
//! ```

mod companion;
mod kept;
mod playing;
#[cfg(test)]
mod tests;

use crate::history::{HistoryError, ScriptStop, Story};
use crate::scene::{Flow, Scene};
use crate::script::{Command, Script, ScriptError};
use crate::world::{Happening, HappeningKind, SETTLE_MAX};
pub use companion::Companion;
use kept::KeptScenes;
pub use playing::Playing;
use runnel_broker::{ConnectionId, OpenError};
use runnel_protocol::Timestamp;
use std::fmt;
use std::time::Duration;

/// How far time goes between two looks at whether there is time left to go on.
const SLICE: Duration = Duration::from_millis(20);

/// A story with its scene.
#[derive(Clone, Debug)]
pub struct Viewing {
    story: Story,
    scene: Scene,
    kept: KeptScenes,
    follower: Option<Follower>,
}

/// A companion as it was at the beginning, and as it is where the viewing stands.
#[derive(Clone, Debug)]
struct Follower {
    first: Box<dyn Companion>,
    now: Box<dyn Companion>,
}

/// What a script has led to.
#[derive(Debug)]
pub struct Done {
    /// How it was before.
    pub before: Box<Viewing>,
    /// Whether it was done in the past: then what came after it is there only in [`Done::before`].
    pub has_forked: bool,
    /// What tools printed and what happened, for who asked.
    pub happenings: Vec<Happening>,
}

/// Why a viewing cannot begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BeginError {
    /// The script cannot be read, or a command is refused.
    Script(ScriptStop),
    /// A setting of the brokers is not Kafka's.
    Settings(String),
    /// The file cannot be read or played.
    File(HistoryError),
}

impl fmt::Display for BeginError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BeginError::Script(stop) => stop.fmt(out),
            BeginError::Settings(reason) => out.write_str(reason),
            BeginError::File(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for BeginError {}

impl From<ScriptError> for BeginError {
    fn from(error: ScriptError) -> Self {
        BeginError::Script(ScriptStop::Wrong(error))
    }
}

impl From<HistoryError> for BeginError {
    fn from(error: HistoryError) -> Self {
        BeginError::File(error)
    }
}

impl From<OpenError> for BeginError {
    fn from(error: OpenError) -> Self {
        BeginError::Settings(error.to_string())
    }
}

impl Viewing {
    /// Begins with a script, at the time at which scripts begin.
    ///
    /// # Errors
    /// A script with a mistake, and then nothing is done of it.
    pub fn of_script(text: &str) -> Result<Viewing, BeginError> {
        Playing::of_script(text)?.whole()
    }

    /// Reads what [`Story::to_file`] has written, and stands at its end.
    ///
    /// # Errors
    /// As [`Story::from_file`].
    pub fn of_file(text: &str) -> Result<Viewing, BeginError> {
        Playing::of_file(text)?.whole()
    }

    /// Watches a story from its beginning to its end.
    pub fn of_story(story: Story) -> Viewing {
        Viewing::watch(story, None)
    }

    /// The same with a companion, which is told everything from the beginning.
    pub fn of_story_with(story: Story, companion: Box<dyn Companion>) -> Viewing {
        Viewing::watch(story, Some(Follower { first: companion.clone(), now: companion }))
    }

    fn watch(mut story: Story, follower: Option<Follower>) -> Viewing {
        let end = story.end();
        story.rewind_watched();
        let mut viewing = Viewing::at_start(story, follower);
        viewing.run_until(end);
        viewing
    }

    /// A story that is watched and stands at its beginning.
    fn at_start(story: Story, follower: Option<Follower>) -> Viewing {
        let scene = Scene::from_snapshot(&story.world().cluster().snapshot());
        Viewing { story, scene, kept: KeptScenes::default(), follower }
    }

    /// The companion as it is where the viewing stands.
    pub fn companion(&self) -> Option<&dyn Companion> {
        self.follower.as_ref().map(|follower| follower.now.as_ref())
    }

    /// Keeps the scene, and the companion with it, if the last one that is kept is long ago.
    fn keep(&mut self) {
        let companion = self.follower.as_ref().map(|follower| follower.now.as_ref());
        if self.kept.consider(self.story.now(), self.story.world().steps(), &self.scene, companion) {
            // Who comes back to the scene finds its world, and has nothing to play again until there.
            self.story.take_snapshot();
        }
    }

    /// The story.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// What is seen.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Where it stands.
    pub fn now(&self) -> Timestamp {
        self.story.now()
    }

    /// A second viewing that goes on by itself.
    pub fn fork(&self) -> Viewing {
        self.clone()
    }

    /// Starts or ends keeping the last frames of a connection.
    pub fn set_tapped(&mut self, connection: ConnectionId, tapped: bool) {
        self.story.set_tapped(connection, tapped);
    }

    /// When scenes are kept: close together lately, far apart long ago.
    pub fn kept_times(&self) -> impl Iterator<Item = Timestamp> {
        self.kept.times()
    }

    /// Runs a script, all of it or nothing.
    ///
    /// # Errors
    /// A script that cannot be read, or the first command that is refused; everything is then as it was.
    pub fn run_script(&mut self, text: &str) -> Result<Done, ScriptStop> {
        let script = Script::parse(text).map_err(ScriptStop::Wrong)?;
        self.story.check(&script).map_err(ScriptStop::Wrong)?;
        let mut done = Done { before: Box::new(self.clone()), has_forked: false, happenings: Vec::new() };
        for line in &script.lines {
            if let Command::Wait(time) = &line.command {
                self.run_until(self.now() + *time);
                continue;
            }
            if line.command == Command::Settle {
                self.settle(self.now() + SETTLE_MAX, Some(&mut done.happenings), || true);
                continue;
            }
            match self.story.apply(&line.command) {
                Ok(forked) => done.has_forked |= forked.is_some(),
                Err(refusal) => {
                    *self = *done.before;
                    return Err(ScriptStop::Refused { line: line.number, refusal });
                }
            }
            self.kept.forget_from(self.now());
            self.look(Some(&mut done.happenings));
        }
        Ok(done)
    }

    /// Lets time pass until then.
    pub fn run_until(&mut self, time: Timestamp) {
        self.advance(time, || true);
    }

    /// Lets time pass until then, as long as there is time left to do so; `true` if it got there.
    pub fn advance(&mut self, time: Timestamp, mut is_time_left: impl FnMut() -> bool) -> bool {
        loop {
            let next = (self.now() + SLICE).min(time);
            self.story.run_until(next);
            self.fold(None);
            self.keep();
            if next >= time {
                self.see();
                return true;
            }
            if !is_time_left() {
                self.see();
                return false;
            }
        }
    }

    /// Lets time pass until only periodic work is left, at most until then, as long as there is time left to do so; `true`
    /// if it got there. In the past it ends at the next entry.
    fn settle(
        &mut self,
        limit: Timestamp,
        mut told: Option<&mut Vec<Happening>>,
        mut is_time_left: impl FnMut() -> bool,
    ) -> bool {
        loop {
            let until = (self.now() + SLICE).min(limit);
            let is_settled = self.story.settle_until(until);
            self.fold(told.as_deref_mut());
            self.keep();
            if is_settled || self.now() >= limit || self.now() < until {
                self.see();
                return true;
            }
            if !is_time_left() {
                self.see();
                return false;
            }
        }
    }

    /// Goes on to the next thing that is told, at most a minute; `true` if there was one.
    pub fn step_event(&mut self) -> bool {
        let found = self.story.step_event();
        self.look(None);
        found
    }

    /// Goes on to the next packet that arrives, at most a minute; `true` if one did.
    pub fn step_packet(&mut self) -> bool {
        let found = self.story.step_packet();
        self.look(None);
        found
    }

    /// Goes to a time between the beginning and the end, back or forth.
    pub fn seek(&mut self, time: Timestamp) {
        let time = time.clamp(self.story.start(), self.story.end());
        let kept = self.kept.before(time);
        // Ahead, and no kept scene lies between: what is on the way is watched.
        let is_next = time >= self.now() && kept.is_none_or(|kept| kept.time <= self.now());
        if !is_next {
            let flow = self.scene.flow;
            self.scene = if let Some(kept) = kept {
                self.story.seek_watched(kept.time);
                if let (Some(follower), Some(companion)) = (&mut self.follower, &kept.companion) {
                    follower.now = companion.clone();
                }
                Scene::clone(&kept.scene)
            } else {
                self.story.rewind_watched();
                if let Some(follower) = &mut self.follower {
                    follower.now = follower.first.clone();
                }
                Scene::from_snapshot(&self.story.world().cluster().snapshot())
            };
            self.scene.set_flow(flow);
        }
        self.run_until(time);
    }

    /// Sets which way data flows on the stage, at every place in time.
    pub fn set_flow(&mut self, flow: Flow) {
        self.scene.set_flow(flow);
    }

    /// Forgets all places that somebody chose.
    pub fn tidy(&mut self) {
        self.scene.tidy();
    }

    /// Takes in what has happened, and how the clients are.
    fn look(&mut self, told: Option<&mut Vec<Happening>>) {
        self.fold(told);
        self.see();
    }

    fn fold(&mut self, mut told: Option<&mut Vec<Happening>>) {
        while let Some(happening) = self.story.poll_happening() {
            if let Some(follower) = &mut self.follower {
                follower.now.reach(&self.scene, happening.time);
            }
            self.scene.fold_happening(&happening);
            if let Some(follower) = &mut self.follower {
                follower.now.note(&self.scene, &happening);
            }
            if let Some(told) = told.as_deref_mut() {
                let is_packet = matches!(happening.kind, HappeningKind::Packet { .. });
                if !is_packet && told.len() < TOLD_MAX {
                    told.push(happening);
                }
            }
        }
        self.scene.advance(self.story.now());
        if let Some(follower) = &mut self.follower {
            follower.now.reach(&self.scene, self.story.now());
        }
    }

    fn see(&mut self) {
        let now = self.now();
        let names: Vec<String> = self.scene.clients.keys().cloned().collect();
        for name in names {
            if let Some(view) = self.story.world().consumer_view(&name) {
                self.scene.see_consumer(&name, view, now);
            }
            if let Some(view) = self.story.world().producer_view(&name) {
                self.scene.see_producer(&name, view, now);
            }
        }
    }
}

/// Most happenings that a script hands back.
const TOLD_MAX: usize = 10_000;
