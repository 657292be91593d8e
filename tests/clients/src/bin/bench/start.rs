//! From exec to the first acknowledged record, and to the first record that a fresh group has read.

use crate::Scale;
use crate::table::{Better, Table};
use runnel_clients_tests::folders;
use runnel_clients_tests::native::{self, CallError, Connection, Pipeline};
use runnel_clients_tests::running::Running;
use runnel_clients_tests::server::{Kind, Server};
use std::time::{Duration, Instant};

/// How long a start may take.
const START: Duration = Duration::from_secs(60);

/// How long to wait before the next try. Short against every figure, long enough to leave the server the processor.
const RETRY: Duration = Duration::from_micros(100);

/// Milliseconds since exec.
struct Firsts {
    acknowledged: f64,
    read: f64,
}

pub(crate) fn starts(scale: &Scale, table: &mut Table) -> Result<(), String> {
    let mut kafka = Vec::new();
    let mut kept = Vec::new();
    let mut ephemeral = Vec::new();
    for round in 0..scale.starts {
        if round < scale.starts_kafka {
            let folder = folders::fresh("bench-start").join("kafka");
            kafka.push(firsts(Server::new(Kind::Kafka, &folder).as_shipped())?);
        }
        kept.push(firsts(Server::new(Kind::Runnel, &folders::fresh("bench-start").join("data")))?);
        ephemeral.push(firsts(Server::new(Kind::Runnel, &folders::fresh("bench-start").join("none")).ephemeral())?);
    }
    let acknowledged = |all: &[Firsts]| all.iter().map(|firsts| firsts.acknowledged).collect::<Vec<_>>();
    let read = |all: &[Firsts]| all.iter().map(|firsts| firsts.read).collect::<Vec<_>>();
    let mut row = |work: &str, kafka: &[f64], runnel: &[f64]| table.row(work, "ms", Better::Lower, kafka, runnel);
    row("exec to first acknowledged record, new folder", &acknowledged(&kafka), &acknowledged(&kept));
    row("exec to first acknowledged record, --ephemeral", &acknowledged(&kafka), &acknowledged(&ephemeral));
    row("exec to first record read by a fresh group, new folder", &read(&kafka), &read(&kept));
    row("exec to first record read by a fresh group, --ephemeral", &read(&kafka), &read(&ephemeral));
    table.command(
        "kafka.tools.StorageTool format -t ID -c server.properties && kafka.Kafka server.properties".to_owned(),
    );
    table.command("runnel serve --no-http --listen 127.0.0.1:PORT --data DIR | --ephemeral".to_owned());
    Ok(())
}

/// Starts a server in an empty folder and asks it, again and again, until it has taken a record and given it back.
fn firsts(mut server: Server) -> Result<Firsts, String> {
    server.choose_port();
    let began = Instant::now();
    // The format step is part of Apache Kafka's first start.
    if server.kind() == Kind::Kafka {
        server.format()?;
    }
    let running = Running::start("the server", &mut server.command()?)?;
    server.adopt(running);
    let millis = || began.elapsed().as_secs_f64() * 1000.0;

    let mut connection = until(|| Connection::open(server.port()).map_err(CallError::Io))?;
    until(|| match native::create_topic(&mut connection, "first", 1) {
        // A try that was refused for the moment may have been taken all the same.
        Err(CallError::Refused(runnel_protocol::ErrorCode::TopicAlreadyExists)) => Ok(()),
        other => other,
    })?;
    let request = native::prepare("first", 0, &native::batch(1_700_000_000_000, [&b"first"[..]]));
    let request = request.map_err(|error| error.to_string())?;
    let mut pipeline = Pipeline::new(connection, 1);
    until(|| pipeline.send(0, &request).and_then(|_| pipeline.wait()))?;
    let acknowledged = millis();

    let mut connection = Connection::open(server.port()).map_err(|error| error.to_string())?;
    until(|| native::join(&mut connection, "fresh", "first"))?;
    until(|| match native::fetch(&mut connection, "first", 0, 0, 1 << 20)? {
        bytes if bytes.is_empty() => Err(CallError::Malformed("nothing there yet".to_owned())),
        bytes => Ok(bytes),
    })?;
    let read = millis();
    server.kill();
    Ok(Firsts { acknowledged, read })
}

/// Tries until it works.
fn until<T>(mut attempt: impl FnMut() -> Result<T, CallError>) -> Result<T, String> {
    let deadline = Instant::now() + START;
    loop {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(error) if Instant::now() > deadline => return Err(error.to_string()),
            Err(_) => std::thread::park_timeout(RETRY),
        }
    }
}
