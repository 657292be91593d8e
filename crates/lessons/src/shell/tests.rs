//! What lines mean, and how they go on.

use super::{Completion, PageWord, Typed, commands, complete, read};
use runnel_sandbox::viewing::Viewing;

const WORLD: &str = "brokers 2\n\
    topic orders partitions=2\n\
    topic payment-done\n\
    producer shop\n\
    consumer anna group=billing topics=orders\n\
    consumer anton group=mailing topics=orders\n\
    settle\n";

fn viewing() -> Viewing {
    Viewing::of_script(WORLD).unwrap()
}

fn texts(completion: &Completion) -> Vec<&str> {
    completion.candidates.iter().map(|candidate| candidate.text.as_str()).collect()
}

/// How a line may go on: the words.
fn after(line: &str) -> Vec<String> {
    texts(&complete(viewing().scene(), line)).into_iter().map(str::to_owned).collect()
}

fn answer(line: &str) -> String {
    match read(&viewing(), line) {
        Ok(Typed::Answer(answer)) => answer,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn commands_tools_and_programs_are_read_as_everywhere() {
    let of = |line: &str| match read(&viewing(), line) {
        Ok(Typed::Commands(commands) | Typed::Program(commands)) => {
            commands.iter().map(ToString::to_string).collect::<Vec<_>>()
        }
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(of("crash anna"), ["crash anna"]);
    let list = "kafka-topics.sh --list --bootstrap-server localhost:9092";
    assert_eq!(of(&format!("./{list}")), [list]);
    assert_eq!(of("bin/kafka-topics --list --bootstrap-server localhost:9092"), [list]);
    let consumer = "consumer consume-1 kind=kafkajs group=billing topics=quickstart-events from-beginning";
    assert_eq!(of("GROUP=billing npm run consume"), [consumer]);
    assert!(matches!(read(&viewing(), "node dist/producer.js"), Ok(Typed::Program(_))));
    assert_eq!(read(&viewing(), "  # nothing"), Ok(Typed::Nothing));
    assert_eq!(read(&viewing(), "undo"), Ok(Typed::Page(PageWord::Undo)));
}

#[test]
fn what_a_lesson_types_has_no_words_of_the_page() {
    assert!(commands("undo", &|_| false).is_err());
    assert_eq!(commands("npm run produce", &|_| false).unwrap().len(), 2);
}

#[test]
fn the_tutorials_container_is_answered_kindly() {
    assert!(answer("docker run -p 9092:9092 apache/kafka:3.7.1").contains("broker 2 listens on localhost:9093"));
    assert!(answer("docker ps").starts_with("There is no container"));
    assert!(answer("docker exec -it container_id /bin/bash").contains("already"));
    assert!(answer("cd /opt/kafka/bin").contains("every folder"));
    assert_eq!(answer("pwd"), "/opt/kafka/bin");
    assert!(answer("ls").contains("kafka-topics.sh\n"));
    assert!(answer("npm init -y").contains("npm run consume"));
    assert!(answer("npx tsc --init").contains("npm run consume"));
    assert!(answer("bin/kafka-server-start.sh config/server.properties").starts_with("Nothing has to be started"));
    assert!(answer("bin/zookeeper-server-start.sh config/zookeeper.properties").contains("KRaft"));
    let mut down = viewing();
    down.run_script("kill broker 2").unwrap();
    let Ok(Typed::Answer(told)) = read(&down, "docker ps") else { panic!("an answer") };
    assert!(told.contains("broker 2 is down"), "{told}");
}

#[test]
fn help_tells_of_everything_that_can_be_typed() {
    let overview = answer("help");
    for word in ["consumer", "kafka-topics.sh", "npm run produce:user", "undo", "settle"] {
        assert!(overview.contains(word), "{word}");
    }
    assert!(overview.lines().all(|line| line.len() < 110), "{overview}");
    assert_eq!(answer("help crash"), "crash NAME\n  the process is gone, without a goodbye to its group");
    assert_eq!(answer("crash --help"), answer("help crash"));
    assert!(answer("help pause").contains("pause NAME PARTITION"));
    assert!(answer("help kafka-topics.sh").contains("--partitions"));
    assert!(answer("help npm").contains("my-app3"));
    // A tool's own help is the tool's.
    assert!(matches!(read(&viewing(), "kafka-topics.sh --help"), Ok(Typed::Commands(_))));
}

#[test]
fn a_line_that_means_nothing_is_refused_with_what_is_near() {
    let refused = |line: &str| read(&viewing(), line).unwrap_err().to_string();
    assert_eq!(refused("crahs anna"), "line 1: wanted a command (is crash meant? help lists all), found \"crahs\"");
    let all = "a command (help lists all), or a tool of Kafka's like kafka-topics.sh";
    assert_eq!(refused("qwertyuiop"), format!("line 1: wanted {all}, found \"qwertyuiop\""));
    assert!(refused("help qwertyuiop").contains("help lists all"));
    assert!(refused("crash").contains("a client's name"));
    assert!(refused("crash 'anna").contains("a closing '"));
}

#[test]
fn a_line_begins_with_a_command_a_tool_or_a_program() {
    assert_eq!(after("cra"), ["crash"]);
    assert_eq!(after("kafka-top"), ["kafka-topics.sh"]);
    assert_eq!(after("./kafka-console-"), ["./kafka-console-producer.sh", "./kafka-console-consumer.sh"]);
    assert_eq!(after("bin/kafka-dump"), ["bin/kafka-dump-log.sh"]);
    assert_eq!(after("np"), ["npm"]);
    assert_eq!(after("GROUP=b"), ["GROUP=billing"]);
    assert_eq!(after("GROUP=billing TOPIC=o"), ["TOPIC=orders"]);
    assert_eq!(after("GROUP=billing np"), ["npm"]);
    assert_eq!(after("npm run p"), ["produce", "produce:user"]);
    assert!(after("").contains(&"consumer".to_owned()) && after("").contains(&"undo".to_owned()));
    assert_eq!(after("help cra"), ["crash"]);
}

#[test]
fn tools_are_completed_with_their_flags_and_with_names() {
    let flags = complete(viewing().scene(), "kafka-topics.sh --bo");
    assert_eq!(texts(&flags), ["--bootstrap-server"]);
    assert_eq!(flags.candidates[0].about, "The Kafka server to connect to.");
    assert_eq!(after("kafka-topics.sh --describe --topic pay"), ["payment-done"]);
    assert_eq!(after("kafka-topics.sh --describe --topic=pay"), ["--topic=payment-done"]);
    assert_eq!(after("kafka-topics.sh --bootstrap-server "), ["localhost:9092"]);
    assert_eq!(after("kafka-consumer-groups.sh --group "), ["billing", "mailing"]);
    assert!(!after("kafka-topics.sh --list --").contains(&"--list".to_owned()));
    assert_eq!(after("kafka-configs.sh --entity-type brokers --entity-name "), ["1", "2"]);
    assert_eq!(after("kafka-configs.sh --entity-type topics --entity-name o"), ["orders"]);
    assert!(after("kafka-nothing.sh --").is_empty());
}

#[test]
fn commands_are_completed_by_their_grammar() {
    assert_eq!(after("crash "), ["anna", "anton", "shop"]);
    assert_eq!(after("send "), ["shop"]);
    assert_eq!(after("send shop o"), ["orders"]);
    assert_eq!(after("send shop orders k"), ["key=", "keys="]);
    assert_eq!(after("seek an"), ["anna", "anton"]);
    assert_eq!(after("seek anna orders-"), ["orders-0", "orders-1"]);
    assert_eq!(after("seek anna orders-0 "), ["beginning", "end"]);
    assert_eq!(after("consumer carl kind="), ["kind=java", "kind=kafkajs", "kind=librdkafka"]);
    assert_eq!(after("consumer carl group=b"), ["group=billing"]);
    assert_eq!(after("consumer carl topics=orders,p"), ["topics=orders,payment-done"]);
    assert_eq!(after("consumer carl from"), ["from-beginning"]);
    assert_eq!(after("producer new acks="), ["acks=0", "acks=1", "acks=all"]);
    assert_eq!(after("delete "), ["topic", "group"]);
    assert_eq!(after("delete topic o"), ["orders"]);
    assert_eq!(after("kill broker "), ["1", "2"]);
    assert_eq!(after("clear c"), ["consumers"]);
    let mut running = viewing();
    running.run_script("kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092").unwrap();
    assert_eq!(texts(&complete(running.scene(), "interrupt tool=")), ["tool=tool-1"]);
    // New things have new names.
    assert!(after("topic ").is_empty() && after("consumer ").is_empty());
    assert!(after("crash anna ").is_empty());
    assert!(after("qwertyuiop ").is_empty());
}

#[test]
fn what_candidates_have_in_common_can_be_typed_at_once() {
    let completion = complete(viewing().scene(), "crash a");
    assert_eq!((completion.from, completion.common()), (6, "an"));
    let none = complete(viewing().scene(), "crash x");
    assert_eq!(none.common(), "");
    let kind = complete(viewing().scene(), "consumer carl ki");
    assert!(!kind.candidates[0].is_whole());
    assert!(complete(viewing().scene(), "cra").candidates[0].is_whole());
    // A letter of several bytes is kept whole.
    assert_eq!(complete(viewing().scene(), "send 'é ").candidates, []);
}
