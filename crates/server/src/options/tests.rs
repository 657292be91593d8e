//! Command lines and what they come to.

use super::{DataPlace, Options, TopicOptions};
use crate::cli::{self, Wish};
use expect_test::{Expect, expect};
use runnel_broker::Durability;
use std::ffi::OsString;

fn parse(words: &str) -> Result<Options, String> {
    let words = ["runnel"].into_iter().chain(words.split_whitespace()).map(OsString::from);
    match cli::parse(words).map_err(|error| error.to_string())? {
        Wish::Serve(arguments) => Options::new(&arguments).map_err(|error| error.to_string()),
        Wish::Read(text) => Err(format!("reads {} lines", text.lines().count())),
    }
}

#[track_caller]
fn check_refused(words: &str, expected: Expect) {
    expected.assert_eq(&parse(words).expect_err("it is refused"));
}

#[track_caller]
fn addresses(words: &str) -> String {
    let mut lines = Vec::new();
    for listener in parse(words).unwrap().listeners {
        for broker in listener.brokers {
            let name = listener.name.as_deref().unwrap_or("-");
            let advertised = broker.advertised.map_or("itself".to_owned(), |address| address.to_string());
            lines.push(format!("{name} {} as {advertised}", broker.bind));
        }
    }
    lines.join("\n")
}

#[test]
fn without_flags_one_broker_serves_on_loopback() {
    let options = parse("").unwrap();
    assert_eq!(addresses(""), "- 127.0.0.1:9092 as itself");
    assert_eq!(options.http.unwrap().bind.to_string(), "127.0.0.1:8080");
    assert_eq!(options.data, DataPlace::Folder("./runnel-data".into()));
    assert_eq!(options.durability, Durability::Interval);
    assert!(!options.strict);
    assert_eq!(parse("serve").unwrap().broker_count, 1);
}

#[test]
fn flags_stand_before_nothing_or_after_serve() {
    for words in ["--ephemeral --brokers 2 --no-http", "serve --ephemeral --brokers 2 --no-http"] {
        let options = parse(words).unwrap();
        assert_eq!(options.data, DataPlace::Memory, "{words}");
        assert_eq!(options.broker_count, 2, "{words}");
        assert_eq!(options.http, None, "{words}");
    }
    check_refused(
        "--ephemeral serve",
        expect!["the subcommand 'serve' cannot be used with '--ephemeral' (runnel --help lists what there is)"],
    );
}

#[test]
fn brokers_count_up_from_the_first_port() {
    assert_eq!(addresses("--brokers 2"), "- 127.0.0.1:9092 as itself\n- 127.0.0.1:9093 as itself");
    assert_eq!(
        addresses("--listen [::1]:0 --brokers 2 --advertise kafka:7000"),
        "- [::1]:0 as kafka:7000\n- [::1]:0 as kafka:7001"
    );
    check_refused(
        "--listen 127.0.0.1:65535 --brokers 2",
        expect!["--listen 127.0.0.1:65535 leaves no port for broker 2"],
    );
    check_refused(
        "--brokers 2 --advertise kafka:65535",
        expect!["--advertise kafka:65535 leaves no port for broker 2"],
    );
}

#[test]
fn each_listener_has_its_own_advertised_address() {
    let words = "--listen outside=127.0.0.1:9092 --listen inside=0.0.0.0:29092 --advertise inside=kafka:29092 \
                 --allow-remote";
    assert_eq!(addresses(words), "outside 127.0.0.1:9092 as itself\ninside 0.0.0.0:29092 as kafka:29092");
    assert_eq!(addresses("--listen main=127.0.0.1:1 --advertise kafka:2"), "main 127.0.0.1:1 as kafka:2");
}

