//! Files: written, read, and refused where something is wrong with them.

use super::{BUSY, Story, story};
use bytes::Bytes;
use proptest::prelude::*;
use std::time::Duration;
use twox_hash::XxHash64;

/// A story with a guest from outside.
fn with_guest() -> Story {
    let mut story = story("seed 3\ntopic orders");
    let address = story.world().settings().address(1);
    let (id, _) = story.foreign_open(&address).unwrap();
    story.run_until(story.now() + Duration::from_millis(5));
    // ApiVersions v0, correlation id 5, no client id.
    story.foreign_frame(id, Bytes::from_static(&[0, 18, 0, 0, 0, 0, 0, 5, 0xff, 0xff])).unwrap();
    story.run_until(story.now() + Duration::from_millis(5));
    story.foreign_close(id).unwrap();
    story.run_until(story.now() + Duration::from_secs(1));
    story
}

#[test]
fn what_is_written_reads_back() {
    for written in [story(BUSY), with_guest(), story("")] {
        let text = written.to_file();
        let read = Story::from_file(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read.to_file(), text);
        assert_eq!(read.entries(), written.entries());
        assert_eq!((read.now(), read.world().stage()), (written.now(), written.world().stage()));
    }
}

/// The file with a change, and the sum that belongs to it.
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is in {text}");
    let text = text.replacen(from, to, 1);
    let body = &text[..text.rfind("sum ").unwrap()];
    format!("{body}sum {:016x}\n", XxHash64::oneshot(0, body.as_bytes()))
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let error = Story::from_file(text).map(|story| story.to_file()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let text = with_guest().to_file();
    check("", "line 1: wanted runnel-history 1, found \"the end of the file\"");
    check(&text.replace("history 1", "history 2"), "line 1: wanted runnel-history 1, found \"runnel-history 2\"");
    check(&text.replace("core 0.0.0", "core 9.0.0"), "line 2: wanted core 0.0.0, found \"core 9.0.0\"");
    let damaged = Story::from_file(&text.replace("topic orders", "topic odders")).unwrap_err();
    assert!(damaged.to_string().contains("or the file is damaged"), "{damaged}");
    assert!(Story::from_file(&text[..text.len() / 2]).is_err());
    let unknown = changed(&text, "topic orders", "topik orders");
    check(&unknown, "line 7: wanted a command, or a tool of Kafka's like kafka-topics.sh, found \"topik\"");
    let nobody = changed(&text, "topic orders", "crash anna");
    check(&nobody, "line 7: wanted something that can be done, found \"there is no client \\\"anna\\\"\"");
    let early = changed(&text, "@5000 ", "@5000000 ");
    check(&early, "line 10: wanted an entry that is not before the last one, found \"@10000 outside closes 1\"");
    check(
        &changed(&text, "sends 1 AB", "sends 1 B"),
        "line 9: wanted opens ADDRESS, sends NUMBER BASE64 or closes NUMBER, found \"sends 1 BIAAAAAAAX//w==\"",
    );
    let other = changed(&text, "topic orders", "topic orderz");
    let error = Story::from_file(&other).unwrap_err();
    assert!(error.to_string().starts_with("line 11: wanted frames whose hash is "), "{error}");
    let unknown = changed(&text, "brokers 1", "brokers 1 config:num.partitions=x");
    let error = Story::from_file(&unknown).unwrap_err();
    assert!(error.to_string().starts_with("line 5: wanted settings of brokers"), "{error}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}", cut in 0_usize..400) {
        let file = with_guest().to_file();
        let cut = cut.min(file.len());
        let damaged = format!("{}{text}{}", &file[..cut], &file[cut..]);
        prop_assert!(Story::from_file(&damaged).is_err() || damaged == file);
    }
}
