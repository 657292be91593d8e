//! What a value must be beyond its type.
//!
//! In the table a rule is a word and its parameters:
//!
//! ```text
//! at-least 1                    a number, not smaller
//! between 0 1                   a number, within both bounds
//! one-of gzip lz4               one of these strings
//! one-of-any-case ES256 RS256   the same, upper or lower case
//! list compact delete           a list of these items, or of any if none is named; not empty, no empty item
//! list-or-empty                 the same, or no item at all
//! gzip-level                    1 to 9, or -1
//! throttled-replicas            `*`, or a list of partition:broker
//! not-empty, not-null           a string
//! quorum                        the controllers' addresses, which nothing here reads
//! ```

use super::value::Value;

/// A rule; see the words at the top of this file.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Rule {
    Any,
    AtLeast(Bound),
    Between(Bound, Bound),
    OneOf(Vec<&'static str>),
    OneOfAnyCase(Vec<&'static str>),
    List { items: Vec<&'static str>, may_be_empty: bool },
    GzipLevel,
    ThrottledReplicas,
    NotEmpty,
}

/// An end of a range, as a number and as Kafka's messages spell it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Bound {
    number: f64,
    text: &'static str,
}

impl Bound {
    fn read(text: &'static str) -> Option<Bound> {
        Some(Bound { number: text.parse().ok()?, text })
    }
}

impl Rule {
    pub(super) fn from_words(text: &'static str) -> Option<Rule> {
        let mut words = text.split(' ');
        let rule = words.next()?;
        let parameters: Vec<&'static str> = words.collect();
        Some(match (rule, parameters.as_slice()) {
            ("at-least", [bound]) => Rule::AtLeast(Bound::read(bound)?),
            ("between", [low, high]) => Rule::Between(Bound::read(low)?, Bound::read(high)?),
            ("one-of", _) => Rule::OneOf(parameters),
            ("one-of-any-case", _) => Rule::OneOfAnyCase(parameters),
            ("list", _) => Rule::List { items: parameters, may_be_empty: false },
            ("list-or-empty", _) => Rule::List { items: parameters, may_be_empty: true },
            ("gzip-level", []) => Rule::GzipLevel,
            ("throttled-replicas", []) => Rule::ThrottledReplicas,
            ("not-empty", []) => Rule::NotEmpty,
            ("not-null" | "quorum", []) => Rule::Any,
            _ => return None,
        })
    }

    /// The value that counts: Kafka drops the repetitions in a list of items.
    pub(super) fn settle(&self, value: Value) -> Value {
        match (self, value) {
            (Rule::List { .. }, Value::List(items)) => {
                let mut distinct: Vec<String> = Vec::with_capacity(items.len());
                for item in items {
                    if !distinct.contains(&item) {
                        distinct.push(item);
                    }
                }
                Value::List(distinct)
            }
            (_, value) => value,
        }
    }

    /// Checks a value of the key `name`.
    ///
    /// # Errors
    /// Kafka's whole message.
    pub(super) fn check(&self, name: &str, value: &Value) -> Result<(), String> {
        match self {
            Rule::Any => Ok(()),
            Rule::AtLeast(low) => at_least(name, value, low),
            Rule::Between(low, high) => {
                at_least(name, value, low)?;
                if number(value) > high.number {
                    return Err(invalid_value(
                        &value.to_text(),
                        name,
                        &format!("Value must be no more than {}", high.text),
                    ));
                }
                Ok(())
            }
            Rule::OneOf(strings) => one_of(name, &value.to_text(), strings),
            Rule::OneOfAnyCase(strings) => {
                let text = value.to_text();
                if strings.iter().any(|string| string.eq_ignore_ascii_case(&text)) {
                    return Ok(());
                }
                let why = format!("String must be one of (case insensitive): {}", strings.join(", "));
                Err(invalid_value(&text, name, &why))
            }
            Rule::List { items, may_be_empty } => {
                let found = list(value);
                if found.is_empty() && !may_be_empty {
                    let valid = if items.is_empty() { "any non-empty value".to_owned() } else { bracketed(items) };
                    return Err(format!("Configuration '{name}' must not be empty. Valid values include: {valid}"));
                }
                for item in found {
                    if item.is_empty() {
                        return Err(format!("Configuration '{name}' values must not be empty."));
                    }
                    if !items.is_empty() {
                        one_of(name, item, items)?;
                    }
                }
                Ok(())
            }
            Rule::GzipLevel => {
                if (1.0..=9.0).contains(&number(value)) || number(value) == -1.0 {
                    return Ok(());
                }
                Err(invalid_value(&value.to_text(), name, "Value must be between 1 and 9 or equal to -1"))
            }
            Rule::ThrottledReplicas => {
                let found = list(value);
                if found.iter().all(|item| is_replica(item)) || found.concat() == "*" {
                    return Ok(());
                }
                let format = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
                let why =
                    format!("{name} must be the literal '*' or a list of replicas in the following format: {format}");
                Err(invalid_value(&bracketed(found), name, &why))
            }
            Rule::NotEmpty if value.to_text().is_empty() => Err(invalid_value("", name, "String must be non-empty")),
            Rule::NotEmpty => Ok(()),
        }
    }
}

/// The sentence that most refusals are.
pub(super) fn invalid_value(value: &str, name: &str, why: &str) -> String {
    format!("Invalid value {value} for configuration {name}: {why}")
}

fn at_least(name: &str, value: &Value, low: &Bound) -> Result<(), String> {
    if number(value) < low.number {
        return Err(invalid_value(&value.to_text(), name, &format!("Value must be at least {}", low.text)));
    }
    Ok(())
}

fn one_of(name: &str, text: &str, strings: &[&str]) -> Result<(), String> {
    if strings.contains(&text) {
        return Ok(());
    }
    Err(invalid_value(text, name, &format!("String must be one of: {}", strings.join(", "))))
}

fn is_replica(item: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    item.is_empty() || item.split_once(':').is_some_and(|(partition, broker)| is_number(partition) && is_number(broker))
}

/// A list as Java prints it.
fn bracketed<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    format!("[{}]", items.join(", "))
}

/// Kafka compares numbers of every width as fractions of double precision.
#[expect(clippy::cast_precision_loss, reason = "no bound in the table is anywhere near 2^53")]
fn number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => *number as f64,
        Value::Double(number) => *number,
        Value::Boolean(_) | Value::Text(_) | Value::List(_) => {
            unreachable!("ranges stand on numbers: a test reads all")
        }
    }
}

fn list(value: &Value) -> &[String] {
    match value {
        Value::List(items) => items,
        Value::Boolean(_) | Value::Number(_) | Value::Double(_) | Value::Text(_) => {
            unreachable!("list rules stand on lists: a test reads all")
        }
    }
}
