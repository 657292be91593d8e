//! Topics before they exist: which names and placements are allowed, and where the replicas go.
//!
//! Not done: racks, and policies for the creation of topics.

mod automatic;
pub mod creation;
pub mod names;
pub mod placement;

#[cfg(test)]
mod tests;

pub(crate) use automatic::{AutoCreation, create_automatically};
pub(crate) use names::{CONSUMER_OFFSETS, check_name, is_internal};
