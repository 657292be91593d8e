//! kafkajs and the TypeScript compiler by npm, and the tutorial's programs compiled.

use super::is_fresh;
use crate::shell::{Failure, ask, program, root, run_quietly};
use std::path::Path;

/// Installs the pinned packages and compiles `tests/clients/node/src`.
pub(super) fn programs() -> Result<(), Failure> {
    let folder = root().join("tests/clients/node");
    install(&folder, "kafkajs and the TypeScript compiler")?;
    if !is_fresh(&folder.join("dist/bench.js"), &[&folder.join("src"), &folder.join("tsconfig.json")]) {
        let _ = std::fs::remove_dir_all(folder.join("dist"));
        run_quietly(program("node").current_dir(&folder).args([
            "node_modules/typescript/bin/tsc",
            "--build",
            "--force",
        ]))?;
    }
    Ok(())
}

/// Installs what makes the page smaller.
pub(super) fn page_packages() -> Result<(), Failure> {
    install(&root().join("web"), "binaryen")
}

/// Installs what drives a browser in the tests.
pub(super) fn browser_packages() -> Result<(), Failure> {
    install(&root().join("tests/browser"), "playwright-core, axe-core and kafkajs")
}

/// Installs the packages that a folder pins, if they are not there.
fn install(folder: &Path, what: &str) -> Result<(), Failure> {
    let version = ask(program("node").arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|number| number.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        return Err(Failure(format!("Node 20 or newer is not there (found {version:?}): install it")));
    }
    if !is_fresh(&folder.join("node_modules/.package-lock.json"), &[&folder.join("package-lock.json")]) {
        println!("installing {what}");
        run_quietly(npm().current_dir(folder).arg("ci"))?;
    }
    Ok(())
}

/// npm is a script of the shell on Windows.
fn npm() -> std::process::Command {
    program(if cfg!(windows) { "npm.cmd" } else { "npm" })
}
