//! The page in a real browser: `tests/browser`, run by Node's own test runner.

use crate::setup;
use crate::shell::{Failure, program, run};
use std::path::Path;

/// Plays what a visitor does in the page that lies in a folder.
pub(crate) fn test(page: &Path) -> Result<(), Failure> {
    // Two files at a time: each has a browser of its own.
    node(page, &["--test", "--test-concurrency=2", "tests/browser/"])
}

/// Plays with the page that lies in a folder and prints what that costs.
pub(crate) fn bench(page: &Path, arguments: &[&str]) -> Result<(), Failure> {
    node(page, &[&["tests/browser/bench.mjs"], arguments].concat())
}

/// Lets the page in a folder, whose functions are marked, begin, and writes the numbers of those that were called.
pub(crate) fn learn(page: &Path, numbers: &Path) -> Result<(), Failure> {
    node(page, &["tests/browser/learn.mjs", &numbers.to_string_lossy()])
}

fn node(page: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let chromium = setup::chromium()?;
    setup::browser_packages()?;
    run(program("node").env("RUNNEL_PAGE", page).env("RUNNEL_CHROMIUM", chromium).args(arguments))
}
