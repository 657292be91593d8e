//! The header of a record batch, read and written in place.
//!
//! ```text
//! at  field                   width  note
//!  0  base_offset             i64    the leader assigns it; outside the checksum
//!  8  batch_length            i32    bytes after this field; outside the checksum
//! 12  partition_leader_epoch  i32    the leader assigns it; outside the checksum
//! 16  magic                   i8     2
//! 17  crc                     u32    CRC-32C of everything from `attributes` to the end
//! 21  attributes              i16    see [`Attributes`]
//! 23  last_offset_delta       i32
//! 27  base_timestamp          i64    milliseconds
//! 35  max_timestamp           i64    milliseconds
//! 43  producer_id             i64    -1: none
//! 51  producer_epoch          i16
//! 53  base_sequence           i32
//! 57  records_count           i32
//! 61  records
//! ```
//!
//! Source: <https://kafka.apache.org/documentation/#recordbatch>

use std::fmt;

/// Why bytes are not a record batch of version 2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchError {
    /// Fewer bytes than the header or the stated length wants.
    Truncated {
        /// Bytes that were wanted.
        wanted: usize,
        /// Bytes that were there.
        found: usize,
    },
    /// `batch_length` is smaller than a header, or negative.
    Length(i32),
    /// A version of the format other than 2.
    Magic(i8),
    /// The checksum does not fit the bytes.
    Checksum {
        /// The checksum that the header states.
        stated: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// An attribute names no codec.
    Codec(u8),
}

impl fmt::Display for BatchError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BatchError::Truncated { wanted, found } => write!(out, "wanted {wanted} bytes of batch, found {found}"),
            BatchError::Length(length) => write!(out, "batch length {length} is smaller than a header"),
            BatchError::Magic(magic) => write!(out, "wanted magic 2, found {magic}"),
            BatchError::Checksum { stated, computed } => {
                write!(out, "wanted CRC {stated:#010x}, found {computed:#010x}")
            }
            BatchError::Codec(codec) => write!(out, "compression codec {codec} is unknown"),
        }
    }
}

impl std::error::Error for BatchError {}

/// How a batch's records are compressed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// RFC 1952.
    Gzip,
    /// Snappy, raw or in xerial's framing.
    Snappy,
    /// LZ4 frame.
    Lz4,
    /// Zstandard (KIP-110).
    Zstd,
}

impl Compression {
    /// Its name, as in the topic config `compression.type` (where `none` is called `uncompressed`).
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Snappy => "snappy",
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Which clock the timestamps come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimestampType {
    /// The producer's.
    CreateTime,
    /// The leader's, at append.
    LogAppendTime,
}

/// The attribute bits: 0 to 2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Attributes(pub i16);

impl Attributes {
    /// The codec.
    ///
    /// # Errors
    /// [`BatchError::Codec`] for numbers that name none.
    pub fn compression(self) -> Result<Compression, BatchError> {
        match self.0 & 0x07 {
            0 => Ok(Compression::None),
            1 => Ok(Compression::Gzip),
            2 => Ok(Compression::Snappy),
            3 => Ok(Compression::Lz4),
            4 => Ok(Compression::Zstd),
            other => Err(BatchError::Codec(u8::try_from(other).expect("three bits fit"))),
        }
    }

    /// Which clock the timestamps come from.
    pub fn timestamp_type(self) -> TimestampType {
        if self.0 & 0x08 == 0 { TimestampType::CreateTime } else { TimestampType::LogAppendTime }
    }

