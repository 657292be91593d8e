//! The build step: reads the schema files and writes Rust.
//!
//! [`notation`] reads a file into the [`model`]. Then [`structs`] writes the types, with [`decode`] and [`encode`];
//! [`random`] the constructors of random messages; [`table`] the API table and the enums over all messages; [`walk`]
//! the tables that `describe` walks. [`context`] and [`size`] answer what they all ask about versions and bytes.

pub(crate) mod context;
pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod model;
pub(crate) mod notation;
pub(crate) mod random;
pub(crate) mod size;
pub(crate) mod structs;
pub(crate) mod table;
pub(crate) mod walk;
pub(crate) mod words;
