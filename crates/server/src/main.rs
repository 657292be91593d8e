//! The `runnel` binary: a Kafka you can see, in one process.
//!
//! ```text
//! cli -> options -> serve: ports, data folder, cluster
//!                     driver: one input, all outputs, the next input
//!                     kafka: connections        http: page, metrics, events
//!                     files: blobs on a disk    store: files or memory
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

use cli::Wish;
use options::Options;
use start_error::StartError;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With stderr closed the exit code has to say it alone.
            let _ = writeln!(std::io::stderr(), "runnel: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), StartError> {
    match cli::parse(std::env::args_os())? {
        Wish::Read(text) => {
            let _ = write!(std::io::stdout(), "{text}");
            Ok(())
        }
        Wish::Serve(arguments) => {
            let options = Options::new(&arguments)?;
            logs::begin(options.log);
            serve::serve(&options)
        }
    }
}
