//! `cargo xtask bench broker`: the same work on Apache Kafka and on our server, and a table of ratios.
//! `cargo xtask bench world`: what a simulated world costs in time and memory.
//! `cargo xtask bench page`: what the page costs in a browser.
//!
//! The work itself lies in `tests/clients`, where the native driver is, in `tests/simulation` and in `tests/browser`;
//! these commands fetch what it needs.

use crate::browser;
use crate::build;
use crate::page;
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
    for binary in ["world", "scene", "goals"] {
        run(cargo().args(["run", "--quiet", "--release", "--package", "runnel-simulation", "--bin", binary]))?;
    }
    suites::add_target("wasm32-unknown-unknown")?;
    wasm::runner()?;
    wasm::bench()
}

/// Makes the page as it is shipped, plays with it in a browser and prints its figures. `--quick` takes smaller counts.
pub(crate) fn page(arguments: &[&str]) -> Result<(), Failure> {
    let folder = page::build(page::Care::Shipped)?;
    browser::bench(&folder, arguments)
}
