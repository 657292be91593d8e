//! From the words of a clause to its meaning, by the tables of phrases.

use super::tokens::{Token, shown};
use super::{Comparison, Condition, Domain, FACTS, Kind, NOUNS, Name, Quantifier, Quantity, Term};
use crate::error::Mistake;
use std::collections::BTreeMap;

/// The names that a clause may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Variables; those of other goals as `GOAL.M`.
    pub(crate) variables: BTreeMap<String, Kind>,
    /// Whether a variable may be given another meaning: in what nobody refers to later.
    pub(crate) is_private: bool,
}

impl Scope {
    fn name(&self, line: u32, slot: Kind, token: &Token) -> Result<Name, Mistake> {
        let text = match token {
            Token::Text(text) => return Ok(Name::Literal(text.clone())),
            Token::Colon => return Err(Mistake::found(line, slot.wanted(), ":")),
            Token::Word(word) => word,
        };
        if is_variable(text) {
            let known = self.variables.get(text).ok_or_else(|| {
                let known: Vec<&str> = self.variables.keys().map(String::as_str).collect();
                let known = if known.is_empty() { "none so far".to_owned() } else { known.join(", ") };
                Mistake::found(line, format!("a variable that `some` has found before ({known})"), text)
            })?;
            if !slot.takes(*known) {
                let found = format!("{text}, {}", known.wanted());
                return Err(Mistake::found(line, slot.wanted(), &found));
            }
            return Ok(Name::Variable(text.clone()));
        }
        let fits = match slot {
            Kind::Partition => split_partition(text).is_some(),
            Kind::State => STATES.contains(&text.as_str()),
            Kind::Text => false,
            Kind::Number => text.parse::<i64>().is_ok(),
            Kind::Group | Kind::Topic | Kind::Place | Kind::Client | Kind::Key => {
                text.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter))
            }
        };
        if fits { Ok(Name::Literal(text.clone())) } else { Err(Mistake::found(line, slot.wanted(), text)) }
    }
}

/// The states of a group.
pub(crate) const STATES: [&str; 5] = ["Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead"];

/// One capital letter, perhaps with a digit; one of another goal has the goal's name before it.
fn is_variable(word: &str) -> bool {
    let own = word.rsplit('.').next().unwrap_or(word);
    let mut letters = own.chars();
    letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && letters.next().is_none_or(|digit| digit.is_ascii_digit())
        && letters.next().is_none()
}

/// Topic and number of a partition's name.
pub(crate) fn split_partition(text: &str) -> Option<(&str, i32)> {
    let (topic, index) = text.rsplit_once('-')?;
    let is_plain = !index.is_empty() && index.bytes().all(|digit| digit.is_ascii_digit());
    Some((topic, index.parse().ok()?)).filter(|_| is_plain && !topic.is_empty())
}

impl Kind {
    /// The slot that a word of a phrase is; nothing for a plain word.
    fn of_slot(word: &str) -> Option<Option<Kind>> {
        Some(match word {
            "GROUP" => Some(Kind::Group),
            "TOPIC" => Some(Kind::Topic),
            "PARTITION" => Some(Kind::Partition),
            "PLACE" => Some(Kind::Place),
            "CLIENT" => Some(Kind::Client),
            "KEY" => Some(Kind::Key),
            "TEXT" => Some(Kind::Text),
            "STATE" => Some(Kind::State),
            "ANY" | "VARIABLE" => None,
            _plain => return None,
        })
    }

    pub(crate) fn wanted(self) -> &'static str {
        match self {
            Kind::Group => "a group",
            Kind::Topic => "a topic",
            Kind::Partition => "a partition like payment-done-0",
            Kind::Place => "a topic or a partition",
            Kind::Client => "a client",
            Kind::Key => "a key",
            Kind::Text => "a text in quotes",
            Kind::State => "a group's state: Empty, PreparingRebalance, CompletingRebalance, Stable or Dead",
            Kind::Number => "a number",
        }
    }

    fn takes(self, variable: Kind) -> bool {
        self == variable || (self == Kind::Place && matches!(variable, Kind::Topic | Kind::Partition))
    }
}

