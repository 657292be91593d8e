//! Reading, printing, and the sentences about what is wrong.

use super::{Command, Known, Script};
use proptest::prelude::*;

/// Every command once, as it is printed.
const ALL: &str = r#"profile kafka
brokers 3 config:offsets.topic.num.partitions=5
seed 18446744073709551615
topic payment-done partitions=3 replication=2 config:retention.ms=60000
alter topic payment-done partitions=6 config:retention.ms=
delete topic orders
producer checkout kind=java acks=all linger=5ms idempotence=true config:batch.size=100
wire checkout payment-done
unwire checkout payment-done
consumer anna kind=kafkajs group=billing topics=payment-done,orders from-beginning assignor=sticky,range instance=a1 processing=50ms commit=before concurrent=2
send checkout payment-done key=user1 "value=hi there" partition=2 header:trace=1 header:trace=2
send checkout keys=user1..user9 count=100 rate=3/s for=10s
send checkout payment-done key=user1 tombstone
send checkout payment-done keys=a,b size=1000
stop checkout
stop checkout payment-done
flush checkout
crash anna
leave anna
restart anna
pause anna
resume anna
pause anna payment-done-0
resume anna payment-done-0
seek anna payment-done-0 5
seek anna payment-done-0 beginning
commit anna
slow anna processing=2s
subscribe anna orders,payment-done
set anna kind=java group=shipping topics=orders from-beginning=false assignor=range instance= processing=2s
set anna config:session.timeout.ms=
set checkout acks= linger=5ms idempotence=false
move anna "late shift"
group "late shift"
delete group "late shift"
broker 4
kill broker 2
revive broker 2
drop next produce from checkout
drop next request from checkout
drop next answer to checkout
delay next join_group answer to anna by 2s
cut anna broker 1
cut anna brokers
cut broker 1 broker 2
heal anna broker 1
latency anna broker 1 20ms
settle
wait 1500ms
place checkout -40,120
place topic payment-done 1,2
place group "my group" 1,2
place broker 1 1,2
rename anna carla
remove checkout
clear groups
clear topics
clear producers
clear consumers
kafka-topics.sh --create --topic "a b" --partitions 3
file offsets.json "{\"partitions\": []}"
type tool=tool-1 hello
type "hi \"there\""
end-input
interrupt tool=tool-1
"#;

#[test]
fn every_command_is_printed_as_it_is_read() {
    let script = Script::parse(ALL).unwrap();
    assert_eq!(script.to_string(), ALL);
    assert_eq!(script.check(Known::default()), Ok(()));
}

#[track_caller]
fn check(line: &str, expected: &str) {
    assert_eq!(
        Script::parse(line).map(|script| script.to_string()).unwrap_or_else(|error| error.to_string()),
        expected
    );
}

#[test]
fn values_may_be_written_in_several_ways() {
    check("  ", "");
    check("# only a comment", "");
    check(
        "topic t#1",
        "line 1: wanted a topic's name (letters, digits, dots, dashes and underscores, at most 249), found \"t#1\"",
    );
    check("wait 0.5m # half a minute", "wait 30s\n");
    check("wait 90s", "wait 90s\n");
    check("wait 120s\r\n", "wait 2m\n");
    check("producer p acks=-1", "producer p kind=kafkajs acks=all\n");
    check("./bin/kafka-topics.sh --list", "kafka-topics.sh --list\n");
    check("kafka-topics --topic 'it''s' \\\"", "kafka-topics.sh --topic its \"\\\"\"\n");
    check("send p t value='a \"b\" \\ c'", "send p t \"value=a \\\"b\\\" \\\\ c\"\n");
    check("send p t value=$'a\\nb\\u{1}'", "send p t $'value=a\\nb\\u{1}'\n");
    check("send p t value=", "send p t value=\n");
    check("send p t value=日本 key=é", "send p t key=é value=日本\n");
}

