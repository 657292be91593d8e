//! The log on stderr.

use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;

/// Begins to log what is at least as weighty as `level`.
pub(crate) fn begin(level: LevelFilter) {
    tracing_subscriber::fmt()
        .compact()
        .with_max_level(level)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
