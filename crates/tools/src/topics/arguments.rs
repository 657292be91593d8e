//! Which options go together.

use crate::java::Exception;
use crate::options::Options;
use crate::story::{Outcome, Story};

const ACTIONS: [&str; 5] = ["create", "list", "alter", "describe", "delete"];

const REPORTS: [&str; 4] =
    ["under-replicated-partitions", "under-min-isr-partitions", "at-min-isr-partitions", "unavailable-partitions"];

const CONFIGS_TOOL: &str = " (To alter topic configurations, the kafka-configs tool can be used.)";

/// Checks them in the order in which Kafka's tool does, so that the same mistake is named first.
pub(super) fn check(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    if options.is_empty() {
        return Err(options.usage(story, "Create, delete, describe, or change a topic."));
    }
    options.help_or_version(story, "This tool helps to create, delete, describe, or change a topic.")?;
    if ACTIONS.iter().filter(|action| options.has(action)).count() != 1 {
        let sentence = "Command must include exactly one action: --list, --describe, --create, --alter or --delete";
        return Err(options.usage(story, sentence));
    }
    if options.has("delete-config") {
        story.err(
            "delete-config option is no longer supported and deprecated since version 4.0. The config will be fully \
             removed in future releases.",
        );
    }
    required(story, options)?;
    let allowed_with = |story: &mut Story<'_>, option: &str, actions: &[&str], also_not: &[&str]| {
        let others: Vec<&str> = ACTIONS.into_iter().filter(|action| !actions.contains(action)).collect();
        options.forbid(story, option, &[&others, also_not].concat())
    };
    allowed_with(story, "config", &["alter", "create"], &[])?;
    allowed_with(story, "partitions", &["alter", "create"], &[])?;
    allowed_with(story, "replication-factor", &["create"], &[])?;
    allowed_with(story, "replica-assignment", &["alter", "create"], &[])?;
    if options.has("create") {
        options.forbid(story, "replica-assignment", &["partitions", "replication-factor"])?;
    }
    for report in REPORTS {
        allowed_with(story, report, &["describe"], &["topics-with-overrides"])?;
    }
    allowed_with(story, "topics-with-overrides", &["describe"], &REPORTS)?;
    allowed_with(story, "if-exists", &["alter", "delete", "describe"], &[])?;
    allowed_with(story, "if-not-exists", &["create"], &[])?;
    allowed_with(story, "exclude-internal", &["list", "describe"], &[])
}

fn required(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    if !options.has("bootstrap-server") {
        return Err(Exception::illegal_argument("--bootstrap-server must be specified").into());
    }
    if options.has("describe") && options.has("if-exists") {
        if !options.has("topic") && !options.has("topic-id") {
            return Err(options.usage(story, "--topic or --topic-id is required to describe a topic"));
        }
        if options.has("topic") && options.has("topic-id") {
            story.out(
                "Only topic id will be used when both --topic and --topic-id are specified and topicId is not \
                 Uuid.ZERO_UUID",
            );
        }
    }
    if !options.has("list") && !options.has("describe") {
        options.require(story, &["topic"])?;
    }
    if options.has("alter") {
        if options.has("config") {
            let sentence = format!(
                "Option combination \"[bootstrap-server],[config]\" can't be used with option \"[alter]\"{CONFIGS_TOOL}"
            );
            return Err(options.usage(story, &sentence));
        }
        options.require(story, &["partitions"])?;
    }
    Ok(())
}
