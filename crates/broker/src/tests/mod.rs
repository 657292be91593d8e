//! The cluster as a client meets it: frames in, answers and events out, on a virtual clock.

mod admin;
mod adopted;
mod brokers;
mod client;
mod compaction;
mod configs;
mod determinism;
mod events;
mod fetch;
mod groups;
mod harness;
mod idempotence;
mod leaders;
mod liveness;
mod membership;
mod metadata;
mod metadata_log;
mod offsets;
mod previews;
mod produce;
mod produce_and_fetch;
mod restart;
mod retention;
mod sane;
mod topics;
mod versions;
