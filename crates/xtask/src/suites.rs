//! `cargo xtask test`: every suite, one after the other, each with its time. The first that fails ends it.

use crate::browser;
use crate::build;
use crate::page;
use crate::setup;
use crate::shell::{Failure, ask, cargo, program, run};
use crate::wasm;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The crates that users get, and that so must compile for every system.
const SHIPPED: [&str; 3] = ["runnel-protocol", "runnel-broker", "runnel"];

/// Systems on which nobody here runs the tests, but users run the server.
const OTHER_SYSTEMS: [&str; 2] = ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"];

/// The page, which is for the browser alone.
const PAGE: &str = "runnel-web";

struct Suites {
    times: Vec<(String, Duration)>,
}

/// Runs everything that must hold before a change lands.
pub(crate) fn test() -> Result<(), Failure> {
    let mut suites = Suites { times: Vec::new() };
    let mut remarks = Vec::new();

    suites.run("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    suites.run("clippy", || {
        let others = ["--exclude", PAGE, "--all-targets", "--quiet", "--", "-D", "warnings"];
        run(cargo().args(["clippy", "--workspace"]).args(others))
    })?;
    suites.run("clippy: the page, and the core for the browser", || {
        add_target("wasm32-unknown-unknown")?;
        let check = ["clippy", "--quiet", "--target", "wasm32-unknown-unknown", "--package", PAGE, "--all-targets"];
        run(cargo().args(check).args(["--", "-D", "warnings"]))
    })?;
    for system in OTHER_SYSTEMS {
        suites.run(&format!("{system}: the shipped crates compile"), || match add_target(system) {
            Ok(()) => {
                let packages = SHIPPED.iter().flat_map(|name| ["--package", name]);
                run(cargo().args(["check", "--quiet", "--target", system]).args(packages))
            }
            Err(Failure(reason)) => {
                remarks.push(format!("left out: {system}, which rustup does not give here ({reason})"));
                Ok(())
            }
        })?;
    }
    suites.run("documentation", || {
        run(cargo().env("RUSTDOCFLAGS", "-D warnings").args([
            "doc",
            "--workspace",
            "--exclude",
            PAGE,
            "--no-deps",
            "--quiet",
        ]))
    })?;
    suites.run("tests of the crates, and the house rules", || {
        run(cargo().args(["test", "--quiet", "--workspace"]).args(ELSEWHERE))
    })?;
    suites.run("lessons: solutions, near-misses, what the text states", || lessons(&[]))?;
    suites.run("simulation: power cuts, full disks, hostile clients", || {
        // What was counted is part of the result.
        run(cargo().args(["test", "--package", "runnel-simulation", "--", "--show-output"]))
    })?;
    suites.run("wasm: the runner", wasm::runner)?;
    suites.run("wasm: the same frames in Node", wasm::in_node)?;
    suites.run("wasm: the same frames in Chromium", wasm::in_chromium)?;
    let mut page = PathBuf::new();
    suites.run("the page as it is shipped", || {
        page = page::build(page::Care::Shipped)?;
        Ok(())
    })?;
    suites.run("the page in Chromium", || browser::test(&page))?;
    let mut binary = None;
    suites.run("release build", || {
        binary = Some(build::with_page()?);
        Ok(())
    })?;
    suites.run("set-up of the real clients", || {
        remarks.extend(setup::clients()?);
        Ok(())
    })?;
    suites.run("real clients against a fresh server each", || {
        let mut scenarios = cargo();
        if let Some(binary) = &binary {
            scenarios.env("RUNNEL_BINARY", binary);
        }
        run(scenarios.args(["test", "--package", "runnel-clients-tests", "--", "--test-threads=2", "--show-output"]))
    })?;

    println!("\nall suites passed");
    for (name, time) in &suites.times {
        println!("{:8.1} s  {name}", time.as_secs_f64());
    }
    for remark in remarks {
        println!("{remark}");
    }
    Ok(())
}

/// Packages that are tested by suites of their own.
const ELSEWHERE: [&str; 6] = ["--exclude", "runnel-clients-tests", "--exclude", "runnel-simulation", "--exclude", PAGE];

/// Looks at the lessons of the course, or at those in files: every solution meets its goals, no near-miss does.
pub(crate) fn lessons(files: &[&str]) -> Result<(), Failure> {
    // Together with the workspace's tests, so that what those have built serves here too.
    let workspace = ["test", "--quiet", "--workspace"];
    // A test runs in its package's folder.
    let here = std::env::current_dir().map_err(|error| Failure(format!("the current folder: {error}")))?;
    let files = files.iter().map(|file| here.join(file));
    run(cargo().args(workspace).args(ELSEWHERE).args(["--test", "course", "--"]).args(files))
}

/// Asks a real Apache Kafka what the scenarios print, and keeps it. Without names, all of them.
pub(crate) fn capture(names: &[&str]) -> Result<(), Failure> {
    setup::clients()?;
    run(cargo()
        .env("RUNNEL_CLIENTS_AGAINST", "kafka")
        .env("UPDATE_EXPECT", "1")
        .args(["test", "--package", "runnel-clients-tests", "--", "--test-threads=2"])
        .args(names))
}

impl Suites {
    fn run(&mut self, name: &str, suite: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        println!("\n== {name}");
        let started = Instant::now();
        suite().map_err(|Failure(reason)| Failure(format!("{name}: {reason}")))?;
        let time = started.elapsed();
        println!("== {name}: {:.1} s", time.as_secs_f64());
        self.times.push((name.to_owned(), time));
        Ok(())
    }
}

/// Makes sure that the standard library for a target is there. Without rustup the compiler itself has to have it.
pub(crate) fn add_target(name: &str) -> Result<(), Failure> {
    let installed = ask(program("rustc").args(["--print", "target-libdir", "--target", name]));
    if installed.is_some_and(|folder| std::path::Path::new(&folder).is_dir()) {
        return Ok(());
    }
    match ask(program("rustup").args(["target", "add", name])) {
        Some(_) => Ok(()),
        None => Err(Failure(format!("`rustup target add {name}` failed; install the target by hand"))),
    }
}
