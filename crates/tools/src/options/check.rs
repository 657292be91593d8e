//! The checks that all of Kafka's tools share, and how a wrong use is answered: a sentence, the help, status 1.

use super::Options;
use crate::story::{Stop, Story};

impl Options {
    /// `--help`, `--version`, or no arguments at all.
    ///
    /// # Errors
    /// The tool's end, if it is one of these.
    pub(crate) fn help_or_version(&self, story: &mut Story<'_>, about: &str) -> Result<(), Stop> {
        if self.is_empty() || self.has("help") {
            return Err(self.usage(story, about));
        }
        if self.has("version") {
            story.out(KAFKA_VERSION);
            return Err(Stop::Exit(0));
        }
        Ok(())
    }

    /// Prints a sentence and the help.
    pub(crate) fn usage(&self, story: &mut Story<'_>, sentence: &str) -> Stop {
        story.err(sentence);
        story.err(self.help().trim_end_matches('\n'));
        Stop::Exit(1)
    }

    /// # Errors
    /// The tool's end, if one of these was not given.
    pub(crate) fn require(&self, story: &mut Story<'_>, names: &[&str]) -> Result<(), Stop> {
        match names.iter().find(|name| !self.has(name)) {
            None => Ok(()),
            Some(name) => Err(self.usage(story, &format!("Missing required argument \"[{name}]\""))),
        }
    }

    /// # Errors
    /// The tool's end, if `used` was given together with one of the others.
    pub(crate) fn forbid(&self, story: &mut Story<'_>, used: &str, others: &[&str]) -> Result<(), Stop> {
        match others.iter().find(|other| self.has(used) && self.has(other)) {
            None => Ok(()),
            Some(other) => {
                let sentence = format!("Option \"[{used}]\" can't be used with option \"[{other}]\"");
                Err(self.usage(story, &sentence))
            }
        }
    }

    /// # Errors
    /// The tool's end, if not exactly one of these was given.
    pub(crate) fn require_one_of(&self, story: &mut Story<'_>, names: &[&str]) -> Result<(), Stop> {
        if names.iter().filter(|name| self.has(name)).count() == 1 {
            return Ok(());
        }
        let names: Vec<String> = names.iter().map(|name| format!("[{name}]")).collect();
        let sentence = format!("Exactly one of the following arguments is required: {}", names.join(", "));
        Err(self.usage(story, &sentence))
    }
}

/// Whose tools these are: what `--version` prints.
pub(crate) const KAFKA_VERSION: &str = "4.3.0";
