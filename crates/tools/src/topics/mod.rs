//! `kafka-topics`: creates, lists, describes, alters and deletes topics.
//!
//! Not done: reassignments under way are not shown, since ListPartitionReassignments is not spoken here; a config's
//! value is checked by the broker where Kafka's tool checks it too before it asks.

mod arguments;
mod create;
mod describe;

use crate::admin::{AdminSettings, connect, list_topics};
use crate::java::{Exception, IncludeList};
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};

use crate::help::TOPICS as HELP;

/// Topics that Kafka keeps for itself.
pub(crate) const INTERNAL_TOPICS: [&str; 3] = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

/// Runs the command.
pub(crate) fn main(story: &mut Story<'_>) -> Outcome<()> {
    match prepare(story) {
        Ok(options) => match act(story, &options) {
            Err(Stop::Thrown(exception)) => {
                let exception = exception.unwrapped();
                story.out(format!("Error while executing topic command : {}", exception.message()));
                story.log_error(&format!("{}\n", exception.trace()), "org.apache.kafka.tools.TopicCommand")?;
                Err(Stop::Exit(1))
            }
            outcome => outcome,
        },
        Err(Stop::Thrown(exception)) => Err(fail(story, &exception)),
        Err(stop) => Err(stop),
    }
}

/// How most of the tools end on an exception: its message, its trace, status 1.
pub(crate) fn fail(story: &mut Story<'_>, exception: &Exception) -> Stop {
    story.err(exception.message());
    story.err(exception.trace());
    story.err("");
    Stop::Exit(1)
}

fn prepare(story: &mut Story<'_>) -> Outcome<Options> {
    let options = Options::parse(&Table::read(HELP), story.arguments())?;
    arguments::check(story, &options)?;
    connect(story, &options, None)?;
    Ok(options)
}

fn act(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    if options.has("create") {
        create::create(story, options)
    } else if options.has("alter") {
        create::alter(story, options)
    } else if options.has("list") {
        let topics = matching(story, options)?;
        story.out(topics.join("\n"));
        Ok(())
    } else if options.has("describe") {
        describe::describe(story, options)
    } else {
        create::delete(story, options)
    }
}

/// The topics that `--topic` and `--exclude-internal` mean, by name.
fn matching(story: &mut Story<'_>, options: &Options) -> Outcome<Vec<String>> {
    let topics = list_topics(story)?;
    let include = options.value("topic")?.map(IncludeList::new).transpose()?;
    let excludes_internal = options.has("exclude-internal");
    let names = topics.into_iter().filter_map(|topic| topic.name).map(|name| name.to_string());
    Ok(names
        .filter(|name| !(excludes_internal && INTERNAL_TOPICS.contains(&name.as_str())))
        .filter(|name| include.as_ref().is_none_or(|include| include.allows(name)))
        .collect())
}

/// A topic that was named and is not there is an error, unless `--if-exists` says otherwise.
fn ensure_exists(options: &Options, found: &[String]) -> Outcome<()> {
    match options.value("topic")? {
        Some(topic) if !topic.is_empty() && !options.has("if-exists") && found.is_empty() => {
            Err(Exception::illegal_argument(format!("Topic '{topic}' does not exist as expected")).into())
        }
        _ => Ok(()),
    }
}

/// What a request may take on the broker's side.
fn timeout_ms(settings: &AdminSettings) -> i32 {
    i32::try_from(settings.api_timeout.as_millis()).unwrap_or(i32::MAX)
}
