//! `cargo xtask bench broker`: the same work on Apache Kafka and on our server, and a table of ratios.
//! `cargo xtask bench world`: what a simulated world costs in time and memory.
//!
//! The work itself lies in `tests/clients`, where the native driver is, and in `tests/simulation`; these commands fetch
//! what it needs.

use crate::build;
use crate::setup;
use crate::shell::{Failure, cargo, run};
use crate::suites;
use crate::wasm;

/// Builds, fetches Apache Kafka and runs the benchmark. `--quick` takes smaller counts.
pub(crate) fn broker(arguments: &[&str]) -> Result<(), Failure> {
    let binary = build::release()?;
    setup::clients()?;
    run(cargo()
        .env("RUNNEL_BINARY", binary)
        .args(["run", "--quiet", "--release", "--package", "runnel-clients-tests", "--bin", "bench", "--"])
        .args(arguments))
}

/// Builds the world with optimisations, natively and for WebAssembly, and prints its figures.
pub(crate) fn world() -> Result<(), Failure> {
    for binary in ["world", "scene"] {
        run(cargo().args(["run", "--quiet", "--release", "--package", "runnel-simulation", "--bin", binary]))?;
    }
    suites::add_target("wasm32-unknown-unknown")?;
    wasm::runner()?;
    wasm::bench()
}
