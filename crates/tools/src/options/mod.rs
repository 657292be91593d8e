//! Command lines as Kafka's tools read them, with joptsimple: `--name value`, `--name=value`, options again and again.
//!
//! Names are not abbreviated: every one of these tools switches that off.

mod check;
mod table;
#[cfg(test)]
mod tests;

#[cfg(test)]
use table::Kind;
pub(crate) use table::{Table, Takes};

use crate::java::Exception;
use std::collections::BTreeMap;

/// What a command line says.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    table: Table,
    given: BTreeMap<String, Vec<String>>,
    /// Names in the order in which they stood, again for each time.
    order: Vec<String>,
    arguments_count: usize,
}

impl Options {
    /// Reads a command line.
    ///
    /// # Errors
    /// joptsimple's exception: an unknown option, or an argument that is missing.
    pub(crate) fn parse(table: &Table, arguments: &[String]) -> Result<Options, Exception> {
        let mut options = Options {
            table: table.clone(),
            given: BTreeMap::new(),
            order: Vec::new(),
            arguments_count: arguments.len(),
        };
        let mut rest = arguments.iter().peekable();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                break;
            }
            let Some(text) = argument.strip_prefix("--").or_else(|| short(argument)) else {
                // A word without dashes: joptsimple keeps it, and none of the tools looks.
                continue;
            };
            let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
            let takes = table.takes(name).ok_or_else(|| {
                // Of one dash and several letters the first is the option.
                let shown = if argument.starts_with("--") { name } else { text.get(..1).unwrap_or(text) };
                unrecognized(shown)
            })?;
            let value = match (takes, value) {
                (Takes::Nothing, _) => None,
                (Takes::Argument(_) | Takes::Maybe, Some(value)) => Some(value.to_owned()),
                (Takes::Argument(_), None) => Some(rest.next().cloned().ok_or_else(|| missing_argument(name))?),
                (Takes::Maybe, None) => rest.next_if(|next| !looks_like_an_option(next)).cloned(),
            };
            options.order.push(name.to_owned());
            options.given.entry(name.to_owned()).or_default().extend(value);
        }
        Ok(options)
    }

    /// What Kafka's tool prints as its help.
    pub(crate) fn help(&self) -> &'static str {
        self.table.help
    }

    /// Whether there are no arguments at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.arguments_count == 0
    }

    /// Whether the option was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// The option's argument, if it was given with one.
    ///
    /// # Errors
    /// If it was given more than once.
    pub(crate) fn value(&self, name: &str) -> Result<Option<&str>, Exception> {
        match self.values(name) {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(Exception::new(
                "joptsimple.MultipleArgumentsForOptionException",
                format!("Found multiple arguments for option {name}, but you asked for only one"),
            )),
        }
    }

    /// The option's argument as a whole number.
    ///
    /// # Errors
    /// If it was given more than once, or is no number.
    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, Exception> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        value.parse().map(Some).map_err(|_| {
            let format = Exception::new("java.lang.NumberFormatException", format!("For input string: \"{value}\""));
            let reflection = Exception::new("joptsimple.internal.ReflectionException", format.to_string());
            let message = format!("Cannot parse argument '{value}' of option {name}");
            Exception::new("joptsimple.OptionArgumentConversionException", message)
                .caused_by(reflection.caused_by(format))
        })
    }

    /// All arguments of the option, in the order in which they stood.
    pub(crate) fn values(&self, name: &str) -> &[String] {
        self.given.get(name).map_or(&[], Vec::as_slice)
    }

    /// Which options were given, in the order in which they stood.
    pub(crate) fn order(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }
}

/// What follows a single dash. A dash alone is a word.
fn short(argument: &str) -> Option<&str> {
    argument.strip_prefix('-').filter(|rest| !rest.is_empty())
}

fn looks_like_an_option(argument: &str) -> bool {
    short(argument).is_some()
}

fn unrecognized(name: &str) -> Exception {
    Exception::new("joptsimple.UnrecognizedOptionException", format!("{name} is not a recognized option"))
}

fn missing_argument(name: &str) -> Exception {
    Exception::new("joptsimple.OptionMissingRequiredArgumentException", format!("Option {name} requires an argument"))
}