#[test]
fn listeners_and_advertised_addresses_must_match() {
    check_refused(
        "--listen 127.0.0.1:1 --listen b=127.0.0.1:2",
        expect!["--listen given more than once wants a name in front of each: NAME=HOST:PORT"],
    );
    check_refused("--listen a=127.0.0.1:1 --listen a=127.0.0.1:2", expect![[r#"--listen is given twice for "a""#]]);
    check_refused(
        "--listen a=127.0.0.1:1 --listen b=127.0.0.1:2 --advertise kafka:1",
        expect!["--advertise kafka:1 wants the name of its listener: NAME=kafka:1"],
    );
    check_refused(
        "--listen a=127.0.0.1:1 --advertise b=kafka:1",
        expect![[r#"--advertise b=kafka:1: there is no --listen with the name "b""#]],
    );
    check_refused("--advertise kafka:0", expect!["--advertise wants a port that clients can connect to, not 0"]);
    check_refused(
        "--listen 0.0.0.0:9092 --allow-remote",
        expect!["--listen 0.0.0.0:9092 wants an --advertise HOST:PORT beside it: clients cannot connect to 0.0.0.0"],
    );
}

#[test]
fn an_address_off_loopback_must_be_meant() {
    check_refused(
        "--listen 192.0.2.7:9092",
        expect![
            "--listen 192.0.2.7:9092 can be reached from other machines, and runnel asks nobody for a password: add --allow-remote if that is meant"
        ],
    );
    check_refused(
        "--http 0.0.0.0:80",
        expect![
            "--http 0.0.0.0:80 can be reached from other machines, and runnel asks nobody for a password: add --allow-remote if that is meant"
        ],
    );
    assert_eq!(addresses("--listen 192.0.2.7:9092 --allow-remote"), "- 192.0.2.7:9092 as itself");
    assert_eq!(addresses("--listen 127.8.9.10:1"), "- 127.8.9.10:1 as itself");
}

#[test]
fn addresses_are_host_and_port() {
    for wrong in
        ["9092", ":9092", "localhost", "localhost:", "localhost:70000", "::1:9092", "[::1:9092", "[x]:1", "a b:1"]
    {
        let arguments = ["runnel".into(), "--listen".into(), OsString::from(wrong)];
        let Ok(Wish::Serve(arguments)) = cli::parse(arguments) else { panic!("{wrong:?} is a word like any other") };
        let error = Options::new(&arguments).expect_err(wrong).to_string();
        assert_eq!(error, format!("--listen wants HOST:PORT, not {wrong:?}"));
    }
}

#[test]
fn settings_and_topics_are_split() {
    let options = parse("--set num.partitions=4 --set a=b=c --topic orders:3 --topic payments").unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(options.settings, [pair("num.partitions", "4"), pair("a", "b=c")]);
    let topic = |name: &str, partition_count| TopicOptions { name: name.to_owned(), partition_count };
    assert_eq!(options.topics, [topic("orders", Some(3)), topic("payments", None)]);
    check_refused("--set num.partitions", expect![[r#"--set wants KEY=VALUE, not "num.partitions""#]]);
    check_refused("--topic orders:0", expect![[r#"--topic wants NAME or NAME:PARTITIONS, not "orders:0""#]]);
    check_refused("--topic :3", expect![[r#"--topic wants NAME or NAME:PARTITIONS, not ":3""#]]);
}

#[test]
fn a_wrong_flag_is_one_line() {
    check_refused("--listne x", expect!["unexpected argument '--listne' found (runnel --help lists what there is)"]);
    check_refused(
        "--brokers 0",
        expect!["invalid value '0' for '--brokers <N>': 0 is not in 1..=100 (runnel --help lists what there is)"],
    );
    check_refused(
        "--fsync never",
        expect![
            "invalid value 'never' for '--fsync <WHEN>' [possible values: interval, always] (runnel --help lists what there is)"
        ],
    );
    check_refused("frobnicate", expect!["unrecognized subcommand 'frobnicate' (runnel --help lists what there is)"]);
    check_refused("--ephemeral --data x", expect!["--ephemeral keeps nothing, so it cannot go with --data"]);
    check_refused("--no-http --http 127.0.0.1:1", expect!["--no-http cannot go with --http"]);
    check_refused("--version", expect!["reads 1 lines"]);
}
