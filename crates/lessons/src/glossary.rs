//! The words that lessons explain: `**word**: what it means`, one a line, between lines of other Markdown.

use crate::error::{LessonError, Mistake};

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
    fn a_word_without_a_meaning_or_one_that_comes_twice_is_refused_with_its_line() {
        let error = Glossary::parse("g.md", "\n**lag** how far\n").unwrap_err();
        assert_eq!(error.to_string(), "g.md:2: wanted **word**: what it means, found \"**lag** how far\"");
        let error = Glossary::parse("g.md", "**lag**: a\n**lag**: b\n").unwrap_err();
        assert_eq!(error.to_string(), "g.md:2: wanted each word once, found \"lag\"");
    }
}
