//! `cargo xtask page`: the page as static files, in `target/site`.
//!
//! The list of what it consists of is `index.html`, with the links that trunk reads too. Files that the browser keeps
//! carry a hash of their content in their names, and lie there in brotli and gzip too, for hosts that send such files.

mod html;
mod licences;
mod rest;

use crate::setup;
use crate::shell::{Failure, cargo, program, root, run, run_quietly, target};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// What a page is made of and with, beside what the compiler makes.
const SOURCES: [&str; 8] = [
    "index.html",
    "web/style",
    "web/build",
    "web/icon.svg",
    "web/package-lock.json",
    "Cargo.lock",
    "crates/bindgen/src",
    "crates/xtask/src",
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
    compile(care)?;
    let out = target(care.folder());
    // Written last: a page that was left half made is made again.
    let stamp = out.with_extension("made");
    let sources: Vec<PathBuf> = SOURCES.iter().map(|source| root().join(source)).chain([compiled(care)]).collect();
    if out.exists() && setup::is_fresh(&stamp, &sources.iter().map(PathBuf::as_path).collect::<Vec<_>>()) {
        return Ok(out);
    }
    let work = target("site-work");
    take_apart(care, &work)?;
    rest::part(&work.join(BEGINNING), &root().join(rest::LIST), &work)?;
    finish(care, &work, &out)?;
    fs::write(&stamp, "").map_err(|error| failed("write", &stamp, &error))?;
    Ok(out)
}

/// Learns anew, in a browser, what the page does not call while it begins, and writes that down for all builds.
pub(crate) fn learn() -> Result<(), Failure> {
    compile(Care::Shipped)?;
    let work = target("site-work");
    take_apart(Care::Shipped, &work)?;
    rest::learn(&work)
}

impl Care {
    /// Cargo keeps what a profile needs on this machine in folders of the profiles' names: that of the page has another.
    fn profile(self) -> &'static str {
        match self {
            Care::Shipped => "page",
            Care::Quick => "page-dev",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Care::Shipped => "site",
            Care::Quick => "site-quick",
        }
    }
}

/// The whole program, as the compiler and the linker leave it.
fn compiled(care: Care) -> PathBuf {
    target("wasm32-unknown-unknown").join(care.profile()).join("runnel-web.wasm")
}

fn compile(care: Care) -> Result<(), Failure> {
    setup::wasm_target()?;
    run(cargo()
        // Names that tell one instance of a generic function from another, for the list of what is called late.
        .args(["--config", "target.wasm32-unknown-unknown.rustflags=['-Csymbol-mangling-version=v0']"])
        .args(["rustc", "--package", "runnel-web", "--features", "split", "--target", "wasm32-unknown-unknown"])
        .args(["--profile", care.profile(), "--"])
        // What is taken apart has other addresses then.
        .arg("-Clink-arg=--emit-relocs"))?;
    run(cargo().args(["build", "--quiet", "--package", "runnel-bindgen"]))
}

/// A program of `crates/bindgen`.
fn made(name: &str) -> Command {
    program(target("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The parts that the source marks, and wasm-bindgen's work on them.
fn take_apart(care: Care, work: &Path) -> Result<(), Failure> {
    recreate(work)?;
    run_quietly(made("page-split").arg(compiled(care)).arg(work))?;
    run_quietly(
        made("page-bindgen")
            .args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--no-demangle"])
            .args(["--out-name", "runnel", "--out-dir"])
            .arg(work)
            .arg(work.join("main.wasm")),
    )
}

/// From the parts to the files of a page.
fn finish(care: Care, work: &Path, out: &Path) -> Result<(), Failure> {
    let parts = parts(work)?;
    if care == Care::Shipped {
        setup::page_packages()?;
        for part in &parts {
            smaller(&work.join(part))?;
        }
    }
    recreate(out)?;
    html::assemble(&root(), work, &parts, &licences::text()?, out)?;
    if care == Care::Shipped {
        run_quietly(program("node").arg("web/build/compress.mjs").arg(out))?;
    }
    Ok(())
}

/// The file with which the program begins.
const BEGINNING: &str = "runnel_bg.wasm";

/// The files that the program consists of: that with which it begins, then those that it loads later.
fn parts(work: &Path) -> Result<Vec<String>, Failure> {
    let mut later = Vec::new();
    for entry in fs::read_dir(work).map_err(|error| failed("read", work, &error))? {
        let name = entry.map_err(|error| failed("read", work, &error))?.file_name().to_string_lossy().into_owned();
        let is_later = ["split_", "chunk_", "rest"].iter().any(|begin| name.starts_with(begin));
        if is_later && name.ends_with(".wasm") {
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
