//! Goals on their way: which are met, since when, and what the others wait for.
//!
//! A [`Tracker`] follows a viewing as its companion. It is a plain fold of what happened, so that going back in time, or
//! forking there, gives the goals that were met at that point of the story.
//!
//! An instant is looked at once the next one begins, when all that happens at it has happened; and of the goals only
//! those that could have changed by it are looked at.

mod explain;
mod facts;
mod follow;
mod ledger;
mod look;
mod search;
mod standing;
#[cfg(test)]
mod tests;
mod touch;

pub use standing::{Filled, GoalStanding, Standing};
pub(crate) use touch::Touch;

use crate::clause::{Goal, Quantity};
use crate::lesson::Lesson;
use crate::text::{Hole, Text};
use follow::Following;
use ledger::Ledger;
use look::{Choice, Look};
use runnel_broker::Timestamp;
use runnel_sandbox::scene::Scene;
use runnel_sandbox::viewing::Companion;
use runnel_sandbox::world::Happening;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How often goals are looked at that time alone may change.
const TICK_MICROS: i64 = 100_000;
/// Most such looks at once; a viewing goes in steps that are shorter than one.
const TICKS_MAX: i64 = 100;

/// The goals of a lesson, on their way.
#[derive(Clone, Debug)]
pub struct Tracker {
    lesson: Arc<Lesson>,
    /// When the scene was set: goals count from there on.
    begin: Timestamp,
    has_begun: bool,
    ledger: Ledger,
    /// The instant that is not looked at yet.
    instant: Timestamp,
    /// What may have changed at it.
    touched: Touch,
    is_pending: bool,
    peaks: Vec<(Quantity, Option<i64>)>,
    goals: Vec<Progressing>,
    /// By goal: what may change it.
    touches: Arc<[Touch]>,
}

/// A goal on its way.
#[derive(Clone, PartialEq, Debug)]
enum Progressing {
    /// Others come first.
    Waiting,
    /// It is followed.
    Active(Following),
    /// It is met.
    Met(Box<Met>),
    /// It cannot be met any more, but by going back.
    Lost(String),
}

/// A goal that is met.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Met {
    pub(crate) time: Timestamp,
    /// Since what came before.
    pub(crate) micros: i64,
    /// The choices of variables with which it was met; the first is told.
    pub(crate) choices: Vec<Choice>,
    /// Holes of the lesson that tell how it was then.
    pub(crate) kept: BTreeMap<String, String>,
    /// The lesson's statements about then, by their place: why they are not true, if they are not.
    pub(crate) checks: BTreeMap<usize, Option<String>>,
}

impl Tracker {
    /// Goals that count from a time on.
    pub fn new(lesson: Arc<Lesson>, begin: Timestamp) -> Tracker {
        let goals = lesson.goals.iter().map(|_| Progressing::Waiting).collect();
        let touches = lesson.goals.iter().map(Goal::touch).collect();
        let peaks = lesson.peaks().into_iter().map(|quantity| (quantity, None)).collect();
        Tracker {
            lesson,
            begin,
            has_begun: false,
            ledger: Ledger::default(),
            instant: Timestamp(i64::MIN),
            touched: Touch::NOTHING,
            is_pending: false,
            peaks,
            goals,
            touches,
        }
    }

    /// From when on goals count: where the scene is set.
    pub fn begins_at(&self) -> Timestamp {
        self.begin
    }

    /// The lesson.
    pub fn lesson(&self) -> &Lesson {
        &self.lesson
    }

    /// Names of topics, groups and clients that were ever there.
    pub(crate) fn names(&self) -> &BTreeSet<String> {
        &self.ledger.names
    }

    pub(crate) fn look<'a>(&'a self, scene: &'a Scene, time: Timestamp) -> Look<'a> {
        Look::new(scene, &self.ledger, time, &self.peaks)
    }

    pub(crate) fn met(&self, goal: &str) -> Option<&Met> {
        let index = self.lesson.goals.iter().position(|known| known.name == goal)?;
        match self.goals.get(index)? {
            Progressing::Met(met) => Some(met),
            Progressing::Waiting | Progressing::Active(_) | Progressing::Lost(_) => None,
        }
    }

    /// The variables of all goals that are met, as `GOAL.M`.
    pub(crate) fn all_variables(&self) -> Choice {
        let mut all = Choice::new();
        for goal in &self.lesson.goals {
            let choice = self.met(&goal.name).and_then(|met| met.choices.first());
            let variables = choice.into_iter().flatten();
            all.extend(variables.map(|(variable, thing)| (format!("{}.{variable}", goal.name), thing.clone())));
        }
        all
    }

    fn open(&mut self) {
        self.has_begun = true;
        self.ledger.begin();
    }

    /// Looks at an instant at which all has happened.
    fn close(&mut self, scene: &Scene) {
        if !self.is_pending {
            return;
        }
        self.is_pending = false;
        let (time, touched) = (self.instant, std::mem::take(&mut self.touched));
        if self.has_begun {
            self.note_peaks(scene, time);
            let lesson = Arc::clone(&self.lesson);
            for (index, goal) in lesson.goals.iter().enumerate() {
                self.advance(index, goal, scene, time, touched);
            }
        }
        self.ledger.instant.clear();
    }