/// The names in a text that fits a pattern; nothing if it does not fit in its plain words.
fn fit(pattern: &str, tokens: &[Token], line: u32, scope: &Scope) -> Option<Result<Vec<Name>, Mistake>> {
    let mut names = Vec::new();
    let mut rest = tokens.iter();
    for word in pattern.split(' ') {
        let token = rest.next()?;
        match Kind::of_slot(word) {
            None if token.is_word(word) => {}
            None => return None,
            // A text stands nowhere but in its own place, or as a name with strange letters.
            Some(Some(Kind::Text)) if !matches!(token, Token::Text(_)) => return None,
            Some(Some(kind)) => match scope.name(line, kind, token) {
                Ok(name) => names.push(name),
                Err(mistake) => return Some(Err(mistake)),
            },
            Some(None) => match token {
                Token::Word(name) if is_variable(name) && !scope.variables.contains_key(name) => {
                    return Some(scope.name(line, Kind::Client, token).map(|_| Vec::new()));
                }
                Token::Word(name) if is_variable(name) => names.push(Name::Variable(name.clone())),
                // Two literals are the same or not, whatever happens.
                Token::Word(_) | Token::Text(_) if word == "VARIABLE" => return None,
                Token::Word(name) | Token::Text(name) => names.push(Name::Literal(name.clone())),
                Token::Colon => return None,
            },
        }
    }
    rest.next().is_none().then_some(Ok(names))
}

/// The first phrase that fits; of those that fit in their plain words alone, the mistake.
fn phrase<K: Copy>(table: &[(K, &str)], tokens: &[Token], line: u32, scope: &Scope) -> Result<(K, Vec<Name>), Mistake> {
    let mut mistake = None;
    for (kind, pattern) in table {
        match fit(pattern, tokens, line, scope) {
            Some(Ok(names)) => return Ok((*kind, names)),
            Some(Err(found)) => mistake = mistake.or(Some(found)),
            None => {}
        }
    }
    let patterns: Vec<&str> = table.iter().map(|(_, pattern)| *pattern).collect();
    Err(mistake.unwrap_or_else(|| Mistake::found(line, format!("one of: {}", patterns.join("; ")), &shown(tokens))))
}

/// Reads a number or what one is of.
pub(crate) fn quantity(line: u32, tokens: &[Token], scope: &Scope) -> Result<Quantity, Mistake> {
    match tokens {
        [] => Err(Mistake::end(line, "a number, or what it is of, like members of billing")),
        [Token::Word(word)] if word.bytes().all(|digit| digit.is_ascii_digit()) => {
            let number = word.parse().map_err(|_| Mistake::found(line, "a number", word))?;
            Ok(Quantity::Number(number))
        }
        [first, rest @ ..] if first.is_word("peak") => {
            let of = quantity(line, rest, scope)?;
            let is_plain =
                matches!(&of, Quantity::Of { names, .. } if names.iter().all(|name| matches!(name, Name::Literal(_))));
            if !is_plain {
                return Err(Mistake::found(line, "the peak of something without variables", &shown(rest)));
            }
            Ok(Quantity::Peak(Box::new(of)))
        }
        tokens => {
            let (noun, names) = phrase(NOUNS, tokens, line, scope)?;
            Ok(Quantity::Of { noun, names })
        }
    }
}

fn comparison(token: &Token) -> Option<Comparison> {
    let Token::Word(word) = token else { return None };
    Some(match word.as_str() {
        "=" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::More,
        ">=" => Comparison::MoreOrEqual,
        _other => return None,
    })
}

