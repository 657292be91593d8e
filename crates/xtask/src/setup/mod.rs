//! Fetching what the tests with real clients need. What is there already is left as it is.
//!
//! Rust, git, Node 20, Java 17 and Maven are expected and named when they are not there. kcat comes through the system's
//! package manager where it may be used. Python and Go are used where they are; a machine without them leaves their
//! clients out, and says so.

mod apt;
mod chromium;
mod go;
mod java;
mod node;
mod python;

use crate::shell::{Failure, program};
use std::path::Path;
use std::time::SystemTime;

/// Makes the machine ready for `tests/clients`, and returns a line for each client that has to be left out.
pub(crate) fn clients() -> Result<Vec<String>, Failure> {
    java::kafka()?;
    java::tool_runner()?;
    node::programs()?;
    let optional = [apt::kcat(), python::kafka_python(), go::franz()];
    Ok(optional.into_iter().filter_map(Result::err).map(|Failure(reason)| format!("left out: {reason}")).collect())
}

/// Makes what the page is made with ready.
pub(crate) fn page_packages() -> Result<(), Failure> {
    node::page_packages()
}

/// Adds the target of the browser to this Rust.
pub(crate) fn wasm_target() -> Result<(), Failure> {
    const TARGET: &str = "wasm32-unknown-unknown";
    crate::shell::run_quietly(program("rustup").args(["target", "add", TARGET]))
        .map_err(|Failure(reason)| Failure(format!("the target {TARGET} cannot be added to this Rust: {reason}")))
}

/// Makes what drives a browser in the tests ready.
pub(crate) fn browser_packages() -> Result<(), Failure> {
    node::browser_packages()
}

/// Makes Chromium ready, and says how it is started.
pub(crate) fn chromium() -> Result<String, Failure> {
    chromium::browser()
}

/// Makes Chromium and its driver ready, and says how the driver is started.
pub(crate) fn chromium_driver() -> Result<String, Failure> {
    chromium::driver()
}

/// Whether a program is there, asked by running it with `argument`.
fn is_there(name: &str, argument: &str) -> bool {
    crate::shell::ask(program(name).arg(argument)).is_some()
}

/// Whether `made` is there and none of its sources is younger.
pub(crate) fn is_fresh(made: &Path, sources: &[&Path]) -> bool {
    let Some(made) = changed(made) else {
        return false;
    };
    sources.iter().all(|source| youngest(source).is_none_or(|source| source <= made))
}

fn youngest(path: &Path) -> Option<SystemTime> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return changed(path);
    };
    entries.filter_map(|entry| youngest(&entry.ok()?.path())).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}
