//! Requests, responses and record kinds of every version: read, or refused at a place, within their memory.

use super::{Subject, fuzz, nothing_to_mend, varint};
use crate::arbitrary::{MESSAGES, Row, Source};
use crate::describe::{self, Description};
use crate::kinds::{GroupRecordKey, MetadataRecord};
use crate::{ApiKey, DecodeError, frame};
use bytes::Bytes;

const KIB: u64 = 1024;
/// Bytes before a frame or message that say of which row of the table, and of which version, it is.
const CHOICE_SIZE: usize = 4;

/// What reading and describing an input may hold: a description has up to two fields for a byte.
fn memory_max(size: usize) -> u64 {
    64 * KIB + 1200 * size as u64
}

/// Decodes, and checks what that alone holds. The smallest elements take a byte or two in a frame; their types, with
/// room for as many again while an array grows, are what the factor pays for.
#[track_caller]
fn decode<T>(size: usize, decode: impl FnOnce() -> Result<T, DecodeError>) -> Option<DecodeError> {
    let mut error = None;
    let memory = allocation_counter::measure(|| error = decode().err()).bytes_max;
    let allowed = 4 * KIB + 200 * size as u64;
    assert!(memory <= allowed, "decoding {size} bytes takes {memory} of {allowed}");
    error
}

fn key_of(row: &Row, suffix: &str) -> Option<ApiKey> {
    let name = row.name.strip_suffix(suffix)?;
    ApiKey::all().find(|key| key.name() == name)
}

/// Random messages in each version, behind what `head` says about each row and version; rows without a head are left
/// out.
fn seeds(seed: u64, head: impl Fn(usize, &Row, i16) -> Option<Vec<u8>>) -> Vec<Bytes> {
    let mut source = Source::new(seed);
    let mut seeds = Vec::new();
    for (place, row) in MESSAGES.iter().enumerate() {
        for version in row.versions() {
            let Some(mut bytes) = head(place, row, version) else { continue };
            bytes.extend_from_slice(&(row.random)(&mut source, version).unwrap());
            seeds.push(Bytes::from(bytes));
        }
    }
    seeds
}

fn request_head(_: usize, row: &Row, version: i16) -> Option<Vec<u8>> {
    let key = key_of(row, "Request")?;
    let mut head = [key.number().to_be_bytes(), version.to_be_bytes()].concat();
    head.extend_from_slice(&[0, 0, 0, 9, 0, 2, b'm', b'e']);
    if key.is_flexible(version) {
        head.extend_from_slice(&[1, 7, 2, 0xca, 0xfe]);
    }
    Some(head)
}

fn response_head(place: usize, row: &Row, version: i16) -> Option<Vec<u8>> {
    let key = key_of(row, "Response")?;
    let mut head = choice(place, version);
    head.extend_from_slice(&[0, 0, 0, 9]);
    if key.response_header_version(version) >= 1 {
        head.push(0);
    }
    Some(head)
}

fn choice(place: usize, version: i16) -> Vec<u8> {
    [u16::try_from(place).unwrap().to_be_bytes(), version.to_be_bytes()].concat()
}

/// The row and version that the first bytes choose, whatever they are, and the rest.
fn chosen(bytes: &Bytes) -> (&'static Row, i16, Bytes) {
    let number = |at: usize| bytes.get(at..at + 2).map_or(0, |two| u16::from_be_bytes([two[0], two[1]]));
    let row = &MESSAGES[usize::from(number(0)) % MESSAGES.len()];
    let version = number(2).cast_signed();
    (row, version, bytes.slice(CHOICE_SIZE.min(bytes.len())..))
}

/// The walk says what the decoder says, and its fields cover the frame.
#[track_caller]
fn check_description(description: &Description, error: Option<DecodeError>, frame: &Bytes) {
    assert_eq!(description.error, error, "the walk ends where the decoder does");
    let covered: usize = description.fields.iter().map(|field| field.bytes.len()).sum();
    assert_eq!(covered, frame.len(), "every byte belongs to one field");
    assert!(description.fields.len() <= describe::MAX_FIELDS + 1);
}

fn read_request(frame: &Bytes) {
    let error = decode(frame.len(), || frame::decode_request(frame));
    check_description(&describe::describe_request(frame), error, frame);
}

fn read_response(bytes: &Bytes) {
    let (row, version, frame) = chosen(bytes);
    let Some(key) = key_of(row, "Response") else { return };
    let error = decode(frame.len(), || frame::decode_response(key, version, &frame));
    check_description(&describe::describe_response(key, version, &frame), error, &frame);
}

fn read_message(bytes: &Bytes) {
    let (row, version, bytes) = chosen(bytes);
    let error = decode(bytes.len(), || (row.recode)(bytes.clone(), version));
    check_description(&describe::describe_message(row.schema, version, &bytes), error, &bytes);
    let _ = GroupRecordKey::decode(&bytes);
    let _ = MetadataRecord::decode(&bytes);
}

#[test]
fn changed_requests_are_read_or_refused_within_their_memory() {
    let seeds = seeds(31, request_head);
    fuzz(10_000, Subject { seeds, mend: nothing_to_mend, memory_max, read: read_request });
}

