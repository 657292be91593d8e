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
    let mut unknown = Vec::new();
    while let Some(argument) = rest.next() {
        if argument == "-h" {
            given.insert("--help", Vec::new());
            continue;
        }
        if !argument.starts_with("--") {
            unknown.push(argument);
            continue;
        }
        let (name, value) = argument.split_once('=').map_or((argument.as_str(), None), |(name, value)| (name, Some(value)));
        let Some((name, takes)) = find(options, name)? else {
            unknown.push(argument);
            continue;
        };
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
    if !unknown.is_empty() {
        let unknown: Vec<String> = unknown.into_iter().map(|argument| format!("'{argument}'")).collect();
        return Err(format!("unrecognized arguments: {}", unknown.join(" ")));
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
            let names: Vec<&str> = near.iter().map(|(known, _)| *known).collect();
            Err(format!("ambiguous option: {name} could match {}", names.join(", ")))
        }
    }
}
