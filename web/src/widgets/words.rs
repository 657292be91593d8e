//! Times in words, the same everywhere on the page.

use std::time::Duration;

/// `01:02.345`; with hours where there are some.
pub(crate) fn clock_text(passed: Duration) -> String {
    let (seconds, millis) = (passed.as_secs(), passed.subsec_millis());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}.{millis:03}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}.{millis:03}")
    }
}

/// A time that is left: `0.4 s`, `12 s`, `4 min`.
pub(crate) fn left_text(left: Duration) -> String {
    let seconds = left.as_secs_f64();
    match seconds {
        ..10.0 => format!("{seconds:.1} s"),
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.0} h", seconds / 3600.0),
        _ => format!("{:.0} d", seconds / 86_400.0),
    }
}
