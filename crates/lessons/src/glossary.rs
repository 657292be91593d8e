//! The words that lessons explain: `**word**: what it means`, one a line, between lines of other Markdown.

use crate::error::{LessonError, Mistake};
use std::ops::Range;

/// Words and what they mean.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Glossary {
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

/// A word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The word.
    pub word: String,
    /// What it means, in Markdown.
    pub meaning: String,
}

impl Glossary {
    /// Reads a glossary.
    ///
    /// # Errors
    /// An entry that is none, or that comes twice.
    pub fn parse(file: &str, text: &str) -> Result<Glossary, LessonError> {
        let mut glossary = Glossary::default();
        for (line, text) in (1..).zip(text.lines()) {
            let Some(rest) = text.strip_prefix("**") else { continue };
            let wanted = || Mistake::found(line, "**word**: what it means", text).in_file(file);
            let (word, meaning) = rest.split_once("**: ").ok_or_else(wanted)?;
            if word.is_empty() || meaning.trim().is_empty() {
                return Err(wanted());
            }
            if glossary.meaning(word).is_some() {
                return Err(Mistake::found(line, "each word once", word).in_file(file));
            }
            glossary.entries.push(Entry { word: word.to_owned(), meaning: meaning.trim().to_owned() });
        }
        Ok(glossary)
    }

    /// Where a text has words of the glossary, alone or with an s behind, by their places in [`Glossary::entries`]. Of words
    /// that overlap the longest counts.
    pub fn mentions(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let lower = text.to_lowercase();
        // Letters that change their length with their case would shift what follows.
        if lower.len() != text.len() {
            return Vec::new();
        }
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let word = entry.word.to_lowercase();
            for (start, _) in lower.match_indices(&word) {
                let end = start + word.len();
                let end = if lower[end..].starts_with('s') { end + 1 } else { end };
                let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
                let is_whole = !lower[..start].ends_with(is_part) && !lower[end..].starts_with(is_part);
                // A name with dashes or dots is another word.
                let joins = |letter: char| letter == '-' || letter == '.' || letter == '/';
                let next = lower[end..].strip_prefix(joins);
                let is_joined = lower[..start].ends_with(joins) || next.is_some_and(|next| next.starts_with(is_part));
                if is_whole && !is_joined {
                    found.push((start..end, index));
                }
            }
        }
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut free = 0;
        found.retain(|(range, _)| {
            let is_free = range.start >= free;
            free = if is_free { range.end } else { free };
            is_free
        });
        found
    }

    /// What a word means.
    pub fn meaning(&self, word: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.word == word).map(|entry| entry.meaning.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_a_meaning() {
        let glossary = Glossary::parse("g.md", "# Words\n\n**lag**: how far behind.\n").unwrap();
        assert_eq!(glossary.meaning("lag"), Some("how far behind."));
        assert_eq!(glossary.meaning("log"), None);
    }

    #[test]
    fn words_are_found_whole_in_the_plural_and_the_longest_first() {
        let text = "**commit**: a.\n**committed offset**: b.\n**offset**: c.\n**log**: d.\n";
        let glossary = Glossary::parse("g.md", text).unwrap();
        let found = |text: &str| -> Vec<String> {
            let mentions = glossary.mentions(text);
            mentions.iter().map(|(range, index)| format!("{}={index}", &text[range.clone()])).collect()
        };
        assert_eq!(found("The committed offset, and Offsets."), ["committed offset=1", "Offsets=2"]);
        assert_eq!(found("To commit is no commitment; recommit."), ["commit=0"]);
        assert_eq!(found("kafka-dump-log, log.retention, a log. Log-like"), ["log=3"]);
        assert!(found("İ log").is_empty(), "a letter of another length in lower case");
    }

    #[test]
    fn a_word_without_a_meaning_or_one_that_comes_twice_is_refused_with_its_line() {
        let error = Glossary::parse("g.md", "\n**lag** how far\n").unwrap_err();
        assert_eq!(error.to_string(), "g.md:2: wanted **word**: what it means, found \"**lag** how far\"");
        let error = Glossary::parse("g.md", "**lag**: a\n**lag**: b\n").unwrap_err();
        assert_eq!(error.to_string(), "g.md:2: wanted each word once, found \"lag\"");
    }
}
