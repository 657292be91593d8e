//! Takes the page in that `cargo xtask page` has made; without it the server shows its status page instead.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let page = package.join("../../target/site");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", page.display());
    let table = if page.join("index.html.gz").is_file() { table(&page.canonicalize()?)? } else { String::new() };
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("page.rs"), format!("&[\n{table}]\n"))
}

/// A line for each file: its name, and its content in gzip and brotli.
fn table(page: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(page)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if page.join(format!("{name}.gz")).is_file() && page.join(format!("{name}.br")).is_file() {
            names.push(name);
        }
    }
    names.sort();
    let mut table = String::new();
    for name in names {
        let file = |ending: &str| page.join(format!("{name}.{ending}")).display().to_string();
        let (gzip, brotli) = (file("gz"), file("br"));
        writeln!(
            table,
            "    File {{ name: {name:?}, gzip: include_bytes!({gzip:?}), brotli: include_bytes!({brotli:?}) }},"
        )
        .map_err(io::Error::other)?;
    }
    Ok(table)
}
