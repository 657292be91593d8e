//! Clauses as they are said, by the same tables by which they are read.

use super::{Comparison, Condition, Domain, FACTS, Fact, NOUNS, Name, Noun, Quantifier, Quantity, Term};
use std::fmt;

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Literal(text) if text.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter)) => {
                out.write_str(text)
            }
            Name::Literal(text) => write!(out, "{text:?}"),
            Name::Variable(variable) => out.write_str(variable),
        }
    }
}

impl Noun {
    /// How it is said, with names in capitals.
    pub fn pattern(self) -> &'static str {
        NOUNS.iter().find(|(noun, _)| *noun == self).map_or("", |(_, pattern)| pattern)
    }
}

impl Fact {
    /// How it is said, with names in capitals.
    pub fn pattern(self) -> &'static str {
        FACTS.iter().find(|(fact, _)| *fact == self).map_or("", |(_, pattern)| pattern)
    }
}

/// A phrase with names in the place of its capitals.
pub(crate) fn said<N: fmt::Display>(pattern: &str, names: &[N]) -> String {
    let mut names = names.iter();
    let words = pattern.split(' ').map(|word| {
        let is_slot = word.len() > 1 && word.bytes().all(|letter| letter.is_ascii_uppercase());
        if is_slot { names.next().map_or_else(String::new, ToString::to_string) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Quantity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Number(number) => number.fmt(out),
            Quantity::Of { noun, names } => out.write_str(&said(noun.pattern(), names)),
            Quantity::Peak(of) => write!(out, "peak {of}"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::More => ">",
            Comparison::MoreOrEqual => ">=",
        })
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Domain::Member => "member",
            Domain::Group => "group",
            Domain::Topic => "topic",
            Domain::Partition => "partition",
            Domain::Key => "key",
            Domain::Producer => "producer",
            Domain::Consumer => "consumer",
        })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Compare { left, comparison, right } => write!(out, "{left} {comparison} {right}"),
            Term::Fact { fact, names } => out.write_str(&said(fact.pattern(), names)),
            Term::Quantified { quantifier, domain, of, variable, condition } => {
                let quantifier = match quantifier {
                    Quantifier::Some => "some",
                    Quantifier::Every => "every",
                    Quantifier::No => "no",
                };
                write!(out, "{quantifier} {domain} {variable}")?;
                if let Some(of) = of {
                    write!(out, " of {of}")?;
                }
                write!(out, ": {condition}")
            }
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        out.write_str(&terms.join(" and "))
    }
}
