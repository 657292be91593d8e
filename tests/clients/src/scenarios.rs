//! The scenarios: one test per transcript in `expected/`, and those that need more than a transcript can say.

use crate::durability::{Counts, Load};
use crate::folders;
use crate::native::{self, Connection};
use crate::running::{Running, Stream};
use crate::server::{Kind, Server};
use crate::stage::Stage;
use crate::transcript::Transcript;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One test per transcript; the name of the test is the name of the file.
macro_rules! transcripts {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                play(stringify!($name));
            }
        )*

        #[test]
        fn every_transcript_is_played() {
            let mut files: Vec<String> = std::fs::read_dir(folders::package("expected"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();
            let mut played = vec![$(concat!(stringify!($name), ".txt")),*];
            played.sort_unstable();
            assert_eq!(files, played);
        }
    };
}

transcripts! {
    a_crashed_members_partitions_go_to_the_others,
    console_scripts_carry_keys_headers_and_nulls,
    fewer_members_than_partitions_take_several_each,
    franz_go_uses_the_newest_of_everything,
    kafka_admin_tools_take_every_flag,
    kafka_broker_api_versions_lists_what_clients_negotiate,
    kafka_configs_reads_and_changes_topics,
    kafka_console_consumer_prints_what_it_is_asked_for,
    kafka_console_producer_reads_lines,
    kafka_consumer_groups_describes_a_group_at_work,
    kafka_consumer_groups_lists_describes_and_resets,
    kafka_dump_log_reads_the_segments,
    kafka_get_offsets_and_delete_records_move_together,
    kafka_producer_perf_test_sends_and_counts,
    kafka_python_produces_consumes_and_administers,
    kafka_tools_answer_to_wrong_use,
    kafka_topics_creates_lists_and_describes,
    kafka_topics_grows_and_deletes,
    kafkajs_admin_calls_answer_as_kafka_answers,
    kafkajs_sends_idempotently_compressed_and_with_headers,
    kcat_compresses_with_every_codec,
    kcat_lists_produces_consumes_and_queries,
    kcat_members_share_a_group,
    more_members_than_partitions_leave_one_idle,
    producers_with_every_codec_and_acks_are_read_back,
    the_first_record_makes_its_topic,
    the_tutorials_first_program_publishes_and_reads,
    the_tutorials_producer_and_consumers_work_in_one_group,
    the_tutorials_scripts_create_describe_publish_and_read,
    three_consumers_share_three_partitions_and_one_key_goes_to_one,
    topics_offsets_and_configs_survive_a_restart,
    two_groups_each_read_everything,
    without_from_beginning_a_consumer_sees_only_what_comes_later,
}

/// How often the server is killed. Apache Kafka takes seconds to come back, so it is asked less often.
const ROUNDS: u32 = 50;
const ROUNDS_KAFKA: u32 = 4;

#[test]
fn no_acknowledged_record_is_lost_to_kill_9() {
    let started = Instant::now();
    let kind = Kind::asked();
    let rounds = if kind == Kind::Kafka { ROUNDS_KAFKA } else { ROUNDS };
    let seed =
        std::env::var("RUNNEL_SEED").map_or_else(|_| u64::from(std::process::id()), |seed| seed.parse().unwrap());
    let mut server = Server::start(kind, &folders::fresh("kill_9").join("data"), &[]).unwrap();
    native::create_topic(&mut Connection::open(server.port()).unwrap(), "ledger", 3).unwrap();
    wait_for_leaders(&server, "ledger", 3);
    let mut load = Load::new("ledger", 3, seed);
    let mut counts = Counts::default();
    for round in 0..rounds {
        let found = load.until_killed(&mut server).map_err(|error| error.to_string()).and_then(|()| {
            server.resume()?;
            wait_for_leaders(&server, "ledger", 3);
            load.check(&server)
        });
        counts = found.unwrap_or_else(|error| panic!("seed {seed} round {round}: {error}; rerun: RUNNEL_SEED={seed}"));
    }
    assert!(counts.acknowledged > 0, "nothing was acknowledged between the kills");
    report(&format!(
        "scenario no_acknowledged_record_is_lost_to_kill_9: {rounds} kills, {} records acknowledged, {} read back, \
         none lost, none reordered, seed {seed}: {:.1} s",
        counts.acknowledged,
        counts.read,
        started.elapsed().as_secs_f64()
    ));
}

