//! Names of tools: as Kafka's scripts are called, with or without folder, `kafka-` and `.sh`.

use std::fmt;

/// The tools that there are.
pub const TOOLS: [&str; 10] = [
    "kafka-topics",
    "kafka-console-producer",
    "kafka-console-consumer",
    "kafka-consumer-groups",
    "kafka-configs",
    "kafka-get-offsets",
    "kafka-delete-records",
    "kafka-dump-log",
    "kafka-broker-api-versions",
    "kafka-producer-perf-test",
];

/// Tools of Kafka's that are not here.
const ABSENT: [&str; 21] = [
    "kafka-acls",
    "kafka-client-metrics",
    "kafka-cluster",
    "kafka-console-share-consumer",
    "kafka-consumer-perf-test",
    "kafka-delegation-tokens",
    "kafka-e2e-latency",
    "kafka-features",
    "kafka-groups",
    "kafka-jmx",
    "kafka-leader-election",
    "kafka-log-dirs",
    "kafka-metadata-quorum",
    "kafka-metadata-shell",
    "kafka-reassign-partitions",
    "kafka-replica-verification",
    "kafka-share-groups",
    "kafka-storage",
    "kafka-streams-groups",
    "kafka-transactions",
    "kafka-verifiable-producer",
];

/// A name that is no tool's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownTool {
    /// The name as it was given.
    pub name: String,
    /// A tool whose name is near.
    pub suggestion: Option<&'static str>,
    /// Whether Kafka has a tool of that name.
    pub is_kafkas: bool,
}

impl fmt::Display for UnknownTool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_kafkas {
            return write!(out, "{:?} is one of Kafka's tools, but it is not here yet", self.name);
        }
        write!(out, "there is no tool {:?}", self.name)?;
        match self.suggestion {
            Some(suggestion) => write!(out, "; is {suggestion:?} meant?"),
            None => Ok(()),
        }
    }
}

/// The tool that a name means: `kafka-topics`, `topics`, `kafka-topics.sh`, `./bin/kafka-topics.sh`.
///
/// # Errors
/// [`UnknownTool`] with the nearest name.
pub fn resolve(name: &str) -> Result<&'static str, UnknownTool> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let bare = bare.strip_suffix(".sh").or_else(|| bare.strip_suffix(".bat")).unwrap_or(bare);
    let bare = bare.strip_prefix("kafka-").unwrap_or(bare);
    let is_named = |tool: &&&'static str| tool.strip_prefix("kafka-") == Some(bare);
    if let Some(tool) = TOOLS.iter().find(is_named) {
        return Ok(tool);
    }
    let near = nearest(bare, TOOLS.iter().map(|tool| tool.strip_prefix("kafka-").unwrap_or(tool)));
    let near = near.and_then(|near| TOOLS.iter().find(|tool| tool.strip_prefix("kafka-") == Some(near)));
    Err(UnknownTool {
        name: name.to_owned(),
        suggestion: near.copied(),
        is_kafkas: ABSENT.iter().any(|tool| is_named(&tool)),
    })
}

/// The word that is meant, if one of these is near enough to what was written.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.map(|known| (distance(word, known), known)).min()?;
    Some(near.1).filter(|_| near.0 <= 3.max(word.len() / 3))
}

/// How many letters have to be put in, taken out or changed to make one name of the other.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=one.len()).collect();
    for (index, letter) in other.chars().enumerate() {
        let mut corner = row[0];
        row[0] = index + 1;
        for (at, own) in one.iter().enumerate() {
            let changed = corner + usize::from(*own != letter);
            corner = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(corner + 1);
        }
    }
    row[one.len()]
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn a_tool_has_many_names() {
        for name in ["topics", "kafka-topics", "kafka-topics.sh", "./kafka-topics.sh", "bin/kafka-topics.sh"] {
            assert_eq!(resolve(name), Ok("kafka-topics"), "{name}");
        }
        assert_eq!(resolve("console-consumer"), Ok("kafka-console-consumer"));
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_one() {
        assert_eq!(resolve("topic").unwrap_err().to_string(), "there is no tool \"topic\"; is \"kafka-topics\" meant?");
        assert_eq!(resolve("kafka-console-cosumer.sh").unwrap_err().suggestion, Some("kafka-console-consumer"));
        assert_eq!(resolve("xyzzy-plugh-and-more").unwrap_err().suggestion, None);
        assert_eq!(
            resolve("kafka-acls.sh").unwrap_err().to_string(),
            "\"kafka-acls.sh\" is one of Kafka's tools, but it is not here yet"
        );
    }
}
