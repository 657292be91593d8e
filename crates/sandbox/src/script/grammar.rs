//! The grammar table as data, for help and completion: the words that the documentation of [`super`] has as its law.

/// The table, as Markdown.
const TABLE: &str = include_str!("grammar.md");

/// A line of the first table: what can be typed, and what it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// `crash NAME`, each way to type it, with `[x]` around what may be left out and `|` between choices.
    pub usages: Vec<String>,
    /// In a sentence, as Markdown.
    pub about: String,
}

/// All commands, in the order of the table.
pub fn commands() -> Vec<Row> {
    let rows = cells("| Command |").map(|(left, right)| {
        let mut usages: Vec<String> = Vec::new();
        for piece in in_backticks(&left) {
            match usages.last_mut() {
                // `with [acks=]`: more of what stands before it.
                Some(usage) if piece.starts_with('[') => usage.extend([" ", piece]),
                // `./` and `.sh` are no commands but ways to write a tool's name.
                Some(_) | None if piece.starts_with('.') || piece.ends_with('/') => {}
                Some(_) | None => usages.push(piece.to_owned()),
            }
        }
        Row { usages, about: right }
    });
    rows.collect()
}

/// The words that a value may be, where the table lists them: `java`, `kafkajs` and `librdkafka` for `KIND`.
pub fn words_of(value: &str) -> Vec<String> {
    let found = cells("| Value |").find(|(left, _)| in_backticks(left).any(|name| name == value));
    let is_word = |word: &&str| word.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-');
    found.iter().flat_map(|(_, right)| in_backticks(right)).filter(is_word).map(str::to_owned).collect()
}

/// The cells of the table with this head.
fn cells(head: &str) -> impl Iterator<Item = (String, String)> {
    let rows = TABLE.lines().skip_while(move |line| !line.starts_with(head)).skip(2);
    rows.map_while(|line| {
        let row = line.strip_prefix("| ")?.strip_suffix(" |")?.replace("\\|", "\u{0}");
        let (left, right) = row.split_once(" | ")?;
        Some((left.replace('\u{0}', "|"), right.replace('\u{0}', "|")))
    })
}

fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::{commands, words_of};

    #[test]
    fn every_command_stands_in_the_table_with_what_it_does() {
        let rows = commands();
        let words: Vec<&str> =
            rows.iter().flat_map(|row| &row.usages).filter_map(|usage| usage.split(' ').next()).collect();
        for word in ["topic", "alter", "send", "crash", "unwire", "cut", "heal", "settle", "place", "interrupt"] {
            assert!(words.contains(&word), "{word}");
        }
        assert!(rows.iter().all(|row| !row.about.is_empty()));
        let crash = rows.iter().find(|row| row.usages == ["crash NAME"]).unwrap();
        assert_eq!(crash.about, "the process is gone, without a goodbye to its group");
        let clear = rows.iter().find(|row| row.usages[0].starts_with("clear")).unwrap();
        assert_eq!(clear.usages, ["clear producers|consumers|topics|groups"]);
        let set = rows.iter().find(|row| row.usages[0].starts_with("set")).unwrap();
        assert!(set.usages[0].contains("[acks=]") && set.usages[0].contains("[group=]"), "{:?}", set.usages);
    }

    #[test]
    fn every_word_of_the_table_begins_a_command() {
        for usage in commands().into_iter().flat_map(|row| row.usages) {
            let first = usage.split(' ').next().unwrap_or_default().replace("NAME", "topics");
            let error = first.parse::<crate::script::Command>().err().map(|error| error.to_string());
            let is_unknown = error.is_some_and(|error| error.contains("wanted a command"));
            assert!(!is_unknown, "{usage}");
        }
    }

    #[test]
    fn values_have_their_words() {
        assert_eq!(words_of("KIND"), ["java", "kafkajs", "librdkafka"]);
        assert_eq!(words_of("ASSIGNOR"), ["range", "roundrobin", "sticky", "cooperative-sticky"]);
        assert_eq!(words_of("POLICY"), ["auto", "each", "before", "after", "never"]);
        assert_eq!(words_of("TIME").len(), 6);
        assert!(words_of("NOTHING").is_empty());
    }
}
