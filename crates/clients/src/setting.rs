//! Settings by name, as in a properties file: how values are read, and what is wrong with those that cannot be.

use std::fmt;
use std::time::Duration;

/// A setting that was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingError {
    /// The setting's name, as it was given.
    pub name: String,
    /// What was wanted, in words.
    pub wanted: String,
    /// What came.
    pub found: String,
}

impl SettingError {
    /// A value that does not fit.
    pub fn new(name: &str, wanted: impl Into<String>, found: &str) -> Self {
        SettingError { name: name.to_owned(), wanted: wanted.into(), found: found.to_owned() }
    }

    /// A name that this kind of client does not have.
    pub fn unknown(name: &str, whose: &str) -> Self {
        SettingError::new(name, format!("the name of a setting of {whose}"), name)
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "setting {:?}: wanted {}, found {:?}", self.name, self.wanted, self.found)
    }
}

impl std::error::Error for SettingError {}

/// A whole number from `min` to `max`.
pub(crate) fn number(name: &str, value: &str, min: i64, max: i64) -> Result<i64, SettingError> {
    let number = value.trim().parse().ok().filter(|number| (min..=max).contains(number));
    number.ok_or_else(|| SettingError::new(name, format!("a whole number from {min} to {max}"), value))
}

/// A number as the type that a field has.
pub(crate) fn small(name: &str, value: &str, min: i32, max: i32) -> Result<i32, SettingError> {
    let number = number(name, value, i64::from(min), i64::from(max))?;
    i32::try_from(number).map_err(|_| SettingError::new(name, "a smaller number", value))
}

/// Milliseconds, of which there may be as many as Kafka's 32-bit settings hold.
pub(crate) fn millis(name: &str, value: &str, min: i64) -> Result<Duration, SettingError> {
    let millis = number(name, value, min, i64::from(i32::MAX))?;
    Ok(Duration::from_millis(millis.unsigned_abs()))
}

/// `true` or `false`.
pub(crate) fn boolean(name: &str, value: &str) -> Result<bool, SettingError> {
    match value.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(SettingError::new(name, "true or false", value)),
    }
}
