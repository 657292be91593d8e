//! What stands between a client and the wire: links that the client opens, and what the carrier tells of them.

use bytes::Bytes;
use std::fmt;

/// One connection that a client has asked for, numbered by the client; never used again within its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
pub struct LinkId(pub u32);

impl fmt::Display for LinkId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Where a broker is reached.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
pub struct Address {
    /// Host name or IP address; an IPv6 address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl Address {
    /// Reads `host:port` or `[ipv6]:port`, one address of Kafka's `bootstrap.servers`.
    pub fn parse(text: &str) -> Option<Address> {
        let (host, port) = text.trim().rsplit_once(':')?;
        let host = host.strip_prefix('[').map_or(Some(host), |rest| rest.strip_suffix(']'))?;
        let port = port.parse().ok()?;
        (!host.is_empty()).then(|| Address { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{}:{}", self.host, self.port)
        }
    }
}

/// What a client wants carried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Carried {
    /// Open a connection; answered by [`Signal::Connected`] or [`Signal::Disconnected`].
    Connect {
        /// The client's number for it.
        link: LinkId,
        /// Where to.
        address: Address,
    },
    /// Send a frame.
    Send {
        /// On which connection.
        link: LinkId,
        /// The frame, with its size prefix.
        bytes: Bytes,
    },
    /// Close a connection after what was sent on it. The client expects no more signals of it.
    Disconnect {
        /// Which.
        link: LinkId,
    },
}

/// What the carrier tells a client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Signal {
    /// A connection that was asked for is there.
    Connected {
        /// Which.
        link: LinkId,
    },
    /// A whole frame came, without its size prefix.
    Frame {
        /// Where from.
        link: LinkId,
        /// The frame's bytes.
        bytes: Bytes,
    },
    /// A connection could not be made, or is over.
    Disconnected {
        /// Which.
        link: LinkId,
        /// Why, in the operating system's words: `connection refused`.
        reason: String,
    },
    /// Nothing but time has passed.
    Timer,
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn addresses_are_read_and_printed_alike() {
        for text in ["localhost:9092", "127.0.0.1:1", "[::1]:65535"] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        for other in ["localhost", ":9092", "host:65536", "host:", "[::1:9092", ""] {
            assert_eq!(Address::parse(other), None, "{other}");
        }
    }
}
