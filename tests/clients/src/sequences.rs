//! The tutorial's programs: a real kafkajs and the simulated one ask for the same things in the same order.
//!
//! The real one talks to `runnel` through a proxy that writes down each connection's requests. Heartbeats are left out
//! of the comparison and only have to be there, since when the first one comes depends on how fast the machine is.
//!
//! Kafka's console consumer stands for Java's client, whose connections are compared without their order, and
//! confluent-kafka for librdkafka.

use crate::address::{aim, free_port};
use crate::folders;
use crate::jvm;
use crate::recorder::{self, Asked};
use crate::running::{Running, Stream};
use crate::scenarios::report;
use crate::simulated::World;
use runnel_clients::consumer::Reads;
use runnel_clients::{Address, ClientKind, Consumer, ConsumerSettings, Producer, ProducerRecord, ProducerSettings};
use runnel_protocol::ApiKey;
use std::process::Command;
use std::time::{Duration, Instant};

const TOPIC: &str = "quickstart-events";
const PATIENCE: Duration = Duration::from_secs(60);

/// A server behind a recording proxy, and the program that talks to it.
struct Real {
    _server: Running,
    port: u16,
    record: recorder::Record,
    folder: std::path::PathBuf,
}

impl Real {
    fn start(name: &str) -> Real {
        let folder = folders::fresh(name);
        let port = free_port();
        let (proxy, record) = recorder::start(port);
        let mut command = Command::new(folders::runnel());
        command.args(["serve", "--no-http", "--ephemeral", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--advertise", &format!("localhost:{proxy}")]);
        let mut server = Running::start("the server", &mut command).unwrap();
        server.until(PATIENCE, |running| running.printed(Stream::Out).contains("ready kafka=")).unwrap();
        Real { _server: server, port: proxy, record, folder }
    }

    /// Starts one of the tutorial's programs.
    fn program(&self, path: &str) -> Running {
        let text = std::fs::read_to_string(folders::package("node/dist").join(path)).unwrap();
        let own = self.folder.join(path.replace('/', "-"));
        std::fs::write(&own, aim(&text, self.port)).unwrap();
        let mut command = Command::new("node");
        command.arg(own).env("NODE_PATH", folders::package("node/node_modules"));
        Running::start(path, &mut command).unwrap()
    }

    /// Waits until a Produce has passed; the program does not end by itself.
    fn until_produced(&self, program: &mut Running) -> Vec<Vec<Asked>> {
        self.until(program, |connections| count(connections, ApiKey::Produce) >= 1)
    }

    /// Waits until so many Fetches, and a heartbeat, have passed; the program goes on printing meanwhile.
    fn until_fetches(&self, program: &mut Running, fetches: usize) -> Vec<Vec<Asked>> {
        self.until(program, |connections| {
            count(connections, ApiKey::Fetch) >= fetches && count(connections, ApiKey::Heartbeat) >= 1
        })
    }

    fn until(&self, program: &mut Running, met: impl Fn(&[Vec<Asked>]) -> bool) -> Vec<Vec<Asked>> {
        let started = Instant::now();
        loop {
            let connections = self.record.connections();
            if met(&connections) {
                return connections;
            }
            assert!(started.elapsed() < PATIENCE, "{connections:?}\n{}", program.printed(Stream::Err));
            // A pause that hears what the program prints, and ends early only if the program does.
            let _ = program.until(Duration::from_millis(50), |_| false);
        }
    }
}

fn count(connections: &[Vec<Asked>], api: ApiKey) -> usize {
    connections.iter().flatten().filter(|(key, _)| *key == api.number()).count()
}

fn producer() -> Producer {
    let bootstrap = vec![Address::parse("localhost:9092").unwrap()];
    Producer::new(ProducerSettings::of(ClientKind::Kafkajs).named("my-app", bootstrap), 1)
}

fn consumer() -> Consumer {
    let mut settings = ConsumerSettings::of(ClientKind::Kafkajs);
    settings.client_id = "my-app".to_owned();
    settings.bootstrap = vec![Address::parse("localhost:9092").unwrap()];
    settings.group_id = Some("my-app3".to_owned());
    settings.reads = Reads::Topics(vec![TOPIC.to_owned()]);
    settings.set("fromBeginning", "true").unwrap();
    Consumer::new(settings, 1)
}

/// Requests with their names, without heartbeats, up to the given number of Fetches.
fn told(connections: &[Vec<Asked>], fetches: usize) -> Vec<String> {
    let heartbeat = ApiKey::Heartbeat.number();
    let one = |asked: &Vec<Asked>| {
        let mut left = fetches;
        let names = asked.iter().filter(|(key, _)| *key != heartbeat).take_while(|(key, _)| {
            let is_fetch = *key == ApiKey::Fetch.number();
            left = left.saturating_sub(usize::from(is_fetch));
            !is_fetch || left > 0
        });
        let name = |(key, version): &Asked| format!("{}v{version}", ApiKey::from_number(*key).unwrap());
        names.map(name).collect::<Vec<_>>().join(" ")
    };
    connections.iter().map(one).collect()
}

#[track_caller]
fn same(name: &str, started: Instant, ours: &[Vec<Asked>], theirs: &[Vec<Asked>], fetches: usize) {
    let (ours, theirs) = (told(ours, fetches), told(theirs, fetches));
    assert_eq!(ours, theirs);
    let seconds = started.elapsed().as_secs_f64();
    report(&format!("scenario {name}: {}: {seconds:.1} s", theirs.join(" | ")));
}

#[test]
fn a_simulated_kafkajs_consumer_asks_what_the_real_one_asks() {
    let started = Instant::now();
    let real = Real::start("sequence_of_the_consumer");
    let mut program = real.program("quickstart/consumer.js");
    let real = real.until_fetches(&mut program, 3);

    let mut world = World::new();
    let mut anna = consumer();
    anna.start(world.now);
    world.run(&mut anna, Duration::from_secs(20));
    assert!(count(&world.connections, ApiKey::Heartbeat) >= 1);
    same("a_simulated_kafkajs_consumer_asks_what_the_real_one_asks", started, &world.connections, &real, 3);
}

#[test]
fn a_simulated_kafkajs_producer_asks_what_the_real_one_asks() {
    let started = Instant::now();
    let real = Real::start("sequence_of_the_producer");
    let mut program = real.program("quickstart/producer.js");
    let real = real.until_produced(&mut program);

    let mut world = World::new();
    let mut carl = producer();
    carl.send(world.now, ProducerRecord::new(TOPIC, "hi there"));
    world.run(&mut carl, Duration::from_secs(5));
    same("a_simulated_kafkajs_producer_asks_what_the_real_one_asks", started, &world.connections, &real, 1);
}

#[test]
fn a_simulated_librdkafka_producer_asks_what_the_real_one_asks() {
    let started = Instant::now();
    let libraries = folders::target("python");
    assert!(libraries.join("confluent_kafka").is_dir(), "`cargo xtask setup` installs confluent-kafka");
    let real = Real::start("sequence_of_librdkafka");
    let text = std::fs::read_to_string(folders::package("python/librdkafka.py")).unwrap();
    let own = real.folder.join("librdkafka.py");
    std::fs::write(&own, aim(&text, real.port)).unwrap();
    let mut command = Command::new("python3");
    command.arg(own).env("PYTHONPATH", libraries);
    let mut program = Running::start("librdkafka.py", &mut command).unwrap();
    let real = real.until_produced(&mut program);

    let mut world = World::new();
    let bootstrap = vec![Address::parse("localhost:9092").unwrap()];
    let mut dora = Producer::new(ProducerSettings::of(ClientKind::Librdkafka).named("my-app", bootstrap), 1);
    dora.send(world.now, ProducerRecord::new(TOPIC, "hi there"));
    world.run(&mut dora, Duration::from_secs(1));
    same("a_simulated_librdkafka_producer_asks_what_the_real_one_asks", started, &world.connections, &real, 1);
}

#[test]
fn a_simulated_pair_asks_what_the_tutorials_first_program_asks() {
    let started = Instant::now();
    let real = Real::start("sequence_of_the_first_program");
    let mut program = real.program("quickstart/index.js");
    let real = real.until_fetches(&mut program, 3);

    let mut world = World::new();
    let mut carl = producer();
    carl.send(world.now, ProducerRecord::new(TOPIC, "hi there"));
    world.run(&mut carl, Duration::from_secs(1));
    world.set_aside();
    let mut anna = consumer();
    anna.start(world.now);
    world.run(&mut anna, Duration::from_secs(20));
    same("a_simulated_pair_asks_what_the_tutorials_first_program_asks", started, &world.connections, &real, 3);
    assert_eq!(anna.view().partitions[0].committed, Some(1));
}

/// Each connection's requests, each named once, in any order of connections; those that come by the clock left out.
fn kinds(connections: &[Vec<Asked>]) -> Vec<String> {
    let one = |asked: &Vec<Asked>| {
        let by_clock = [ApiKey::Heartbeat, ApiKey::OffsetCommit].map(ApiKey::number);
        let mut names: Vec<String> = asked
            .iter()
            .filter(|(key, _)| !by_clock.contains(key))
            .map(|(key, version)| format!("{}v{version}", ApiKey::from_number(*key).unwrap()))
            .collect();
        names.dedup();
        names.join(" ")
    };
    let mut all: Vec<String> = connections.iter().map(one).collect();
    all.sort();
    all
}

#[test]
fn a_simulated_java_consumer_asks_what_the_console_consumer_asks() {
    let started = Instant::now();
    let real = Real::start("sequence_of_the_console_consumer");
    let port = real.port;
    let arguments = ["--bootstrap-server", &format!("localhost:{port}"), "--topic", TOPIC, "--group", "my-app3"];
    let arguments: Vec<String> =
        arguments.map(str::to_owned).into_iter().chain(["--from-beginning".to_owned()]).collect();
    let mut program = jvm::shared().run("org.apache.kafka.tools.consumer.ConsoleConsumer", &arguments);
    let real = real.until_fetches(&mut program, 3);

    let mut world = World::new();
    let mut settings = consumer().settings().clone();
    settings = ConsumerSettings {
        client_id: "console-consumer".to_owned(),
        bootstrap: settings.bootstrap,
        group_id: settings.group_id,
        reads: settings.reads,
        ..ConsumerSettings::of(ClientKind::Java)
    };
    settings.set("auto.offset.reset", "earliest").unwrap();
    let mut anna = Consumer::new(settings, 1);
    anna.start(world.now);
    world.run(&mut anna, Duration::from_secs(20));
    assert_eq!(kinds(&world.connections), kinds(&real));
    let seconds = started.elapsed().as_secs_f64();
    let told = kinds(&real).join(" | ");
    report(&format!("scenario a_simulated_java_consumer_asks_what_the_console_consumer_asks: {told}: {seconds:.1} s"));
}
