//! Text with holes that the run fills: `{lag of billing}`, `{spare.M}`, `{bet}`. `{{` is a brace.

use crate::clause::{Goal, Kind, NOUNS, Name, Quantity, Scope, Token, quantity, tokens};
use crate::error::Mistake;
use std::fmt;

/// Text with holes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Text {
    /// The line in the file in which it begins.
    pub line: u32,
    /// In their order.
    pub pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// As it stands, in Markdown.
    Words(String),
    /// What the run fills.
    Hole(Hole),
}

/// What the run fills.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hole {
    /// `bet`: what the learner predicted.
    Bet,
    /// `GOAL.M`: what a goal's variable has found.
    Variable {
        /// The goal.
        goal: String,
        /// The variable.
        variable: String,
    },
    /// `GOAL.seconds`: how long its last step took after what came before it.
    Seconds {
        /// The goal.
        goal: String,
    },
    /// `what NAME owns`: the names of a member's partitions; perhaps as it was when a goal was met.
    Owned {
        /// The member.
        member: Name,
        /// The goal.
        at: Option<String>,
    },
    /// A number, as it is, or as it was when a goal was met.
    Quantity {
        /// What it is of.
        quantity: Quantity,
        /// The goal.
        at: Option<String>,
    },
}

impl Text {
    /// Text whose holes are not read yet.
    pub(crate) fn raw(line: u32, text: &str) -> Text {
        Text { line, pieces: vec![Piece::Words(text.to_owned())] }
    }

    /// Reads the holes of raw text.
    pub(crate) fn read(&mut self, goals: &[Goal]) -> Result<(), Mistake> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut line = self.line;
        for piece in std::mem::take(&mut self.pieces) {
            let Piece::Words(text) = piece else {
                pieces.push(piece);
                continue;
            };
            let mut rest = text.as_str();
            while let Some(at) = rest.find('{') {
                words.push_str(&rest[..at]);
                line += newlines(&rest[..at]);
                rest = &rest[at + 1..];
                if let Some(behind) = rest.strip_prefix('{') {
                    words.push('{');
                    rest = behind;
                    continue;
                }
                let end = rest.find('}').ok_or_else(|| Mistake::end(line, "a closing brace"))?;
                let hole = hole(line, rest[..end].trim(), goals)?;
                if !words.is_empty() {
                    pieces.push(Piece::Words(std::mem::take(&mut words)));
                }
                pieces.push(Piece::Hole(hole));
                rest = &rest[end + 1..];
            }
            words.push_str(rest);
            line += newlines(rest);
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        self.pieces = pieces;
        Ok(())
    }

    /// Its holes.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Words(_) => None,
            Piece::Hole(hole) => Some(hole),
        })
    }

    /// The words without the holes.
    pub fn words(&self) -> String {
        let words = self.pieces.iter().map(|piece| match piece {
            Piece::Words(words) => words.as_str(),
            Piece::Hole(_) => "",
        });
        words.collect()
    }
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn hole(line: u32, text: &str, goals: &[Goal]) -> Result<Hole, Mistake> {
    if text == "bet" {
        return Ok(Hole::Bet);
    }
    let mut scope = Scope::default();
    for goal in goals {
        let of_goal = goal.variables.iter();
        scope.variables.extend(of_goal.map(|(variable, kind)| (format!("{}.{variable}", goal.name), *kind)));
    }
    if let Some((goal, word)) = text.split_once('.')
        && let Some(goal) = goals.iter().find(|known| known.name == goal)
    {
        let name = goal.name.clone();
        if word == "seconds" {
            return Ok(Hole::Seconds { goal: name });
        }
        if goal.variables.contains_key(word) {
            return Ok(Hole::Variable { goal: name, variable: word.to_owned() });
        }
    }
    let words = tokens(line, text)?;
    let (of, at) = match words.as_slice() {
        [of @ .., word, Token::Word(goal)] if word.is_word("at") => {
            let goal = goals.iter().find(|known| known.name == *goal).ok_or_else(|| unknown(line, text, goals))?;
            (of, Some(goal.name.clone()))
        }
        all => (all, None),
    };
    if let [what, Token::Word(member), owns] = of
        && what.is_word("what")
        && owns.is_word("owns")
    {
        let member = match scope.variables.get(member) {
            Some(Kind::Client) => Name::Variable(member.clone()),
            Some(_) => return Err(Mistake::found(line, "a client", member)),
            None => Name::Literal(member.clone()),
        };
        return Ok(Hole::Owned { member, at });
    }
    match quantity(line, of, &scope) {
        Ok(Quantity::Number(_)) | Err(_) => Err(unknown(line, text, goals)),
        Ok(quantity) => Ok(Hole::Quantity { quantity, at }),
    }
}

/// The mistake that lists all holes that there are.
fn unknown(line: u32, text: &str, goals: &[Goal]) -> Mistake {
    let mut known = vec!["bet".to_owned()];
    for goal in goals {
        known.push(format!("{}.seconds", goal.name));
        known.extend(goal.variables.keys().map(|variable| format!("{}.{variable}", goal.name)));
    }
    known.push("what NAME owns".to_owned());
    known.extend(NOUNS.iter().map(|(_, pattern)| (*pattern).to_owned()));
    let wanted =
        format!("one of the holes ({}), each perhaps with peak before it or at GOAL behind it", known.join(", "));
    Mistake::found(line, wanted, text)
}

impl fmt::Display for Hole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = match self {
            Hole::Bet => return out.write_str("bet"),
            Hole::Variable { goal, variable } => return write!(out, "{goal}.{variable}"),
            Hole::Seconds { goal } => return write!(out, "{goal}.seconds"),
            Hole::Owned { member, at } => {
                write!(out, "what {member} owns")?;
                at
            }
            Hole::Quantity { quantity, at } => {
                quantity.fmt(out)?;
                at
            }
        };
        at.as_ref().map_or(Ok(()), |goal| write!(out, " at {goal}"))
    }
}
