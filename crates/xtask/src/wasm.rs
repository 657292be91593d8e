//! Tests in WebAssembly: in Node, and in a headless Chromium.

use crate::setup;
use crate::shell::{Failure, cargo, run, target};

/// The package whose tests come to the same natively and in WebAssembly.
const SAME: &str = "runnel-wasm-tests";

/// That one and the page, whose components are tested where they are seen: together, since what they share is then
/// built once for both.
const ALL: [&str; 2] = [SAME, "runnel-web"];

/// Leaves out the tests that are a browser's.
const ONLY_NODE: (&str, &str) = ("WASM_BINDGEN_TEST_ONLY_NODE", "1");

/// How long one test, and the start of the browser's driver, may take: far longer than they do, since other work may
/// share the machine.
const TIMEOUT_SECONDS: &str = "300";

/// Builds the test runner, once a version.
pub(crate) fn runner() -> Result<(), Failure> {
    run(cargo().args(["build", "--quiet", "--package", "runnel-bindgen"]))
}

/// Runs the tests in Node.
pub(crate) fn in_node() -> Result<(), Failure> {
    test(&ALL, &[ONLY_NODE], &[])
}

/// Prints how fast the stories play in Node, built with optimisations.
pub(crate) fn bench() -> Result<(), Failure> {
    let times = ["--release", "--quiet", "--", "--include-ignored", "--nocapture", "the_stories_are_timed"];
    test(&[SAME], &[ONLY_NODE], &times)
}

/// Runs the tests in a headless Chromium, and those of the page's components.
pub(crate) fn in_chromium() -> Result<(), Failure> {
    let driver = setup::chromium_driver()?;
    test(&ALL, &[("WASM_BINDGEN_TEST_ONLY_WEB", "1"), ("CHROMEDRIVER", &driver)], &[])
}

fn test(packages: &[&str], settings: &[(&str, &str)], arguments: &[&str]) -> Result<(), Failure> {
    let runner = target("debug").join(format!("wasm-bindgen-test-runner{}", std::env::consts::EXE_SUFFIX));
    run(cargo()
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("WASM_BINDGEN_TEST_TIMEOUT", TIMEOUT_SECONDS)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", TIMEOUT_SECONDS)
        .envs(settings.iter().copied())
        .args(["test", "--target", "wasm32-unknown-unknown"])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .args(arguments))
}
