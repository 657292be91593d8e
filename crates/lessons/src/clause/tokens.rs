//! A clause cut into words, texts in quotes, and signs.

use crate::error::Mistake;
use std::time::Duration;

/// A piece of a clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Token {
    /// A word, a number, a comparison.
    Word(String),
    /// A text in quotes.
    Text(String),
    /// `:`
    Colon,
}

impl Token {
    /// As it would stand in a clause.
    pub(crate) fn shown(&self) -> String {
        match self {
            Token::Word(word) => word.clone(),
            Token::Text(text) => format!("{text:?}"),
            Token::Colon => ":".to_owned(),
        }
    }

    pub(crate) fn is_word(&self, wanted: &str) -> bool {
        matches!(self, Token::Word(word) if word == wanted)
    }
}

/// As they would stand in a clause.
pub(crate) fn shown(tokens: &[Token]) -> String {
    tokens.iter().map(Token::shown).collect::<Vec<_>>().join(" ")
}

/// Cuts a line.
pub(crate) fn tokens(line: u32, text: &str) -> Result<Vec<Token>, Mistake> {
    let mut letters = text.chars().peekable();
    let mut found = Vec::new();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        if letter == '"' {
            let mut quoted = String::new();
            loop {
                match letters.next() {
                    Some('"') => break,
                    Some('\\') => quoted.extend(letters.next()),
                    Some(letter) => quoted.push(letter),
                    None => return Err(Mistake::end(line, "a closing \"")),
                }
            }
            found.push(Token::Text(quoted));
            continue;
        }
        let mut word = String::from(letter);
        while let Some(next) = letters.next_if(|next| !next.is_whitespace() && *next != '"') {
            word.push(next);
        }
        match word.strip_suffix(':') {
            Some("") => found.push(Token::Colon),
            Some(rest) => found.extend([Token::Word(rest.to_owned()), Token::Colon]),
            None => found.push(Token::Word(word)),
        }
    }
    Ok(found)
}

/// A time like `45s`.
pub(crate) fn time(line: u32, text: &str) -> Result<Duration, Mistake> {
    let wanted = || Mistake::found(line, "a time like 45s, 1500ms or 2m", text);
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wanted)?;
    let number: u64 = text[..digits].parse().map_err(|_| wanted())?;
    let unit_ms = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wanted()),
    };
    number.checked_mul(unit_ms).map(Duration::from_millis).ok_or_else(wanted)
}
