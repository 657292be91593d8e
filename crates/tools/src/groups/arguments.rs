//! Which options go together.

use crate::options::Options;
use crate::story::{Outcome, Story};

const SPECS: [&str; 8] =
    ["to-offset", "to-datetime", "by-duration", "to-earliest", "to-latest", "to-current", "shift-by", "from-file"];

/// Checks them in the order in which Kafka's tool does.
pub(super) fn check(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    options.help_or_version(
        story,
        "This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset \
         consumer group offsets.",
    )?;
    if !options.has("validate-regex") {
        options.require(story, &["bootstrap-server"])?;
    }
    if options.has("describe") {
        need_groups(story, options, "describe")?;
        let parts = ["members", "offsets", "state"];
        if parts.iter().filter(|part| options.has(part)).count() > 1 {
            let sentence = "Option [describe] takes at most one of these options: [members], [offsets], [state]";
            return Err(options.usage(story, sentence));
        }
        if options.has("state") && !options.values("state").is_empty() {
            return Err(options.usage(story, "Option [describe] does not take a value for [state]"));
        }
    }
    if options.has("delete") {
        need_groups(story, options, "delete")?;
        if options.has("topic") {
            let sentence = "The consumer does not support topic-specific offset deletion from a consumer group.";
            return Err(options.usage(story, sentence));
        }
    }
    if options.has("delete-offsets") && (!options.has("group") || !options.has("topic")) {
        let sentence = "Option [delete-offsets] takes the following options: [topic], [group]";
        return Err(options.usage(story, sentence));
    }
    if options.has("reset-offsets") {
        check_reset(story, options)?;
    }
    options.forbid(story, "group", &["all-groups"])?;
    options.forbid(story, "group", &["list"])?;
    options.forbid(story, "topic", &["list", "describe"])
}

fn need_groups(story: &mut Story<'_>, options: &Options, action: &str) -> Outcome<()> {
    if options.has("group") || options.has("all-groups") {
        return Ok(());
    }
    let sentence = format!("Option [{action}] takes one of these options: [group], [all-groups]");
    Err(options.usage(story, &sentence))
}

fn check_reset(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    if options.has("dry-run") && options.has("execute") {
        return Err(options.usage(story, "Option [reset-offsets] only accepts one of [execute] and [dry-run]"));
    }
    if !options.has("dry-run") && !options.has("execute") {
        story.err(
            "WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will \
             require either --dry-run or --execute to be specified. You should add the --dry-run option explicitly if \
             you are scripting this command and want to keep the current default behavior without prompting.",
        );
    }
    need_groups(story, options, "reset-offsets")?;
    for spec in SPECS {
        let others: Vec<&str> = SPECS.into_iter().filter(|other| *other != spec).collect();
        options.forbid(story, spec, &others)?;
    }
    Ok(())
}
