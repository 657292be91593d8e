//! A Kafka in a box: a cluster, simulated clients, tools, the cables between them, one virtual clock, faults, and a
//! history in which one can go back.
//!
//! Everything here is plain, deterministic Rust: the same seed and the same entries give the same frames, byte for
//! byte, natively and in WebAssembly. Rooms:
//!
//! - [`scene`]: everything that is drawn, as plain data, folded from a snapshot and events.
//! - [`script`]: the command language that the stage, the terminal, links, lessons and transcripts speak.
//! - [`world`]: the cluster, the clients and tools around it, and one clock.
//! - [`telling`] and [`transcript`]: what happens in compact lines, and stories that say what they expect.
//! - [`history`]: a world with its past: entries, snapshots, forks, a file format.
//! - [`viewing`]: a story with its scene, which is what a page shows.
//! - [`cables`]: what lies between a client and a broker: latency, cuts, lost and late messages, taps.

pub mod cables;
pub mod history;
pub mod scene;
pub mod script;
pub mod telling;
pub mod transcript;
pub mod viewing;
pub mod world;
