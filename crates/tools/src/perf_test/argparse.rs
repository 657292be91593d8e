//! Command lines as argparse4j reads them: `--name value`, `--name=value`, names cut short, values that go on.

use std::collections::BTreeMap;

/// An option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    Nothing,
    One,
    /// One or more.
    Some,
}

/// Options by name.
pub(super) type Given = BTreeMap<&'static str, Vec<String>>;

/// # Errors
/// What argparse4j says is wrong.
pub(super) fn parse(options: &[(&'static str, Takes)], arguments: &[String]) -> Result<Given, String> {
    let mut given = Given::new();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        if argument == "-h" {
            given.insert("--help", Vec::new());
            continue;
        }
        let unknown = || Err(format!("unrecognized arguments: '{argument}'"));
        if !argument.starts_with("--") {
            return unknown();
        }
        let (name, value) =
            argument.split_once('=').map_or((argument.as_str(), None), |(name, value)| (name, Some(value)));
        let Some((name, takes)) = find(options, name)? else { return unknown() };
        let mut values: Vec<String> = value.map(str::to_owned).into_iter().collect();
        let is_value = |next: &&String| !next.starts_with("--") || next.len() == 2;
        match takes {
            Takes::Nothing => {}
            Takes::One if values.is_empty() => match rest.next_if(is_value) {
                Some(value) => values.push(value.clone()),
                None => return Err(format!("argument {name}: expected one argument")),
            },
            Takes::One => {}
            Takes::Some => {
                while let Some(value) = rest.next_if(is_value) {
                    values.push(value.clone());
                }
                if values.is_empty() {
                    return Err(format!("argument {name}: expected at least one argument"));
                }
            }
        }
        given.insert(name, values);
    }
    Ok(given)
}

/// The option of this name, or the only one that begins with it.
fn find(options: &[(&'static str, Takes)], name: &str) -> Result<Option<(&'static str, Takes)>, String> {
    if let Some(option) = options.iter().find(|(known, _)| *known == name) {
        return Ok(Some(*option));
    }
    let near: Vec<&(&'static str, Takes)> = options.iter().filter(|(known, _)| known.starts_with(name)).collect();
    match near[..] {
        [] => Ok(None),
        [option] => Ok(Some(*option)),
        _ => {
            let mut names: Vec<&str> = near.iter().map(|(known, _)| *known).collect();
            names.sort_unstable();
            Err(format!("ambiguous option: {name} could match {}", names.join(", ")))
        }
    }
}

/// Width of what argparse4j prints.
const WIDTH: usize = 75;

/// A text in lines of even width, as argparse4j writes it: all but the last are filled with blanks.
pub(super) fn justify(text: &str) -> String {
    let mut lines = Vec::new();
    let mut line = String::new();
    // The end of the text's last line counts as a letter.
    let text = format!("{text}\n");
    for part in parts(&text) {
        if line.len() + part.len() > WIDTH {
            lines.push(fill(&line));
            line.clear();
        }
        line.push_str(part);
    }
    lines.push(line.trim_end_matches('\n').to_owned());
    lines.join("\n")
}

/// Where a line may end: after blanks, and after a hyphen before a letter.
fn parts(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let mut from = 0;
    for at in 1..bytes.len() {
        let after_blank = bytes[at - 1] == b' ' && bytes[at] != b' ';
        let after_hyphen = bytes[at - 1] == b'-' && bytes[at].is_ascii_alphabetic();
        if (after_blank || after_hyphen) && text.is_char_boundary(at) {
            parts.push(&text[from..at]);
            from = at;
        }
    }
    parts.push(&text[from..]);
    parts
}

/// Spreads blanks over the gaps of a line; those that are left over go to the middle.
fn fill(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    let gaps_count = words.len().saturating_sub(1);
    if gaps_count == 0 {
        return line.trim().to_owned();
    }
    let letters: usize = words.iter().map(|word| word.len()).sum();
    let more = WIDTH.saturating_sub(letters + gaps_count);
    let (each, rest) = (more / gaps_count, more % gaps_count);
    let from = (gaps_count - rest).div_ceil(2);
    let mut filled = String::new();
    for (index, word) in words.iter().enumerate() {
        filled.push_str(word);
        if index < gaps_count {
            let extra = usize::from((from..from + rest).contains(&index));
            filled.push_str(&" ".repeat(1 + each + extra));
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::justify;

    #[test]
    fn sentences_are_filled_as_argparse4j_fills_them() {
        let check = |sentence: &str, printed: &str| {
            assert_eq!(justify(&format!("kafka-producer-perf-test: error: {sentence}")), printed);
        };
        // Each was printed by kafka-producer-perf-test.sh of 4.3.0.
        check(
            "--num-records should be greater than zero.",
            "kafka-producer-perf-test:  error:  --num-records  should  be  greater  than\nzero.",
        );
        check("argument --topic is required", "kafka-producer-perf-test: error: argument --topic is required");
        check(
            "one of the arguments --record-size --payload-file --payload-monotonic is required",
            "kafka-producer-perf-test: error:  one  of  the  arguments  --record-size --\npayload-file \
             --payload-monotonic is required",
        );
        check(
            "At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or \
             --command-config must be specified.",
            "kafka-producer-perf-test: error: At  least  one  of  --bootstrap-server, --\ncommand-property, \
             --producer-props,  --producer.config  or --command-config\nmust be specified.",
        );
    }
}
