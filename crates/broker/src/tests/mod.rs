//! The cluster as a client meets it: frames in, answers and events out, on a virtual clock.

mod compaction;
mod harness;
mod metadata;
mod produce_and_fetch;
mod restart;
