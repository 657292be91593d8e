//! Kafka's own measuring tools and kafkajs: each in a process of its own, against one server and then the other.

use crate::Scale;
use crate::idle_broker::IdleBroker;
use crate::pair::{Pair, create_topic};
use crate::table::{Better, Table, median};
use regex_lite::Regex;
use runnel_clients_tests::server::{Kind, Server};
use runnel_clients_tests::{folders, tools};
use std::path::Path;
use std::process::Command;

/// What kafka-producer-perf-test says in its last line.
struct Produced {
    records_per_second: f64,
    p99_ms: f64,
}

/// Partitions of the topics that are written to.
const PARTITIONS: i32 = 3;

pub(crate) fn producers(scale: &Scale, pair: &Pair, table: &mut Table) -> Result<(), String> {
    let idle = IdleBroker::start()?;
    for (name, count, size) in [("small", scale.small_records, 100), ("large", scale.large_records, 1024)] {
        let mut shown = String::new();
        let mut least = Vec::new();
        let (kafka, runnel) = pair.alternate(scale.rounds, |server, round| {
            let topic = format!("{name}-{round}");
            create_topic(server, &topic, PARTITIONS)?;
            let arguments = producer_arguments(&topic, count, size, server.port());
            shown = as_typed("kafka-producer-perf-test.sh", &arguments, server);
            // In the same minute, so that the machine is as busy.
            if server.kind() == Kind::Runnel {
                create_topic(idle.behind(), &topic, PARTITIONS)?;
                let arguments = producer_arguments(&topic, count, size, idle.port());
                least.push(produced(&tool("kafka-producer-perf-test.sh", &arguments)?)?);
            }
            produced(&tool("kafka-producer-perf-test.sh", &arguments)?)
        })?;
        let figures = |all: &[Produced], figure: fn(&Produced) -> f64| all.iter().map(figure).collect::<Vec<_>>();
        let work = format!("producer perf, {count} x {size} B");
        let mut row = |unit, better, figure: fn(&Produced) -> f64| {
            table.row(&work, unit, better, &figures(&kafka, figure), &figures(&runnel, figure));
        };
        row("records/s", Better::Higher, |produced| produced.records_per_second);
        row("p99 ms", Better::Lower, |produced| produced.p99_ms);
        table.remark(format!(
            "{work}: of a broker that answers at once and keeps nothing the tool says {:.0} records/s, p99 {:.0} ms; of \
             runnel in the same rounds p99 {:.0} ms",
            median(&figures(&least, |produced| produced.records_per_second)),
            median(&figures(&least, |produced| produced.p99_ms)),
            median(&figures(&runnel, |produced| produced.p99_ms)),
        ));
        table.command(shown);
    }
    Ok(())
}

fn producer_arguments(topic: &str, count: u64, size: usize, port: u16) -> String {
    format!(
        "--topic {topic} --num-records {count} --record-size {size} --throughput -1 --bootstrap-server localhost:{port} \
         --command-property acks=all"
    )
}

/// `1000000 records sent, 654321.0 records/sec (62.40 MB/sec), 3.21 ms avg latency, ..., 9 ms 99th, 12 ms 99.9th.`
fn produced(text: &str) -> Result<Produced, String> {
    let last =
        text.lines().rev().find(|line| line.contains("99th")).ok_or_else(|| format!("no figures in {text:?}"))?;
    Ok(Produced {
        records_per_second: number(last, r"([0-9.]+) records/sec")?,
        p99_ms: number(last, r"([0-9.]+) ms 99th")?,
    })
}

/// Reads what [`producers`] wrote.
pub(crate) fn consumers(scale: &Scale, pair: &Pair, table: &mut Table) -> Result<(), String> {
    for (name, count, size) in [("small", scale.small_records, 100), ("large", scale.large_records, 1024)] {
        let mut shown = String::new();
        let (kafka, runnel) = pair.alternate(scale.rounds, |server, round| {
            let arguments = format!(
                "--topic {name}-{round} --num-records {count} --bootstrap-server localhost:{} --hide-header",
                server.port()
            );
            shown = as_typed("kafka-consumer-perf-test.sh", &arguments, server);
            let text = tool("kafka-consumer-perf-test.sh", &arguments)?;
            // start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s
            let figures: Vec<&str> = text.lines().last().unwrap_or_default().split(", ").collect();
            let per_second = figures.get(9).and_then(|figure| figure.trim().parse::<f64>().ok());
            per_second.ok_or_else(|| format!("no figures in {text:?}"))
        })?;
        table.row(&format!("consumer perf, {count} x {size} B"), "records/s", Better::Higher, &kafka, &runnel);
        table.command(shown);
    }
    Ok(())
}

