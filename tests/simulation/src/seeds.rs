//! Runs by seed: which ones, and what a failure says.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where a run is, for its failure's line.
#[derive(Default)]
pub(crate) struct Step(pub(crate) u64);

/// Runs each seed, or the one that `SEED` names. The first that fails, by an error or by a panic in the core, ends the
/// test with one line.
pub(crate) fn run(seeds: std::ops::Range<u64>, mut round: impl FnMut(u64, &mut Step) -> Result<(), String>) {
    let only = std::env::var("SEED").ok().map(|seed| seed.parse::<u64>().expect("SEED is a number"));
    let seeds = only.map_or(seeds, |seed| seed..seed + 1);
    for seed in seeds {
        let mut step = Step::default();
        let outcome = catch_unwind(AssertUnwindSafe(|| round(seed, &mut step)));
        let complaint = match outcome {
            Ok(Ok(())) => continue,
            Ok(Err(complaint)) => complaint,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied());
                format!("panic: {}", text.unwrap_or("without words"))
            }
        };
        panic!("seed {seed} step {}: {complaint}  rerun: SEED={seed} cargo test -p runnel-simulation", step.0);
    }
}

/// How many rounds to run: `ROUNDS`, or as many as take some seconds.
pub(crate) fn rounds(usual: u64) -> u64 {
    std::env::var("ROUNDS").ok().map_or(usual, |rounds| rounds.parse().expect("ROUNDS is a number"))
}

/// Whether all seeds are run, so that what is counted over them can be checked.
pub(crate) fn all_are_run() -> bool {
    std::env::var_os("SEED").is_none()
}