#[test]
fn changed_responses_are_read_or_refused_within_their_memory() {
    let seeds = seeds(32, response_head);
    fuzz(10_000, Subject { seeds, mend: nothing_to_mend, memory_max, read: read_response });
}

#[test]
fn changed_record_kinds_are_read_or_refused_within_their_memory() {
    let seeds = seeds(33, |place, _, version| Some(choice(place, version)));
    fuzz(10_000, Subject { seeds, mend: nothing_to_mend, memory_max, read: read_message });
}

/// The form of a length or count, by the bytes that it takes and whether the message is flexible.
fn lengths(size: usize, flexible: bool) -> Vec<Vec<u8>> {
    let numbers = [-1, 0, 1, 0x7f, 999, 1_000_000, 1_000_001, i32::MAX - 1, i32::MAX, i32::MIN];
    match size {
        2 => [-1, -2, 1, i16::MAX, i16::MIN].map(|number: i16| number.to_be_bytes().to_vec()).to_vec(),
        4 if !flexible => numbers.map(|number| number.to_be_bytes().to_vec()).to_vec(),
        _ => numbers.map(|number| varint(i64::from(number.cast_unsigned()))).to_vec(),
    }
}

/// Puts every length in the place of each length, count, tag and size that the description finds, and reads the outcome.
fn check_lengths(bytes: &Bytes, head_size: usize, flexible: bool, description: &Description, read: fn(&Bytes)) -> u32 {
    let mut count = 0;
    for field in description.fields.iter().filter(|field| field.prefix_size > 0) {
        let start = head_size + field.bytes.start;
        for length in lengths(field.prefix_size, flexible) {
            let changed = Bytes::from([&bytes[..start], &length, &bytes[start + field.prefix_size..]].concat());
            let memory = allocation_counter::measure(|| read(&changed)).bytes_max;
            let allowed = memory_max(changed.len());
            assert!(memory <= allowed, "{}: takes {memory} of {allowed}: {changed:02x?}", field.name);
            count += 1;
        }
    }
    count
}

#[test]
fn no_length_or_count_from_the_wire_is_paid_for_before_its_bytes_are_there() {
    let mut count = 0;
    for bytes in seeds(34, request_head) {
        let (header, _) = frame::decode_request_header(&bytes).unwrap();
        let flexible = header.api().unwrap().is_flexible(header.api_version);
        count += check_lengths(&bytes, 0, flexible, &describe::describe_request(&bytes), read_request);
    }
    for bytes in seeds(35, response_head) {
        let (row, version, frame) = chosen(&bytes);
        let key = key_of(row, "Response").unwrap();
        let description = describe::describe_response(key, version, &frame);
        count += check_lengths(&bytes, CHOICE_SIZE, row.schema.is_flexible(version), &description, read_response);
    }
    for bytes in seeds(36, |place, _, version| Some(choice(place, version))) {
        let (row, version, body) = chosen(&bytes);
        let description = describe::describe_message(row.schema, version, &body);
        count += check_lengths(&bytes, CHOICE_SIZE, row.schema.is_flexible(version), &description, read_message);
    }
    assert!(count > 50_000, "{count} lengths were tried");
}

#[test]
fn the_largest_frames_of_the_smallest_elements_stay_within_their_memory() {
    // An array that fills the frame and whose elements are as small as they can be, or as the bytes happen to be.
    for (place, row) in MESSAGES.iter().enumerate() {
        for version in row.versions() {
            for filling in [0, 1, 2, 0xff] {
                let mut bytes = choice(place, version);
                for announced in [0_u8, 3, 0x80] {
                    bytes.truncate(CHOICE_SIZE);
                    bytes.push(announced);
                    bytes.resize(20_000, filling);
                    let bytes = Bytes::from(bytes.clone());
                    let memory = allocation_counter::measure(|| read_message(&bytes)).bytes_max;
                    let allowed = memory_max(bytes.len());
                    assert!(memory <= allowed, "{} v{version} takes {memory} of {allowed}", row.name);
                }
            }
        }
    }
}

#[test]
fn more_than_ten_thousand_tagged_fields_are_refused() {
    for (row, key) in MESSAGES.iter().filter_map(|row| Some((row, key_of(row, "Request")?))) {
        let version = *row.versions().end();
        if !key.is_flexible(version) {
            continue;
        }
        for (count, is_refused) in [(10_000, false), (10_001, true), (1 << 28, true)] {
            let mut bytes = [key.number().to_be_bytes(), version.to_be_bytes()].concat();
            bytes.extend_from_slice(&[0, 0, 0, 9, 0xff, 0xff]);
            bytes.extend_from_slice(&varint(count));
            (0..10_001).for_each(|_| bytes.extend_from_slice(&[9, 0]));
            let bytes = Bytes::from(bytes);
            let outcome = frame::decode_request_header(&bytes).map(drop);
            let wanted = outcome.err().map(|error| error.wanted);
            assert_eq!(wanted, is_refused.then_some("at most 10,000 tagged fields"), "{key} {count}");
            let memory = allocation_counter::measure(|| drop(frame::decode_request_header(&bytes))).bytes_max;
            assert!(memory < KIB, "tagged fields that are skipped are not kept: {memory}");
        }
    }
}
