//! Making a batch, byte for byte as Kafka's `MemoryRecordsBuilder` makes it (compressed streams may differ).

use super::{Attributes, BatchHeader, Compression, RecordHeader, TimestampType, compression, varint};
use bytes::Bytes;

/// A batch in the making: settings first, then records, then [`BatchBuilder::build`].
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    base_offset: i64,
    partition_leader_epoch: i32,
    attributes: Attributes,
    compression: Compression,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    /// Set by the first record, or beforehand by a delete horizon.
    base_timestamp: Option<i64>,
    /// The largest timestamp of a record so far.
    newest_timestamp: i64,
    max_timestamp: Option<i64>,
    last_offset_delta: Option<i32>,
    /// Offset delta of the newest record, -1 before the first.
    newest_offset_delta: i32,
    records_count: i32,
    /// Room for the header, then the records as they are before compression.
    bytes: Vec<u8>,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// Room for the header, and for a few records behind it.
fn room_for_header() -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 * BatchHeader::SIZE);
    bytes.resize(BatchHeader::SIZE, 0);
    bytes
}

impl BatchBuilder {
    /// An empty batch at offset 0, without producer, compression and leader epoch (-1), with the producer's clock.
    pub fn new() -> Self {
        BatchBuilder {
            base_offset: 0,
            partition_leader_epoch: -1,
            attributes: Attributes::default(),
            compression: Compression::None,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            base_timestamp: None,
            newest_timestamp: -1,
            max_timestamp: None,
            last_offset_delta: None,
            newest_offset_delta: -1,
            records_count: 0,
            bytes: room_for_header(),
        }
    }

    /// Names the idempotent producer and the sequence number of the first record.
    #[must_use]
    pub fn producer(mut self, id: i64, epoch: i16, base_sequence: i32) -> Self {
        self.producer_id = id;
        self.producer_epoch = epoch;
        self.base_sequence = base_sequence;
        self
    }

    /// Makes the batch part of its producer's transaction.
    #[must_use]
    pub fn transactional(mut self) -> Self {
        self.attributes = self.attributes.with_transactional();
        self
    }

    /// Makes it a batch of control records: see [`super::control`].
    #[must_use]
    pub fn control(mut self) -> Self {
        self.attributes = self.attributes.with_control();
        self
    }

    /// Chooses the codec.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Chooses the clock. With [`TimestampType::LogAppendTime`] the time is [`BatchBuilder::max_timestamp`].
    #[must_use]
    pub fn timestamp_type(mut self, timestamp_type: TimestampType) -> Self {
        self.attributes = self.attributes.with_timestamp_type(timestamp_type);
        self
    }

    /// Chooses the offset of the first record, before any is appended.
    #[must_use]
    pub fn base_offset(mut self, base_offset: i64) -> Self {
        self.base_offset = base_offset;
        self
    }

    /// Names the leader's epoch.
    #[must_use]
    pub fn leader_epoch(mut self, partition_leader_epoch: i32) -> Self {
        self.partition_leader_epoch = partition_leader_epoch;
        self
    }

    /// States the largest timestamp, where it is not that of the records.
    #[must_use]
    pub fn max_timestamp(mut self, max_timestamp: i64) -> Self {
        self.max_timestamp = Some(max_timestamp);
        self
    }

    /// States the time after which tombstones may go (KIP-534), which then is the batch's base timestamp. To be set
    /// before any record is appended.
    #[must_use]
    pub fn delete_horizon(mut self, millis: i64) -> Self {
        self.attributes = self.attributes.with_delete_horizon();
        self.base_timestamp = Some(millis);
        self
    }

    /// States the last offset, where it is not that of the last record: compaction keeps the range of a batch whose
    /// last records it removed.
    #[must_use]
    pub fn last_offset_delta(mut self, last_offset_delta: i32) -> Self {
        self.last_offset_delta = Some(last_offset_delta);
        self
    }

    /// Appends a record at the next offset.
    pub fn append(&mut self, timestamp: i64, key: Option<&[u8]>, value: Option<&[u8]>, headers: &[RecordHeader]) {
        let offset_delta = self.newest_offset_delta.checked_add(1).expect("a batch holds fewer than 2^31 records");
        self.append_delta(offset_delta, timestamp, key, value, headers);
    }

    /// Appends a record at an offset that may leave a gap, as compaction does.
    ///
    /// # Panics
    /// If the offset is not after that of the record before, or 2^31 or more after the base offset.
    pub fn append_at(
        &mut self,
        offset: i64,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[RecordHeader],
    ) {
        let offset_delta = offset.checked_sub(self.base_offset).and_then(|delta| i32::try_from(delta).ok());
        let offset_delta = offset_delta.expect("an offset lies within 2^31 of the batch's base offset");
        self.append_delta(offset_delta, timestamp, key, value, headers);
    }

