//! A goal: what comes first, the steps to it, and why it is not met yet.

use super::tokens::{Token, shown, time, tokens};
use super::{Condition, Domain, Kind, Name, Quantity, Scope, Term, condition};
use crate::error::Mistake;
use crate::text::Text;
use crate::track::Touch;
use std::collections::BTreeMap;
use std::time::Duration;

/// Most steps of a goal.
const STEPS_MAX: usize = 16;

/// A goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goal {
    /// Its name, by which other goals and holes know it.
    pub name: String,
    /// What the learner reads.
    pub title: String,
    /// The line in the file.
    pub line: u32,
    /// Goals that have to be met before.
    pub after: Vec<String>,
    /// Goals that must not be met before.
    pub before: Vec<String>,
    /// What must not hold meanwhile.
    pub never: Vec<Condition>,
    /// What has to hold, one step after the other.
    pub steps: Vec<Step>,
    /// Why it is not met yet.
    pub reasons: Vec<Reason>,
    /// Variables that are known once it is met.
    pub variables: BTreeMap<String, Kind>,
}

/// A step of a goal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What has to hold.
    pub condition: Condition,
    /// How often anew; 1 if it is not said.
    pub times: u32,
    /// For how long without a break.
    pub lasting: Option<Duration>,
    /// How long after the step before at most.
    pub within: Option<Duration>,
}

/// Why a goal is not met yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// What is said.
    pub text: Text,
    /// When; always if there is nothing.
    pub when: Option<Condition>,
}

impl Goal {
    /// What has to happen for it to be looked at again.
    pub(crate) fn touch(&self) -> Touch {
        let conditions = self.steps.iter().map(|step| &step.condition).chain(&self.never);
        conditions.fold(Touch::NOTHING, |touch, condition| touch | condition.touch())
    }
}

impl Condition {
    /// What has to happen for it to change.
    pub(crate) fn touch(&self) -> Touch {
        self.0.iter().fold(Touch::NOTHING, |touch, term| touch | term.touch())
    }

    /// Whether part of it happens at an instant and is over then.
    pub(crate) fn happens(&self) -> bool {
        self.0.iter().any(|term| match term {
            Term::Compare { .. } => false,
            Term::Fact { fact, .. } => fact.is_happening(),
            Term::Quantified { condition, .. } => condition.happens(),
        })
    }

    /// Every literal name and number in it, with what it is.
    pub(crate) fn literals(&self, found: &mut Vec<(Kind, String)>) {
        for term in &self.0 {
            match term {
                Term::Compare { left, right, .. } => {
                    left.literals(found);
                    right.literals(found);
                }
                Term::Fact { fact, names } => literals_of(fact.pattern(), names, found),
                Term::Quantified { domain: _, of, condition, .. } => {
                    let kind = Kind::Place;
                    found.extend(of.iter().filter_map(Name::literal).map(|name| (kind, name.to_owned())));
                    condition.literals(found);
                }
            }
        }
    }
}

impl Quantity {
    fn touch(&self) -> Touch {
        match self {
            Quantity::Number(_) => Touch::NOTHING,
            Quantity::Of { noun, .. } => noun.touch(),
            Quantity::Peak(of) => of.touch(),
        }
    }

    /// Every literal name and number in it.
    pub(crate) fn literals(&self, found: &mut Vec<(Kind, String)>) {
        match self {
            Quantity::Number(number) => found.push((Kind::Number, number.to_string())),
            Quantity::Of { noun, names } => literals_of(noun.pattern(), names, found),
            Quantity::Peak(of) => of.literals(found),
        }
    }

    /// The peaks in it.
    pub(crate) fn peaks<'a>(&'a self, found: &mut Vec<&'a Quantity>) {
        match self {
            Quantity::Number(_) | Quantity::Of { .. } => {}
            Quantity::Peak(of) => found.push(of),
        }
    }
}

fn literals_of(pattern: &str, names: &[Name], found: &mut Vec<(Kind, String)>) {
    let slots = pattern.split(' ').filter_map(|word| match word {
        "GROUP" => Some(Kind::Group),
        "TOPIC" | "PLACE" => Some(Kind::Place),
        "PARTITION" => Some(Kind::Partition),
        "CLIENT" => Some(Kind::Client),
        "KEY" => Some(Kind::Key),
        "TEXT" => Some(Kind::Text),
        "STATE" | "ANY" | "VARIABLE" => Some(Kind::State),
        _plain => None,
    });
    for (slot, name) in slots.zip(names) {
        found.extend(name.literal().map(|name| (slot, name.to_owned())));
    }
}

impl Name {
    /// The name, if it stands in the text.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Name::Literal(text) => Some(text),
            Name::Variable(_) => None,
        }
    }
}

impl Term {
    fn touch(&self) -> Touch {
        match self {
            Term::Compare { left, right, .. } => left.touch() | right.touch(),
            Term::Fact { fact, .. } => fact.touch(),
            // Whatever appears and goes, appears and goes with these.
            Term::Quantified { domain, condition, .. } => {
                let things = match domain {
                    Domain::Member => Touch::GROUPS | Touch::CLIENTS,
                    Domain::Group => Touch::GROUPS,
                    Domain::Topic | Domain::Partition => Touch::TOPICS,
                    Domain::Key => Touch::LOGS,
                    Domain::Producer | Domain::Consumer => Touch::CLIENTS,
                };
                condition.touch() | things
            }
        }
    }
}

