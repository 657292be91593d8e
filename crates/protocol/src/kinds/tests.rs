//! Records that Apache Kafka wrote: see the first line of each file in `testdata/records/`.

use super::*;
use crate::kinds::group_metadata::GroupMetadataValue;
use crate::kinds::leader_change::LeaderChangeMessage;
use crate::kinds::offset_commit::{OffsetCommitKey, OffsetCommitValue};

fn lines(name: &str) -> Vec<Vec<Bytes>> {
    let path = format!("{}/testdata/records/{name}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let bytes = |hex: &str| -> Bytes {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    text.lines().skip(1).map(|line| line.split(' ').map(bytes).collect()).collect()
}

#[test]
fn records_of_the_metadata_log_are_read_and_written_as_the_same_bytes() {
    let mut numbers = Vec::new();
    for line in lines("metadata") {
        let record = MetadataRecord::decode(&line[0]).unwrap();
        let version = i16::from(line[0][2]);
        assert_eq!(record.encode(version).unwrap(), line[0], "{record:?}");
        assert!(version <= record.newest_version());
        numbers.push(record.number());
    }
    assert_eq!(numbers, [0, 2, 3, 4, 5, 9, 12, 15, 17, 20, 23, 24, 27]);
}

#[test]
fn records_of_consumer_offsets_are_read_and_written_as_the_same_bytes() {
    let mut commits = 0;
    for line in lines("consumer_offsets") {
        let [key, value] = line.as_slice() else { panic!("a key and a value") };
        let decoded = GroupRecordKey::decode(key).unwrap();
        assert_eq!(decoded.encode().unwrap(), key);
        let version = i16::from_be_bytes([value[0], value[1]]);
        let again = match decoded {
            GroupRecordKey::OffsetCommit(_) | GroupRecordKey::LegacyOffsetCommit(_) => {
                commits += 1;
                encode_versioned(&decode_versioned::<OffsetCommitValue>(value).unwrap(), version)
            }
            GroupRecordKey::GroupMetadata(_) => {
                encode_versioned(&decode_versioned::<GroupMetadataValue>(value).unwrap(), version)
            }
        };
        assert_eq!(again.unwrap(), value);
    }
    assert_ne!(commits, 0);
}

#[test]
fn a_leader_change_is_read_and_written_as_the_same_bytes() {
    let value = &lines("leader_change")[0][0];
    // Its first field is its version, so it stands in the log without one before it.
    let version = i16::from_be_bytes([value[0], value[1]]);
    let mut reader = Reader::new(value.clone());
    let change = LeaderChangeMessage::decode(&mut reader, version).unwrap();
    assert_eq!((change.version, reader.remaining()), (version, 0));
    let mut writer = Writer::new();
    change.encode(&mut writer, version).unwrap();
    assert_eq!(writer.into_bytes().unwrap(), value);
}

#[test]
fn a_key_begins_with_the_number_of_its_kind() {
    let key = OffsetCommitKey { group: "billing".into(), topic: "orders".into(), partition: 2 };
    let bytes = GroupRecordKey::from(key.clone()).encode().unwrap();
    assert_eq!(bytes[..4], [0, 1, 0, 7]);
    assert_eq!(GroupRecordKey::decode(&bytes), Ok(GroupRecordKey::OffsetCommit(key)));
}

#[test]
fn records_that_are_not_known_say_so() {
    let unknown = MetadataRecord::decode(&Bytes::from_static(&[1, 99, 0, 0])).unwrap_err();
    assert_eq!(unknown, DecodeError { at: 3, wanted: "the number of a MetadataRecord" });
    let frame = MetadataRecord::decode(&Bytes::from_static(&[2, 2, 0, 0])).unwrap_err();
    assert_eq!(frame, DecodeError { at: 0, wanted: "1, the version of the frame" });
    let key = GroupRecordKey::decode(&Bytes::from_static(&[0, 9, 0, 0])).unwrap_err();
    assert_eq!(key, DecodeError { at: 2, wanted: "the number of a GroupRecordKey" });
    assert!(GroupRecordKey::decode(&Bytes::new()).is_err());
}
