//! The values that stand behind `name=`: times, counts, rates, names, keys.

use super::error::Mistake;
use std::fmt;
use std::time::Duration;

/// Longest name of a client.
const NAME_MAX: usize = 40;
/// Words that a client cannot be called, since they begin something else.
const RESERVED: [&str; 9] = ["answer", "broker", "brokers", "from", "group", "next", "producer", "to", "topic"];
/// Most keys of one `keys=`.
const KEYS_MAX: u32 = 1_000_000;
/// Most keys that are named one by one.
const LISTED_KEYS_MAX: usize = 1_000;

/// Reads a whole number between two bounds. `what` says what it counts.
pub(super) fn number<N>(text: &str, what: &str, min: N, max: N) -> Result<N, Mistake>
where
    N: std::str::FromStr + PartialOrd + fmt::Display + Copy,
{
    // `+5` and `007` are read by Rust, but would be printed differently.
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_canonical =
        digits.bytes().all(|digit| digit.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    let read = text.parse::<N>().ok().filter(|read| is_canonical && *read >= min && *read <= max);
    read.ok_or_else(|| Mistake::found(format!("{what} from {min} to {max}"), text))
}

const UNITS: [(&str, u64); 6] =
    [("us", 1), ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000)];

/// Reads a time like `250us`, `50ms`, `1.5s`, `5m`, `1h`, `7d`, between two bounds.
pub(super) fn duration(text: &str, what: &str, min: Duration, max: Duration) -> Result<Duration, Mistake> {
    let read = micros(text).map(Duration::from_micros).filter(|read| *read >= min && *read <= max);
    read.ok_or_else(|| {
        Mistake::found(format!("{what} from {} to {}", DisplayDuration(min), DisplayDuration(max)), text)
    })
}

fn micros(text: &str) -> Option<u64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, unit) = text.split_at(end);
    let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || part.is_empty() || part.len() > 9 {
        return None;
    }
    let denominator = 10_u64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let part = part.parse::<u64>().ok()?.checked_mul(*unit)?;
    // A part of a microsecond is no time.
    (part % denominator == 0).then_some(())?;
    whole.parse::<u64>().ok()?.checked_mul(*unit)?.checked_add(part / denominator)
}

/// A time as scripts write it, in the largest unit in which it is a whole number.
pub(super) struct DisplayDuration(pub(super) Duration);

impl fmt::Display for DisplayDuration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        let fitting = UNITS.iter().rev().find(|(_, unit)| micros.is_multiple_of(u128::from(*unit)));
        match fitting {
            Some((name, unit)) if micros > 0 => write!(out, "{}{name}", micros / u128::from(*unit)),
            _ => out.write_str("0s"),
        }
    }
}

/// Reads a client's name.
pub(super) fn name(text: &str, what: &str) -> Result<String, Mistake> {
    let fits = !text.is_empty()
        && text.len() <= NAME_MAX
        && text.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"._-".contains(&letter))
        && !text.starts_with('-')
        && !RESERVED.contains(&text);
    if fits {
        return Ok(text.to_owned());
    }
    let wanted = format!("{what} (letters, digits, dots, dashes and underscores, at most {NAME_MAX})");
    Err(Mistake::found(wanted, text))
}

/// Reads a topic's name by Kafka's rules.
pub(super) fn topic(text: &str) -> Result<String, Mistake> {
    let fits = !matches!(text, "" | "." | "..")
        && text.len() <= 249
        && text.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"._-".contains(&letter));
    if fits {
        return Ok(text.to_owned());
    }
    let wanted = "a topic's name (letters, digits, dots, dashes and underscores, at most 249)";
    Err(Mistake::found(wanted, text))
}

/// Reads some text of at most `max` bytes.
pub(super) fn text(text: &str, what: &str, max: usize) -> Result<String, Mistake> {
    if text.len() > max {
        let wanted = format!("{what} of at most {max} bytes");
        return Err(Mistake::found(wanted, &format!("{} bytes", text.len())));
    }
    Ok(text.to_owned())
}

