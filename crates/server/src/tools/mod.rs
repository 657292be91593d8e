//! Kafka's command-line tools on a real terminal: `runnel topics --list`, `runnel kafka-topics.sh --list`, or a link
//! named `kafka-topics.sh` that leads to `runnel`.

mod disk;
mod links;
mod run;

use crate::start_error::StartError;
use runnel_tools::{TOOLS, resolve};
use std::ffi::OsString;

/// A tool that was asked for, with its arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Asked {
    name: &'static str,
    arguments: Vec<String>,
}

/// The tool that a command line names, by the name of the program or by its first word.
///
/// # Errors
/// If the first word is the name of nothing.
pub(crate) fn asked(words: &[OsString]) -> Result<Option<Asked>, StartError> {
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    let arguments = |from: usize| words.iter().skip(from).map(text).collect();
    if let Some(program) = words.first().map(text)
        && let Ok(name) = resolve(&program)
    {
        return Ok(Some(Asked { name, arguments: arguments(1) }));
    }
    match words.get(1).map(text) {
        Some(first) if !first.starts_with('-') && first != "serve" => match resolve(&first) {
            Ok(name) => Ok(Some(Asked { name, arguments: arguments(2) })),
            Err(unknown) => Err(StartError::new(format!("{unknown} (runnel --help lists what there is)"))),
        },
        _ => Ok(None),
    }
}

/// Runs a tool to its end. Returns its status.
///
/// # Errors
/// If there is nothing to run it with.
pub(crate) fn run(asked: &Asked) -> Result<u8, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| StartError::new(format!("cannot start: {error}")))?;
    let status = runtime.block_on(run::run(asked.name, &asked.arguments))?;
    // Whatever still looks up a name or reads a line is left behind.
    runtime.shutdown_background();
    Ok(u8::try_from(status).unwrap_or(1))
}

/// What `runnel --help` says about tools.
pub(crate) fn help() -> String {
    let mut text = "Kafka's command-line tools, against this or any other Kafka:\n".to_owned();
    for tool in TOOLS {
        text.push_str(&format!("  runnel {}\n", tool.strip_prefix("kafka-").unwrap_or(tool)));
    }
    text.push_str(
        "Each is also there under the name of Kafka's script, as runnel kafka-topics.sh or by a link of that name.",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::{asked, help};
    use std::ffi::OsString;

    fn name_of(line: &str) -> Result<Option<&'static str>, String> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        asked(&words).map(|asked| asked.map(|asked| asked.name)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_tool_is_named_by_the_program_or_by_the_first_word() {
        assert_eq!(name_of("/usr/local/bin/kafka-topics.sh --list"), Ok(Some("kafka-topics")));
        assert_eq!(name_of("runnel topics --list"), Ok(Some("kafka-topics")));
        assert_eq!(name_of("runnel kafka-topics.sh"), Ok(Some("kafka-topics")));
        for served in ["runnel", "runnel serve", "runnel --brokers 3", "./target/release/runnel --help"] {
            assert_eq!(name_of(served), Ok(None), "{served}");
        }
        let refusal = "there is no tool \"topcs\"; is \"kafka-topics\" meant? (runnel --help lists what there is)";
        assert_eq!(name_of("runnel topcs"), Err(refusal.to_owned()));
    }

    #[test]
    fn the_help_names_every_tool() {
        assert!(help().contains("  runnel console-producer\n"));
    }
}