pub(crate) fn latency(scale: &Scale, pair: &Pair, table: &mut Table) -> Result<(), String> {
    let mut shown = String::new();
    let (kafka, runnel) = pair.alternate(scale.rounds, |server, round| {
        let topic = format!("latency-{round}");
        create_topic(server, &topic, 1)?;
        let arguments = format!("localhost:{} {topic} {} all 100", server.port(), scale.latency_records);
        shown = as_typed("kafka-e2e-latency.sh", &arguments, server);
        let text = tool("kafka-e2e-latency.sh", &arguments)?;
        Ok((number(&text, r"Avg latency: ([0-9.]+) ms")?, number(&text, r"99th = ([0-9.]+)")?))
    })?;
    let figures = |all: &[(f64, f64)], first: bool| {
        all.iter().map(|&(average, p99)| if first { average } else { p99 }).collect::<Vec<_>>()
    };
    table.row("end-to-end latency, average", "ms", Better::Lower, &figures(&kafka, true), &figures(&runnel, true));
    table.row("end-to-end latency, 99th", "ms", Better::Lower, &figures(&kafka, false), &figures(&runnel, false));
    table.command(shown);
    Ok(())
}

pub(crate) fn kafkajs(scale: &Scale, pair: &Pair, table: &mut Table) -> Result<(), String> {
    let count = scale.kafkajs_records;
    let (kafka, runnel) = pair.alternate(scale.rounds, |server, round| {
        let topic = format!("kafkajs-{round}");
        create_topic(server, &topic, 1)?;
        // The topic of offsets has to be there before kafkajs asks for a group, or it is its back-off that is measured.
        groups_ready(server)?;
        let mut command = Command::new("node");
        command
            .arg(folders::package("node/dist/bench.js"))
            .args([format!("localhost:{}", server.port()), topic, count.to_string()])
            .env("KAFKAJS_NO_PARTITIONER_WARNING", "1");
        let text = run(&mut command)?;
        Ok((number(&text, r"produced ([0-9]+)")?, number(&text, r"consumed ([0-9]+)")?))
    })?;
    let figures = |all: &[(f64, f64)], first: bool| {
        all.iter().map(|&(produced, consumed)| if first { produced } else { consumed }).collect::<Vec<_>>()
    };
    let mut row = |what: &str, first: bool| {
        let work = format!("kafkajs {what} {count} x 100 B");
        table.row(&work, "ms", Better::Lower, &figures(&kafka, first), &figures(&runnel, first));
    };
    row("produces", true);
    row("consumes", false);
    table.command(format!("node tests/clients/node/dist/bench.js localhost:PORT TOPIC {count}"));
    Ok(())
}

fn groups_ready(server: &Server) -> Result<(), String> {
    let arguments = format!("--describe --group none --bootstrap-server localhost:{}", server.port());
    // It says that there is no such group, which is what it is asked for.
    tool("kafka-consumer-groups.sh", &arguments).map(drop)
}

/// A command as one would type it, whichever server it was for.
fn as_typed(script: &str, arguments: &str, server: &Server) -> String {
    format!("{script} {}", arguments.replace(&server.port().to_string(), "PORT"))
}

/// Runs one of Kafka's scripts in a JVM of its own.
fn tool(script: &str, arguments: &str) -> Result<String, String> {
    let class = tools::class_of(script).ok_or_else(|| format!("{script} is no script of Kafka's"))?;
    let log = folders::target("tool-runner");
    let mut command = Command::new("java");
    command.args(["-Xmx512M", "-cp", &folders::class_path(Path::new(&log), |_| true), class]);
    run(command.args(arguments.split(' ')))
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    Err(format!(
        "{:?} ended with {}: {text}{}",
        command.get_program(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn number(text: &str, pattern: &str) -> Result<f64, String> {
    let pattern = Regex::new(pattern).map_err(|error| error.to_string())?;
    let found = pattern.captures(text).and_then(|found| found.get(1)?.as_str().parse().ok());
    found.ok_or_else(|| format!("nothing like {pattern} in {text:?}"))
}