    /// Looks at goals that time alone may change, at every tenth of a second up to a time.
    fn tick(&mut self, lesson: &Lesson, scene: &Scene, time: Timestamp) {
        let last = time.0.div_euclid(TICK_MICROS);
        let first = self.instant.0.div_euclid(TICK_MICROS).max(last - TICKS_MAX);
        for (index, goal) in lesson.goals.iter().enumerate() {
            if (self.touches[index] & Touch::CLOCK).is_empty() {
                continue;
            }
            for tick in first + 1..=last {
                self.advance(index, goal, scene, Timestamp(tick * TICK_MICROS), Touch::CLOCK);
            }
        }
    }

    fn note_peaks(&mut self, scene: &Scene, time: Timestamp) {
        if self.peaks.is_empty() {
            return;
        }
        let look = self.look(scene, time);
        let now: Vec<Option<i64>> =
            self.peaks.iter().map(|(quantity, _)| look.value(quantity, &Choice::new()).ok()).collect();
        for ((_, peak), now) in self.peaks.iter_mut().zip(now) {
            *peak = (*peak).max(now);
        }
    }

    fn advance(&mut self, index: usize, goal: &Goal, scene: &Scene, time: Timestamp, touched: Touch) {
        let mut state = std::mem::replace(&mut self.goals[index], Progressing::Waiting);
        if state == Progressing::Waiting {
            let before: Option<Vec<&Met>> = goal.after.iter().map(|name| self.met(name)).collect();
            if let Some(before) = before {
                // What it comes after was met at an instant before this one, or at this very one; then it begins with the next.
                let is_new = before.iter().any(|met| met.time == time);
                let choices = follow::starts(before.iter().map(|met| met.choices.as_slice()));
                let since = before.iter().map(|met| met.time).max().unwrap_or(self.begin);
                let following = Following::new(choices, since);
                if is_new {
                    self.goals[index] = Progressing::Active(following);
                    return;
                }
                state = Progressing::Active(following);
            }
        }
        if let Progressing::Active(following) = &mut state {
            let lost = goal.before.iter().find(|other| self.met(other).is_some());
            if let Some(other) = lost {
                let other = self.lesson.goals.iter().find(|known| known.name == **other);
                let title = other.map_or("", |other| other.title.as_str());
                state = Progressing::Lost(format!("{title:?} was to come later. Go back, or begin again"));
            } else if following.is_due(goal, self.touches[index] & touched) {
                let look = self.look(scene, time);
                state = match following.advance(goal, &look) {
                    follow::Outcome::Going => state,
                    follow::Outcome::Lost(reason) => Progressing::Lost(reason),
                    follow::Outcome::Met { time, since, choices } => {
                        Progressing::Met(Box::new(self.keep(goal, scene, time, since, choices)))
                    }
                };
            }
        }
        self.goals[index] = state;
    }

    /// What is kept of the moment at which a goal is met.
    fn keep(&self, goal: &Goal, scene: &Scene, time: Timestamp, since: Timestamp, choices: Vec<Choice>) -> Met {
        let look = self.look(scene, time);
        let mut variables = self.all_variables();
        let own = choices.first().into_iter().flatten();
        variables.extend(own.map(|(variable, thing)| (format!("{}.{variable}", goal.name), thing.clone())));
        let mut kept = BTreeMap::new();
        for hole in self.lesson.texts().flat_map(Text::holes) {
            let value = match hole {
                Hole::Owned { member, at: Some(at) } if *at == goal.name => {
                    Some(look.owned_names(look::resolve(member, &variables)).join(", "))
                }
                Hole::Quantity { quantity, at: Some(at) } if *at == goal.name => {
                    look.value(quantity, &variables).ok().map(|value| value.to_string())
                }
                Hole::Bet
                | Hole::Variable { .. }
                | Hole::Seconds { .. }
                | Hole::Owned { .. }
                | Hole::Quantity { .. } => None,
            };
            kept.extend(value.map(|value| (hole.to_string(), value)));
        }
        let checks = self.lesson.checks.iter().enumerate().filter(|(_, check)| check.at.as_ref() == Some(&goal.name));
        let checks = checks.map(|(index, check)| (index, explain::why_not(&look, &check.condition, &variables)));
        Met { time, micros: time.0 - since.0, choices, kept, checks: checks.collect() }
    }
}

impl Companion for Tracker {
    fn begin(&mut self, time: Timestamp) {
        self.begin = time;
    }

    fn reach(&mut self, scene: &Scene, time: Timestamp) {
        if time <= self.instant {
            return;
        }
        self.close(scene);
        if !self.has_begun && time >= self.begin {
            // Where the scene is set is looked at too, whether anything happens or not, and with what is done there.
            self.open();
            (self.instant, self.is_pending) = (self.begin, true);
            if time == self.begin {
                return;
            }
            self.close(scene);
        }
        // What lasts without anything happening is met when it has lasted long enough, whenever that is looked at.
        if self.has_begun {
            let lesson = Arc::clone(&self.lesson);
            self.tick(&lesson, scene, time);
            for (index, goal) in lesson.goals.iter().enumerate() {
                let due = match &self.goals[index] {
                    Progressing::Active(following) => following.lasts_until(goal).filter(|due| *due <= time),
                    Progressing::Waiting | Progressing::Met(_) | Progressing::Lost(_) => None,
                };
                if let Some(due) = due {
                    self.advance(index, goal, scene, due, Touch::CLOCK);
                }
            }
        }
        self.instant = time;
    }

    fn note(&mut self, scene: &Scene, happening: &Happening) {
        if !self.has_begun && happening.time >= self.begin {
            self.open();
        }
        self.instant = self.instant.max(happening.time);
        self.is_pending = true;
        self.touched |= self.ledger.note(scene, happening) | Touch::CLOCK;
    }

    fn copy(&self) -> Box<dyn Companion> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
