//! The tutorial's programs: a real kafkajs and the simulated one ask for the same things in the same order.
//!
//! The real one talks to `runnel` through a proxy that writes down each connection's requests. Heartbeats are left out
//! of the comparison and only have to be there, since when the first one comes depends on how fast the machine is.

use crate::address::{aim, free_port};
use crate::folders;
use crate::recorder::{self, Asked};
use crate::running::{Running, Stream};
use crate::scenarios::report;
use crate::simulated::World;
use runnel_clients::consumer::{Consumer, ConsumerSettings, Reads};
use runnel_clients::{Address, ClientKind};
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

    /// Waits until so many Fetches, and a heartbeat, have passed; the program goes on printing meanwhile.
    fn until_fetches(&self, program: &mut Running, count: usize) -> Vec<Vec<Asked>> {
        let record = self.record.clone();
        let started = Instant::now();
        loop {
            let connections = record.connections();
            let of = |api: ApiKey| connections.iter().flatten().filter(|(key, _)| *key == api.number()).count();
            if of(ApiKey::Fetch) >= count && of(ApiKey::Heartbeat) >= 1 {
                return connections;
            }
            assert!(started.elapsed() < PATIENCE, "{connections:?}\n{}", program.printed(Stream::Err));
            // A pause that hears what the program prints, and ends early only if the program does.
            let _ = program.until(Duration::from_millis(50), |_| false);
        }
    }
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
    assert!(world.connections.iter().flatten().any(|(key, _)| *key == ApiKey::Heartbeat.number()));

    assert_eq!(told(&world.connections, 3), told(&real, 3));
    let seconds = started.elapsed().as_secs_f64();
    let told = told(&real, 3).join(" | ");
    report(&format!("scenario a_simulated_kafkajs_consumer_asks_what_the_real_one_asks: {told}: {seconds:.1} s"));
}