/// How often a producer sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// So many records
    pub records: u32,
    /// in so much time.
    pub per: Per,
}

/// The time in which a rate counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Per {
    /// `/s`
    Second,
    /// `/m`
    Minute,
    /// `/h`
    Hour,
}

impl Rate {
    /// Most records in a second, a minute or an hour.
    pub const RECORDS_MAX: u32 = 1_000;

    pub(super) fn read(text: &str) -> Result<Rate, Mistake> {
        let wanted = || Mistake::found("a rate like 3/s, 10/m or 5/h, at most 1000", text);
        let (records, per) = text.split_once('/').ok_or_else(wanted)?;
        let records = number(records, "a rate", 1, Self::RECORDS_MAX).map_err(|_| wanted())?;
        let per = match per {
            "s" => Per::Second,
            "m" => Per::Minute,
            "h" => Per::Hour,
            _ => return Err(wanted()),
        };
        Ok(Rate { records, per })
    }

    /// How long after its begin the record with this number, counted from 0, is due.
    pub fn due_after(self, number: u64) -> Duration {
        let per: u64 = match self.per {
            Per::Second => 1_000_000,
            Per::Minute => 60_000_000,
            Per::Hour => 3_600_000_000,
        };
        let micros = u128::from(number) * u128::from(per) / u128::from(self.records);
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = match self.per {
            Per::Second => "s",
            Per::Minute => "m",
            Per::Hour => "h",
        };
        write!(out, "{}/{per}", self.records)
    }
}

/// Keys that are taken in turn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Keys {
    /// `user1..user9`: the same word with each number from the first to the last.
    Range {
        /// What stands before the number.
        prefix: String,
        /// The first number.
        first: u32,
        /// The last number, at least the first.
        last: u32,
    },
    /// `anna,bert`: one by one.
    List(Vec<String>),
}

impl Keys {
    pub(super) fn read(text: &str) -> Result<Keys, Mistake> {
        let wanted = || Mistake::found("keys like user1..user9 or anna,bert", text);
        if let Some((first, last)) = text.split_once("..") {
            let (prefix, first) = numbered(first).ok_or_else(wanted)?;
            let (other, last) = numbered(last).ok_or_else(wanted)?;
            let fits = prefix == other && first <= last && last - first < KEYS_MAX && prefix.len() <= 1_000;
            return if fits { Ok(Keys::Range { prefix: prefix.to_owned(), first, last }) } else { Err(wanted()) };
        }
        let keys: Vec<String> = text.split(',').map(str::to_owned).collect();
        let fits = keys.len() <= LISTED_KEYS_MAX && keys.iter().all(|key| !key.is_empty() && key.len() <= 1_000);
        if fits { Ok(Keys::List(keys)) } else { Err(wanted()) }
    }

    /// The key of the record with this number, counted from 0.
    pub fn at(&self, number: u64) -> String {
        match self {
            Keys::Range { prefix, first, last } => {
                let step = number % (u64::from(last - first) + 1);
                format!("{prefix}{}", u64::from(*first) + step)
            }
            Keys::List(keys) => {
                let count = u64::try_from(keys.len()).unwrap_or(u64::MAX).max(1);
                let place = usize::try_from(number % count).unwrap_or_default();
                keys.get(place).cloned().unwrap_or_default()
            }
        }
    }
}

/// Splits `user12` into `user` and 12. A number with leading zeros is none.
fn numbered(text: &str) -> Option<(&str, u32)> {
    let start = text
        .rfind(|letter: char| !letter.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let (prefix, digits) = text.split_at(start);
    let number: u32 = digits.parse().ok()?;
    (number.to_string() == digits).then_some((prefix, number))
}

impl fmt::Display for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keys::Range { prefix, first, last } => write!(out, "{prefix}{first}..{prefix}{last}"),
            Keys::List(keys) => out.write_str(&keys.join(",")),
        }
    }
}
