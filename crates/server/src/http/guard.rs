//! Who may ask over HTTP: whoever sits at this machine, and no foreign page in their browser.
//!
//! A page from elsewhere can make a browser send requests to 127.0.0.1, and by giving its own name that address (DNS
//! rebinding) it could read the answers. The browser says under which name it asks (`Host`) and for which page
//! (`Origin`); both must be ours.

use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use std::net::{IpAddr, SocketAddr};

/// The names under which this server may be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Guard {
    bind: IpAddr,
    names: Vec<String>,
}

impl Guard {
    /// For a server that listens on `bind`; `names` are hosts that the command line gave us.
    pub(super) fn new(bind: SocketAddr, names: impl IntoIterator<Item = String>) -> Self {
        Guard { bind: bind.ip(), names: names.into_iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Lets a request pass.
    ///
    /// # Errors
    /// Why not, in words for the one who asks.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), &'static str> {
        let host = single(headers, HOST.as_str())?.ok_or("the request has no Host header")?;
        if !self.is_ours(host_of(host)) {
            return Err("the Host header names neither this machine nor an address that runnel was started with");
        }
        match single(headers, ORIGIN.as_str())? {
            None => Ok(()),
            Some(origin) => match origin.strip_prefix("http://") {
                Some(asked_for) if asked_for.eq_ignore_ascii_case(host) => Ok(()),
                _ => Err("the request comes from a page of another origin"),
            },
        }
    }

    fn is_ours(&self, host: &str) -> bool {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        match bare.parse::<IpAddr>() {
            // A number cannot be rebound; it must only be one at which we are.
            Ok(address) => address.is_loopback() || self.bind.is_unspecified() || address == self.bind,
            Err(_) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                host == "localhost" || self.names.contains(&host)
            }
        }
    }
}

/// The header's value, if it is there once.
fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, &'static str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => HeaderValue::to_str(value).map(Some).map_err(|_| "a header is not plain text"),
        (Some(_), Some(_)) => Err("a header stands twice that may stand once"),
    }
}

/// A host with its port taken off.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::{Guard, HeaderMap};

    fn passes(bind: &str, headers: &[(&'static str, &str)]) -> bool {
        let guard = Guard::new(bind.parse().unwrap(), ["kafka.example".to_owned()]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        guard.check(&map).is_ok()
    }

    #[test]
    fn this_machines_names_pass() {
        for host in ["localhost:8080", "LOCALHOST", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "kafka.example:1"] {
            assert!(passes("127.0.0.1:8080", &[("host", host)]), "{host}");
        }
    }

    #[test]
    fn other_names_do_not() {
        for host in ["evil.example", "localhost.evil.example", "192.0.2.1:8080", "0.0.0.0", "", "[::2]:80", "a:b:c"] {
            assert!(!passes("127.0.0.1:8080", &[("host", host)]), "{host}");
        }
        assert!(!passes("127.0.0.1:8080", &[]));
        assert!(!passes("127.0.0.1:8080", &[("host", "localhost"), ("host", "localhost")]));
    }

    #[test]
    fn a_server_for_all_addresses_answers_under_any_number_but_not_any_name() {
        assert!(passes("0.0.0.0:8080", &[("host", "192.0.2.1:8080")]));
        assert!(!passes("0.0.0.0:8080", &[("host", "evil.example:8080")]));
    }

    #[test]
    fn a_page_asks_only_where_it_came_from() {
        let with_origin = |origin| passes("127.0.0.1:8080", &[("host", "localhost:8080"), ("origin", origin)]);
        assert!(with_origin("http://localhost:8080"));
        for origin in
            ["null", "http://localhost", "http://localhost:3000", "https://localhost:8080", "http://evil.example"]
        {
            assert!(!with_origin(origin), "{origin}");
        }
    }
}
