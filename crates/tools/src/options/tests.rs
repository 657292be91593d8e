//! Command lines, as joptsimple 5.0.4 reads them.

use super::{Kind, Options, Table, Takes};

fn table() -> Table {
    Table::read(include_str!("../help/kafka-topics.txt"))
}

fn parse(line: &str) -> Result<Options, String> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    Options::parse(&table(), &words).map_err(|exception| exception.to_string())
}

#[test]
fn a_help_text_says_what_each_option_takes() {
    let table = table();
    assert_eq!(table.takes("create"), Some(Takes::Nothing));
    assert_eq!(table.takes("topic"), Some(Takes::Argument(Kind::Text)));
    assert_eq!(table.takes("partitions"), Some(Takes::Argument(Kind::Integer)));
    // Its argument stands on the next line.
    assert_eq!(table.takes("partition-size-limit-per-response"), Some(Takes::Argument(Kind::Integer)));
    assert_eq!(table.takes("replica-assignment"), Some(Takes::Argument(Kind::Text)));
    assert_eq!(table.takes("topi"), None);
    let groups = Table::read(include_str!("../help/kafka-consumer-groups.txt"));
    assert_eq!(groups.takes("state"), Some(Takes::Maybe));
    assert_eq!(groups.takes("shift-by"), Some(Takes::Argument(Kind::Long)));
}

#[test]
fn values_come_after_a_blank_or_an_equals_sign() {
    let options = parse("--create --topic=orders --config a=b --config c=d --partitions 3").unwrap();
    assert_eq!(options.value("topic"), Ok(Some("orders")));
    assert_eq!(options.values("config"), ["a=b", "c=d"]);
    assert_eq!(options.number::<i32>("partitions"), Ok(Some(3)));
    assert_eq!(options.order().collect::<Vec<_>>(), ["create", "topic", "config", "config", "partitions"]);
}

#[test]
fn a_wrong_line_is_refused_in_joptsimples_words() {
    assert_eq!(
        parse("--nonsense").unwrap_err(),
        "joptsimple.UnrecognizedOptionException: nonsense is not a recognized option"
    );
    assert_eq!(parse("-x").unwrap_err(), "joptsimple.UnrecognizedOptionException: x is not a recognized option");
    assert_eq!(
        parse("--list --topic").unwrap_err(),
        "joptsimple.OptionMissingRequiredArgumentException: Option topic requires an argument"
    );
    let options = parse("--topic a --topic b --partitions many").unwrap();
    assert_eq!(
        options.value("topic").unwrap_err().to_string(),
        "joptsimple.MultipleArgumentsForOptionException: Found multiple arguments for option topic, but you asked for \
         only one"
    );
    assert_eq!(
        options.number::<i32>("partitions").unwrap_err().to_string(),
        "joptsimple.OptionArgumentConversionException: Cannot parse argument 'many' of option partitions"
    );
}
