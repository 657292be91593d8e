//! Consumers of each kind against a whole cluster in memory.

mod faults;
mod fetched;
mod groups;
mod progress;
mod reading;
mod stage;
mod storms;
