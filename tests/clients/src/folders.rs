//! Where things lie: the repository, Kafka's jars, the clients that `cargo xtask` installed.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("this package lies two folders below the root").to_path_buf()
}

/// A path inside this package.
pub fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A path inside `target/`, where everything lies that is made or fetched.
pub fn target(path: &str) -> PathBuf {
    root().join("target").join(path)
}

/// The server under test.
pub fn runnel() -> PathBuf {
    std::env::var_os("RUNNEL_BINARY").map_or_else(|| target("release/runnel"), PathBuf::from)
}

/// The jars of Apache Kafka whose name `wanted` accepts, as a class path that begins with `first`.
///
/// # Panics
/// If the jars are not there: `cargo xtask test` fetches them.
pub fn class_path(first: &Path, wanted: impl Fn(&str) -> bool) -> String {
    let folder = target("kafka-4.3.0");
    let entries = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}; `cargo xtask setup` fetches it", folder.display()));
    let mut jars: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".jar") && wanted(name))
        .map(|name| folder.join(name).display().to_string())
        .collect();
    jars.sort();
    jars.insert(0, first.display().to_string());
    jars.join(":")
}

/// An empty folder for one run of one scenario.
///
/// # Panics
/// If the folder cannot be made.
pub fn fresh(name: &str) -> PathBuf {
    let folder = target("clients").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap_or_else(|error| panic!("cannot clear {}: {error}", folder.display()));
    }
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
    folder
}

/// Copies a folder with all that is in it, passing each file's bytes through `change`.
///
/// # Panics
/// If a file cannot be read or written.
pub fn copy(from: &Path, to: &Path, change: &dyn Fn(Vec<u8>) -> Vec<u8>) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("cannot make {}: {error}", to.display()));
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("cannot read {}: {error}", from.display()));
    for entry in entries.map(|entry| entry.expect("a folder that opened can be listed")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to, change);
        } else {
            let bytes = fs::read(&from).unwrap_or_else(|error| panic!("cannot read {}: {error}", from.display()));
            fs::write(&to, change(bytes)).unwrap_or_else(|error| panic!("cannot write {}: {error}", to.display()));
        }
    }
}
