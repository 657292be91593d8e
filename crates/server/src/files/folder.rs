//! The data folder: who may use it, and what it remembers about its brokers.
//!
//! ```text
//! DIR/.lock                          held while a process serves the folder
//! DIR/broker-N/meta.properties       Kafka's own: cluster.id, node.id, directory.id
//! DIR/broker-N/.kafka_cleanshutdown  Kafka's own: there if the last process stopped in order
//! DIR/broker-N/...                   the core's
//! ```

use super::Durability;
use super::io::sync_folder;
use crate::start_error::StartError;
use runnel_broker::Random;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const META_PROPERTIES: &str = "meta.properties";
const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";

/// A data folder that is ours until this value goes.
#[derive(Debug)]
pub(crate) struct DataFolder {
    root: PathBuf,
    /// Kafka's name for the cluster, the same in all its brokers' folders.
    pub(crate) cluster_id: String,
    /// One for each broker, from broker 1 on.
    pub(crate) brokers: Vec<BrokerFolder>,
    /// The system lets go of the lock with the handle, however the process ends.
    _lock: File,
}

/// One broker's part of the data folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BrokerFolder {
    /// Kafka's `node.id`, counted from 1.
    pub(crate) node_id: i32,
    /// Kafka's name for this one folder.
    pub(crate) directory_id: String,
    /// Whether the last process that wrote here stopped in order, so that no log needs a look.
    pub(crate) stopped_in_order: bool,
}

impl DataFolder {
    /// Takes the folder for this process, and makes it if it is not there.
    ///
    /// # Errors
    /// What is wrong with it, in one line: it cannot be read, another process has it, it belongs to another number of
    /// brokers, or its identity makes no sense.
    pub(crate) fn open(
        root: &Path,
        broker_count: i32,
        durability: Durability,
        random: &mut Random,
    ) -> Result<Self, StartError> {
        let failed = |what: &str, error: std::io::Error| {
            StartError::new(format!("cannot {what} the data folder {:?}: {error}", root.display().to_string()))
        };
        fs::create_dir_all(root).map_err(|error| failed("create", error))?;
        let lock = lock(root)?;
        let found = broker_folders(root).map_err(|error| failed("read", error))?;
        check_count(root, &found, broker_count)?;
        let mut cluster_id = None;
        let mut brokers = Vec::new();
        for node_id in 1..=broker_count {
            let folder = root.join(format!("broker-{node_id}"));
            let known = load_identity(&folder, node_id, &mut cluster_id)?;
            let directory_id = match known {
                Some(directory_id) => directory_id,
                None => {
                    let cluster_id = cluster_id.get_or_insert_with(|| kafka_text(random.next_uuid()));
                    let directory_id = kafka_text(random.next_uuid());
                    write_identity(&folder, durability, node_id, cluster_id, &directory_id)?;
                    directory_id
                }
            };
            let stopped_in_order = take_marker(&folder)?;
            brokers.push(BrokerFolder { node_id, directory_id, stopped_in_order });
        }
        let cluster_id = cluster_id.expect("each broker's folder has named or taken the cluster's id");
        Ok(DataFolder { root: root.to_owned(), cluster_id, brokers, _lock: lock })
    }

    /// Notes that all is on the disk, so that the next start need not look for torn tails.
    ///
    /// # Errors
    /// The system's refusal; the next start then looks.
    pub(crate) fn mark_stopped_in_order(&self) -> std::io::Result<()> {
        for broker in &self.brokers {
            let path = self.root.join(format!("broker-{}", broker.node_id)).join(CLEAN_SHUTDOWN);
            let mut marker = File::create(path)?;
            marker.write_all(br#"{"version":0,"brokerEpoch":-1}"#)?;
            marker.sync_all()?;
        }
        Ok(())
    }
}

fn lock(root: &Path) -> Result<File, StartError> {
    let path = root.join(".lock");
    let shown = root.display().to_string();
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    let lock =
        opened.map_err(|error| StartError::new(format!("cannot write in the data folder {shown:?}: {error}")))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StartError::new(format!(
            "the data folder {shown:?} is in use by another process: stop it, or name another folder with --data"
        ))),
        Err(TryLockError::Error(error)) => {
            Err(StartError::new(format!("cannot lock the data folder {shown:?}: {error}")))
        }
    }
}

