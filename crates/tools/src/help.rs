//! What Kafka's tools print as their help, and the options that it names.

pub(crate) const BROKER_API_VERSIONS: &str = include_str!("help/kafka-broker-api-versions.txt");
pub(crate) const CONFIGS: &str = include_str!("help/kafka-configs.txt");
pub(crate) const CONSOLE_CONSUMER: &str = include_str!("help/kafka-console-consumer.txt");
pub(crate) const CONSOLE_PRODUCER: &str = include_str!("help/kafka-console-producer.txt");
pub(crate) const CONSUMER_GROUPS: &str = include_str!("help/kafka-consumer-groups.txt");
pub(crate) const DELETE_RECORDS: &str = include_str!("help/kafka-delete-records.txt");
pub(crate) const DUMP_LOG: &str = include_str!("help/kafka-dump-log.txt");
pub(crate) const GET_OFFSETS: &str = include_str!("help/kafka-get-offsets.txt");
pub(crate) const PRODUCER_PERF_TEST: &str = include_str!("help/kafka-producer-perf-test.txt");
pub(crate) const TOPICS: &str = include_str!("help/kafka-topics.txt");

/// Most letters of what is said about an option.
const ABOUT_MAX: usize = 100;

/// An option of a tool, for whoever completes a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToolOption {
    /// Its name with its dashes.
    pub name: String,
    /// Whether an argument has to follow.
    pub takes_argument: bool,
    /// What the tool's help says of it: the first sentence, or its beginning.
    pub about: String,
}

/// The options of a tool in the order of its help; none of a tool that there is not. The name is one of [`crate::TOOLS`].
pub fn options_of(tool: &str) -> Vec<ToolOption> {
    match tool {
        "kafka-broker-api-versions" => in_two_columns(BROKER_API_VERSIONS),
        "kafka-configs" => in_two_columns(CONFIGS),
        "kafka-console-consumer" => in_two_columns(CONSOLE_CONSUMER),
        "kafka-console-producer" => in_two_columns(CONSOLE_PRODUCER),
        "kafka-consumer-groups" => in_two_columns(CONSUMER_GROUPS),
        "kafka-delete-records" => in_two_columns(DELETE_RECORDS),
        "kafka-dump-log" => in_two_columns(DUMP_LOG),
        "kafka-get-offsets" => in_two_columns(GET_OFFSETS),
        "kafka-topics" => in_two_columns(TOPICS),
        "kafka-producer-perf-test" => of_argparse(PRODUCER_PERF_TEST),
        _other => Vec::new(),
    }
}

/// joptsimple's help: `--name <Type: what>` at the left, a description at the right, both over several lines.
fn in_two_columns(help: &str) -> Vec<ToolOption> {
    let width = help.lines().next().and_then(|line| line.find("Description")).unwrap_or(0);
    let rows = help.lines().skip(2).map(|line| (line.get(..width).unwrap_or(line), line.get(width..).unwrap_or("")));
    collect(rows)
}

/// argparse's help: the same after a head, and what does not fit at the left has a line of its own.
fn of_argparse(help: &str) -> Vec<ToolOption> {
    const WIDTH: usize = 25;
    let rows = help.lines().skip_while(|line| *line != "optional arguments:").skip(1);
    collect(rows.map(|line| {
        let line = line.strip_prefix("  ").unwrap_or(line);
        let is_alone = line.starts_with('-') && line.get(WIDTH - 3..WIDTH - 2).is_some_and(|letter| letter != " ");
        if is_alone { (line, "") } else { (line.get(..WIDTH - 2).unwrap_or(line), line.get(WIDTH - 2..).unwrap_or("")) }
    }))
}

fn collect<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<ToolOption> {
    let mut options: Vec<ToolOption> = Vec::new();
    for (left, right) in rows {
        // Of `-h, --help` the long one.
        let name = left.split([' ', ',']).find(|word| word.starts_with("--"));
        if let Some(name) = name.filter(|_| left.starts_with('-')) {
            options.push(ToolOption { name: name.to_owned(), takes_argument: false, about: String::new() });
        }
        let Some(open) = options.last_mut() else { continue };
        let argument = left.strip_prefix("-h, ").unwrap_or(left).trim_end();
        let argument = argument.strip_prefix(open.name.as_str()).unwrap_or(argument).trim_start();
        open.takes_argument |=
            argument.starts_with('<') || argument.starts_with(|letter: char| letter.is_ascii_uppercase());
        for word in right.split_whitespace() {
            if !open.about.is_empty() {
                open.about.push(' ');
            }
            open.about.push_str(word);
        }
    }
    for option in &mut options {
        option.about = shortened(&option.about);
    }
    options
}

fn shortened(text: &str) -> String {
    let sentence = text.find(". ").map_or(text, |end| &text[..=end]);
    let sentence = sentence.strip_prefix("REQUIRED: ").unwrap_or(sentence);
    match sentence.char_indices().nth(ABOUT_MAX) {
        Some((end, _)) => format!("{}…", sentence[..end].trim_end()),
        None => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ToolOption, options_of};
    use crate::TOOLS;

    fn option(tool: &str, name: &str) -> ToolOption {
        options_of(tool)
            .into_iter()
            .find(|option| option.name == name)
            .unwrap_or_else(|| panic!("{tool} has no {name}"))
    }

    #[test]
    fn every_tool_names_its_options() {
        for tool in TOOLS {
            let options = options_of(tool);
            assert!(options.iter().any(|option| option.name == "--help"), "{tool}");
            for option in options {
                assert!(option.name.starts_with("--") && !option.name.contains(['<', ' ', '=']), "{tool}: {option:?}");
                assert!(!option.about.is_empty(), "{tool}: {option:?}");
            }
        }
        assert_eq!(options_of("kafka-acls"), []);
    }

    #[test]
    fn an_option_is_told_by_its_first_sentence_and_whether_something_follows() {
        let alter = option("kafka-topics", "--alter");
        assert!(!alter.takes_argument);
        assert_eq!(alter.about, "Alter the number of partitions and replica assignment.");
        let server = option("kafka-topics", "--bootstrap-server");
        assert!(server.takes_argument);
        assert_eq!(server.about, "The Kafka server to connect to.");
        // Its argument stands on the next line.
        assert!(option("kafka-topics", "--partition-size-limit-per-response").takes_argument);
        // One that may follow does not have to.
        assert!(!option("kafka-consumer-groups", "--state").takes_argument);
        assert!(option("kafka-producer-perf-test", "--num-records").takes_argument);
        assert_eq!(option("kafka-producer-perf-test", "--num-records").about, "Number of records to produce.");
        assert!(!option("kafka-producer-perf-test", "--print-metrics").takes_argument);
        assert_eq!(option("kafka-producer-perf-test", "--help").about, "show this help message and exit");
    }
}
