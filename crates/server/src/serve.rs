//! From options to a served cluster, and to an orderly end.
//!
//! The start is short on purpose: addresses, the data folder's lock, the cluster, the ready line. Whatever can wait
//! (threads, watchers, the page) is made when somebody asks for it.

use crate::clock::Clock;
use crate::driver::Driver;
use crate::files::{DataFolder, FileStorage};
use crate::first_topics;
use crate::http::HttpPort;
use crate::kafka::{self, Limits, Ports, raise_descriptor_limit};
use crate::options::{DataPlace, Options};
use crate::start_error::StartError;
use crate::stop_signal::StopSignal;
use crate::store::Store;
use runnel_broker::{BrokerId, BrokerSettings, Cluster, ClusterConfig, Durability, MemoryStorage, Profile};
use std::io::Write;
use std::time::Duration;
use tokio::task::LocalSet;

/// Threads that wait for the disk.
const BLOCKING_THREADS_MAX: usize = 4;

/// How long an orderly end may wait for the disk beyond what it was asked to wait.
const END_PATIENCE: Duration = Duration::from_millis(300);

/// Serves until a signal says stop.
///
/// # Errors
/// What keeps it from starting.
pub(crate) fn serve(options: &Options) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build()
        .map_err(|error| StartError::new(format!("cannot start: {error}")))?;
    let result = LocalSet::new().block_on(&runtime, run(options));
    runtime.shutdown_timeout(END_PATIENCE);
    result
}

async fn run(options: &Options) -> Result<(), StartError> {
    let descriptors = raise_descriptor_limit();
    let ports = Ports::open(options)?;
    let http = options.http.as_ref().map(HttpPort::open).transpose()?;
    let mut signal = StopSignal::new().map_err(|error| StartError::new(format!("cannot catch signals: {error}")))?;
    let mut clock = Clock::new();
    let (store, _folder) = open_store(options, kafka::handles_max(descriptors))?;
    let cluster = Cluster::open(cluster_config(options, &ports)?, store, clock.now())
        .map_err(|error| StartError::new(error.to_string()))?;
    let limits = Limits::new(|name| cluster.setting(name), descriptors);
    let driver = Driver::new(cluster, clock);
    first_topics::create(&driver, &options.topics).await?;
    tell_modes(options);
    let line = ready_line(&ports, http.as_ref());
    let names: Vec<String> = ports.iter().map(|port| port.advertised.host.clone()).collect();
    ports.serve(&driver, limits);
    if let Some(http) = http {
        http.serve(&driver, names);
    }
    tokio::task::spawn_local(driver.clone().keep_time());
    say(&line);

    let reason = signal.caught().await;
    tracing::info!("stopping: {reason}");
    match driver.stop().await {
        Ok(()) => tracing::info!("stopped in order"),
        Err(error) => tracing::error!("the next start will check all logs, since this stop was not in order: {error}"),
    }
    Ok(())
}

fn open_store(options: &Options, handles_max: usize) -> Result<(Store, Option<DataFolder>), StartError> {
    match &options.data {
        DataPlace::Memory => Ok((Store::Memory(MemoryStorage::new()), None)),
        DataPlace::Folder(root) => {
            let folder = DataFolder::open(root)?;
            let files = FileStorage::new(root.clone(), options.durability, handles_max);
            Ok((Store::Files(files), Some(folder)))
        }
    }
}

fn cluster_config(options: &Options, ports: &Ports) -> Result<ClusterConfig, StartError> {
    let brokers = (1..=i32::from(options.broker_count))
        .map(BrokerId)
        .map(|id| BrokerSettings { id, endpoints: ports.endpoints(id) })
        .collect();
    Ok(ClusterConfig {
        brokers,
        profile: if options.strict { Profile::Kafka } else { Profile::Dev },
        durability: options.durability,
        settings: options.settings.iter().cloned().collect(),
        seed: seed()?,
    })
}

/// Chance from the operating system, so that no identifier ever comes twice.
fn seed() -> Result<u64, StartError> {
    getrandom::u64().map_err(|error| StartError::new(format!("the system gives no random numbers: {error}")))
}

fn tell_modes(options: &Options) {
    match (&options.data, options.durability) {
        (DataPlace::Memory, _) => tracing::info!("ephemeral: everything is in memory, and gone at the end"),
        (DataPlace::Folder(root), Durability::Interval) => {
            tracing::info!(
                "data in {}; fsync=interval: records are acknowledged once written, and reach the disk soon after",
                root.display()
            );
        }
        (DataPlace::Folder(root), Durability::Always) => {
            tracing::info!("data in {}; fsync=always: records are acknowledged once on the disk", root.display());
        }
    }
}

fn ready_line(ports: &Ports, http: Option<&HttpPort>) -> String {
    let kafka = ports.first_addresses().join(",");
    match http {
        Some(http) => format!("ready kafka={kafka} http={}", http.url()),
        None => format!("ready kafka={kafka}"),
    }
}

/// Whoever started us may have closed our stdout; that is no reason not to serve.
fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
