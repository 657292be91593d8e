//! The check of `--bootstrap-server` that some tools make before they connect.

use runnel_clients::Address;

/// # Errors
/// What Kafka's tools print above their help, with the empty line that follows it.
pub(crate) fn check(servers: &str) -> Result<(), String> {
    if servers.trim().is_empty() {
        return Err("Error while validating the bootstrap address\n".to_owned());
    }
    if servers.trim_end_matches(',').split(',').all(|server| Address::parse(server).is_some()) {
        return Ok(());
    }
    Err("Please provide valid host:port like host1:9091,host2:9092\n".to_owned())
}
