//! How goals stand, for who shows them, and texts with their holes filled.

use super::look::{Choice, resolve};
use super::{Progressing, Tracker, explain};
use crate::clause::Goal;
use crate::text::{Hole, Piece, Text};
use runnel_sandbox::scene::Scene;
use runnel_sandbox::viewing::{Companion, Viewing};

/// A goal, and how it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct GoalStanding {
    /// Its name.
    pub name: String,
    /// What the learner reads.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
}

/// How a goal stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Standing {
    /// Other goals come first; these are their titles.
    Waiting(Vec<String>),
    /// Not yet, because of this.
    NotYet(String),
    /// It is met.
    Met,
    /// It cannot be met any more, because of this, but by going back.
    Lost(String),
}

/// A piece of a text whose holes are filled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Filled {
    /// As it stands in the text, in Markdown.
    Words(String),
    /// What the run filled in.
    Value(String),
    /// What the run does not know yet.
    NotYet,
}

impl Tracker {
    /// The tracker that follows a viewing.
    pub fn of(viewing: &Viewing) -> Option<&Tracker> {
        viewing.companion().and_then(|companion| companion.as_any().downcast_ref())
    }

    /// The same with the present instant looked at too, as it is now. For who shows a story that stands still.
    #[must_use]
    pub fn now(&self, scene: &Scene) -> Tracker {
        let mut now = self.clone();
        let next = runnel_broker::Timestamp(now.instant.0.saturating_add(1));
        now.reach(scene, next);
        now
    }

    /// Whether all goals are met.
    pub fn is_done(&self) -> bool {
        self.goals.iter().all(|goal| matches!(goal, Progressing::Met(_)))
    }

    /// How all goals stand, in their order.
    pub fn standings(&self, scene: &Scene) -> Vec<GoalStanding> {
        let goals = self.lesson.goals.iter().zip(&self.goals);
        goals
            .map(|(goal, state)| {
                let standing = match state {
                    Progressing::Met(_) => Standing::Met,
                    Progressing::Lost(reason) => Standing::Lost(reason.clone()),
                    Progressing::Waiting => match self.first(goal) {
                        first if first.is_empty() => Standing::NotYet(self.because(goal, &Choice::new(), 0, scene)),
                        first => Standing::Waiting(first),
                    },
                    Progressing::Active(following) => {
                        let nothing = Choice::new();
                        let (step, choice) = following.furthest().unwrap_or((0, &nothing));
                        Standing::NotYet(self.because(goal, choice, step, scene))
                    }
                };
                GoalStanding { name: goal.name.clone(), title: goal.title.clone(), standing }
            })
            .collect()
    }

    /// The titles of the goals that come first and are not met.
    fn first(&self, goal: &Goal) -> Vec<String> {
        let known = goal.after.iter().filter(|name| self.met(name).is_none());
        let goals = known.filter_map(|name| self.lesson.goals.iter().find(|other| other.name == *name));
        goals.map(|other| other.title.clone()).collect()
    }

    /// Why a goal is not met: what its author says of it, or else what its clause says.
    fn because(&self, goal: &Goal, choice: &Choice, step: usize, scene: &Scene) -> String {
        let look = self.look(scene, self.instant);
        let of_author = goal
            .reasons
            .iter()
            .find(|reason| reason.when.as_ref().is_none_or(|condition| look.holds(condition, choice)));
        if let Some(reason) = of_author {
            // What the goal has found so far is known, though it is not met.
            let mut variables = self.all_variables();
            let own = choice.iter().map(|(variable, thing)| (format!("{}.{variable}", goal.name), thing.clone()));
            variables.extend(own);
            let filled = self.fill_with(&reason.text, scene, None, &variables);
            return filled.iter().map(Filled::text).collect();
        }
        let Some(step) = goal.steps.get(step) else { return String::new() };
        let reason = explain::why_not(&look, &step.condition, choice);
        reason.unwrap_or_else(|| match step.lasting {
            Some(lasting) => format!("it has to last for {} s: {}", lasting.as_secs_f64(), step.condition),
            None => format!("it has to come again: {}", step.condition),
        })
    }

    /// Why a statement of the lesson about the end is not true; nothing if it is.
    pub(crate) fn why_not(&self, check: &crate::lesson::Check, scene: &Scene) -> Option<String> {
        explain::why_not(&self.look(scene, self.instant), &check.condition, &self.all_variables())
    }

    /// A text with its holes filled as the story stands. `bet` is what the learner has predicted.
    pub fn fill(&self, text: &Text, scene: &Scene, bet: Option<&str>) -> Vec<Filled> {
        self.fill_with(text, scene, bet, &self.all_variables())
    }

    fn fill_with(&self, text: &Text, scene: &Scene, bet: Option<&str>, variables: &Choice) -> Vec<Filled> {
        let filled = text.pieces.iter().map(|piece| match piece {
            Piece::Words(words) => Filled::Words(words.clone()),
            Piece::Hole(hole) => {
                let value = self.fill_hole(hole, variables, scene, bet);
                value.map_or(Filled::NotYet, Filled::Value)
            }
        });
        filled.collect()
    }

    fn fill_hole(&self, hole: &Hole, variables: &Choice, scene: &Scene, bet: Option<&str>) -> Option<String> {
        let look = self.look(scene, self.instant);
        match hole {
            Hole::Bet => bet.map(str::to_owned),
            Hole::Variable { goal, variable } => variables.get(&format!("{goal}.{variable}")).cloned(),
            Hole::Seconds { goal } => {
                let tenths = self.met(goal)?.micros / 100_000;
                Some(if tenths % 10 == 0 {
                    (tenths / 10).to_string()
                } else {
                    format!("{}.{}", tenths / 10, tenths % 10)
                })
            }
            Hole::Owned { at: Some(goal), .. } | Hole::Quantity { at: Some(goal), .. } => {
                self.met(goal)?.kept.get(&hole.to_string()).cloned()
            }
            Hole::Owned { member, at: None } => Some(look.owned_names(resolve(member, variables)).join(", ")),
            Hole::Quantity { quantity, at: None } => {
                look.value(quantity, variables).ok().map(|value| value.to_string())
            }
        }
    }
}

impl Filled {
    /// What is read; three dots for what is not known yet.
    pub fn text(&self) -> &str {
        match self {
            Filled::Words(text) | Filled::Value(text) => text,
            Filled::NotYet => "...",
        }
    }
}
