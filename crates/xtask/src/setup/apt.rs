//! kcat, through Debian's package manager where this process may use it.

use super::is_there;
use crate::shell::{Failure, ask, program, run_quietly};

/// Installs kcat if it is not there.
pub(super) fn kcat() -> Result<(), Failure> {
    if is_there("kcat", "-V") {
        return Ok(());
    }
    install("kcat").map_err(|Failure(reason)| Failure(format!("kcat is not on this machine: {reason}")))
}

/// Installs a package of Debian's.
pub(super) fn install(package: &str) -> Result<(), Failure> {
    let by_root = ask(program("id").arg("-u")).as_deref() == Some("0");
    if !by_root || !is_there("apt-get", "--version") {
        return Err(Failure(format!("install it (Debian: apt-get install {package})")));
    }
    println!("installing {package}");
    run_quietly(program("apt-get").args(["update", "-qq"]))?;
    run_quietly(program("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "-qq", package]))
}
