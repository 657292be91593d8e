//! The `runnel` binary: a Kafka you can see, in one process.

mod files;
mod start_error;

fn main() {}
