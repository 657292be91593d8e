//! Addresses as people write them: `HOST:PORT`, perhaps with a name in front.

use crate::start_error::StartError;
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};

/// A host, by name or number, and a port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct HostPort {
    /// Without the brackets that an IPv6 address carries in text.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl HostPort {
    /// Reads `HOST:PORT` or `[IPV6]:PORT`, as given to the flag.
    ///
    /// # Errors
    /// What was wanted and what came.
    pub(crate) fn parse(flag: &str, text: &str) -> Result<Self, StartError> {
        let wrong = || StartError::new(format!("{flag} wants HOST:PORT, not {text:?}"));
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let bare = match host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').filter(|bare| bare.contains(':')).ok_or_else(wrong)?,
            None if host.contains(':') => return Err(wrong()),
            None => host,
        };
        let is_sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%');
        if bare.is_empty() || bare.len() > 253 || !bare.chars().all(is_sound) {
            return Err(wrong());
        }
        let port = port.parse().map_err(|_| wrong())?;
        Ok(HostPort { host: bare.to_owned(), port })
    }

    /// The address of the broker that comes `steps` after the first one; a free port stays a free port.
    ///
    /// # Errors
    /// If there is no such port.
    pub(crate) fn up(&self, flag: &str, steps: u16) -> Result<Self, StartError> {
        let port = match self.port {
            0 => 0,
            port => port.checked_add(steps).ok_or_else(|| {
                StartError::new(format!("{flag} {self} leaves no port for broker {}", u32::from(steps) + 1))
            })?,
        };
        Ok(HostPort { host: self.host.clone(), port })
    }

    /// The address to bind, which only loopback is unless `allow_remote`.
    ///
    /// # Errors
    /// If the host is unknown, or others could reach it.
    pub(crate) fn resolve(&self, flag: &str, allow_remote: bool) -> Result<SocketAddr, StartError> {
        let found = (self.host.as_str(), self.port)
            .to_socket_addrs()
            .map_err(|error| StartError::new(format!("{flag} {self}: cannot find host {:?}: {error}", self.host)))?;
        // Where a name has addresses of both kinds, most clients try IPv4 first.
        let address = found.min_by_key(SocketAddr::is_ipv6);
        let address = address.ok_or_else(|| StartError::new(format!("{flag} {self}: the host has no address")))?;
        if !allow_remote && !address.ip().is_loopback() {
            return Err(StartError::new(format!(
                "{flag} {self} can be reached from other machines, and runnel asks nobody for a password: add \
                 --allow-remote if that is meant"
            )));
        }
        Ok(address)
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{}:{}", self.host, self.port)
        }
    }
}

/// Splits `NAME=HOST:PORT`; the name is `None` if there is none.
///
/// # Errors
/// If the name is empty or has other characters than letters, digits, `_` and `-`.
pub(crate) fn parse_named(flag: &str, text: &str) -> Result<(Option<String>, HostPort), StartError> {
    let Some((name, address)) = text.split_once('=') else {
        return Ok((None, HostPort::parse(flag, text)?));
    };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
        return Err(StartError::new(format!("{flag} wants [NAME=]HOST:PORT, not {text:?}")));
    }
    Ok((Some(name.to_owned()), HostPort::parse(flag, address)?))
}
