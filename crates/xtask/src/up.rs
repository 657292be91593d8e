//! `cargo xtask up`: build the server and start it on its defaults.

use crate::build;
use crate::shell::{Failure, program};

/// Builds the server and turns into it, so that Ctrl-C and signals are its own. It prints its addresses when it serves.
pub(crate) fn up(arguments: &[&str]) -> Result<(), Failure> {
    let binary = build::release()?;
    let mut server = program(&binary);
    // The data folder is the caller's, as it is when the server is started by hand.
    if let Ok(folder) = std::env::current_dir() {
        server.current_dir(folder);
    }
    server.arg("serve").args(arguments);
    become_it(server)
}

#[cfg(unix)]
fn become_it(mut server: std::process::Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;
    let error = server.exec();
    Err(Failure(format!("cannot start the server: {error}")))
}

/// Where a process cannot become another, Ctrl-C reaches both, and this one waits for the server's end.
#[cfg(not(unix))]
fn become_it(mut server: std::process::Command) -> Result<(), Failure> {
    crate::shell::run(&mut server)
}
