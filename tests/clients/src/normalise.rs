//! Takes out of a text what differs from run to run on one and the same broker: identifiers, times, ports, folders.
//!
//! What is left must be equal on Apache Kafka and here, letter by letter.

use crate::address::WRITTEN_PORT;
use regex_lite::Regex;
use std::sync::LazyLock;

/// The rules, in the order in which they apply: what is looked for, and what stands in its place.
static RULES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        // Member ids of Java, kafkajs and librdkafka.
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
        // Topic ids and cluster ids: 128 bits in Kafka's base64.
        (r"(TopicId: |cluster_?[iI]d\W{1,4}|Cluster ID: )[A-Za-z0-9_-]{22}\b", "$1<id>"),
        // Names that clients count up within a process.
        (r"\b(console-consumer|adminclient)-\d+", "$1-<n>"),
        // Times: in records, in logs, in words.
        (r"\b(CreateTime|LogAppendTime|largestTime|maxTimestamp|timestamp)(\W{1,4})1[6-9]\d{11}", "$1$2<time>"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d{3}Z?", "<time>"),
        (r"\b1[6-9]\d{11}\b", "<time>"),
        (r#""duration":\d+"#, r#""duration":<ms>"#),
        // Checksums follow from the times.
        (r"\bcrc: \d+", "crc: <crc>"),
        // What the Java client says of itself, and kafkajs of its process.
        (r#""pid":\d+"#, r#""pid":<pid>"#),
        // Where in Kafka's or the JDK's source an exception was thrown.
        (r"(?m)^\s+(at \S+\(.*\)|\.\.\. \d+ more)\n", ""),
        (r"(?m)[ \t]+$", ""),
    ]
    .into_iter()
    .map(|(pattern, replacement)| (Regex::new(pattern).expect("the rules are regular expressions"), replacement))
    .collect()
});

/// What a client of the server on `port` printed, without what differs from run to run.
pub fn normalise(text: &str, port: u16, folders: &[(&str, &str)]) -> String {
    let mut text = text.replace("\r\n", "\n");
    for (path, name) in folders {
        text = text.replace(path, name);
    }
    let bare = Regex::new(&format!(r"\b{port}\b")).expect("a number is a regular expression");
    text = bare.replace_all(&text, WRITTEN_PORT).into_owned();
    for (pattern, replacement) in RULES.iter() {
        text = pattern.replace_all(&text, *replacement).into_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn identifiers_times_and_ports_go_and_the_rest_stays() {
        let text = "Topic: a\tTopicId: Qk3vKdWxTZyUK2Fh8r2Jdg\tLeader: 1 \nCreateTime:1795445266054\tkey\tv\n\
                    {\"timestamp\":\"2026-11-23T14:42:32.001Z\",\"broker\":\"127.0.0.1:34567\"}\n";
        assert_eq!(
            normalise(text, 34567, &[]),
            "Topic: a\tTopicId: <id>\tLeader: 1\nCreateTime:<time>\tkey\tv\n\
             {\"timestamp\":\"<time>\",\"broker\":\"127.0.0.1:9092\"}\n"
        );
    }

    #[test]
    fn a_stack_trace_keeps_its_first_line() {
        let text = "ERROR java.lang.X: no (a.B)\n\tat a.B.c(B.java:12)\n\tat d.E.f(E.java:1)\nnext\n";
        assert_eq!(normalise(text, 1, &[]), "ERROR java.lang.X: no (a.B)\nnext\n");
    }
}
