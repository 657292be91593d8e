//! Whole clusters under hostile clients, crashes, power cuts and full disks, run by seed on a virtual clock.
//!
//! Each seed is one run, the same every time. A failure prints one line that says how to run that seed alone:
//!
//! ```text
//! seed 8731 step 214: ...  rerun: SEED=8731 cargo test -p runnel-simulation
//! ```
//!
//! The checkers run after every step, and each suite shows that it can fail: the power cuts lose records where nothing
//! was promised, the fuzzer reaches the handlers and not only the decoder.

#[cfg(test)]
mod power;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod world;
