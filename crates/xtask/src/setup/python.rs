//! kafka-python and confluent-kafka, beside everything else in `target/`, so that nothing of the machine's own Python changes.

use super::{apt, is_fresh, is_there};
use crate::shell::{Failure, ask, program, root, run_quietly, target};

/// Installs both into `target/python`.
pub(super) fn kafka_python() -> Result<(), Failure> {
    let wanted = root().join("tests/clients/python/requirements.txt");
    let folder = target("python");
    let done = folder.join("complete");
    if is_fresh(&done, &[&wanted]) && is_there("python3", "--version") {
        return Ok(());
    }
    if !is_there("python3", "--version") {
        return Err(Failure("kafka-python, because python3 is not on this machine".to_owned()));
    }
    if ask(program("python3").args(["-m", "pip", "--version"])).is_none() {
        apt::install("python3-pip")
            .map_err(|Failure(reason)| Failure(format!("kafka-python, for want of pip: {reason}")))?;
    }
    println!("installing kafka-python");
    let _ = std::fs::remove_dir_all(&folder);
    run_quietly(
        program("python3")
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--root-user-action=ignore",
                "--target",
            ])
            .arg(&folder)
            .arg("-r")
            .arg(wanted),
    )
    .map_err(|Failure(reason)| Failure(format!("kafka-python: {reason}")))?;
    std::fs::write(&done, "")
        .map_err(|error| Failure(format!("kafka-python: cannot write {}: {error}", done.display())))
}
