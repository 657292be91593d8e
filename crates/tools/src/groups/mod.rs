//! `kafka-consumer-groups`: lists and describes groups, moves and deletes their offsets, deletes groups.
//!
//! Not done: groups of the consumer protocol (KIP-848) are described as the classic ones are, so a broker refuses.

mod arguments;
mod csv;
mod delete;
mod describe;
mod list;
mod offsets;
mod read;
mod reset;

use crate::admin::connect;
use crate::java::{Exception, is_regex};
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use std::time::Duration;

use crate::help::CONSUMER_GROUPS as HELP;

const ACTIONS: [&str; 6] = ["list", "describe", "delete", "reset-offsets", "delete-offsets", "validate-regex"];

/// Runs the command.
pub(crate) fn main(story: &mut Story<'_>) -> Outcome<()> {
    let options = Options::parse(&Table::read(HELP), story.arguments())?;
    match prepare(story, &options) {
        Err(Stop::Thrown(exception)) => return Err(options.usage(story, exception.message())),
        outcome => outcome?,
    }
    match act(story, &options) {
        Err(Stop::Thrown(exception)) if exception.class() == "java.lang.IllegalArgumentException" => {
            Err(options.usage(story, exception.message()))
        }
        Err(Stop::Thrown(exception)) => {
            error(story, &format!("Executing consumer group command failed due to {}", exception.message()));
            story.err(exception.trace());
            Ok(())
        }
        outcome => outcome,
    }
}

fn prepare(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    arguments::check(story, options)?;
    if ACTIONS.iter().filter(|action| options.has(action)).count() != 1 {
        let actions: Vec<String> = ACTIONS.iter().map(|action| format!("--{action}")).collect();
        let sentence = format!("Command must include exactly one action: {}", actions.join(", "));
        return Err(options.usage(story, &sentence));
    }
    Ok(())
}

fn act(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    if let Some(regex) = options.value("validate-regex")? {
        match is_regex(regex) {
            Ok(()) => story.out(format!("The regular expression `{regex}` is valid.")),
            Err(reason) => story.out(format!("The regular expression `{regex}` is invalid: {reason}.")),
        }
        return Ok(());
    }
    let timeout_ms = options.number::<u64>("timeout")?.unwrap_or(30_000);
    connect(story, options, None)?;
    story.limit_calls(Duration::from_millis(timeout_ms));
    if options.has("list") {
        list::list(story, options)
    } else if options.has("describe") {
        describe::describe(story, options)
    } else if options.has("delete") {
        delete::delete(story, options)
    } else if options.has("reset-offsets") {
        reset::reset(story, options)
    } else {
        delete::delete_offsets(story, options)
    }
}

/// An error that the tool goes on after.
fn error(story: &mut Story<'_>, sentence: &str) {
    story.out("");
    story.out(format!("Error: {sentence}"));
}

/// The groups that are meant.
fn group_ids(story: &mut Story<'_>, options: &Options) -> Outcome<Vec<String>> {
    if !options.has("all-groups") {
        return Ok(options.values("group").to_vec());
    }
    let listed = list::groups(story, Vec::new(), Vec::new()).map_err(in_future)?;
    Ok(listed.into_iter().map(|group| group.group_id.to_string()).collect())
}

/// What the tool makes of an exception of a call that it did not expect.
fn in_future(stop: Stop) -> Stop {
    match stop {
        Stop::Thrown(exception) => Stop::Thrown(Exception::runtime(exception)),
        Stop::Waiting | Stop::Exit(_) => stop,
    }
}
