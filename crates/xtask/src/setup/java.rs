//! Apache Kafka's jars by Maven, and the program that runs its tools in one JVM.

use super::{is_fresh, is_there};
use crate::shell::{Failure, program, root, run_quietly, target};
use std::path::Path;

/// Fetches Apache Kafka 4.3.0, broker and tools, and the Java client of 3.9.1.
pub(super) fn kafka() -> Result<(), Failure> {
    if !is_there("java", "-version") || !is_there("javac", "-version") {
        return Err(Failure("Java 17 is not there: install a JDK (Debian: apt-get install openjdk-17-jdk)".to_owned()));
    }
    fetch("tests/clients/kafka/pom.xml", "kafka-4.3.0")?;
    fetch("tests/clients/kafka/clients-3.9.xml", "kafka-clients-3.9.1")
}

fn fetch(pom: &str, folder: &str) -> Result<(), Failure> {
    let done = target(folder).join("complete");
    if is_fresh(&done, &[&root().join(pom)]) {
        return Ok(());
    }
    if !is_there("mvn", "-v") {
        return Err(Failure("Maven is not there: install it (Debian: apt-get install maven)".to_owned()));
    }
    println!("fetching {folder}");
    // What an earlier version of the list left there would stay on the class path.
    let _ = std::fs::remove_dir_all(target(folder));
    run_quietly(
        program("mvn")
            .args(["-q", "-B", "-f", pom, "dependency:copy-dependencies"])
            .arg(format!("-DoutputDirectory={}", target(folder).display())),
    )?;
    write(&done, "")
}

/// Compiles the program that runs Kafka's tools in one JVM.
pub(super) fn tool_runner() -> Result<(), Failure> {
    let sources = root().join("tests/clients/java");
    let made = target("tool-runner/ToolRunner.class");
    if is_fresh(&made, &[&sources]) {
        return Ok(());
    }
    let folder = target("tool-runner");
    run_quietly(
        program("javac")
            .arg("-cp")
            .arg(target("kafka-4.3.0").join("*"))
            .arg("-d")
            .arg(&folder)
            .arg(sources.join("ToolRunner.java")),
    )?;
    std::fs::copy(sources.join("log4j2.properties"), folder.join("log4j2.properties"))
        .map(drop)
        .map_err(|error| Failure(format!("cannot copy log4j2.properties: {error}")))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| Failure(format!("cannot write {}: {error}", path.display())))
}
