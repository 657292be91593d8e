//! The `runnel` binary: a Kafka you can see, in one process.
//!
//! ```text
//! cli -> options -> serve: ports, data folder, cluster
//!                     driver: one input, all outputs, the next input
//!                     kafka: connections        http: page, metrics, events
//!                     files: blobs on a disk    store: files or memory
//! tools: one of Kafka's command-line tools in place of the server
//! ```
//!
//! Everything but waiting for the disk happens on one thread.

mod address;
mod cli;
mod clock;
mod driver;
mod files;
mod first_topics;
mod http;
mod kafka;
mod latency;
mod logs;
mod options;
mod serve;
mod start_error;
mod stop_signal;
mod store;
#[cfg(test)]
mod tests;
mod tools;

use cli::Wish;
use options::Options;
use start_error::StartError;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            // With stderr closed the exit code has to say it alone.
            let _ = writeln!(std::io::stderr(), "runnel: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<u8, StartError> {
    let words: Vec<OsString> = std::env::args_os().collect();
    if let Some(asked) = tools::asked(&words)? {
        return tools::run(&asked);
    }
    match cli::parse(words)? {
        Wish::Read(text) => {
            let _ = write!(std::io::stdout(), "{text}");
            Ok(0)
        }
        Wish::Serve(arguments) => {
            let options = Options::new(&arguments)?;
            logs::begin(options.log);
            serve::serve(&options)?;
            Ok(0)
        }
    }
}
