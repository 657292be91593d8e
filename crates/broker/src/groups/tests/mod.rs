//! Scenarios of this room, each as a sentence. What a real Apache Kafka 4.3.0 answered is marked so.

mod bench;
mod checks;
mod deleting;
mod describing;
mod expiring;
mod joining;
mod leaving;
mod log_trouble;
mod offsets;
mod rebalancing;
mod records;
mod restarting;
mod simulation;
mod static_members;
mod syncing;
mod told;
