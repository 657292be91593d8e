//! `cargo xtask bench broker`: the same work on Apache Kafka and on `runnel`, in alternation, and a table of ratios.
//!
//! Both run on loopback of this machine, started as their makers start them. Every figure is the median of the rounds,
//! and stands beside what the disk (a sequential buffered write) and the loopback (a plain copy over a socket) gave in
//! the same run. No test depends on any of it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is what this program is for")]

mod baselines;
mod driver;
mod idle_broker;
mod memory;
mod pair;
mod start;
mod table;
mod tools;

use pair::Pair;
use std::process::ExitCode;
use table::Table;

/// How much of everything.
struct Scale {
    rounds: usize,
    starts: usize,
    starts_kafka: usize,
    small_records: u64,
    large_records: u64,
    latency_records: u64,
    kafkajs_records: u64,
    random_fetches: u64,
    log_records: [u64; 3],
}

const FULL: Scale = Scale {
    rounds: 3,
    starts: 15,
    starts_kafka: 2,
    small_records: 1_000_000,
    large_records: 500_000,
    latency_records: 10_000,
    kafkajs_records: 100_000,
    random_fetches: 2_000,
    log_records: [20_000, 200_000, 2_000_000],
};

const QUICK: Scale = Scale {
    rounds: 1,
    starts: 5,
    starts_kafka: 1,
    small_records: 100_000,
    large_records: 50_000,
    latency_records: 1_000,
    kafkajs_records: 20_000,
    random_fetches: 500,
    log_records: [2_000, 20_000, 200_000],
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let scale = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => &FULL,
        ["--quick"] => &QUICK,
        _ => {
            eprintln!("usage: cargo xtask bench broker [--quick]");
            return ExitCode::FAILURE;
        }
    };
    match bench(scale) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(scale: &Scale) -> Result<(), String> {
    let mut table = Table::new();
    start::starts(scale, &mut table)?;

    let mut pair = Pair::start()?;
    memory::row(&pair, "idle memory", &mut table);
    tools::producers(scale, &pair, &mut table)?;
    memory::row(&pair, "memory after the records of the producer rounds", &mut table);
    tools::consumers(scale, &pair, &mut table)?;
    tools::latency(scale, &pair, &mut table)?;
    tools::kafkajs(scale, &pair, &mut table)?;
    driver::produce_and_fetch(scale, &pair, &mut table)?;
    driver::random_fetch(scale, &pair, &mut table)?;
    pair.stop()?;

    table.print();
    Ok(())
}
