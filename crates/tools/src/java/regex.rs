//! Patterns that have to match a whole name, as `String.matches` does.

use super::Exception;
use regex_lite::Regex;

/// # Errors
/// Why a text is no pattern.
pub(crate) fn is_regex(text: &str) -> Result<(), String> {
    Regex::new(text).map(|_| ()).map_err(|error| error.to_string())
}

/// A regular expression for whole names.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Reads a pattern; `None` if it is none.
    pub(crate) fn new(text: &str) -> Option<Pattern> {
        Regex::new(text).ok()?;
        Regex::new(&format!("^(?:{text})$")).ok().map(Pattern)
    }

    /// Whether it matches the whole of a name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

/// Names of topics that a tool is asked for: a pattern in which a comma means "or".
#[derive(Clone, Debug)]
pub(crate) struct IncludeList(Pattern);

impl IncludeList {
    /// Reads what stands after `--topic` or `--include`.
    ///
    /// # Errors
    /// Java's exception if it is no pattern.
    pub(crate) fn new(text: &str) -> Result<IncludeList, Exception> {
        let text = text.trim().replace(',', "|").replace(' ', "");
        let text = text.trim_matches(['"', '\'']);
        let wrong = || Exception::new("java.lang.RuntimeException", format!("{text} is an invalid regex."));
        Pattern::new(text).map(IncludeList).ok_or_else(wrong)
    }

    /// Whether the topic is asked for.
    pub(crate) fn allows(&self, topic: &str) -> bool {
        self.0.matches(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::{IncludeList, Pattern};

    #[test]
    fn a_list_matches_whole_names() {
        let list = IncludeList::new("'orders, pay.*'").unwrap();
        assert!(list.allows("orders") && list.allows("payments"));
        assert!(!list.allows("orders-2") && !list.allows("repay"));
        assert_eq!(IncludeList::new("a(").unwrap_err().message(), "a( is an invalid regex.");
        assert!(Pattern::new("a)|(b").is_none());
    }
}
