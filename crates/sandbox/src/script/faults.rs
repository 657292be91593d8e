//! What goes wrong on the way: lost and late messages, cut cables, latency.

use super::arguments::Arguments;
use super::command::Command;
use super::error::Mistake;
use super::{parse, value};
use runnel_protocol::ApiKey;
use std::time::Duration;

/// Longest time that a message is under way.
const LATENCY_MAX: Duration = Duration::from_secs(60);
/// Longest time by which a message is delayed.
const DELAY_MAX: Duration = Duration::from_secs(3_600);
/// Nothing is faster.
const LATENCY_MIN: Duration = Duration::from_micros(1);

/// A message that a fault waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageMatch {
    /// Of which API; any if it is not said.
    pub api: Option<ApiKey>,
    /// Which way.
    pub direction: Direction,
    /// Of which client.
    pub client: String,
}

/// Which way a message goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the client to the broker: a request.
    Request,
    /// From the broker to the client: an answer.
    Answer,
}

/// The cable between two parties.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cable {
    /// Between a client and one broker.
    ClientBroker(String, i32),
    /// Between a client and every broker.
    ClientBrokers(String),
    /// Between two brokers.
    Brokers(i32, i32),
}

/// `next [API] from NAME`, `next request from NAME`, `next [API] answer to NAME`.
pub(super) fn message(arguments: &mut Arguments) -> Result<MessageMatch, Mistake> {
    arguments.expect("next")?;
    let wanted = "an API like produce, request or answer";
    let first = arguments.word(wanted)?;
    let api = match first.as_str() {
        "request" | "answer" => None,
        other => Some(api(other).ok_or_else(|| Mistake::found(wanted, other))?),
    };
    let wanted = if api.is_some() { "from or answer" } else { "from or to" };
    let mut next = if first == "answer" { first } else { arguments.word(wanted)? };
    let direction = match (next.as_str(), api.is_some()) {
        ("answer", _) => {
            next = arguments.word("\"to\"")?;
            if next != "to" {
                return Err(Mistake::found("\"to\"", &next));
            }
            Direction::Answer
        }
        ("from", _) => Direction::Request,
        (other, _) => return Err(Mistake::found(wanted, other)),
    };
    Ok(MessageMatch { api, direction, client: parse::client(arguments)? })
}

/// The API with this word: `produce`, `join_group`.
fn api(word: &str) -> Option<ApiKey> {
    ApiKey::all().find(|key| key.file_name() == word)
}

pub(super) fn delay(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let message = message(arguments)?;
    arguments.expect("by")?;
    let read = |text: &str| value::duration(text, "a time", LATENCY_MIN, DELAY_MAX);
    Ok(Command::Delay { message, by: arguments.read("a time like 2s", read)? })
}

/// Two ends: `anna broker 1`, `anna brokers`, `broker 1 broker 2`.
pub(super) fn cable(arguments: &mut Arguments) -> Result<Cable, Mistake> {
    let wanted = "a client's name or broker NUMBER";
    let first = arguments.word(wanted)?;
    if first == "broker" {
        let one = parse::broker(arguments)?;
        arguments.expect("broker")?;
        let other = parse::broker(arguments)?;
        if one == other {
            return Err(Mistake::found("two brokers", &format!("broker {one} twice")));
        }
        return Ok(Cable::Brokers(one.min(other), one.max(other)));
    }
    let client = value::name(&first, wanted)?;
    match arguments.word("broker NUMBER or brokers")?.as_str() {
        "brokers" => Ok(Cable::ClientBrokers(client)),
        "broker" => Ok(Cable::ClientBroker(client, parse::broker(arguments)?)),
        other => Err(Mistake::found("broker NUMBER or brokers", other)),
    }
}

pub(super) fn latency(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let cable = cable(arguments)?;
    let read = |text: &str| value::duration(text, "a time", LATENCY_MIN, LATENCY_MAX);
    Ok(Command::Latency { cable, each_way: arguments.read("a time like 20ms", read)? })
}