/// What Apache Kafka does before its folder changes hands: every codec, an idempotent producer, transactions with their
/// control batches, and a log whose start has moved.
const WRITE: &str = "
$ kafka-topics.sh --create --topic orders --bootstrap-server localhost:9092
$ kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092 --compression-codec gzip
< gzip
$ kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092 --compression-codec snappy
< snappy
$ kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092 --compression-codec lz4
< lz4
$ kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092 --compression-codec zstd
< zstd
$ kafka-producer-perf-test.sh --topic orders --num-records 20 --throughput 100 --payload-monotonic --bootstrap-server localhost:9092 --transactional-id mover --transaction-duration-ms 50 | grep -E nothing
file delete.json
< {\"partitions\": [{\"topic\": \"orders\", \"partition\": 0, \"offset\": 1}], \"version\": 1}
$ kafka-delete-records.sh --bootstrap-server localhost:9092 --offset-json-file ./delete.json
";

/// What is asked of the folder, first of Apache Kafka and then of the server under test.
const READ: &str = "
$ kafka-get-offsets.sh --topic orders --time earliest --bootstrap-server localhost:9092
$ kafka-get-offsets.sh --topic orders --bootstrap-server localhost:9092
$ kafka-console-consumer.sh --topic orders --from-beginning --max-messages 23 --bootstrap-server localhost:9092 --formatter-property print.offset=true --formatter-property print.timestamp=true
$ kafka-console-consumer.sh --topic orders --from-beginning --max-messages 23 --bootstrap-server localhost:9092 --formatter-property print.offset=true --isolation-level read_committed
$ kafka-dump-log.sh --deep-iteration --print-data-log --files {data}/orders-0/00000000000000000000.log
";

#[test]
fn a_partition_folder_that_kafka_wrote_is_served() {
    let started = Instant::now();
    let write = Transcript::parse(WRITE).unwrap();
    let read = Transcript::parse(READ).unwrap();
    let mut kafka = Stage::open("folder_of_kafka", Kind::Kafka, &[]).unwrap();
    kafka.play(&write).unwrap_or_else(|error| panic!("{error}"));
    let wanted = kafka.play(&read).unwrap_or_else(|error| panic!("{error}"));
    kafka.server().stop().unwrap();

    let mut heir = Stage::open("folder_of_heir", Kind::asked(), &[]).unwrap();
    let create =
        Transcript::parse("$ kafka-topics.sh --create --topic orders --bootstrap-server localhost:9092").unwrap();
    heir.play(&create).unwrap_or_else(|error| panic!("{error}"));
    heir.server().stop().unwrap();
    let (from, to) = (kafka.server().data(), heir.server().data());
    // The topic's id stays the heir's, since its metadata knows that one.
    let id = std::fs::read(to.join("orders-0/partition.metadata")).unwrap();
    std::fs::remove_dir_all(to.join("orders-0")).unwrap();
    folders::copy(&from.join("orders-0"), &to.join("orders-0"), &|bytes| bytes);
    std::fs::write(to.join("orders-0/partition.metadata"), id).unwrap();
    // Where the log starts stands beside the folders.
    for checkpoint in ["log-start-offset-checkpoint", "recovery-point-offset-checkpoint"] {
        std::fs::copy(from.join(checkpoint), to.join(checkpoint)).unwrap();
    }
    heir.server().resume().unwrap();
    let found = heir.play(&read).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found, wanted);
    report(&format!(
        "scenario a_partition_folder_that_kafka_wrote_is_served: {:.1} s",
        started.elapsed().as_secs_f64()
    ));
}