    fn append_delta(
        &mut self,
        offset_delta: i32,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[RecordHeader],
    ) {
        assert!(offset_delta > self.newest_offset_delta, "offsets rise within a batch");
        let base_timestamp = *self.base_timestamp.get_or_insert(timestamp);
        let timestamp_delta = timestamp.wrapping_sub(base_timestamp);
        let size = body_size(offset_delta, timestamp_delta, key, value, headers);
        self.bytes.reserve(size + 5);
        let out = &mut self.bytes;
        varint::write(out, wire_size(size));
        out.push(0);
        varint::write(out, timestamp_delta);
        varint::write(out, i64::from(offset_delta));
        write_nullable(out, key);
        write_nullable(out, value);
        varint::write(out, wire_size(headers.len()));
        for header in headers {
            write_nullable(out, Some(header.key.as_bytes()));
            write_nullable(out, header.value.as_deref());
        }
        self.newest_offset_delta = offset_delta;
        self.newest_timestamp = self.newest_timestamp.max(timestamp);
        self.records_count += 1;
    }

    /// How many records were appended.
    pub fn records_count(&self) -> i32 {
        self.records_count
    }

    /// Size of the batch in bytes if it were built uncompressed.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// What a record would add to [`BatchBuilder::size`] if it were appended next.
    pub fn next_size(
        &self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[RecordHeader],
    ) -> usize {
        let timestamp_delta = timestamp.wrapping_sub(self.base_timestamp.unwrap_or(timestamp));
        let size = body_size(self.newest_offset_delta.saturating_add(1), timestamp_delta, key, value, headers);
        varint::size(wire_size(size)) + size
    }

    /// What a record would add to [`BatchBuilder::size`] at most.
    pub fn record_size_max(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[RecordHeader]) -> usize {
        5 + body_size(i32::MIN, i64::MIN, key, value, headers)
    }

    /// The batch, with its length and its checksum. Without records it is what compaction leaves of a batch whose
    /// range it keeps: a header with base timestamp -1.
    ///
    /// # Panics
    /// If the batch is larger than 2 GiB, or the stated last offset lies before a record's.
    pub fn build(self) -> Bytes {
        let newest = self.newest_offset_delta.max(0);
        let last_offset_delta = self.last_offset_delta.unwrap_or(newest);
        assert!(last_offset_delta >= newest, "the last offset is not before a record's");
        let (mut bytes, compression) = match self.compression {
            codec if codec == Compression::None || self.records_count == 0 => (self.bytes, Compression::None),
            codec => match compression::compress_if_there(codec, &self.bytes[BatchHeader::SIZE..]) {
                Some(compressed) => {
                    let mut bytes = vec![0; BatchHeader::SIZE];
                    bytes.extend_from_slice(&compressed);
                    (bytes, codec)
                }
                None => (self.bytes, Compression::None),
            },
        };
        let length = bytes.len() - BatchHeader::LOG_OVERHEAD;
        let header = BatchHeader {
            base_offset: self.base_offset,
            batch_length: i32::try_from(length).expect("a batch is smaller than 2 GiB"),
            partition_leader_epoch: self.partition_leader_epoch,
            magic: 2,
            crc: 0,
            attributes: self.attributes.with_compression(compression),
            last_offset_delta,
            base_timestamp: self.base_timestamp.unwrap_or(-1),
            max_timestamp: self.max_timestamp.unwrap_or(self.newest_timestamp),
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            base_sequence: self.base_sequence,
            records_count: self.records_count,
        };
        bytes[..BatchHeader::SIZE].copy_from_slice(&header.to_bytes());
        let crc = crc32c::crc32c(&bytes[BatchHeader::CHECKSUMMED_FROM..]);
        // The checksum stands right before what it is of.
        let crc_from = BatchHeader::CHECKSUMMED_FROM - size_of::<u32>();
        bytes[crc_from..BatchHeader::CHECKSUMMED_FROM].copy_from_slice(&crc.to_be_bytes());
        Bytes::from(bytes)
    }
}

fn wire_size(size: usize) -> i64 {
    i32::try_from(size).expect("a batch is smaller than 2 GiB").into()
}

fn write_nullable(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    varint::write(out, bytes.map_or(-1, |bytes| wire_size(bytes.len())));
    out.extend_from_slice(bytes.unwrap_or_default());
}

fn nullable_size(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(1, |bytes| varint::size(wire_size(bytes.len())) + bytes.len())
}

/// Size of a record without the field that states it.
fn body_size(
    offset_delta: i32,
    timestamp_delta: i64,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[RecordHeader],
) -> usize {
    let header_size =
        |header: &RecordHeader| nullable_size(Some(header.key.as_bytes())) + nullable_size(header.value.as_deref());
    1 + varint::size(timestamp_delta)
        + varint::size(i64::from(offset_delta))
        + nullable_size(key)
        + nullable_size(value)
        + varint::size(wire_size(headers.len()))
        + headers.iter().map(header_size).sum::<usize>()
}
