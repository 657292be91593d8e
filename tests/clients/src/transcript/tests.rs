//! What the lines of a transcript mean.

use super::*;

#[track_caller]
fn only_step(text: &str) -> Step {
    let transcript = Transcript::parse(text).unwrap();
    match &transcript.lines[..] {
        [Line::Step(step)] => step.clone(),
        lines => panic!("wanted one step, found {lines:?}"),
    }
}

#[test]
fn a_command_has_words_filters_and_input() {
    let step = only_step("$ kafka-x.sh --topic 'a b' | grep -E '^x|y' | sort\n< one\n<\n| old output\n= 1\n");
    let Act::Run(pipeline) = step.act else { panic!("wanted a command") };
    assert_eq!(pipeline.words, ["kafka-x.sh", "--topic", "a b"]);
    assert_eq!(pipeline.filters, [Filter::Keep("^x|y".to_owned()), Filter::Sort]);
    assert_eq!(step.input, "one\n\n");
}

#[test]
fn until_counts_lines_over_several_names() {
    let step = only_step("until one,two 3 offset: '1'");
    assert_eq!(step.act, Act::Until(vec!["one".into(), "two".into()], 3, "offset: '1'".into()));
}

#[test]
fn a_line_that_is_no_step_is_named() {
    let error = Transcript::parse("# fine\nkafka-topics.sh --list\n").unwrap_err();
    assert_eq!(error.to_string(), r#"line 2: wanted a step, found "kafka-topics.sh --list""#);
}
