//! How the admin client is set up: from the command line and `--command-config`.

use crate::java::{Exception, Properties};
use crate::options::Options;
use crate::story::{Outcome, Story};
use runnel_clients::{Address, NetworkSettings};
use runnel_protocol::ApiKey;
use std::time::Duration;

/// How brokers are reached.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct AdminSettings {
    /// Where to ask first.
    pub(crate) bootstrap: Vec<Address>,
    /// What the client calls itself.
    pub(crate) client_id: String,
    /// What stands in brackets in its log.
    pub(crate) log_name: String,
    /// `request.timeout.ms`.
    pub(crate) request_timeout: Duration,
    /// `default.api.timeout.ms`.
    pub(crate) api_timeout: Duration,
    retry_backoff: Duration,
    retry_backoff_max: Duration,
}

impl AdminSettings {
    /// Reads Java's properties.
    ///
    /// # Errors
    /// Java's exception for a value that is none.
    pub(crate) fn new(properties: &Properties) -> Result<AdminSettings, Exception> {
        let client_id = properties.get("client.id").filter(|id| !id.is_empty()).unwrap_or("adminclient-1").to_owned();
        Ok(AdminSettings {
            bootstrap: bootstrap(properties)?,
            log_name: format!("AdminClient clientId={client_id}"),
            client_id,
            request_timeout: millis(properties, "request.timeout.ms", 30_000)?,
            api_timeout: millis(properties, "default.api.timeout.ms", 60_000)?,
            retry_backoff: millis(properties, "retry.backoff.ms", 100)?,
            retry_backoff_max: millis(properties, "retry.backoff.max.ms", 1000)?,
        })
    }

    pub(super) fn network(&self) -> NetworkSettings {
        let mut settings = NetworkSettings::java(&self.client_id, self.bootstrap.clone());
        settings.request_timeout = self.request_timeout;
        // Later versions name topics by id, which these tools do not know.
        settings.versions_max.insert(ApiKey::OffsetFetch, 9);
        settings.versions_max.insert(ApiKey::OffsetCommit, 9);
        settings
    }

    /// How long to wait before a call is made again.
    pub(super) fn backoff(&self, tries_count: u32) -> Duration {
        let doubled = 1_u32.checked_shl(tries_count.saturating_sub(1)).unwrap_or(u32::MAX);
        self.retry_backoff.saturating_mul(doubled).min(self.retry_backoff_max)
    }
}

/// Reads `--bootstrap-server` and `--command-config` and says how brokers are reached from here on.
///
/// # Errors
/// Java's exception for a file that cannot be read or a value that is none.
pub(crate) fn connect(story: &mut Story<'_>, options: &Options, client_id: Option<&str>) -> Outcome<()> {
    let mut properties = match options.value("command-config")? {
        Some(path) => load(story, path)?,
        None => Properties::default(),
    };
    if let Some(servers) = options.value("bootstrap-server")? {
        properties.set("bootstrap.servers", servers);
    }
    if let Some(client_id) = client_id {
        properties.set("client.id", client_id);
    }
    let settings = AdminSettings::new(&properties).map_err(|cause| {
        let message = "Failed to create new KafkaAdminClient";
        Exception::new("org.apache.kafka.common.KafkaException", message).caused_by(cause)
    })?;
    story.connect(settings);
    Ok(())
}

/// A properties file.
///
/// # Errors
/// Java's exception if it cannot be read.
pub(crate) fn load(story: &Story<'_>, path: &str) -> Result<Properties, Exception> {
    let absent = |_| Exception::new("java.nio.file.NoSuchFileException", path);
    Ok(Properties::load(&story.read_text(path).map_err(absent)?))
}

/// `bootstrap.servers` as addresses.
///
/// # Errors
/// Java's exception, and ours for what is not spoken here.
pub(crate) fn bootstrap(properties: &Properties) -> Result<Vec<Address>, Exception> {
    if let Some(protocol) = properties.get("security.protocol").filter(|protocol| *protocol != "PLAINTEXT") {
        return Err(config_exception(format!(
            "security.protocol={protocol}: TLS and SASL come later, PLAINTEXT is there"
        )));
    }
    let servers = properties.get("bootstrap.servers").unwrap_or("");
    let mut addresses = Vec::new();
    for server in servers.split(',').map(str::trim).filter(|server| !server.is_empty()) {
        let address = Address::parse(server)
            .ok_or_else(|| config_exception(format!("Invalid url in bootstrap.servers: {server}")))?;
        addresses.push(address);
    }
    if addresses.is_empty() {
        return Err(config_exception("No resolvable bootstrap urls given in bootstrap.servers".to_owned()));
    }
    Ok(addresses)
}

fn config_exception(message: String) -> Exception {
    Exception::new("org.apache.kafka.common.config.ConfigException", message)
}

fn millis(properties: &Properties, key: &str, default: u64) -> Result<Duration, Exception> {
    let Some(value) = properties.get(key) else { return Ok(Duration::from_millis(default)) };
    value.trim().parse().map(Duration::from_millis).map_err(|_| {
        config_exception(format!("Invalid value {value} for configuration {key}: Not a number of type INT"))
    })
}

/// An address as Java prints one that it has looked up: `localhost/127.0.0.1:9092`.
pub(super) fn resolved(address: &Address) -> String {
    let Address { host, port } = address;
    match host.as_str() {
        "localhost" => format!("localhost/127.0.0.1:{port}"),
        host if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => format!("/{host}:{port}"),
        _ => address.to_string(),
    }
}
