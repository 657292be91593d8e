//! How much memory a server holds: the resident set, as Linux tells it.

use crate::pair::Pair;
use crate::table::{Better, Table};
use std::time::Duration;

/// How long servers are left alone before they are looked at.
const REST: Duration = Duration::from_secs(3);

/// Adds a row with what both hold.
pub(crate) fn row(pair: &Pair, work: &str, table: &mut Table) {
    std::thread::park_timeout(REST);
    let (kafka, runnel) = (resident_mb(pair.kafka.pid()), resident_mb(pair.runnel.pid()));
    table.row(work, "MB", Better::Lower, &[kafka], &[runnel]);
}

/// `VmRSS` in megabytes; not a number where there is no `/proc`.
fn resident_mb(pid: Option<u32>) -> f64 {
    let status = pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok()).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1000.0)
}
