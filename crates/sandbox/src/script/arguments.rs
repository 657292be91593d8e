//! What stands behind a command's word: plain words in their order, and `name=value` in any.

use super::error::Mistake;
use std::collections::{BTreeMap, VecDeque};

/// Most `config:k=v` of one command.
const CONFIGS_MAX: usize = 100;
/// Longest value of a config.
const CONFIG_SIZE_MAX: usize = 10_000;

/// The words that are not read yet.
#[derive(Debug)]
pub(super) struct Arguments {
    words: VecDeque<String>,
    options: VecDeque<(String, String)>,
}

impl Arguments {
    pub(super) fn new(words: impl IntoIterator<Item = String>) -> Self {
        let mut arguments = Arguments { words: VecDeque::new(), options: VecDeque::new() };
        for word in words {
            match word.split_once('=') {
                Some((name, value)) => arguments.options.push_back((name.to_owned(), value.to_owned())),
                None => arguments.words.push_back(word),
            }
        }
        arguments
    }

    /// The next plain word.
    pub(super) fn next(&mut self) -> Option<String> {
        self.words.pop_front()
    }

    /// The next plain word, which has to be there.
    pub(super) fn word(&mut self, wanted: &str) -> Result<String, Mistake> {
        self.next().ok_or_else(|| match self.options.front() {
            Some((name, value)) => Mistake::found(wanted, &format!("{name}={value}")),
            None => Mistake::end(wanted),
        })
    }

    /// The next plain word, read.
    pub(super) fn read<T>(
        &mut self,
        wanted: &str,
        read: impl FnOnce(&str) -> Result<T, Mistake>,
    ) -> Result<T, Mistake> {
        self.word(wanted).and_then(|word| read(&word))
    }

    /// A certain word.
    pub(super) fn expect(&mut self, wanted: &str) -> Result<(), Mistake> {
        let found = self.word(&format!("{wanted:?}"))?;
        if found == wanted { Ok(()) } else { Err(Mistake::found(format!("{wanted:?}"), &found)) }
    }

    /// Whether a word stands there, in any place; it may stand there once.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let place = self.words.iter().position(|word| word == name);
        place.is_some_and(|place| self.words.remove(place).is_some())
    }

    /// The value of `name=`, read.
    pub(super) fn option<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, Mistake>,
    ) -> Result<Option<T>, Mistake> {
        let Some(place) = self.options.iter().position(|(other, _)| other == name) else { return Ok(None) };
        let value = self.options.remove(place).map(|(_, value)| value).unwrap_or_default();
        if self.options.iter().any(|(other, _)| other == name) {
            return Err(Mistake::found(format!("{name}= once"), &format!("{name}= twice")));
        }
        read(&value).map(Some)
    }

    /// Every `config:name=value`.
    pub(super) fn configs(&mut self) -> Result<BTreeMap<String, String>, Mistake> {
        let mut configs = BTreeMap::new();
        for (name, value) in self.prefixed("config:") {
            if name.is_empty() || name.len() > 200 || value.len() > CONFIG_SIZE_MAX {
                return Err(Mistake::found("config:NAME=VALUE of at most 10000 bytes", &name));
            }
            if configs.insert(name.clone(), value).is_some() {
                return Err(Mistake::found(format!("config:{name}= once"), &format!("config:{name}= twice")));
            }
        }
        if configs.len() > CONFIGS_MAX {
            return Err(Mistake::found(format!("at most {CONFIGS_MAX} configs"), &configs.len().to_string()));
        }
        Ok(configs)
    }

    /// Every `PREFIXname=value`, in order.
    pub(super) fn prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        let (taken, left): (Vec<_>, Vec<_>) = self.options.drain(..).partition(|(name, _)| name.starts_with(prefix));
        self.options = left.into();
        taken.into_iter().map(|(name, value)| (name[prefix.len()..].to_owned(), value)).collect()
    }

    /// Nothing may be left. `known` says what could have stood there.
    pub(super) fn finish(&self, known: &str) -> Result<(), Mistake> {
        let wanted = || if known.is_empty() { "the end of the line".to_owned() } else { format!("one of {known}") };
        if let Some((name, value)) = self.options.front() {
            return Err(Mistake::found(wanted(), &format!("{name}={value}")));
        }
        match self.words.front() {
            Some(word) => Err(Mistake::found(wanted(), word)),
            None => Ok(()),
        }
    }
}
