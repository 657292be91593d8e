//! The language of goals: what has to hold, or to happen, said of groups, topics, records and clients.
//!
//! # The grammar
//!
//! A goal is a few lines. `[x]` may be left out; words in capitals are values.
//!
//! | Line | What it says |
//! | --- | --- |
//! | `after GOAL` | counts from when that goal was met on, and knows its variables |
//! | `before GOAL` | is lost once that goal is met |
//! | `never CONDITION` | is lost once that holds |
//! | `[COUNT times:] CONDITION [for TIME]` | the first step: it holds at some time; so often anew; without a break for so long |
//! | `then [COUNT times:] CONDITION [for TIME] [within TIME]` | the next step, later than the one before, at most so much later |
//! | `and CONDITION` | goes on with the condition of the line before |
//! | `not-yet "TEXT" [when CONDITION]` | why it is not met; the first that fits is shown. Without one, the goal explains itself |
//!
//! A condition is one or more parts with `and` between. A part compares two numbers (`=`, `!=`, `<`, `<=`, `>`, `>=`),
//! states a fact, or speaks of some, every or no thing of a kind, up to the end of the condition:
//!
//! ```text
//! members of billing = 4 and billing is Stable
//! some member M of billing: partitions owned by M >= 1 and M crashes
//! every partition P of payment-done: records of P > 0
//! ```
//!
//! A variable is one capital letter, perhaps with a digit. What `some` has found is known in later steps, in goals that come
//! `after`, and in holes of the text as `{GOAL.M}`. A goal follows each choice that fits (the latest 32), so it does not
//! matter which of two crashes, say, is the one that leads on.
//!
//! The numbers are those of [`Noun`], the facts those of [`Fact`]; kinds of things: `member M of GROUP`, `group A`, `topic T`,
//! `partition P of TOPIC`, `key K of TOPIC`, `producer P`, `consumer C`. A name with other letters than a name's stands in
//! quotes.
//!
//! Conditions are looked at once all that happens at an instant has happened. So they do not depend on how a page cuts
//! time into pictures.

mod facts;
mod goal;
mod nouns;
mod parse;
mod print;
mod tokens;

pub use facts::{FACTS, Fact};
pub(crate) use goal::goal;
pub use goal::{Goal, Reason, Step};
pub use nouns::{NOUNS, Noun};
pub(crate) use parse::{Scope, condition, quantity, split_partition};
pub(crate) use print::said;
pub(crate) use tokens::{Token, tokens};

/// A name in a clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Name {
    /// As it stands in the text.
    Literal(String),
    /// Whatever the variable stands for.
    Variable(String),
}

/// What a variable, or a slot of a phrase, can stand for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A consumer group.
    Group,
    /// A topic.
    Topic,
    /// A partition like `payment-done-0`.
    Partition,
    /// A topic or a partition.
    Place,
    /// A producer, a consumer, a member of a group, a tool.
    Client,
    /// A record's key.
    Key,
    /// Words in quotes.
    Text,
    /// A state of a group.
    State,
    /// An offset or a status.
    Number,
}

/// A number that follows from what is there and what has happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Quantity {
    /// As it stands in the text.
    Number(i64),
    /// Of something.
    Of {
        /// What is counted or measured.
        noun: Noun,
        /// In the order of the phrase.
        names: Vec<Name>,
    },
    /// `peak QUANTITY`: the largest that there was since the lesson began.
    Peak(Box<Quantity>),
}

/// How two numbers are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Comparison {
    pub(crate) fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::More => left > right,
            Comparison::MoreOrEqual => left >= right,
        }
    }
}

/// Of how many of a kind something is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Quantifier {
    Some,
    Every,
    No,
}

/// The things that a variable goes through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Domain {
    Member,
    Group,
    Topic,
    Partition,
    Key,
    Producer,
    Consumer,
}

/// One part of a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Term {
    /// Two numbers are compared.
    Compare {
        /// On the left.
        left: Quantity,
        /// How.
        comparison: Comparison,
        /// On the right.
        right: Quantity,
    },
    /// A fact, or something that happens at this instant.
    Fact {
        /// Which.
        fact: Fact,
        /// In the order of the phrase.
        names: Vec<Name>,
    },
    /// `some member M of billing: ...`
    Quantified {
        /// Of how many.
        quantifier: Quantifier,
        /// What the variable goes through.
        domain: Domain,
        /// Of which group or topic, if the kind of thing belongs to one.
        of: Option<Name>,
        /// The variable.
        variable: String,
        /// What is said of it.
        condition: Condition,
    },
}

/// Parts that hold together.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Condition(pub Vec<Term>);
