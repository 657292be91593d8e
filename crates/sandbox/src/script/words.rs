//! A line cut into words: blanks, quotes, escapes and comments.
//!
//! Commands and tools are cut by the same rules, those of a shell as far as a line without variables needs them:
//!
//! ```text
//! 'as it stands'     "blanks and \" \\ inside"     $'\n \r \t \\ \' \u{1f600}'     \  one letter as it stands
//! # where a word could begin: the rest of the line is a comment
//! ```

use super::error::Mistake;
use std::iter::Peekable;
use std::str::Chars;

/// Cuts a line into words.
pub(super) fn split(line: &str) -> Result<Vec<String>, Mistake> {
    let mut letters = line.chars().peekable();
    let mut words = Vec::new();
    loop {
        while letters.next_if(|letter| letter.is_ascii_whitespace()).is_some() {}
        match letters.peek() {
            None | Some('#') => return Ok(words),
            Some(_) => words.push(word(&mut letters)?),
        }
    }
}

fn word(letters: &mut Peekable<Chars<'_>>) -> Result<String, Mistake> {
    let mut word = String::new();
    while let Some(letter) = letters.next_if(|letter| !letter.is_ascii_whitespace()) {
        match letter {
            '\'' => literal(letters, &mut word)?,
            '"' => quoted(letters, &mut word)?,
            '$' if letters.next_if_eq(&'\'').is_some() => escaped(letters, &mut word)?,
            '\\' => word.push(letters.next().ok_or_else(|| Mistake::end("a letter after the backslash"))?),
            letter => word.push(letter),
        }
    }
    Ok(word)
}

fn literal(letters: &mut Peekable<Chars<'_>>, word: &mut String) -> Result<(), Mistake> {
    loop {
        match letters.next() {
            Some('\'') => return Ok(()),
            Some(letter) => word.push(letter),
            None => return Err(Mistake::end("a closing '")),
        }
    }
}

fn quoted(letters: &mut Peekable<Chars<'_>>, word: &mut String) -> Result<(), Mistake> {
    loop {
        match letters.next() {
            Some('"') => return Ok(()),
            Some('\\') => match letters.next_if(|letter| matches!(letter, '"' | '\\' | '$' | '`')) {
                Some(letter) => word.push(letter),
                None => word.push('\\'),
            },
            Some(letter) => word.push(letter),
            None => return Err(Mistake::end("a closing \"")),
        }
    }
}

fn escaped(letters: &mut Peekable<Chars<'_>>, word: &mut String) -> Result<(), Mistake> {
    const WANTED: &str = "one of \\n \\r \\t \\\\ \\' \\u{...}";
    loop {
        match letters.next() {
            Some('\'') => return Ok(()),
            Some('\\') => match letters.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some('t') => word.push('\t'),
                Some(letter @ ('\\' | '\'')) => word.push(letter),
                Some('u') => word.push(code_point(letters)?),
                Some(other) => return Err(Mistake::found(WANTED, &format!("\\{other}"))),
                None => return Err(Mistake::end(WANTED)),
            },
            Some(letter) => word.push(letter),
            None => return Err(Mistake::end("a closing '")),
        }
    }
}

fn code_point(letters: &mut Peekable<Chars<'_>>) -> Result<char, Mistake> {
    const WANTED: &str = "a letter's number in hexadecimal, like \\u{e9}";
    let mut digits = String::new();
    if letters.next_if_eq(&'{').is_none() {
        return Err(Mistake::end(WANTED));
    }
    while let Some(digit) = letters.next_if(char::is_ascii_hexdigit) {
        digits.push(digit);
    }
    let closed = letters.next_if_eq(&'}').is_some();
    let found = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
    found.filter(|_| closed).ok_or_else(|| Mistake::found(WANTED, &digits))
}

/// The text as one word of a script, in quotes where it needs them.
pub fn quote(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:@%+,={}[]".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if text.chars().any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')) {
        let mut quoted = String::from("$'");
        for letter in text.chars() {
            match letter {
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                '\\' | '\'' => quoted.extend(['\\', letter]),
                '\u{2028}' | '\u{2029}' => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
                letter if letter.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
                letter => quoted.push(letter),
            }
        }
        quoted.push('\'');
        return quoted;
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}
