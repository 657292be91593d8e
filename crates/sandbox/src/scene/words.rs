//! Numbers, lists and times as they stand in a sentence.

use runnel_broker::Timestamp;

/// `1 record`, `3 records`.
pub(super) fn count(number: i64, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// `anna`, `anna and bob`, `anna, bob and carl`; of more than five the first four and how many others.
pub(super) fn list<T: AsRef<str>>(things: &[T]) -> String {
    const SHOWN_MAX: usize = 5;
    let mut shown: Vec<String> = things.iter().map(|thing| thing.as_ref().to_owned()).collect();
    if shown.len() > SHOWN_MAX {
        let others = shown.len() - (SHOWN_MAX - 1);
        shown.truncate(SHOWN_MAX - 1);
        shown.push(format!("{others} others"));
    }
    match shown.split_last() {
        None => "nobody".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// `offset 7`, `offsets 4 to 7`.
pub(super) fn offsets(from: i64, to: i64) -> String {
    if from == to { format!("offset {from}") } else { format!("offsets {from} to {to}") }
}

/// `partition 2`, `partitions 0 and 1`.
pub(super) fn partitions(numbers: &[i32]) -> String {
    let texts: Vec<String> = numbers.iter().map(i32::to_string).collect();
    let ending = if numbers.len() == 1 { "" } else { "s" };
    format!("partition{ending} {}", list(&texts))
}

/// `500 ms`, `2.5 s`, `30 s`, `90 s`, `5 min`, `12 min 5 s`, `3 h 20 min`, `6 d 23 h`, `7 d`.
pub(super) fn millis(millis: i64) -> String {
    const SECOND: i64 = 1_000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    // Of a long time nobody wants the seconds: a unit, and the rest in the next smaller one.
    for (unit, size, smaller, smaller_size) in
        [("d", DAY, "h", HOUR), ("h", HOUR, "min", MINUTE), ("min", MINUTE, "s", SECOND)]
    {
        let rounded = (millis.saturating_add(smaller_size / 2)) / smaller_size * smaller_size;
        if rounded < 2 * size {
            continue;
        }
        return match rounded % size / smaller_size {
            0 => format!("{} {unit}", rounded / size),
            rest => format!("{} {unit} {rest} {smaller}", rounded / size),
        };
    }
    match millis {
        ..SECOND => format!("{millis} ms"),
        _ if millis % SECOND == 0 => format!("{} s", millis / SECOND),
        _ => format!("{}.{} s", millis / SECOND, millis % SECOND / 100),
    }
}

/// How long it is from one time to another.
pub(super) fn between(from: Timestamp, to: Timestamp) -> String {
    millis(to.as_millis().saturating_sub(from.as_millis()).max(0))
}

/// A key or a value in quotation marks, short enough for a sentence.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN_MAX: usize = 24;
    let shown: String = text.chars().take(SHOWN_MAX).collect();
    let ending = if text.chars().nth(SHOWN_MAX).is_some() { "…" } else { "" };
    format!("\u{201c}{}{ending}\u{201d}", shown.escape_debug())
}
