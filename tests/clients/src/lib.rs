//! Real clients against a freshly started server, compared with what they print on Apache Kafka.
//!
//! A scenario is a [`transcript`]: commands, and under each what it printed. The files lie in `expected/`;
//! what stands in them was printed by a real Apache Kafka. `cargo xtask capture` starts one and writes them anew, so
//! that anybody can check; `cargo test -p runnel-clients-tests` runs the same commands against `runnel`, and those of
//! Kafka's tools a second time with the tools of `runnel`.
//!
//! Environment:
//! - `RUNNEL_BINARY`: the server under test, `target/release/runnel` if it is not set;
//! - `RUNNEL_CLIENTS_AGAINST=kafka`: ask Apache Kafka in its place, with `UPDATE_EXPECT=1` keep what it says;
//! - `RUNNEL_SEED`: where the random choices of the durability rounds come from.

pub mod address;
pub mod chance;
pub mod durability;
pub mod folders;
pub mod jvm;
pub mod native;
pub mod normalise;
pub mod running;
pub mod server;
pub mod stage;
pub mod tools;
pub mod transcript;

#[cfg(test)]
mod assignors;
#[cfg(test)]
mod native_tools;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod partitioners;
#[cfg(test)]
mod recorder;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod second_oracle;
#[cfg(test)]
mod sequences;
#[cfg(test)]
mod simulated;
