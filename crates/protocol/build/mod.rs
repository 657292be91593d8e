//! The build step: reads the schema files and writes Rust.
//!
//! [`notation`] reads a file into the [`model`]; [`structs`] writes the types with decode and encode, [`random`] the
//! constructors of random messages, [`table`] the API table and the enums over all APIs, [`walk`] the tables that
//! `describe` walks. [`check`] holds what a file must say beyond its grammar.

pub(crate) mod model;
pub(crate) mod notation;
pub(crate) mod random;
pub(crate) mod size;
pub(crate) mod structs;
pub(crate) mod table;
pub(crate) mod walk;