#[test]
fn mistakes_say_what_was_wanted_and_what_came() {
    check("topic", "line 1: wanted a topic's name, found the end of the line");
    check("topic a\ntopik b", "line 2: wanted a command, or a tool of Kafka's like kafka-topics.sh, found \"topik\"");
    check("topic a partitions=0", "line 1: wanted a number of partitions from 1 to 1000, found \"0\"");
    check(
        "topic a partitions=1000000000",
        "line 1: wanted a number of partitions from 1 to 1000, found \"1000000000\"",
    );
    check("topic a partitions=+3", "line 1: wanted a number of partitions from 1 to 1000, found \"+3\"");
    check("topic a partition=3", "line 1: wanted one of partitions= replication= config:NAME=, found \"partition=3\"");
    check("topic a partitions=3 partitions=4", "line 1: wanted partitions= once, found \"partitions= twice\"");
    check("settle now", "line 1: wanted the end of the line, found \"now\"");
    check("wait -5s", "line 1: wanted a time from 1us to 30d, found \"-5s\"");
    check("wait 0s", "line 1: wanted a time from 1us to 30d, found \"0s\"");
    check("wait 5", "line 1: wanted a time from 1us to 30d, found \"5\"");
    check("wait 99999999999999999999d", "line 1: wanted a time from 1us to 30d, found \"99999999999999999999d\"");
    check("send p t count=1000000000", "line 1: wanted a number of records from 1 to 10000, found \"1000000000\"");
    check(
        "send p t size=2000000 count=10000",
        "line 1: wanted values of at most 67108864 bytes together, found \"more\"",
    );
    check("send p t key=a keys=b", "line 1: wanted key= or keys=, found \"both\"");
    check("send p t keys=user9..user1", "line 1: wanted keys like user1..user9 or anna,bert, found \"user9..user1\"");
    check("send p t rate=0/s", "line 1: wanted a rate like 3/s, 10/m or 5/h, at most 1000, found \"0/s\"");
    check("send p t for=3s", "line 1: wanted rate= beside for=, found \"for= alone\"");
    check("send p t \"value=hi", "line 1: wanted a closing \", found the end of the line");
    check(
        "producer broker",
        "line 1: wanted a producer's name (letters, digits, dots, dashes and underscores, at most 40), found \"broker\"",
    );
    check("producer p kind=Java", "line 1: wanted java, kafkajs or librdkafka, found \"Java\"");
    check("consumer c group=g", "line 1: wanted topics=, found the end of the line");
    check("consumer c group=g topics=a,a", "line 1: wanted each topic once, found \"a twice\"");
    let words = "one of kind= acks= linger= idempotence= config:NAME= or kind= group= topics= from-beginning= assignor= \
        instance= processing= commit= concurrent= config:NAME=";
    check("set anna", &format!("line 1: wanted {words}, found the end of the line"));
    check("set anna from-beginning", &format!("line 1: wanted {words}, found \"from-beginning\""));
    check("set anna group=", "line 1: wanted a group's name of at most 249 bytes, found \"\"");
    check("set anna acks=1 group=g", "line 1: wanted settings of a producer or of a consumer, found \"both\"");
    check("clear all", "line 1: wanted producers, consumers, topics or groups, found \"all\"");
    check("delete consumer anna", "line 1: wanted topic or group, found \"consumer\"");
    check("drop next produkt from p", "line 1: wanted an API like produce, request or answer, found \"produkt\"");
    check("drop next produce to p", "line 1: wanted from or answer, found \"to\"");
    check("kill 2", "line 1: wanted \"broker\", found \"2\"");
    check("kill broker 0", "line 1: wanted a broker's number from 1 to 16, found \"0\"");
    check("seek anna orders 5", "line 1: wanted a partition like payment-done-0, found \"orders\"");
    check("place p 1;2", "line 1: wanted a place like 40,120, found \"1;2\"");
}

#[track_caller]
fn check_names(script: &str, expected: &str) {
    let found = Script::parse(script).unwrap().check(Known::default());
    assert_eq!(found.map_err(|error| error.to_string()), Err(expected.to_owned()));
}

#[test]
fn names_are_checked_before_anything_runs() {
    check_names("producer p\nproducer p", "line 2: wanted a name that no client bears, found \"p\"");
    check_names("producer p\nconsumer p group=g topics=t", "line 2: wanted a name that no client bears, found \"p\"");
    check_names("send p t", "line 1: wanted a producer that is there, found \"p\"");
    check_names("producer p\nseek p t-0 5", "line 2: wanted a consumer that is there, found \"p\"");
    check_names("producer p\nremove p\ncrash p", "line 3: wanted a client that is there, found \"p\"");
    check_names("producer p\nrename p q\ncrash p", "line 3: wanted a client that is there, found \"p\"");
    check_names("brokers 2\nkill broker 3", "line 2: wanted a broker from 1 to 2, found \"3\"");
    check_names("producer p\nset p group=g", "line 2: wanted a consumer that is there, found \"p\"");
    check_names("producer p\nclear producers\nset p kind=java", "line 3: wanted a client that is there, found \"p\"");
    check_names("brokers 2\nbroker 4", "line 2: wanted broker 3, the next number, found \"broker 4\"");
    check_names("broker 2\nbroker 2", "line 2: wanted broker 3, the next number, found \"broker 2\"");
    check_names("brokers 16\nbroker 16", "line 2: wanted at most 16 brokers, found \"broker 16\"");
    let wanted = "line 2: wanted this line before all others, in a world that begins, found \"brokers 3\"";
    check_names("topic t\nbrokers 3", wanted);
}

#[test]
fn a_value_of_ten_megabytes_is_refused() {
    let value = "x".repeat(10_000_000);
    let error = Script::parse(&format!("send p t value={value}")).unwrap_err();
    assert_eq!(error.to_string(), "line 1: wanted a value of at most 2097152 bytes, found \"10000000 bytes\"");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        let _ = Script::parse(&text);
    }

    #[test]
    fn any_words_behind_a_command_are_read_or_refused(
        start in prop::sample::select(ALL.lines().collect::<Vec<_>>()),
        cut in 0_usize..80,
        tail in "[ -~]{0,20}",
    ) {
        let cut = start.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(start.len());
        let line = format!("{}{tail}", &start[..cut]);
        if let Ok(script) = Script::parse(&line) {
            let printed = script.to_string();
            prop_assert_eq!(Script::parse(&printed).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn any_value_is_printed_so_that_it_reads_back(value in any::<String>(), key in any::<String>()) {
        let mut command: Command = "send p t".parse().unwrap();
        if let Command::Send(spec) = &mut command {
            spec.value = super::Payload::Text(value.clone());
            spec.key = Some(key);
            spec.headers = vec![(String::new(), value)];
        }
        prop_assert_eq!(command.to_string().parse::<Command>().unwrap(), command);
    }

    #[test]
    fn any_line_that_is_typed_reads_back(line in "(tool=|--)?[^\n\r]{0,20}", argument in any::<String>()) {
        let typed = Command::Type { tool: None, line };
        prop_assert_eq!(typed.to_string().parse::<Command>().unwrap(), typed);
        let tool = Command::Tool { tool: "kafka-topics".to_owned(), arguments: vec![argument] };
        prop_assert_eq!(tool.to_string().parse::<Command>().unwrap(), tool);
    }
}
