//! From the bytes of a Fetch answer to records that a program may see.

use super::record::ConsumedRecord;
use super::settings::IsolationLevel;
use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::SmallSet;
use runnel_protocol::messages::fetch::AbortedTransaction;
use runnel_protocol::records::control::EndTxnMarker;
use runnel_protocol::records::{self, BatchHeader};
use std::collections::VecDeque;

/// Most bytes that one batch may decompress to.
const DECOMPRESSED_SIZE_MAX: usize = 256 << 20;

/// What one partition's part of an answer holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Fetched {
    /// What may be seen, at or after the offset that was asked for.
    pub(super) records: VecDeque<ConsumedRecord>,
    /// Where to go on once all records were taken.
    pub(super) next_offset: i64,
    /// The epoch of the last batch's leader.
    pub(super) leader_epoch: i32,
    /// The last record at or after the offset that was asked for, seen or not.
    pub(super) last_offset: Option<i64>,
    /// Whether there were any records at all, seen or not.
    pub(super) had_records: bool,
}

/// How the bytes are to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) topic: &'a ByteString,
    pub(super) partition: i32,
    /// The offset that was asked for: a broker sends the whole batch that contains it.
    pub(super) fetch_offset: i64,
    pub(super) isolation_level: IsolationLevel,
    pub(super) check_crcs: bool,
}

/// Decodes records; what is before the asked offset, control records, and for read_committed what was aborted, is left
/// out.
///
/// # Errors
/// Where the bytes are not batches, in words.
pub(super) fn decode(reading: Reading<'_>, bytes: &Bytes, aborted: &[AbortedTransaction]) -> Result<Fetched, String> {
    let mut fetched = Fetched { next_offset: reading.fetch_offset, leader_epoch: -1, ..Fetched::default() };
    let mut aborts = Aborts::new(reading.isolation_level, aborted);
    let batches = records::split(bytes).ending_at_partial();
    let batches = if reading.check_crcs { batches.with_checksums() } else { batches };
    for batch in batches {
        let (header, range) = batch.map_err(|error| error.to_string())?;
        fetched.had_records = true;
        let all = records::iterate(&bytes.slice(range), DECOMPRESSED_SIZE_MAX).map_err(|error| error.to_string())?;
        let is_aborted = aborts.is_aborted(&header);
        for record in all {
            let record = record.map_err(|error| error.to_string())?;
            if header.attributes.is_control() {
                aborts.see_marker(&header, &record);
            }
            if record.offset < reading.fetch_offset {
                continue;
            }
            fetched.last_offset = Some(record.offset);
            if !header.attributes.is_control() && !is_aborted {
                let kind = header.attributes.timestamp_type();
                let epoch = header.partition_leader_epoch;
                let record = ConsumedRecord::new(reading.topic, reading.partition, epoch, kind, record);
                fetched.records.push_back(record);
            }
        }
        fetched.next_offset = fetched.next_offset.max(header.next_offset());
        fetched.leader_epoch = header.partition_leader_epoch;
    }
    Ok(fetched)
}

/// Which producers are inside a transaction that was aborted.
struct Aborts {
    /// Not begun yet, in the order of their first offsets.
    coming: VecDeque<(i64, i64)>,
    open: SmallSet<i64>,
}

impl Aborts {
    fn new(isolation_level: IsolationLevel, aborted: &[AbortedTransaction]) -> Self {
        let mut coming: Vec<(i64, i64)> = match isolation_level {
            IsolationLevel::ReadCommitted => aborted.iter().map(|one| (one.first_offset, one.producer_id)).collect(),
            IsolationLevel::ReadUncommitted => Vec::new(),
        };
        coming.sort_unstable();
        Aborts { coming: coming.into(), open: SmallSet::new() }
    }

    fn is_aborted(&mut self, header: &BatchHeader) -> bool {
        while let Some((_, producer_id)) = self.coming.pop_front_if(|(first, _)| *first <= header.last_offset()) {
            self.open.insert(producer_id);
        }
        header.attributes.is_transactional() && self.open.contains(&header.producer_id)
    }

    fn see_marker(&mut self, header: &BatchHeader, record: &records::Record) {
        if let Ok(Some(EndTxnMarker { is_commit: false, .. })) = EndTxnMarker::parse(record) {
            self.open.remove(&header.producer_id);
        }
    }
}