    /// Whether the batch is part of a transaction.
    pub fn is_transactional(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// Whether the batch holds control records (commit and abort markers, leader changes).
    pub fn is_control(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// Whether `base_timestamp` is the time after which tombstones may go.
    pub fn has_delete_horizon(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// The same attributes with another codec.
    #[must_use]
    pub fn with_compression(self, compression: Compression) -> Self {
        Attributes(self.0 & !0x07 | compression as i16)
    }

    /// The same attributes, of a batch that is part of a transaction.
    #[must_use]
    pub fn with_transactional(self) -> Self {
        Attributes(self.0 | 0x10)
    }

    /// The same attributes, of a batch of control records.
    #[must_use]
    pub fn with_control(self) -> Self {
        Attributes(self.0 | 0x20)
    }

    /// The same attributes, of a batch whose `base_timestamp` is the time after which tombstones may go.
    #[must_use]
    pub fn with_delete_horizon(self) -> Self {
        Attributes(self.0 | 0x40)
    }

    /// The same attributes with another clock.
    #[must_use]
    pub fn with_timestamp_type(self, timestamp_type: TimestampType) -> Self {
        match timestamp_type {
            TimestampType::CreateTime => Attributes(self.0 & !0x08),
            TimestampType::LogAppendTime => Attributes(self.0 | 0x08),
        }
    }
}

/// The 61 bytes before the records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the layout at the top of this file says what each field is")]
pub struct BatchHeader {
    pub base_offset: i64,
    pub batch_length: i32,
    pub partition_leader_epoch: i32,
    pub magic: i8,
    pub crc: u32,
    pub attributes: Attributes,
    pub last_offset_delta: i32,
    pub base_timestamp: i64,
    pub max_timestamp: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub base_sequence: i32,
    pub records_count: i32,
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("the range is N bytes")
}

impl BatchHeader {
    /// Size of the header in bytes.
    pub const SIZE: usize = 61;
    /// Size of `base_offset` and `batch_length`, which `batch_length` does not count.
    pub const LOG_OVERHEAD: usize = 12;
    /// Where the checksummed part begins.
    pub const CHECKSUMMED_FROM: usize = 21;

    /// Reads the header at the start of `bytes`. Neither the stated length nor the checksum is compared with what
    /// follows: see [`BatchHeader::check`].
    ///
    /// # Errors
    /// [`BatchError::Truncated`] for fewer than 61 bytes, [`BatchError::Magic`] for another version of the format,
    /// [`BatchError::Length`] for a length that leaves no room for a header.
    pub fn read(bytes: &[u8]) -> Result<Self, BatchError> {
        if bytes.len() > 16 && bytes[16] != 2 {
            return Err(BatchError::Magic(i8::from_be_bytes([bytes[16]])));
        }
        if bytes.len() < Self::SIZE {
            return Err(BatchError::Truncated { wanted: Self::SIZE, found: bytes.len() });
        }
        let header = BatchHeader {
            base_offset: i64::from_be_bytes(field(bytes, 0)),
            batch_length: i32::from_be_bytes(field(bytes, 8)),
            partition_leader_epoch: i32::from_be_bytes(field(bytes, 12)),
            magic: i8::from_be_bytes(field(bytes, 16)),
            crc: u32::from_be_bytes(field(bytes, 17)),
            attributes: Attributes(i16::from_be_bytes(field(bytes, 21))),
            last_offset_delta: i32::from_be_bytes(field(bytes, 23)),
            base_timestamp: i64::from_be_bytes(field(bytes, 27)),
            max_timestamp: i64::from_be_bytes(field(bytes, 35)),
            producer_id: i64::from_be_bytes(field(bytes, 43)),
            producer_epoch: i16::from_be_bytes(field(bytes, 51)),
            base_sequence: i32::from_be_bytes(field(bytes, 53)),
            records_count: i32::from_be_bytes(field(bytes, 57)),
        };
        if header.batch_length < i32::try_from(Self::SIZE - Self::LOG_OVERHEAD).expect("small") {
            return Err(BatchError::Length(header.batch_length));
        }
        Ok(header)
    }

    /// Reads the header of a batch that lies whole at the start of `bytes`, without a look at its checksum.
    ///
    /// # Errors
    /// As [`BatchHeader::read`]; [`BatchError::Truncated`] when the stated length is not there.
    pub fn read_whole(bytes: &[u8]) -> Result<Self, BatchError> {
        let header = Self::read(bytes)?;
        let size = header.size();
        if bytes.len() < size {
            return Err(BatchError::Truncated { wanted: size, found: bytes.len() });
        }
        Ok(header)
    }

    /// Reads the header of a batch that lies whole at the start of `bytes` and compares its checksum.
    ///
    /// # Errors
    /// As [`BatchHeader::read`]; [`BatchError::Truncated`] when the stated length is not there and
    /// [`BatchError::Checksum`] when the bytes were changed on the way.
    pub fn check(bytes: &[u8]) -> Result<Self, BatchError> {
        let header = Self::read_whole(bytes)?;
        let computed = crc32c::crc32c(&bytes[Self::CHECKSUMMED_FROM..header.size()]);
        if computed != header.crc {
            return Err(BatchError::Checksum { stated: header.crc, computed });
        }
        Ok(header)
    }

    /// The header as bytes, with the fields as they are: no checksum is computed.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[0..8].copy_from_slice(&self.base_offset.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.batch_length.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.partition_leader_epoch.to_be_bytes());
        bytes[16..17].copy_from_slice(&self.magic.to_be_bytes());
        bytes[17..21].copy_from_slice(&self.crc.to_be_bytes());
        bytes[21..23].copy_from_slice(&self.attributes.0.to_be_bytes());
        bytes[23..27].copy_from_slice(&self.last_offset_delta.to_be_bytes());
        bytes[27..35].copy_from_slice(&self.base_timestamp.to_be_bytes());
        bytes[35..43].copy_from_slice(&self.max_timestamp.to_be_bytes());
        bytes[43..51].copy_from_slice(&self.producer_id.to_be_bytes());
        bytes[51..53].copy_from_slice(&self.producer_epoch.to_be_bytes());
        bytes[53..57].copy_from_slice(&self.base_sequence.to_be_bytes());
        bytes[57..61].copy_from_slice(&self.records_count.to_be_bytes());
        bytes
    }

    /// Size of the whole batch in bytes, header and records.
    pub fn size(&self) -> usize {
        Self::LOG_OVERHEAD + usize::try_from(self.batch_length).unwrap_or(0)
    }

    /// Offset of the last record; stays at the largest offset there is if a hostile header points past it.
    pub fn last_offset(&self) -> i64 {
        self.base_offset.saturating_add(i64::from(self.last_offset_delta))
    }

    /// The offset after the last record.
    pub fn next_offset(&self) -> i64 {
        self.last_offset().saturating_add(1)
    }

    /// Whether an idempotent producer wrote the batch.
    pub fn has_producer_id(&self) -> bool {
        self.producer_id >= 0
    }

    /// Sequence number of the last record; sequences wrap from 2^31 - 1 to 0.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            return self.base_sequence;
        }
        let last = i64::from(self.base_sequence) + i64::from(self.last_offset_delta);
        i32::try_from(last % (i64::from(i32::MAX) + 1)).expect("the remainder fits")
    }
}
