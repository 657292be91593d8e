//! What to serve: the command line, checked against itself, as values that cannot be wrong.
//!
//! Whether a setting or a topic's name is one that Kafka knows is for the core to say.

#[cfg(test)]
mod tests;

use crate::address::{HostPort, parse_named};
use crate::cli::ServeArguments;
use crate::start_error::StartError;
use runnel_broker::Durability;
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing::level_filters::LevelFilter;

/// Everything that a start needs to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Options {
    /// At least one.
    pub(crate) listeners: Vec<ListenerOptions>,
    /// `None` with `--no-http`.
    pub(crate) http: Option<HttpOptions>,
    pub(crate) data: DataPlace,
    pub(crate) broker_count: u16,
    pub(crate) durability: Durability,
    /// Kafka's own defaults rather than those for development.
    pub(crate) strict: bool,
    /// Kafka's broker settings, in the order given.
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) topics: Vec<TopicOptions>,
    pub(crate) log: LevelFilter,
}

/// Where the data lives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum DataPlace {
    Folder(PathBuf),
    Memory,
}

/// One way for Kafka clients to reach the brokers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ListenerOptions {
    /// `None` for the only listener, when it was given no name.
    pub(crate) name: Option<String>,
    /// One for each broker, from broker 1 on.
    pub(crate) brokers: Vec<BrokerAddresses>,
}

/// Where one broker listens, and where clients are told that it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BrokerAddresses {
    pub(crate) listen: HostPort,
    pub(crate) bind: SocketAddr,
    /// `None`: the address that it listens on, which is known once a free port is taken.
    pub(crate) advertised: Option<HostPort>,
}

/// Where the page is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct HttpOptions {
    pub(crate) listen: HostPort,
    pub(crate) bind: SocketAddr,
}

/// A topic to make at the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TopicOptions {
    pub(crate) name: String,
    /// `None`: as many as `num.partitions` says.
    pub(crate) partition_count: Option<i32>,
}

impl Options {
    /// Checks the flags against each other.
    ///
    /// # Errors
    /// The first mistake, in one line.
    pub(crate) fn new(arguments: &ServeArguments) -> Result<Self, StartError> {
        let broker_count = u16::try_from(arguments.brokers).expect("the command line allows 1 to 100");
        Ok(Options {
            listeners: listeners(arguments, broker_count)?,
            http: if arguments.no_http { None } else { Some(http(arguments)?) },
            data: if arguments.ephemeral { DataPlace::Memory } else { DataPlace::Folder(arguments.data.clone()) },
            broker_count,
            durability: arguments.fsync.into(),
            strict: arguments.strict,
            settings: arguments.set.iter().map(|text| setting(text)).collect::<Result<_, _>>()?,
            topics: arguments.topic.iter().map(|text| topic(text)).collect::<Result<_, _>>()?,
            log: arguments.log.into(),
        })
    }
}

fn listeners(arguments: &ServeArguments, broker_count: u16) -> Result<Vec<ListenerOptions>, StartError> {
    let listens = parse_all("--listen", &arguments.listen)?;
    let mut advertised = parse_all("--advertise", &arguments.advertise)?;
    if listens.len() > 1 && listens.iter().any(|(name, _)| name.is_none()) {
        return Err(StartError::new("--listen given more than once wants a name in front of each: NAME=HOST:PORT"));
    }
    let mut listeners = Vec::new();
    for (name, listen) in listens {
        let own = advertised.iter().position(|(for_name, _)| *for_name == name || listens_alone(arguments, for_name));
        let advertise = own.map(|index| advertised.remove(index).1);
        listeners.push(listener(name, &listen, advertise.as_ref(), broker_count, arguments.allow_remote)?);
    }
    match advertised.first() {
        None => Ok(listeners),
        Some((Some(name), address)) => {
            Err(StartError::new(format!("--advertise {name}={address}: there is no --listen with the name {name:?}")))
        }
        Some((None, address)) => {
            Err(StartError::new(format!("--advertise {address} wants the name of its listener: NAME={address}")))
        }
    }
}

/// Whether an address without a name can only mean the one listener.
fn listens_alone(arguments: &ServeArguments, name: &Option<String>) -> bool {
    name.is_none() && arguments.listen.len() == 1
}

fn parse_all(flag: &str, texts: &[String]) -> Result<Vec<(Option<String>, HostPort)>, StartError> {
    let mut parsed: Vec<(Option<String>, HostPort)> = Vec::new();
    for text in texts {
        let (name, address) = parse_named(flag, text)?;
        if parsed.iter().any(|(other, _)| *other == name) {
            return Err(StartError::new(match name {
                Some(name) => format!("{flag} is given twice for {name:?}"),
                None => format!("{flag} given more than once wants a name in front of each: NAME=HOST:PORT"),
            }));
        }
        parsed.push((name, address));
    }
    Ok(parsed)
}

fn listener(
    name: Option<String>,
    listen: &HostPort,
    advertise: Option<&HostPort>,
    broker_count: u16,
    allow_remote: bool,
) -> Result<ListenerOptions, StartError> {
    if advertise.is_some_and(|address| address.port == 0) {
        return Err(StartError::new("--advertise wants a port that clients can connect to, not 0"));
    }
    let mut brokers = Vec::new();
    for steps in 0..broker_count {
        let listen = listen.up("--listen", steps)?;
        let bind = listen.resolve("--listen", allow_remote)?;
        if bind.ip().is_unspecified() && advertise.is_none() {
            return Err(StartError::new(format!(
                "--listen {listen} wants an --advertise HOST:PORT beside it: clients cannot connect to {}",
                listen.host
            )));
        }
        let advertised = advertise.map(|address| address.up("--advertise", steps)).transpose()?;
        brokers.push(BrokerAddresses { listen, bind, advertised });
    }
    Ok(ListenerOptions { name, brokers })
}

fn http(arguments: &ServeArguments) -> Result<HttpOptions, StartError> {
    let listen = HostPort::parse("--http", &arguments.http)?;
    let bind = listen.resolve("--http", arguments.allow_remote)?;
    Ok(HttpOptions { listen, bind })
}

fn setting(text: &str) -> Result<(String, String), StartError> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err(StartError::new(format!("--set wants KEY=VALUE, not {text:?}"))),
    }
}

fn topic(text: &str) -> Result<TopicOptions, StartError> {
    let (name, count) = match text.split_once(':') {
        None => (text, None),
        Some((name, count)) => (name, Some(count)),
    };
    let wrong = || StartError::new(format!("--topic wants NAME or NAME:PARTITIONS, not {text:?}"));
    let partition_count = match count.map(str::parse) {
        None => None,
        Some(Ok(count)) if count > 0 => Some(count),
        Some(_) => return Err(wrong()),
    };
    if name.is_empty() {
        return Err(wrong());
    }
    Ok(TopicOptions { name: name.to_owned(), partition_count })
}
