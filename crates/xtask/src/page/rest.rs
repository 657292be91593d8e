//! What the page begins with, less what is not called while it begins. `crates/bindgen/src/bin/rest` takes it out, by a
//! list that is learned in a browser.

use super::{BEGINNING, Care, finish, made};
use crate::browser;
use crate::shell::{Failure, root, run_quietly, target};
use std::fs;
use std::path::Path;

/// Functions that are not called while the page begins.
pub(super) const LIST: &str = "web/build/rest.txt";

/// Takes out of a program what a list says, into a file beside it.
pub(super) fn part(beginning: &Path, list: &Path, work: &Path) -> Result<(), Failure> {
    run_quietly(made("page-rest").arg("part").args([beginning, list, beginning, work.join("rest.wasm").as_path()]))
}

/// Lets a browser begin with a page that remembers which of its functions were called, and writes the list of the others.
pub(super) fn learn(work: &Path) -> Result<(), Failure> {
    let beginning = work.join(BEGINNING);
    let whole = work.join("whole.wasm");
    let nothing = work.join("nothing.txt");
    let numbers = work.join("called.txt");
    fs::write(&nothing, "").map_err(|error| super::failed("write", &nothing, &error))?;
    part(&beginning, &nothing, work)?;
    fs::copy(&beginning, &whole).map_err(|error| super::failed("copy", &beginning, &error))?;
    run_quietly(made("page-rest").arg("mark").args([&whole, &beginning]))?;
    let site = target("site-marked");
    finish(Care::Quick, work, &site)?;
    browser::learn(&site, &numbers)?;
    run_quietly(made("page-rest").arg("learn").args([&whole, &numbers, &root().join(LIST)]))
}
