//! Kinds of records that Kafka itself writes: into `__consumer_offsets`, into the metadata log, and as control
//! records; also what consumers tell each other through JoinGroup and SyncGroup.
//!
//! The types are written by the build step from `schema/records/*.txt`.

use crate::primitives::{DecodeError, EncodeError, Message, Reader, Writer};
use bytes::Bytes;

#[cfg(test)]
mod tests;

include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

/// Version of the frame around each record of the metadata log.
const METADATA_FRAME_VERSION: u32 = 1;

/// Writes a message after the two bytes of its version, as values in `__consumer_offsets`, control records and the
/// consumer protocol are kept.
///
/// # Errors
/// When the version cannot say what the message says.
pub fn encode_versioned(message: &impl Message, version: i16) -> Result<Bytes, EncodeError> {
    let mut writer = Writer::new();
    writer.i16(version);
    message.encode(&mut writer, version)?;
    Ok(writer.into_bytes().expect("record kinds hold no records"))
}

/// Reads what [`encode_versioned`] writes.
///
/// # Errors
/// Where the bytes are not such a message.
pub fn decode_versioned<M: Message>(bytes: &Bytes) -> Result<M, DecodeError> {
    let mut reader = Reader::new(bytes.clone());
    let version = reader.i16("version: int16")?;
    M::decode(&mut reader, version)
}

impl GroupRecordKey {
    /// Reads a record's key.
    ///
    /// # Errors
    /// Where the bytes are not the key of a known kind.
    pub fn decode(key: &Bytes) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(key.clone());
        let number = reader.i16("the number of a GroupRecordKey")?;
        Self::decode_body(number, 0, &mut reader)
    }

    /// Writes a record's key.
    ///
    /// # Errors
    /// When a name is too long.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        let mut writer = Writer::new();
        writer.i16(self.number());
        self.encode_body(&mut writer, 0)?;
        Ok(writer.into_bytes().expect("record kinds hold no records"))
    }
}

impl MetadataRecord {
    /// Reads the value of a record of the metadata log.
    ///
    /// # Errors
    /// Where the bytes are not a known record.
    pub fn decode(value: &Bytes) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(value.clone());
        if reader.unsigned_varint("version of the frame: varint")? != METADATA_FRAME_VERSION {
            return Err(DecodeError { at: 0, wanted: "1, the version of the frame" });
        }
        let number = small(&mut reader, "the number of a MetadataRecord")?;
        let version = small(&mut reader, "version of the record: varint")?;
        Self::decode_body(number, version, &mut reader)
    }

    /// Writes the value of a record of the metadata log.
    ///
    /// # Errors
    /// When the version cannot say what the record says.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut writer = Writer::new();
        writer.unsigned_varint(METADATA_FRAME_VERSION);
        writer.unsigned_varint(u32::from(self.number().unsigned_abs()));
        writer.unsigned_varint(u32::from(version.unsigned_abs()));
        self.encode_body(&mut writer, version)?;
        Ok(writer.into_bytes().expect("record kinds hold no records"))
    }
}

fn small(reader: &mut Reader, wanted: &'static str) -> Result<i16, DecodeError> {
    let at = reader.at();
    i16::try_from(reader.unsigned_varint(wanted)?).map_err(|_| DecodeError { at, wanted })
}
