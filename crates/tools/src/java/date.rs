//! Dates and durations as Kafka's tools read and print them, in UTC: there is no other clock here.

use runnel_protocol::Timestamp;
use std::time::Duration;

const DAY_MS: i64 = 86_400_000;

/// `2026-11-26 10:43:22,123`, as the tools' log writes a time.
pub(crate) fn log_time(at: Timestamp) -> String {
    let (date, time) = parts(at);
    format!("{date} {}", time.replace('.', ","))
}

fn parts(at: Timestamp) -> (String, String) {
    let millis = at.as_millis();
    let (days, rest) = (millis.div_euclid(DAY_MS), millis.rem_euclid(DAY_MS));
    let (year, month, day) = civil(days);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let time = format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    (format!("{year:04}-{month:02}-{day:02}"), time)
}

/// Year, month and day of a day counted from 1970, in the calendar that goes on for ever (Howard Hinnant's formula).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss.sss`, with an offset (`Z`, `+02:00`, `+0200`, `+02`) or in UTC.
///
/// # Errors
/// The message of Java's `ParseException`.
pub(crate) fn parse_date_time(text: &str) -> Result<i64, String> {
    let Some((date, time)) = text.split_once('T') else {
        return Err("Error parsing timestamp. It does not contain a 'T' according to ISO8601 format".to_owned());
    };
    let zoned = if time.contains(['+', '-', 'Z']) { text.to_owned() } else { format!("{text}Z") };
    let wrong = || format!("Unparseable date: \"{zoned}\"");
    let mut date_parts = date.splitn(3, '-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (date_parts.next(), date_parts.next(), date_parts.next())
    else {
        return Err(wrong());
    };
    let split = time.find(['+', '-', 'Z']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(split);
    let mut clock_parts = clock.splitn(3, ':');
    let (Some(hour), Some(minute), Some(second)) = (clock_parts.next(), clock_parts.next(), clock_parts.next()) else {
        return Err(wrong());
    };
    let (second, fraction) = second.split_once('.').ok_or_else(wrong)?;
    let number = |text: &str, below: i64| text.parse::<i64>().ok().filter(|n| (0..below).contains(n)).ok_or_else(wrong);
    let (hour, minute) = (number(hour, 24)?, number(minute, 60)?);
    let (second, millis) = (number(second, 60)?, number(fraction, 1000)?);
    let count = days(year, month, day);
    if civil(count) != (year, month, day) {
        return Err(wrong());
    }
    let offset_minutes = zone_minutes(zone).ok_or_else(wrong)?;
    Ok(count * DAY_MS + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + millis)
}

fn zone_minutes(zone: &str) -> Option<i64> {
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.get(1..)?.chars().filter(|letter| *letter != ':').collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// A duration in ISO 8601, as Java's `Duration.parse` takes it: `P1DT2H3M4.5S`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix(['P', 'p'])?;
    let mut total = 0_f64;
    let mut seen = 0;
    let mut in_time = false;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['T', 't']) {
            if in_time || after.is_empty() {
                return None;
            }
            (in_time, rest) = (true, after);
            continue;
        }
        let end = rest.find(|letter: char| letter.is_ascii_alphabetic())?;
        let count: f64 = rest[..end].parse().ok()?;
        let unit = rest.as_bytes()[end].to_ascii_uppercase();
        let seconds = match (in_time, unit) {
            (false, b'D') => 86_400.0,
            (true, b'H') => 3600.0,
            (true, b'M') => 60.0,
            (true, b'S') => 1.0,
            _ => return None,
        };
        total += count * seconds;
        seen += 1;
        rest = &rest[end + 1..];
    }
    (seen > 0).then(|| Duration::try_from_secs_f64(total).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{log_time, parse_date_time, parse_duration};
    use runnel_protocol::Timestamp;
    use std::time::Duration;

    #[test]
    fn times_are_written_as_the_log_has_them() {
        let at = Timestamp::from_millis(1_795_689_802_123);
        assert_eq!(log_time(at), "2026-11-26 10:43:22,123");
        assert_eq!(log_time(Timestamp::from_millis(-1)), "1969-12-31 23:59:59,999");
    }

    #[test]
    fn dates_are_read_with_and_without_an_offset() {
        assert_eq!(parse_date_time("2026-11-26T10:43:22.123"), Ok(1_795_689_802_123));
        assert_eq!(parse_date_time("2026-11-26T12:43:22.123+02:00"), Ok(1_795_689_802_123));
        assert_eq!(parse_date_time("2026-11-26T12:43:22.123+0200"), Ok(1_795_689_802_123));
        assert_eq!(
            parse_date_time("2026-02-30T00:00:00.000").unwrap_err(),
            "Unparseable date: \"2026-02-30T00:00:00.000Z\""
        );
        assert!(parse_date_time("yesterday").unwrap_err().contains("does not contain a 'T'"));
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse_duration("PT1H"), Some(Duration::from_secs(3600)));
        assert_eq!(parse_duration("P1DT0H1M1.5S"), Some(Duration::from_millis(86_461_500)));
        for wrong in ["", "P", "PT", "1H", "P1H", "PT1D", "PTH"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
