//! Which partition a key, or a record without one, goes to: the simulated kinds of clients against the real ones.
//!
//! Java's classes are asked in a JVM, kafkajs's in Node, both line by line. librdkafka shows what it does: kcat sends
//! the keys to a server, and another kcat reads where each came to lie.

use crate::folders;
use crate::scenarios::report;
use crate::server::{Kind, Server};
use runnel_clients::ClientKind;
use runnel_clients::partitioners::{
    Lanes, LibrdkafkaPartitioner, PartitionReason, Partitioner, PartitionerSettings, Sticky,
};
use runnel_protocol::{Random, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const KEYS: usize = 1000;
const COUNTS: [i32; 7] = [1, 2, 3, 7, 12, 50, 1000];

#[test]
fn keys_go_where_javas_producer_puts_them_and_records_without_one_too() {
    let started = Instant::now();
    let classes = folders::fresh("partitioner-oracle");
    let jars = format!("{}/*", folders::target("kafka-4.3.0").display());
    let source = folders::package("java/PartitionerOracle.java");
    let compiled = Command::new("javac").args(["-cp", &jars, "-d"]).arg(&classes).arg(source).output();
    let compiled = compiled.expect("javac 17 or newer is on the path");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));

    let keys = keys(true);
    let mut questions = String::new();
    for key in &keys {
        writeln!(questions, "key {} {}", hex(key), list(&COUNTS)).unwrap();
    }
    let mut expected: Vec<String> =
        keys.iter().map(|key| by_key(PartitionerSettings::of(ClientKind::Java), key)).collect();
    let mut random = Random::new(11);
    for _ in 0..1000 {
        let (question, ours) = sticky_run(&mut random);
        questions.push_str(&question);
        expected.push(ours);
    }
    let class_path = format!("{}:{jars}", classes.display());
    let mut java = Command::new("java");
    java.args(["-XX:TieredStopAtLevel=1", "-cp", &class_path]);
    java.arg("org.apache.kafka.clients.producer.internals.PartitionerOracle");
    compare(&classes, &mut java, &questions, &expected);
    report(&format!(
        "scenario keys_go_where_javas_producer_puts_them: {KEYS} keys among {COUNTS:?} partitions, and 1000 producers of \
         records without one: {:.1} s",
        started.elapsed().as_secs_f64()
    ));
}

#[test]
fn keys_go_where_kafkajs_puts_them_and_records_without_one_too() {
    let started = Instant::now();
    let folder = folders::fresh("kafkajs-partitioner");
    let keys = keys(true);
    let mut questions = String::new();
    let mut expected = Vec::new();
    for key in &keys {
        writeln!(questions, "key {} {}", hex(key), list(&COUNTS)).unwrap();
        let of = |settings| by_key(settings, key);
        expected.push(format!(
            "{} {}",
            of(PartitionerSettings::KafkajsDefault),
            of(PartitionerSettings::KafkajsLegacy)
        ));
    }
    let mut random = Random::new(12);
    for seed in 0..200 {
        let (count, available) = some_lanes(&mut random);
        let lanes = Lanes { partitions_count: count, available: &available };
        let mut partitioner = Partitioner::new(PartitionerSettings::KafkajsDefault, seed);
        let mut start = None;
        let dealt: Vec<i32> = (0..30)
            .map(|_| {
                let choice = partitioner.choose(Timestamp(0), "topic", &lanes, None, None);
                let PartitionReason::RoundRobin { counter, .. } = choice.reason else { panic!("{choice:?}") };
                start.get_or_insert(counter.wrapping_sub(1));
                choice.partition
            })
            .collect();
        writeln!(questions, "deal {} {count} {} 30", start.unwrap(), list(&available)).unwrap();
        expected.push(list(&dealt));
    }
    compare(&folder, Command::new("node").arg(folders::package("node/dist/partitioner.js")), &questions, &expected);
    report(&format!(
        "scenario keys_go_where_kafkajs_puts_them: {KEYS} keys among {COUNTS:?} partitions by both partitioners, and 200 \
         rounds of cards: {:.1} s",
        started.elapsed().as_secs_f64()
    ));
}

#[test]
fn keys_go_where_librdkafka_puts_them() {
    let started = Instant::now();
    let keys = keys(false);
    let mut partitioners_count = 0;
    for count in [3, 7, 50] {
        let folder = folders::fresh(&format!("librdkafka-partitioner-{count}"));
        let server = Server::start(Kind::Runnel, &folder.join("data"), &[format!("num.partitions={count}")]).unwrap();
        let address = format!("127.0.0.1:{}", server.port());
        for name in LibrdkafkaPartitioner::names() {
            if name == "random" || (count != 7 && name != "consistent_random") {
                continue;
            }
            partitioners_count += 1;
            let found = through_kcat(&folder, &address, name, &keys);
            let partitioner = LibrdkafkaPartitioner::parse(name).unwrap();
            let settings = PartitionerSettings::Librdkafka { partitioner, sticky_linger: Duration::ZERO };
            let mut ours = Partitioner::new(settings, 1);
            let available: Vec<i32> = (0..count).collect();
            let lanes = Lanes { partitions_count: count, available: &available };
            for (index, key) in keys.iter().enumerate() {
                let partition = found[&index];
                let choice = ours.choose(Timestamp(0), "topic", &lanes, None, Some(key));
                if matches!(choice.reason, PartitionReason::KeyHash { .. }) {
                    assert_eq!(choice.partition, partition, "{name} among {count}: key {key:?}");
                } else {
                    // Only an empty key may go anywhere.
                    assert!(key.is_empty() && (0..count).contains(&partition), "{name} among {count}: key {key:?}");
                }
            }
        }
    }
    report(&format!(
        "scenario keys_go_where_librdkafka_puts_them: {KEYS} keys, {partitioners_count} pairs of partitioner and \
         partitions: {:.1} s",
        started.elapsed().as_secs_f64()
    ));
}

