//! Plans of offsets as `--export` writes and `--from-file` reads them.

use crate::admin::Partition;
use crate::java::Exception;
use std::collections::BTreeMap;

/// New offsets by group and partition.
pub(super) type Plan = BTreeMap<String, BTreeMap<Partition, i64>>;

/// One line: `topic,partition,offset`, with the group before it where there are several.
pub(super) fn line(group: Option<&str>, partition: &Partition, offset: i64) -> String {
    let group = group.map(|group| format!("{},", quoted(group))).unwrap_or_default();
    format!("{group}{},{},{offset}", quoted(&partition.topic), partition.index)
}

/// Jackson quotes what holds a comma, a quote or a line's end, and what is long.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || text.len() > 24 {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Reads a file; lines without a group are of the only group that is meant.
pub(super) fn read(text: &str, groups: &[String]) -> Result<Plan, Exception> {
    let mut plan = Plan::new();
    for line in text.lines() {
        let fields = fields(line);
        let wrong = || {
            let message =
                format!("Cannot read {line:?}: \"topic,partition,offset\" or \"group,topic,partition,offset\"");
            Exception::new("com.fasterxml.jackson.databind.exc.InvalidFormatException", message).runtime()
        };
        let (group, topic, partition, offset) = match (&fields[..], groups) {
            ([topic, partition, offset], [group]) => (group, topic, partition, offset),
            ([group, topic, partition, offset], _) => (group, topic, partition, offset),
            _ => return Err(wrong()),
        };
        let index = partition.trim().parse().map_err(|_| wrong())?;
        let offset = offset.trim().parse().map_err(|_| wrong())?;
        plan.entry(group.clone()).or_default().insert(Partition::new(topic, index), offset);
    }
    Ok(plan)
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let field = fields.last_mut().expect("there is a field from the start");
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            other => field.push(other),
        }
    }
    fields
}