/// Reads the lines of a goal. `known` are the goals before it.
pub(crate) fn goal(name: &str, title: &str, line: u32, body: &[(u32, &str)], known: &[Goal]) -> Result<Goal, Mistake> {
    let mut goal = Goal {
        name: name.to_owned(),
        title: title.to_owned(),
        line,
        after: Vec::new(),
        before: Vec::new(),
        never: Vec::new(),
        steps: Vec::new(),
        reasons: Vec::new(),
        variables: BTreeMap::new(),
    };
    let mut scope = Scope::default();
    for (number, text) in body {
        let words = tokens(*number, text)?;
        let Some(first) = words.first() else { continue };
        let Token::Word(first) = first else {
            goal.step(*number, &words, &mut scope)?;
            continue;
        };
        match (first.as_str(), &words[1..]) {
            ("after", rest) => {
                let earlier = named(*number, rest, known)?;
                scope.variables.extend(earlier.variables.clone());
                goal.after.push(earlier.name.clone());
            }
            ("before", [Token::Word(other)]) => goal.before.push(other.clone()),
            ("before", rest) => return Err(Mistake::found(*number, "the name of a goal", &shown(rest))),
            ("never", rest) => goal.never.push(condition(*number, rest, &mut private(&scope))?),
            ("and", rest) => {
                let more = condition(*number, rest, &mut scope)?;
                let step = goal.steps.last_mut();
                let step = step.ok_or_else(|| Mistake::found(*number, "a condition before `and`", text))?;
                if matches!(step.condition.0.last(), Some(Term::Quantified { .. })) {
                    let wanted =
                        "`and` in the line of the condition, since what some, every or no says goes to its end";
                    return Err(Mistake::found(*number, wanted, text));
                }
                step.condition.0.extend(more.0);
            }
            ("not-yet", rest) => goal.reason(*number, rest, &scope)?,
            ("then", rest) if goal.steps.is_empty() => {
                return Err(Mistake::found(*number, "a step before `then`", &shown(rest)));
            }
            ("then", rest) => goal.step(*number, rest, &mut scope)?,
            (_first, _rest) if goal.steps.is_empty() => goal.step(*number, &words, &mut scope)?,
            (_first, _rest) => {
                return Err(Mistake::found(*number, "after, before, never, then, and, or not-yet", text));
            }
        }
    }
    if goal.steps.is_empty() {
        return Err(Mistake::end(line, format!("a condition in the goal {name:?}")));
    }
    goal.variables = scope.variables;
    Ok(goal)
}

/// The same names, for a condition to which nothing refers later.
fn private(scope: &Scope) -> Scope {
    Scope { is_private: true, ..scope.clone() }
}

fn named<'a>(line: u32, tokens: &[Token], known: &'a [Goal]) -> Result<&'a Goal, Mistake> {
    let found = shown(tokens);
    let names: Vec<&str> = known.iter().map(|goal| goal.name.as_str()).collect();
    let wanted = || Mistake::found(line, format!("a goal that stands before this one ({})", names.join(", ")), &found);
    known.iter().find(|goal| goal.name == found).ok_or_else(wanted)
}

impl Goal {
    fn step(&mut self, line: u32, tokens: &[Token], scope: &mut Scope) -> Result<(), Mistake> {
        if self.steps.len() == STEPS_MAX {
            return Err(Mistake::found(line, format!("at most {STEPS_MAX} steps"), &shown(tokens)));
        }
        let (mut tokens, mut times, mut lasting, mut within) = (tokens, 1, None, None);
        if let [Token::Word(count), word, Token::Colon, rest @ ..] = tokens
            && word.is_word("times")
        {
            let wanted = || Mistake::found(line, "a count from 1 to 1000", count);
            times = count.parse().ok().filter(|count| (1..=1_000).contains(count)).ok_or_else(wanted)?;
            tokens = rest;
        }
        while let [rest @ .., word, Token::Word(value)] = tokens {
            match word {
                word if word.is_word("for") && lasting.is_none() => lasting = Some(time(line, value)?),
                word if word.is_word("within") && within.is_none() => within = Some(time(line, value)?),
                _other => break,
            }
            tokens = rest;
        }
        if within.is_some() && self.steps.is_empty() && self.after.is_empty() {
            return Err(Mistake::found(line, "within behind `then`, or in a goal that comes after another", "within"));
        }
        let condition = condition(line, tokens, scope)?;
        if lasting.is_some() && condition.happens() {
            return Err(Mistake::found(
                line,
                "a state, since what happens at an instant does not last",
                &shown(tokens),
            ));
        }
        self.steps.push(Step { condition, times, lasting, within });
        Ok(())
    }

    fn reason(&mut self, line: u32, tokens: &[Token], scope: &Scope) -> Result<(), Mistake> {
        let [Token::Text(text), rest @ ..] = tokens else {
            return Err(Mistake::found(line, "not-yet \"TEXT\" [when CONDITION]", &shown(tokens)));
        };
        let when = match rest {
            [] => None,
            [word, rest @ ..] if word.is_word("when") => Some(condition(line, rest, &mut private(scope))?),
            rest => return Err(Mistake::found(line, "when and a condition", &shown(rest))),
        };
        // Its holes are read once all goals are known.
        self.reasons.push(Reason { text: Text::raw(line, text), when });
        Ok(())
    }
}

impl Condition {
    /// The peaks in it.
    pub(crate) fn peaks<'a>(&'a self, found: &mut Vec<&'a Quantity>) {
        for term in &self.0 {
            match term {
                Term::Compare { left, right, .. } => {
                    left.peaks(found);
                    right.peaks(found);
                }
                Term::Fact { .. } => {}
                Term::Quantified { condition, .. } => condition.peaks(found),
            }
        }
    }
}
