//! Our own pipelined driver against both, so that it is not the JVM client that is measured.

use crate::Scale;
use crate::baselines;
use crate::pair::{Pair, create_topic};
use crate::table::{Better, Table, median};
use runnel_clients_tests::chance::Chance;
use runnel_clients_tests::folders;
use runnel_clients_tests::native::{self, Connection, Pipeline};
use runnel_clients_tests::server::Server;
use std::time::Instant;

const PARTITIONS: i32 = 3;

/// Requests under way at once.
const DEPTH: usize = 8;

/// Bytes of values in a batch.
const BATCH_SIZE: usize = 64 << 10;

/// The most that is asked of one partition in a fetch.
const FETCH_SIZE: i32 = 4 << 20;

/// One way: megabytes and records in a second.
#[derive(Clone, Copy)]
struct Rate {
    megabytes: f64,
    records: f64,
}

pub(crate) fn produce_and_fetch(scale: &Scale, pair: &Pair, table: &mut Table) -> Result<(), String> {
    for (name, count, size) in [("native-small", scale.small_records, 100), ("native-large", scale.large_records, 1024)]
    {
        let mut disk = Vec::new();
        let mut loopback = Vec::new();
        let (kafka, runnel) = pair.alternate(scale.rounds, |server, round| {
            let total = usize::try_from(count).map_err(|error| error.to_string())? * size;
            disk.push(baselines::disk_mb_per_second(&folders::target("clients/bench"), total)?);
            loopback.push(baselines::loopback_mb_per_second(total)?);
            let topic = format!("{name}-{round}");
            create_topic(server, &topic, PARTITIONS)?;
            Ok((produce(server, &topic, count, size)?, fetch(server, &topic)?))
        })?;
        let records = |all: &[(Rate, Rate)], produced: bool| {
            all.iter().map(|both| if produced { both.0.records } else { both.1.records }).collect::<Vec<_>>()
        };
        let megabytes = |produced: bool| {
            median(
                &runnel
                    .iter()
                    .map(|both| if produced { both.0.megabytes } else { both.1.megabytes })
                    .collect::<Vec<_>>(),
            )
        };
        let work = format!("native driver, {count} x {size} B");
        for (what, produced) in [("produce", true), ("fetch", false)] {
            let (kafka, runnel) = (records(&kafka, produced), records(&runnel, produced));
            table.row(&format!("{work}, {what}"), "records/s", Better::Higher, &kafka, &runnel);
        }
        let (disk, loopback) = (median(&disk), median(&loopback));
        table.remark(format!(
            "{work}: runnel took {:.0} MB/s, {:.0} % of the disk's buffered write ({disk:.0} MB/s), and gave {:.0} MB/s, \
             {:.0} % of a copy over loopback ({loopback:.0} MB/s)",
            megabytes(true),
            100.0 * megabytes(true) / disk,
            megabytes(false),
            100.0 * megabytes(false) / loopback,
        ));
    }
    table.command(format!(
        "native driver: one connection, {DEPTH} Produce requests under way, batches of {} KiB, acks=all, {PARTITIONS} \
         partitions; then Fetch of {} MiB, one under way for each partition",
        BATCH_SIZE >> 10,
        FETCH_SIZE >> 20
    ));
    Ok(())
}

fn produce(server: &Server, topic: &str, count: u64, size: usize) -> Result<Rate, String> {
    let value = vec![b'r'; size];
    let per_batch = (BATCH_SIZE / size).max(1);
    let batch = native::batch(1_700_000_000_000, std::iter::repeat_n(&value[..], per_batch));
    let requests: Vec<_> = (0..PARTITIONS).map(|partition| native::prepare(topic, partition, &batch)).collect();
    let requests: Vec<_> = requests.into_iter().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let batches = count.div_ceil(u64::try_from(per_batch).map_err(|error| error.to_string())?);
    let connection = Connection::open(server.port()).map_err(|error| error.to_string())?;
    let mut pipeline = Pipeline::new(connection, DEPTH);
    let began = Instant::now();
    for (tag, request) in (0..batches).zip(requests.iter().cycle()) {
        pipeline.send(tag, request).map_err(|error| error.to_string())?;
    }
    while pipeline.wait().map_err(|error| error.to_string())?.is_some() {}
    let seconds = began.elapsed().as_secs_f64();
    let records = batches as f64 * per_batch as f64;
    let bytes = batches as f64 * batch.len() as f64;
    Ok(Rate { megabytes: bytes / 1e6 / seconds, records: records / seconds })
}

fn fetch(server: &Server, topic: &str) -> Result<Rate, String> {
    let mut connection = Connection::open(server.port()).map_err(|error| error.to_string())?;
    let began = Instant::now();
    let drained = native::drain(&mut connection, topic, PARTITIONS, FETCH_SIZE);
    let (bytes, records) = drained.map_err(|error| error.to_string())?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(Rate { megabytes: bytes as f64 / 1e6 / seconds, records: records as f64 / seconds })
}

/// Single fetches at random offsets, while the log grows a hundredfold.
pub(crate) fn random_fetch(scale: &Scale, pair: &Pair, table: &mut Table) -> Result<(), String> {
    create_topic(&pair.kafka, "grows", 1)?;
    create_topic(&pair.runnel, "grows", 1)?;
    for records in scale.log_records {
        let (kafka, runnel) = pair.alternate(1, |server, _| {
            grow(server, records)?;
            fetches(server, scale.random_fetches)
        })?;
        let work = format!("fetch at a random offset of {records} records, median");
        table.row(&work, "us", Better::Lower, &kafka.concat(), &runnel.concat());
    }
    table.command("native driver: single Fetch requests for 4 KiB at random offsets of a partition".to_owned());
    Ok(())
}

/// Appends batches of ten records until the partition has so many.
fn grow(server: &Server, records: u64) -> Result<(), String> {
    let value = [b'r'; 100];
    let batch = native::batch(1_700_000_000_000, std::iter::repeat_n(&value[..], 10));
    let request = native::prepare("grows", 0, &batch).map_err(|error| error.to_string())?;
    let mut connection = Connection::open(server.port()).map_err(|error| error.to_string())?;
    let there = native::latest(&mut connection, "grows", 0).map_err(|error| error.to_string())?;
    let missing = records.saturating_sub(u64::try_from(there).unwrap_or(0)) / 10;
    let mut pipeline = Pipeline::new(connection, 64);
    for tag in 0..missing {
        pipeline.send(tag, &request).map_err(|error| error.to_string())?;
    }
    while pipeline.wait().map_err(|error| error.to_string())?.is_some() {}
    Ok(())
}

/// Microseconds of each.
fn fetches(server: &Server, count: u64) -> Result<Vec<f64>, String> {
    let mut connection = Connection::open(server.port()).map_err(|error| error.to_string())?;
    let end = native::latest(&mut connection, "grows", 0).map_err(|error| error.to_string())?;
    let mut chance = Chance::new(count);
    (0..count)
        .map(|_| {
            let offset = i64::try_from(chance.below(u64::try_from(end).unwrap_or(1).max(1))).unwrap_or(0);
            let began = Instant::now();
            native::fetch(&mut connection, "grows", 0, offset, 4096).map_err(|error| error.to_string())?;
            Ok(began.elapsed().as_secs_f64() * 1e6)
        })
        .collect()
}
