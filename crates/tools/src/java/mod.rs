//! What a tool's output owes to Java: names of exceptions, orders of hash maps, dates, properties files.

mod api_keys;
mod date;
mod exception;
mod hash_order;
mod properties;
mod regex;
mod uuid;

pub(crate) use api_keys::api_keys;
pub(crate) use date::{log_time, parse_date_time, parse_duration};
pub(crate) use exception::Exception;
pub(crate) use hash_order::{java_hash, sort_as_java, sort_by_buckets, table_size};
pub(crate) use properties::Properties;
pub(crate) use regex::{IncludeList, is_regex};
pub(crate) use uuid::{id_from_text, id_to_text};
