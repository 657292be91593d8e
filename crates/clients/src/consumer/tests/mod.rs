//! Consumers of each kind against a whole cluster in memory.

mod groups;
mod progress;
mod reading;
mod stage;