/// Apache Kafka has no button that ends a broker, so this is about `runnel` alone.
#[test]
fn kafkajs_survives_the_loss_of_a_broker() {
    let started = Instant::now();
    if Kind::asked() == Kind::Kafka {
        return report("scenario kafkajs_survives_the_loss_of_a_broker: LEFT OUT, it is about runnel");
    }
    let mut server = Command::new(folders::runnel());
    server.args(["serve", "--ephemeral", "--brokers", "3", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    server.args(["--set", "broker.session.timeout.ms=2000"]);
    let mut server = Running::start("the server", &mut server).unwrap();
    let ready = |running: &Running| {
        let printed = running.printed(Stream::Out);
        let line = printed.lines().find_map(|line| line.strip_prefix("ready kafka="))?;
        line.split_once(" http=").map(|(kafka, http)| (kafka.to_owned(), http.trim().to_owned()))
    };
    server
        .until(Duration::from_secs(60), |running| ready(running).is_some())
        .unwrap_or_else(|late| panic!("{}", late.0));
    let (kafka, http) = ready(&server).unwrap();
    let mut program = Command::new("node");
    program.arg(folders::package("node/dist/failover.js")).args([kafka, http]);
    program.env("NODE_PATH", folders::package("node/node_modules"));
    let mut program = Running::start("failover.js", &mut program).unwrap();
    let status = program.wait(Duration::from_secs(180)).unwrap_or_else(|late| panic!("{}", late.0));
    let (out, err) = (program.printed(Stream::Out), program.printed(Stream::Err));
    assert_eq!(status, 0, "{out}{err}");
    assert!(out.ends_with("240 acknowledged, 240 read\n"), "{out}");
    report(&format!("scenario kafkajs_survives_the_loss_of_a_broker: {:.1} s", started.elapsed().as_secs_f64()));
}

/// Apache Kafka says that it has started, and that a topic is there, before it leads its partitions; `runnel` may not.
fn wait_for_leaders(server: &Server, topic: &str, partitions: i32) {
    if server.kind() == Kind::Runnel {
        return;
    }
    let mut connection = Connection::open(server.port()).unwrap();
    let started = Instant::now();
    for partition in 0..partitions {
        while let Err(error) = native::latest(&mut connection, topic, partition) {
            assert!(started.elapsed() < Duration::from_secs(60), "partition {partition} has no leader: {error}");
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }
}

/// Plays a transcript and compares what came with what it says; `UPDATE_EXPECT=1` writes what came in its place.
#[track_caller]
fn play(name: &str) {
    let started = Instant::now();
    let path = folders::package("expected").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(&path).unwrap();
    let transcript = Transcript::parse(&text).unwrap_or_else(|error| panic!("{name}.txt: {error}"));
    if let Some(program) = transcript.needs.iter().find(|program| !is_there(program)) {
        report(&format!("scenario {name}: LEFT OUT, {program} is not on this machine"));
        return;
    }
    let kind = Kind::asked();
    assert!(
        kind == Kind::Kafka || std::env::var_os("UPDATE_EXPECT").is_none(),
        "expectations come from Apache Kafka: cargo xtask capture"
    );
    let mut stage = Stage::open(name, kind, &transcript.configs).unwrap_or_else(|error| panic!("{error}"));
    let came = stage.play(&transcript).unwrap_or_else(|error| panic!("{name}: {error}"));
    // For whoever wants to see the difference with a tool of their own.
    std::fs::write(folders::target("clients").join(format!("{name}.found.txt")), &came).unwrap();
    expect_test::expect_file![path].assert_eq(&came);
    report(&format!("scenario {name}: {:.1} s", started.elapsed().as_secs_f64()));
}

fn is_there(program: &str) -> bool {
    match program {
        "franz" => folders::target("franz/franz").is_file(),
        "kafka-python" => folders::target("python/kafka").is_dir(),
        program => Command::new(program).arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok(),
    }
}

/// A line that stands in the output also when the test passes.
pub(crate) fn report(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
