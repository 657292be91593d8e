//! What holds for every resource of a request that alters configs.

use super::ConfigRefusal;
use super::resource::ResourceType;
use std::collections::BTreeSet;

/// Each key at most once.
pub(super) fn names_differ<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), ConfigRefusal> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(ConfigRefusal::invalid_request("Error due to duplicate config keys"));
        }
    }
    Ok(())
}

/// No key without a value.
pub(super) fn no_nulls<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), ConfigRefusal> {
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(ConfigRefusal::invalid_request(format!("Null value not supported for : {}", names.join(", "))))
}

/// A kind of resource that has no configs here.
pub(super) fn not_configurable(resource_type: ResourceType) -> ConfigRefusal {
    let kind = match resource_type {
        ResourceType::Topic => "topics",
        ResourceType::Broker => "brokers",
        ResourceType::BrokerLogger => "broker loggers",
        ResourceType::ClientMetrics => "client metrics",
        ResourceType::Group => "groups",
    };
    ConfigRefusal::invalid_request(format!("configs of {kind} are not supported by this broker"))
}
