//! The program that uses franz-go, built where there is Go.

use super::{is_fresh, is_there};
use crate::shell::{Failure, program, root, run_quietly, target};

/// Builds `target/franz/franz`.
pub(super) fn franz() -> Result<(), Failure> {
    let sources = root().join("tests/clients/go");
    let made = target("franz/franz");
    if is_fresh(&made, &[&sources]) {
        return Ok(());
    }
    if !is_there("go", "version") {
        return Err(Failure("franz-go, because Go is not on this machine".to_owned()));
    }
    println!("building the franz-go client");
    run_quietly(program("go").current_dir(&sources).args(["build", "-o"]).arg(&made).arg("."))
        .map_err(|Failure(reason)| Failure(format!("franz-go: {reason}")))
}
