//! The small files that say whose folder it is and how the last run ended, as Kafka writes them.
//!
//! ```text
//! broker-1/meta.properties        version=1, cluster.id, node.id, directory.id
//! broker-1/.kafka_cleanshutdown   there after a clean stop, and only then
//! ```

use crate::config::BrokerSettings;
use crate::ids::{BrokerId, uuid_text};
use crate::storage::{Storage, StorageError};
use bytestring::ByteString;
use runnel_protocol::random::Random;

const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";

fn properties_path(broker: BrokerId) -> String {
    format!("broker-{broker}/meta.properties")
}

fn clean_path(broker: BrokerId) -> String {
    format!("broker-{broker}/{CLEAN_SHUTDOWN}")
}

/// The identifier of the cluster whose files these are; `None` for a new one.
///
/// # Errors
/// The store's; or folders that belong to different clusters or brokers.
pub(crate) fn cluster_id(
    storage: &dyn Storage,
    brokers: &[BrokerSettings],
) -> Result<Option<ByteString>, StorageError> {
    let mut found: Option<ByteString> = None;
    for broker in brokers {
        let path = properties_path(broker.id);
        let Some(bytes) = storage.load(&path)? else { continue };
        let refuse = |reason: String| StorageError { path: path.clone(), operation: "read", reason };
        let text = std::str::from_utf8(&bytes).map_err(|error| refuse(error.to_string()))?;
        let value = |key: &str| {
            text.lines().find_map(|line| {
                let (name, value) = line.split_once('=')?;
                (name.trim() == key).then(|| value.trim().to_owned())
            })
        };
        let id = value("cluster.id").ok_or_else(|| refuse("wanted a line cluster.id=..., found none".to_owned()))?;
        let node = value("node.id").or_else(|| value("broker.id"));
        if let Some(node) = node
            && node != broker.id.to_string()
        {
            return Err(refuse(format!("wanted node.id={}, found {node}", broker.id)));
        }
        match &found {
            Some(other) if *other != id => {
                return Err(refuse(format!("wanted cluster.id={other} as beside it, found {id}")));
            }
            _ => found = Some(ByteString::from(id)),
        }
    }
    Ok(found)
}

/// Takes a broker's folder into use and answers whether the last run ended cleanly. From here on it has not.
///
/// # Errors
/// The store's.
pub(crate) fn begin(
    storage: &mut dyn Storage,
    broker: BrokerId,
    cluster_id: &str,
    random: &mut Random,
) -> Result<bool, StorageError> {
    let path = properties_path(broker);
    if storage.load(&path)?.is_none() {
        let directory_id = uuid_text(random.next_uuid());
        let text = format!("cluster.id={cluster_id}\ndirectory.id={directory_id}\nnode.id={broker}\nversion=1\n");
        storage.replace(&path, text.as_bytes())?;
    }
    let was_clean = storage.load(&clean_path(broker))?.is_some();
    if was_clean {
        storage.remove(&clean_path(broker))?;
    }
    Ok(was_clean)
}

/// Says that a broker's files are complete.
///
/// # Errors
/// The store's.
pub(crate) fn end(storage: &mut dyn Storage, broker: BrokerId, broker_epoch: i64) -> Result<(), StorageError> {
    let text = format!("{{\"version\":0,\"brokerEpoch\":{broker_epoch}}}");
    storage.replace(&clean_path(broker), text.as_bytes())
}
