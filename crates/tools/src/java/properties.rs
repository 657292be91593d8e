//! Properties files, as `java.util.Properties` loads them.

use std::collections::BTreeMap;

/// Keys and values.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Properties(BTreeMap<String, String>);

impl Properties {
    /// Reads a file: `key=value`, `key: value` or `key value`, remarks after `#` and `!`, lines that end with `\` go on.
    pub(crate) fn load(text: &str) -> Properties {
        let mut properties = Properties::default();
        let mut lines = text.lines().map(str::trim_start);
        while let Some(line) = lines.next() {
            if line.is_empty() || line.starts_with(['#', '!']) {
                continue;
            }
            let mut whole = line.to_owned();
            while whole.len() - whole.trim_end_matches('\\').len() & 1 == 1 {
                whole.pop();
                whole.push_str(lines.next().unwrap_or(""));
            }
            let end = end_of_key(&whole);
            let (key, rest) = whole.split_at(end);
            let rest = rest.trim_start();
            let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
            properties.set(unescape(key), unescape(value));
        }
        properties
    }

    /// Reads `key=value` arguments; one without a value has an empty one.
    pub(crate) fn of_arguments(arguments: &[String]) -> Properties {
        let mut properties = Properties::default();
        for argument in arguments {
            let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
            properties.set(key, value);
        }
        properties
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Sets a value; one that is there gives way.
    pub(crate) fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Takes over all that the other has.
    pub(crate) fn extend(&mut self, other: Properties) {
        self.0.extend(other.0);
    }

    /// All of them, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

fn end_of_key(line: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' | ':' | ' ' | '\t' => return at,
            _ => {}
        }
    }
    line.len()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let digits: String = letters.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Properties;

    #[test]
    fn files_are_read_as_java_reads_them() {
        let text = "# remark\na=1\n b : two words \nlong=one,\\\n   two\nempty\ntab=\\t\\u0041\nkey\\ with=x\n";
        let properties = Properties::load(text);
        let found: Vec<(&str, &str)> = properties.iter().collect();
        assert_eq!(
            found,
            [("a", "1"), ("b", "two words "), ("empty", ""), ("key with", "x"), ("long", "one,two"), ("tab", "\tA")]
        );
    }
}
