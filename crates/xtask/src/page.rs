//! `cargo xtask page`: the page as static files, in `target/site`.
//!
//! The list of what it consists of is `index.html`, with the links that trunk reads too. Files that the browser keeps
//! carry a hash of their content in their names, and lie there in brotli and gzip too, for hosts that send such files.

mod html;
mod licences;

use crate::setup;
use crate::shell::{Failure, cargo, program, root, run, run_quietly, target};
use std::fs;
use std::path::{Path, PathBuf};

/// What browsers of the last two years know of WebAssembly, and the compiler makes use of: nothing newer may be written.
const FEATURES: [&str; 7] = [
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How much care is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// As it is shipped: small.
    Shipped,
    /// Built quickly, for who works on it.
    Quick,
}

/// Makes the page and says where it is.
pub(crate) fn build(care: Care) -> Result<PathBuf, Failure> {
    setup::wasm_target()?;
    // Cargo keeps what a profile needs on this machine in folders of the profiles' names: these have others.
    let (profile, out) = match care {
        Care::Shipped => ("page", target("site")),
        Care::Quick => ("page-dev", target("site-quick")),
    };
    run(cargo().args([
        "rustc",
        "--package",
        "runnel-web",
        "--features",
        "split",
        "--target",
        "wasm32-unknown-unknown",
        "--profile",
        profile,
        "--",
        // What is taken apart has other addresses then.
        "-Clink-arg=--emit-relocs",
    ]))?;
    run(cargo().args(["build", "--quiet", "--package", "runnel-bindgen"]))?;
    let work = target("site-work");
    recreate(&work)?;
    let wasm = target("wasm32-unknown-unknown").join(profile).join("runnel-web.wasm");
    let made = |name: &str| program(target("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
    run_quietly(made("page-split").arg(wasm).arg(&work))?;
    run_quietly(
        made("page-bindgen")
            .args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--no-demangle"])
            .args(["--out-name", "runnel", "--out-dir"])
            .arg(&work)
            .arg(work.join("main.wasm")),
    )?;
    let parts = parts(&work)?;
    if care == Care::Shipped {
        setup::page_packages()?;
        for part in &parts {
            smaller(&work.join(part))?;
        }
    }
    recreate(&out)?;
    html::assemble(&root(), &work, &parts, &licences::text()?, &out)?;
    if care == Care::Shipped {
        run_quietly(program("node").arg("web/build/compress.mjs").arg(&out))?;
    }
    Ok(out)
}

/// The file with which the program begins.
const BEGINNING: &str = "runnel_bg.wasm";

/// The files that the program consists of: that with which it begins, then those that it loads later.
fn parts(work: &Path) -> Result<Vec<String>, Failure> {
    let mut later = Vec::new();
    for entry in fs::read_dir(work).map_err(|error| failed("read", work, &error))? {
        let name = entry.map_err(|error| failed("read", work, &error))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".wasm") && (name.starts_with("split_") || name.starts_with("chunk_")) {
            later.push(name);
        }
    }
    later.sort();
    Ok(std::iter::once(BEGINNING.to_owned()).chain(later).collect())
}

/// Lets the optimiser make a file smaller.
fn smaller(wasm: &Path) -> Result<(), Failure> {
    run_quietly(
        program("node")
            .arg("web/node_modules/binaryen/bin/wasm-opt")
            .arg("-Os")
            .args(FEATURES)
            .args(["--strip-debug", "--strip-producers", "--output"])
            .arg(wasm)
            .arg(wasm),
    )
}

fn recreate(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| failed("remove", folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| failed("make", folder, &error))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("cannot {what} {}: {error}", path.display()))
}