/// Sends every key in one run of kcat, and tells the partition of each by its position in the list.
fn through_kcat(folder: &Path, address: &str, partitioner: &str, keys: &[Vec<u8>]) -> BTreeMap<usize, i32> {
    let topic = format!("by-{partitioner}");
    let mut lines = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        lines.extend_from_slice(key);
        lines.extend_from_slice(format!("\t{index}\n").as_bytes());
    }
    let input = folder.join("keys");
    std::fs::write(&input, lines).unwrap();
    let sent = Command::new("kcat")
        .args(["-P", "-b", address, "-t", &topic, "-K", "\t", "-X"])
        .arg(format!("topic.partitioner={partitioner}"))
        .stdin(Stdio::from(File::open(&input).unwrap()))
        .output()
        .expect("kcat is on the path");
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let read = Command::new("kcat")
        .args(["-C", "-q", "-e", "-b", address, "-t", &topic, "-f", "%p %s\n"])
        .output()
        .expect("kcat is on the path");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let text = String::from_utf8(read.stdout).unwrap();
    let found: BTreeMap<usize, i32> = text
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(partition, index)| (index.parse().unwrap(), partition.parse().unwrap()))
        .collect();
    assert_eq!(found.len(), keys.len());
    found
}

/// Asks all questions at once, a line each, and compares line by line.
#[track_caller]
fn compare(folder: &Path, oracle: &mut Command, questions: &str, expected: &[String]) {
    let input = folder.join("questions");
    std::fs::write(&input, questions).unwrap();
    let output = oracle.stdin(Stdio::from(File::open(&input).unwrap())).output().expect("the oracle starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), expected.len());
    for ((question, theirs), ours) in questions.lines().zip(answers.lines()).zip(expected) {
        assert_eq!(ours, theirs, "{question}");
    }
}

/// The partitions of a key, one for each count.
fn by_key(settings: PartitionerSettings, key: &[u8]) -> String {
    let mut partitioner = Partitioner::new(settings, 1);
    let mut choose = |count: i32| {
        let available: Vec<i32> = (0..count).collect();
        let lanes = Lanes { partitions_count: count, available: &available };
        partitioner.choose(Timestamp(0), "topic", &lanes, None, Some(key)).partition
    };
    list(&COUNTS.map(&mut choose))
}

/// A producer of records without a key: what Java is asked, and the partitions that ours takes.
fn sticky_run(random: &mut Random) -> (String, String) {
    let (count, available) = some_lanes(random);
    let lanes = Lanes { partitions_count: count, available: &available };
    let draws: Vec<i32> = (0..60).map(|_| i32::try_from(random.below(1 << 31)).unwrap()).collect();
    let mut draw = draws.iter();
    let mut next = || draw.next().unwrap().unsigned_abs();
    let mut sticky = Sticky::default();
    let (mut steps, mut chosen) = (Vec::new(), Vec::new());
    for _ in 0..50 {
        if random.below(5) == 0 {
            let queues: Vec<(i32, u32)> =
                available.iter().map(|one| (*one, u32::try_from(random.below(4)).unwrap())).collect();
            let entries: Vec<String> = queues.iter().map(|(partition, size)| format!("{partition}={size}")).collect();
            steps.push(format!("q:{}", entries.join(";")));
            sticky.handle_queues(&queues, queues.len());
        }
        let (bytes, is_full) = (random.below(9000), random.below(2) == 0);
        steps.push(format!("a:{bytes}:{is_full}"));
        chosen.push(sticky.peek(&lanes, &mut next).partition);
        sticky.appended(&lanes, bytes, 16_384, is_full, &mut next);
    }
    let question = format!("sticky {count} {} 16384 {} {}\n", list(&available), list(&draws), steps.join(","));
    (question, list(&chosen))
}

/// A number of partitions, and those that have a leader: at least one.
fn some_lanes(random: &mut Random) -> (i32, Vec<i32>) {
    let count = i32::try_from(random.below(12)).unwrap() + 1;
    let mut available: Vec<i32> = (0..count).filter(|_| random.below(4) > 0).collect();
    if available.is_empty() {
        available.push(0);
    }
    (count, available)
}

/// A thousand keys: words, other scripts, bytes of no meaning, long ones, the empty one. Without `any_bytes` none has
/// a tab or a line's end in it, at which kcat would cut.
fn keys(any_bytes: bool) -> Vec<Vec<u8>> {
    let mut random = Random::new(7);
    let mut keys: Vec<Vec<u8>> = vec![Vec::new()];
    for number in 0..250 {
        keys.push(format!("user-{number}").into_bytes());
        keys.push(format!("заказ {number} – 注文 {}", "é".repeat(number % 5)).into_bytes());
    }
    while keys.len() < KEYS {
        let longest = if keys.len() % 50 == 0 { 2000 } else { 24 };
        let size = random.below(longest) + 1;
        let byte = |random: &mut Random| loop {
            let byte = u8::try_from(random.below(256)).unwrap();
            if any_bytes || !matches!(byte, 0 | b'\t' | b'\n' | b'\r') {
                return byte;
            }
        };
        keys.push((0..size).map(|_| byte(&mut random)).collect());
    }
    keys
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn list(numbers: &[i32]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
