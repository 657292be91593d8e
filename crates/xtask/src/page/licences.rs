//! Whose work the page and the program that carries it stand on: each library with its licence, as its own files say it.

use super::failed;
use crate::shell::{Failure, ask, cargo};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The file's first lines.
const HEAD: &str = "Runnel stands on the libraries below. Each is named with its version, its licence and where it comes \
    from;\nthe texts follow, each with the libraries that carry it.\n";

/// Files of a library that hold its licence, or a notice that goes with it.
const FILES: [&str; 5] = ["licen", "copying", "copyright", "notice", "unlicense"];

/// A library that is compiled in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Library {
    /// Name and version, as the folder of its source is called.
    name: String,
    licence: String,
    repository: String,
}

/// All libraries of the page and of the server, with their texts.
pub(super) fn text() -> Result<String, Failure> {
    let mut libraries = libraries(&["--package", "runnel-web", "--target", "wasm32-unknown-unknown"])?;
    libraries.extend(self::libraries(&["--package", "runnel"])?);
    libraries.sort();
    libraries.dedup();
    let mut text = HEAD.to_owned();
    text.push('\n');
    let mut by_content: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for library in &libraries {
        text.push_str(&format!("{}: {} {}\n", library.name, library.licence, library.repository).replace(" \n", "\n"));
        for content in contents(&source(&library.name)?)? {
            by_content.entry(content).or_default().push(library.name.clone());
        }
    }
    for (content, names) in by_content {
        text.push_str(&format!("\n{}\n{}\n\n{content}\n", "-".repeat(80), names.join(", ")));
    }
    Ok(text)
}

/// What cargo would compile in, without the crates of this repository.
fn libraries(what: &[&str]) -> Result<Vec<Library>, Failure> {
    let mut tree = cargo();
    tree.args(["tree", "--quiet", "--offline", "--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe"]);
    tree.args(["--format", "{p}|{l}|{r}"]).args(what);
    let lines = ask(&mut tree).ok_or_else(|| Failure("cargo tree cannot say which libraries there are".to_owned()))?;
    lines.lines().filter(|line| !line.contains(" (/")).map(library).collect()
}

/// One line of cargo's: `serde v1.0.0|MIT OR Apache-2.0|https://...`.
fn library(line: &str) -> Result<Library, Failure> {
    let unreadable = || Failure(format!("cargo tree: wanted `name vVERSION|licence|repository`, found {line:?}"));
    let [package, licence, repository] = line.split('|').collect::<Vec<_>>()[..] else { return Err(unreadable()) };
    let (name, version) = package.split_once(" v").ok_or_else(unreadable)?;
    if licence.is_empty() {
        return Err(Failure(format!("{package} does not say under which licence it is")));
    }
    Ok(Library {
        name: format!("{name}-{version}"),
        licence: licence.replace('/', " OR "),
        repository: repository.to_owned(),
    })
}

/// Where cargo has unpacked a library.
fn source(name: &str) -> Result<PathBuf, Failure> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let registries = home.ok_or_else(|| Failure("wanted CARGO_HOME or a home folder".to_owned()))?.join("registry/src");
    let found = entries(&registries)?.into_iter().map(|registry| registry.join(name)).find(|folder| folder.is_dir());
    found.ok_or_else(|| Failure(format!("{name} is not below {}", registries.display())))
}

/// The texts of licences that lie in a library's folder.
fn contents(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut contents = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && FILES.iter().any(|start| name.starts_with(start)) {
            let bytes = fs::read(&path).map_err(|error| failed("read", &path, &error))?;
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            contents.push(text.trim().to_owned());
        }
    }
    Ok(contents)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read = fs::read_dir(folder).map_err(|error| failed("read", folder, &error))?;
    let paths: Result<Vec<PathBuf>, _> = read.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| failed("read", folder, &error))?;
    paths.sort();
    Ok(paths)
}