/// Reads a condition. Variables of `some` are known from there on.
pub(crate) fn condition(line: u32, tokens: &[Token], scope: &mut Scope) -> Result<Condition, Mistake> {
    let quantifier = match tokens.first() {
        None => return Err(Mistake::end(line, "a condition")),
        Some(first) if first.is_word("some") => Some(Quantifier::Some),
        Some(first) if first.is_word("every") => Some(Quantifier::Every),
        Some(first) if first.is_word("no") => Some(Quantifier::No),
        Some(_) => None,
    };
    if let Some(quantifier) = quantifier {
        return Ok(Condition(vec![quantified(line, quantifier, &tokens[1..], scope)?]));
    }
    let end = tokens.iter().position(|token| token.is_word("and")).unwrap_or(tokens.len());
    let term = term(line, &tokens[..end], scope)?;
    let mut terms = vec![term];
    if end < tokens.len() {
        terms.extend(condition(line, &tokens[end + 1..], scope)?.0);
    }
    Ok(Condition(terms))
}

fn term(line: u32, tokens: &[Token], scope: &Scope) -> Result<Term, Mistake> {
    if tokens.is_empty() {
        return Err(Mistake::end(line, "a part of a condition before `and`"));
    }
    if let Some((at, comparison)) = tokens.iter().enumerate().find_map(|(at, token)| Some((at, comparison(token)?))) {
        let left = quantity(line, &tokens[..at], scope)?;
        let right = quantity(line, &tokens[at + 1..], scope)?;
        return Ok(Term::Compare { left, comparison, right });
    }
    let (fact, names) = phrase(FACTS, tokens, line, scope).map_err(|mistake| {
        let is_quantity = phrase(NOUNS, tokens, line, scope).is_ok();
        if is_quantity { Mistake::end(line, "= != < <= > or >= and a number") } else { mistake }
    })?;
    Ok(Term::Fact { fact, names })
}

/// What stands behind `some`, `every` or `no`.
fn quantified(line: u32, quantifier: Quantifier, tokens: &[Token], scope: &mut Scope) -> Result<Term, Mistake> {
    const WANTED: &str = "member M of GROUP, group A, topic T, partition P of TOPIC, key K of TOPIC, producer P or consumer C, \
                          and a colon";
    let wanted = || Mistake::found(line, WANTED, &shown(tokens));
    let colon = tokens.iter().position(|token| *token == Token::Colon).ok_or_else(wanted)?;
    let (domain, kind, belongs_to) = match tokens.first() {
        Some(Token::Word(word)) => match word.as_str() {
            "member" => (Domain::Member, Kind::Client, Some(Kind::Group)),
            "group" => (Domain::Group, Kind::Group, None),
            "topic" => (Domain::Topic, Kind::Topic, None),
            "partition" => (Domain::Partition, Kind::Partition, Some(Kind::Topic)),
            "key" => (Domain::Key, Kind::Key, Some(Kind::Topic)),
            "producer" => (Domain::Producer, Kind::Client, None),
            "consumer" => (Domain::Consumer, Kind::Client, None),
            _other => return Err(wanted()),
        },
        Some(Token::Text(_) | Token::Colon) | None => return Err(wanted()),
    };
    let (variable, of) = match (&tokens[1..colon], belongs_to) {
        ([Token::Word(variable)], None) => (variable, None),
        ([Token::Word(variable), word, of], Some(owner)) if word.is_word("of") => {
            (variable, Some(scope.name(line, owner, of)?))
        }
        _other => return Err(wanted()),
    };
    if !is_variable(variable) || variable.contains('.') {
        return Err(Mistake::found(line, "a variable: one capital letter, perhaps with a digit", variable));
    }
    if scope.variables.contains_key(variable) && !scope.is_private {
        return Err(Mistake::found(line, "a variable that has no meaning yet", variable));
    }
    let mut inner = scope.clone();
    inner.variables.insert(variable.clone(), kind);
    let condition = condition(line, &tokens[colon + 1..], &mut inner)?;
    if quantifier == Quantifier::Some {
        *scope = inner;
    }
    Ok(Term::Quantified { quantifier, domain, of, variable: variable.clone(), condition })
}
