//! The page in a real browser: `tests/browser`, run by Node's own test runner.

use crate::setup;
use crate::shell::{Failure, program, run};
use std::path::Path;

/// Plays what a visitor does in the page that lies in a folder.
pub(crate) fn test(page: &Path) -> Result<(), Failure> {
    let chromium = setup::chromium()?;
    setup::browser_packages()?;
    // Two files at a time: each has a browser of its own.
    run(program("node").env("RUNNEL_PAGE", page).env("RUNNEL_CHROMIUM", chromium).args([
        "--test",
        "--test-concurrency=2",
        "tests/browser/",
    ]))
}
