//! What lies beside a segment: producers' state, aborted transactions; and the title of a metadata snapshot.

use super::{base_offset, out, unreadable};
use crate::files::Files;
use crate::input::ToolOutput;
use crate::java::Exception;
use runnel_protocol::Reader;
use runnel_protocol::primitives::DecodeError;
use std::collections::VecDeque;

const CHECKSUMMED_FROM: usize = 6;
const ABORTED_SIZE: u64 = 34;
const ABORTED_STEP: u64 = 4096;

/// What is said of a snapshot of the metadata log: `00000000000000000123-0000000004`.
pub(super) fn title(stem: &str) -> Result<String, Exception> {
    if stem == "bootstrap" {
        return Ok("KRaft bootstrap snapshot".to_owned());
    }
    let none = || Exception::new("java.util.NoSuchElementException", "No value present");
    let (offset, epoch) = stem.split_once('-').ok_or_else(none)?;
    Ok(format!("Snapshot end offset: {}, epoch: {}", base_offset(offset)?, base_offset(epoch)?))
}

/// Producers' state (`.snapshot`).
pub(super) fn producers(files: &dyn Files, path: &str, printed: &mut VecDeque<ToolOutput>) -> Result<(), Exception> {
    let size = files.size(path).map_err(|error| unreadable(path, &error))?;
    let bytes = files.read(path, 0, usize::try_from(size).unwrap_or(usize::MAX));
    let bytes = bytes.map_err(|error| unreadable(path, &error))?;
    let computed = bytes.get(CHECKSUMMED_FROM..).map_or(0, crc32c::crc32c);
    let mut reader = Reader::new(bytes);
    match read_producers(&mut reader, computed, printed) {
        Ok(None) => {}
        Ok(Some(sentence)) => printed.push_back(ToolOutput::Err(sentence + "\n")),
        Err(error) => printed.push_back(ToolOutput::Err(format!("Error parsing snapshot file: {error}\n"))),
    }
    Ok(())
}

/// Returns what is wrong with the file as a whole.
fn read_producers(
    reader: &mut Reader,
    computed: u32,
    printed: &mut VecDeque<ToolOutput>,
) -> Result<Option<String>, DecodeError> {
    let version = reader.i16("version: int16")?;
    if version != 1 {
        return Ok(Some(format!("Snapshot contained an unknown file version {version}")));
    }
    let stated = reader.i32("crc: uint32")?.cast_unsigned();
    if stated != computed {
        return Ok(Some(format!(
            "Snapshot is corrupt (CRC is no longer valid). Stored crc: {stated}. Computed crc: {computed}"
        )));
    }
    let producers_count = reader.i32("producers_count: int32")?;
    for _ in 0..producers_count {
        let producer_id = reader.i64("producer_id: int64")?;
        let epoch = reader.i16("epoch: int16")?;
        let last_sequence = reader.i32("last_sequence: int32")?;
        let last_offset = reader.i64("last_offset: int64")?;
        let offset_delta = reader.i32("offset_delta: int32")?;
        let timestamp = reader.i64("timestamp: int64")?;
        let coordinator_epoch = reader.i32("coordinator_epoch: int32")?;
        let first_offset = reader.i64("transaction_first_offset: int64")?;
        let open =
            if first_offset >= 0 { format!("OptionalLong[{first_offset}]") } else { "OptionalLong.empty".to_owned() };
        let mut line = format!(
            "producerId: {producer_id} producerEpoch: {epoch} coordinatorEpoch: {coordinator_epoch} \
             currentTxnFirstOffset: {open} lastTimestamp: {timestamp}"
        );
        if last_offset >= 0 {
            let first_sequence =
                (i64::from(last_sequence) - i64::from(offset_delta)).rem_euclid(i64::from(i32::MAX) + 1);
            line.push_str(&format!(
                " firstSequence: {first_sequence} lastSequence: {last_sequence} lastOffset: {last_offset} offsetDelta: \
                 {offset_delta} timestamp: {timestamp}"
            ));
        }
        out(printed, line);
    }
    Ok(None)
}

/// Aborted transactions (`.txnindex`).
pub(super) fn transactions(files: &dyn Files, path: &str, printed: &mut VecDeque<ToolOutput>) -> Result<(), Exception> {
    let size = files.size(path).map_err(|error| unreadable(path, &error))?;
    let mut at = 0;
    while at + ABORTED_SIZE <= size {
        let length = usize::try_from(ABORTED_SIZE * ABORTED_STEP).unwrap_or(usize::MAX);
        let bytes = files.read(path, at, length).map_err(|error| unreadable(path, &error))?;
        if bytes.len() < 34 {
            return Ok(());
        }
        for entry in bytes.chunks_exact(34) {
            let number = |from: usize| {
                let field = entry.get(from..from + 8).and_then(|field| field.try_into().ok());
                field.map_or(0, i64::from_be_bytes)
            };
            let version = i16::from_be_bytes([entry[0], entry[1]]);
            out(
                printed,
                format!(
                    "version: {version} producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
                    number(2),
                    number(10),
                    number(18),
                    number(26)
                ),
            );
            at += ABORTED_SIZE;
        }
    }
    Ok(())
}
