//! The records of `__consumer_offsets`, as Kafka 4.3 writes them.
//!
//! Offsets are written in version 4, or 1 when the client itself said how long to keep them; groups in version 3. All
//! older ones are read.
//!
//! Not done: the kinds of records that belong to newer kinds of groups; they are passed over.

use super::group::Group;
use super::offsets::{CommittedOffset, OffsetKey};
use super::outbox::OffsetsRecord;
use bytes::Bytes;
use runnel_protocol::kinds::group_metadata::{GroupMetadataKey, GroupMetadataValue, MemberMetadata};
use runnel_protocol::kinds::legacy_offset_commit::LegacyOffsetCommitValue;
use runnel_protocol::kinds::offset_commit::{OffsetCommitKey, OffsetCommitValue};
use runnel_protocol::kinds::{GroupRecordKey, decode_versioned, encode_versioned};
use runnel_protocol::{DecodeError, Message, Reader};
use std::collections::BTreeMap;

/// The longest name that a record has room for.
pub(super) const NAME_SIZE_MAX: usize = 0x7fff;

/// The version in which groups are written.
const GROUP_VERSION: i16 = 3;

/// The version in which offsets are written.
const OFFSET_VERSION: i16 = 4;

/// The last version that says when an offset expires.
const EXPIRING_OFFSET_VERSION: i16 = 1;

/// The highest number of a kind of record that this room keeps.
const LAST_KEPT_KIND: i16 = 2;

/// What a record says.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Record {
    Offset {
        key: OffsetKey,
        value: Option<CommittedOffset>,
    },
    Group {
        group_id: String,
        value: Option<GroupMetadataValue>,
    },
    /// Of a kind that this room does not keep.
    Other,
}

/// A group with the assignments that its members are about to get.
pub(super) fn group(group: &Group, assignments: &BTreeMap<String, Bytes>) -> OffsetsRecord {
    let protocol_name = group.protocol_name.as_deref();
    let members = group.members.values().map(|member| MemberMetadata {
        member_id: member.member_id.as_str().into(),
        group_instance_id: member.group_instance_id.as_deref().map(Into::into),
        client_id: member.client_id.as_str().into(),
        client_host: member.client_host.as_str().into(),
        rebalance_timeout: member.rebalance_timeout_ms,
        session_timeout: member.session_timeout_ms,
        subscription: member.metadata(protocol_name),
        assignment: assignments.get(&member.member_id).cloned().unwrap_or_default(),
    });
    let value = GroupMetadataValue {
        protocol_type: group.protocol_type.as_deref().unwrap_or("").into(),
        generation: group.generation_id,
        protocol: protocol_name.map(Into::into),
        leader: group.leader.as_deref().map(Into::into),
        current_state_timestamp: group.state_changed_at_ms.unwrap_or(-1),
        members: members.collect(),
    };
    OffsetsRecord { key: group_key(&group.group_id), value: Some(written(&value, GROUP_VERSION)) }
}

/// A group that was made for a newcomer, whoever has joined it meanwhile.
pub(super) fn empty_group(group: &Group) -> OffsetsRecord {
    let value = GroupMetadataValue {
        protocol: None,
        leader: None,
        current_state_timestamp: group.state_changed_at_ms.unwrap_or(-1),
        ..GroupMetadataValue::default()
    };
    OffsetsRecord { key: group_key(&group.group_id), value: Some(written(&value, GROUP_VERSION)) }
}

/// A group that is gone.
pub(super) fn group_tombstone(group_id: &str) -> OffsetsRecord {
    OffsetsRecord { key: group_key(group_id), value: None }
}

/// A committed offset.
pub(super) fn offset(key: &OffsetKey, offset: &CommittedOffset) -> OffsetsRecord {
    let value = OffsetCommitValue {
        offset: offset.offset,
        leader_epoch: offset.leader_epoch,
        metadata: offset.metadata.as_str().into(),
        commit_timestamp: offset.commit_timestamp_ms,
        expire_timestamp: offset.expire_timestamp_ms.unwrap_or(-1),
        topic_id: offset.topic_id,
    };
    let version = offset.expire_timestamp_ms.map_or(OFFSET_VERSION, |_| EXPIRING_OFFSET_VERSION);
    OffsetsRecord { key: offset_key(key), value: Some(written(&value, version)) }
}

/// A committed offset that is gone.
pub(super) fn offset_tombstone(key: &OffsetKey) -> OffsetsRecord {
    OffsetsRecord { key: offset_key(key), value: None }
}

fn group_key(group_id: &str) -> Bytes {
    let key = GroupRecordKey::GroupMetadata(GroupMetadataKey { group: group_id.into() });
    key.encode().expect("names were measured when they came in")
}

fn offset_key(key: &OffsetKey) -> Bytes {
    let (group, topic) = (key.group_id.as_str().into(), key.topic.as_str().into());
    let key = GroupRecordKey::OffsetCommit(OffsetCommitKey { group, topic, partition: key.partition_index });
    key.encode().expect("names were measured when they came in")
}

fn written(value: &impl Message, version: i16) -> Bytes {
    encode_versioned(value, version).expect("names were measured when they came in, and the version has all fields")
}

/// Reads a record back.
///
/// # Errors
/// Where the bytes are not what they should be.
pub(super) fn read(key: &Bytes, value: Option<&Bytes>) -> Result<Record, DecodeError> {
    if Reader::new(key.clone()).i16("the kind of the record")? > LAST_KEPT_KIND {
        return Ok(Record::Other);
    }
    match GroupRecordKey::decode(key)? {
        GroupRecordKey::LegacyOffsetCommit(key) => {
            let value =
                value.map(decode_versioned::<LegacyOffsetCommitValue>).transpose()?.map(|value| OffsetCommitValue {
                    offset: value.offset,
                    metadata: value.metadata,
                    commit_timestamp: value.commit_timestamp,
                    ..OffsetCommitValue::default()
                });
            let key = OffsetCommitKey { group: key.group, topic: key.topic, partition: key.partition };
            Ok(read_offset(&key, value))
        }
        GroupRecordKey::OffsetCommit(key) => Ok(read_offset(&key, value.map(decode_versioned).transpose()?)),
        GroupRecordKey::GroupMetadata(key) => {
            Ok(Record::Group { group_id: key.group.to_string(), value: value.map(decode_versioned).transpose()? })
        }
    }
}

fn read_offset(key: &OffsetCommitKey, value: Option<OffsetCommitValue>) -> Record {
    let key =
        OffsetKey { group_id: key.group.to_string(), topic: key.topic.to_string(), partition_index: key.partition };
    let value = value.map(|value| CommittedOffset {
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: value.metadata.to_string(),
        commit_timestamp_ms: value.commit_timestamp,
        expire_timestamp_ms: Some(value.expire_timestamp).filter(|at| *at != -1),
        topic_id: value.topic_id,
    });
    Record::Offset { key, value }
}
