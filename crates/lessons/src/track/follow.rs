//! One goal that is followed: every choice of variables that may still lead to it.

use super::Touch;
use super::look::{CHOICES_MAX, Choice, Look};
use crate::clause::{Goal, Step};
use runnel_broker::Timestamp;

/// A goal that is followed.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Following {
    /// The latest come last; those at the first step stay.
    paths: Vec<Path>,
    /// Whether something begins that was never looked at.
    is_new: bool,
}

/// A choice of variables at a step.
#[derive(Clone, PartialEq, Debug)]
struct Path {
    /// The step that comes next.
    step: usize,
    choice: Choice,
    /// When the step before was taken.
    since: Timestamp,
    /// Since when the step's condition has held.
    held: Option<Timestamp>,
    /// How often it has held anew.
    times: u32,
}

/// What became of it.
pub(super) enum Outcome {
    Going,
    Lost(String),
    Met { time: Timestamp, since: Timestamp, choices: Vec<Choice> },
}

/// Every way to put together the choices of the goals before.
pub(super) fn starts<'a>(before: impl Iterator<Item = &'a [Choice]>) -> Vec<Choice> {
    let mut starts = vec![Choice::new()];
    for choices in before {
        let joined = starts.iter().flat_map(|start| {
            choices.iter().filter_map(move |choice| {
                // What both know has to be the same.
                let fits =
                    start.iter().all(|(variable, thing)| choice.get(variable).is_none_or(|other| other == thing));
                fits.then(|| start.iter().chain(choice).map(|(name, thing)| (name.clone(), thing.clone())).collect())
            })
        });
        starts = joined.take(CHOICES_MAX).collect();
    }
    starts
}

impl Following {
    pub(super) fn new(starts: Vec<Choice>, since: Timestamp) -> Following {
        let path = |choice| Path { step: 0, choice, since, held: None, times: 0 };
        Following { paths: starts.into_iter().map(path).collect(), is_new: true }
    }

    /// Whether the goal has to be looked at; `touched` is what may have changed of what it speaks of.
    pub(super) fn is_due(&self, goal: &Goal, touched: Touch) -> bool {
        self.is_new || !touched.is_empty() || self.lasts(goal)
    }

    fn lasts(&self, goal: &Goal) -> bool {
        self.paths.iter().any(|path| path.held.is_some() && goal.steps[path.step].lasting.is_some())
    }

    /// When the first of what has to last will have lasted long enough.
    pub(super) fn lasts_until(&self, goal: &Goal) -> Option<Timestamp> {
        let due = self.paths.iter().filter_map(|path| Some(path.held? + goal.steps[path.step].lasting?));
        due.min()
    }

    /// The furthest of its paths: the step that comes next, and the choice.
    pub(super) fn furthest(&self) -> Option<(usize, &Choice)> {
        self.paths.iter().rev().max_by_key(|path| path.step).map(|path| (path.step, &path.choice))
    }

    /// Looks at it at an instant.
    pub(super) fn advance(&mut self, goal: &Goal, look: &Look<'_>) -> Outcome {
        let time = look.time;
        self.is_new = false;
        for never in &goal.never {
            let is_broken = self.paths.iter().any(|path| look.holds(never, &path.choice));
            if is_broken {
                return Outcome::Lost(format!("this was not to be: {never}. Go back, or begin again"));
            }
        }
        let mut further: Vec<Path> = Vec::new();
        let mut met: Option<(Timestamp, Timestamp, Vec<Choice>)> = None;
        let is_late = |path: &Path, step: &Step| step.within.is_some_and(|within| time > path.since + within);
        self.paths.retain(|path| path.step == 0 || !is_late(path, &goal.steps[path.step]));
        for path in &mut self.paths {
            let step = &goal.steps[path.step];
            if is_late(path, step) {
                continue;
            }
            let choices = look.choices(&step.condition, &path.choice);
            let Some(at) = path.take(step, time, !choices.is_empty()) else { continue };
            if path.step + 1 == goal.steps.len() {
                let (_, _, all) = met.get_or_insert_with(|| (at, path.since, Vec::new()));
                all.extend(choices);
                all.truncate(CHOICES_MAX);
                continue;
            }
            let step = path.step + 1;
            further.extend(choices.into_iter().map(|choice| Path { step, choice, since: at, held: None, times: 0 }));
        }
        if let Some((time, since, choices)) = met {
            return Outcome::Met { time, since, choices };
        }
        for path in further {
            self.is_new = true;
            // The latest time counts for what happens again with the same choice.
            self.paths.retain(|known| known.step != path.step || known.choice != path.choice);
            self.paths.push(path);
        }
        while self.paths.iter().filter(|path| path.step > 0).count() > CHOICES_MAX {
            let oldest = self.paths.iter().position(|path| path.step > 0);
            oldest.map(|at| self.paths.remove(at));
        }
        Outcome::Going
    }
}

impl Path {
    /// When the step is taken, if it is.
    fn take(&mut self, step: &Step, time: Timestamp, holds: bool) -> Option<Timestamp> {
        if !holds {
            self.held = None;
            return None;
        }
        let is_anew = self.held.is_none() || step.condition.happens();
        let since = *self.held.get_or_insert(time);
        if is_anew {
            self.times = self.times.saturating_add(1);
        }
        let at = since + step.lasting.unwrap_or_default();
        let taken = self.times >= step.times && time >= at;
        taken.then_some(if step.lasting.is_some() { at } else { time })
    }
}
