//! The `runnel` binary: a Kafka you can see, in one process.

mod address;
mod cli;
mod files;
mod options;
mod start_error;

fn main() {}
