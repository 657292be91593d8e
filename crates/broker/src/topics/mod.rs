//! Topics before they exist: which names and placements are allowed, and where the replicas go.
//!
//! Not done: racks, and policies for the creation of topics.

pub mod creation;
pub mod names;
pub mod placement;

#[cfg(test)]
mod tests;