/// Numbers of the brokers that have a folder, in order.
fn broker_folders(root: &Path) -> std::io::Result<Vec<i32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("broker-")).and_then(|text| text.parse().ok());
        if let Some(number) = number
            && entry.path().join(META_PROPERTIES).is_file()
        {
            found.push(number);
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn check_count(root: &Path, found: &[i32], broker_count: i32) -> Result<(), StartError> {
    if found.is_empty() || found.iter().copied().eq(1..=broker_count) {
        return Ok(());
    }
    let listed: Vec<String> = found.iter().map(ToString::to_string).collect();
    Err(StartError::new(format!(
        "the data folder {:?} belongs to {} broker(s) ({}), not {broker_count}: start with --brokers {}, or name \
         another folder with --data",
        root.display().to_string(),
        found.len(),
        listed.join(", "),
        found.len(),
    )))
}

/// The directory's id as `meta.properties` tells it, `None` in a new folder.
fn load_identity(folder: &Path, node_id: i32, cluster_id: &mut Option<String>) -> Result<Option<String>, StartError> {
    let path = folder.join(META_PROPERTIES);
    let failed = |reason: String| StartError::new(format!("{:?}: {reason}", path.display().to_string()));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound) => return Ok(None),
        Err(error) => return Err(failed(error.to_string())),
    };
    let value = |key: &str| {
        text.lines().filter_map(|line| line.split_once('=')).find(|(name, _)| name.trim() == key).map(|(_, v)| v.trim())
    };
    match value("version") {
        Some("1") => {}
        other => return Err(failed(format!("version {} is not 1", other.unwrap_or("(none)")))),
    }
    match value("node.id") {
        Some(text) if text == node_id.to_string() => {}
        other => return Err(failed(format!("node.id {} is not {node_id}", other.unwrap_or("(none)")))),
    }
    let found = value("cluster.id").ok_or_else(|| failed("cluster.id is missing".to_owned()))?;
    let cluster_id = cluster_id.get_or_insert_with(|| found.to_owned());
    if cluster_id != found {
        return Err(failed(format!("cluster.id {found:?} differs from {cluster_id:?} of the brokers before it")));
    }
    match value("directory.id") {
        Some(directory_id) => Ok(Some(directory_id.to_owned())),
        None => Err(failed("directory.id is missing".to_owned())),
    }
}

fn write_identity(
    folder: &Path,
    durability: Durability,
    node_id: i32,
    cluster_id: &str,
    directory_id: &str,
) -> Result<(), StartError> {
    let write = || {
        fs::create_dir_all(folder)?;
        let beside = folder.join("meta.properties.tmp");
        let mut file = File::create(&beside)?;
        writeln!(file, "#\nnode.id={node_id}\ndirectory.id={directory_id}\nversion=1\ncluster.id={cluster_id}")?;
        if durability == Durability::Always {
            file.sync_all()?;
        }
        fs::rename(&beside, folder.join(META_PROPERTIES))?;
        if durability == Durability::Always {
            sync_folder(folder)?;
            sync_folder(folder.parent().unwrap_or(folder))?;
        }
        Ok(())
    };
    write().map_err(|error: std::io::Error| {
        StartError::new(format!("cannot write in the data folder {:?}: {error}", folder.display().to_string()))
    })
}

/// Whether the marker of an orderly stop is there. It is taken away at once: from here on the folder is in work.
fn take_marker(folder: &Path) -> Result<bool, StartError> {
    let path = folder.join(CLEAN_SHUTDOWN);
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StartError::new(format!("cannot remove {:?}: {error}", path.display().to_string()))),
    }
}

/// A UUID as Kafka writes it: base64 with `-` and `_`, without padding.
pub(crate) fn kafka_text(uuid: uuid::Uuid) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 128 bits, and four zero bits behind them, are 22 digits of six bits.
    let (high, low) = uuid.as_u64_pair();
    let bits = (u128::from(high) << 64) | u128::from(low);
    let digit = |place: u32| {
        let shifted = if place < 21 { bits >> (122 - 6 * place) } else { bits << 4 };
        let index = usize::try_from(shifted & 63).expect("six bits fit");
        char::from(ALPHABET[index])
    };
    (0..22).map(digit).collect()
}
