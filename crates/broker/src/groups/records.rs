//! The records of `__consumer_offsets`, byte for byte as Kafka 4.3 writes them.
//!
//! A key begins with two bytes that say what the record is about:
//!
//! | key | about | rest of the key |
//! | --- | --- | --- |
//! | 0, 1 | a committed offset | group, topic: strings; partition: 4 bytes |
//! | 2 | a group with its members | group: string |
//!
//! A value begins with two bytes for its version. Offsets are written in version 4, or 1 when the client itself said
//! how long to keep them; groups in version 3. All older ones are read.
//!
//! Not done: keys from 3 on, which belong to newer kinds of groups; they are passed over.
//!
//! Spec: `OffsetCommitKey`, `OffsetCommitValue`, `GroupMetadataKey`, `GroupMetadataValue` of Apache Kafka.

use super::group::Group;
use super::offsets::CommittedOffset;
use super::outbox::OffsetsRecord;
use super::wire::{Reader, RecordError, Writer};
use bytes::Bytes;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a record says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Record {
    Offset {
        group_id: String,
        topic: String,
        partition_index: i32,
        value: Option<CommittedOffset>,
    },
    Group {
        group_id: String,
        value: Option<GroupValue>,
    },
    /// Of a kind that this room does not keep.
    Other,
}

/// A group as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct GroupValue {
    pub(super) protocol_type: String,
    pub(super) generation_id: i32,
    pub(super) protocol_name: Option<String>,
    pub(super) leader: Option<String>,
    pub(super) state_changed_at_ms: i64,
    pub(super) members: Vec<MemberValue>,
}

/// A member as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct MemberValue {
    pub(super) member_id: String,
    pub(super) group_instance_id: Option<String>,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) rebalance_timeout_ms: i32,
    pub(super) session_timeout_ms: i32,
    pub(super) subscription: Bytes,
    pub(super) assignment: Bytes,
}

/// A group with the assignments that its members are about to get.
pub(super) fn group(group: &Group, assignments: &BTreeMap<String, Bytes>) -> OffsetsRecord {
    let mut value = Writer::default();
    value.i16(3);
    value.string(group.protocol_type.as_deref().unwrap_or(""));
    value.i32(group.generation_id);
    value.nullable_string(group.protocol_name.as_deref());
    value.nullable_string(group.leader.as_deref());
    value.i64(group.state_changed_at_ms.unwrap_or(-1));
    value.i32(i32::try_from(group.members.len()).expect("a group has at most 2^31 - 1 members"));
    for member in group.members.values() {
        value.string(&member.member_id);
        value.nullable_string(member.group_instance_id.as_deref());
        value.string(&member.client_id);
        value.string(&member.client_host);
        value.i32(member.rebalance_timeout_ms);
        value.i32(member.session_timeout_ms);
        value.bytes(&member.metadata(group.protocol_name.as_deref()));
        value.bytes(assignments.get(&member.member_id).map_or(&[], |assignment| assignment.as_ref()));
    }
    OffsetsRecord { key: group_key(&group.group_id), value: Some(value.finish()) }
}

/// A group that was made for a newcomer who has not joined yet.
pub(super) fn empty_group(group: &Group) -> OffsetsRecord {
    let mut value = Writer::default();
    value.i16(3);
    value.string("");
    value.i32(0);
    value.nullable_string(None);
    value.nullable_string(None);
    value.i64(group.state_changed_at_ms.unwrap_or(-1));
    value.i32(0);
    OffsetsRecord { key: group_key(&group.group_id), value: Some(value.finish()) }
}

/// A group that is gone.
pub(super) fn group_tombstone(group_id: &str) -> OffsetsRecord {
    OffsetsRecord { key: group_key(group_id), value: None }
}

/// A committed offset.
pub(super) fn offset(group_id: &str, topic: &str, partition_index: i32, offset: &CommittedOffset) -> OffsetsRecord {
    let mut value = Writer::default();
    match offset.expire_timestamp_ms {
        Some(expire_timestamp_ms) => {
            value.i16(1);
            value.i64(offset.offset);
            value.string(&offset.metadata);
            value.i64(offset.commit_timestamp_ms);
            value.i64(expire_timestamp_ms);
        }
        None => {
            value.i16(4);
            value.i64(offset.offset);
            value.i32(offset.leader_epoch);
            value.compact_string(&offset.metadata);
            value.i64(offset.commit_timestamp_ms);
            match offset.topic_id.is_nil() {
                true => value.varint(0),
                false => {
                    value.varint(1);
                    value.varint(0);
                    value.varint(16);
                    value.raw(offset.topic_id.as_bytes());
                }
            }
        }
    }
    OffsetsRecord { key: offset_key(group_id, topic, partition_index), value: Some(value.finish()) }
}

/// A committed offset that is gone.
pub(super) fn offset_tombstone(group_id: &str, topic: &str, partition_index: i32) -> OffsetsRecord {
    OffsetsRecord { key: offset_key(group_id, topic, partition_index), value: None }
}

fn group_key(group_id: &str) -> Bytes {
    let mut key = Writer::default();
    key.i16(2);
    key.string(group_id);
    key.finish()
}

fn offset_key(group_id: &str, topic: &str, partition_index: i32) -> Bytes {
    let mut key = Writer::default();
    key.i16(1);
    key.string(group_id);
    key.string(topic);
    key.i32(partition_index);
    key.finish()
}

/// Reads a record back.
///
/// # Errors
/// Where the bytes are not what they should be.
pub(super) fn read(key: &[u8], value: Option<&[u8]>) -> Result<Record, RecordError> {
    let mut key = Reader::new(key);
    match key.i16("kind of record")? {
        0 | 1 => Ok(Record::Offset {
            group_id: key.string("group")?,
            topic: key.string("topic")?,
            partition_index: key.i32("partition")?,
            value: value.map(read_offset).transpose()?,
        }),
        2 => Ok(Record::Group { group_id: key.string("group")?, value: value.map(read_group).transpose()? }),
        _ => Ok(Record::Other),
    }
}

fn read_offset(value: &[u8]) -> Result<CommittedOffset, RecordError> {
    let mut value = Reader::new(value);
    let unknown = value.error("version 0 to 4 of a committed offset");
    let version = value.i16("version")?;
    if !(0..=4).contains(&version) {
        return Err(unknown);
    }
    let offset = value.i64("offset")?;
    let leader_epoch = if version >= 3 { value.i32("leader epoch")? } else { -1 };
    let metadata = if version >= 4 { value.compact_string("metadata")? } else { value.string("metadata")? };
    let commit_timestamp_ms = value.i64("commit timestamp")?;
    let expires_at = if version == 1 { value.i64("expire timestamp")? } else { -1 };
    let mut topic_id = Uuid::nil();
    if version >= 4 {
        value.tagged_fields(|tag, field| {
            if tag == 0 {
                topic_id = field.uuid("topic id")?;
            }
            Ok(())
        })?;
    }
    let expire_timestamp_ms = Some(expires_at).filter(|at| *at != -1);
    Ok(CommittedOffset { offset, leader_epoch, metadata, commit_timestamp_ms, expire_timestamp_ms, topic_id })
}

fn read_group(value: &[u8]) -> Result<GroupValue, RecordError> {
    let mut value = Reader::new(value);
    let unknown = value.error("version 0 to 4 of a group");
    let version = value.i16("version")?;
    if !(0..=4).contains(&version) {
        return Err(unknown);
    }
    let is_flexible = version >= 4;
    let mut group = GroupValue {
        protocol_type: read_string(&mut value, is_flexible, "protocol type")?,
        generation_id: value.i32("generation")?,
        protocol_name: read_nullable_string(&mut value, is_flexible, "protocol")?,
        leader: read_nullable_string(&mut value, is_flexible, "leader")?,
        state_changed_at_ms: if version >= 2 { value.i64("current state timestamp")? } else { -1 },
        members: Vec::new(),
    };
    let count = match is_flexible {
        true => i32::try_from(value.varint("number of members")?).map_err(|_| unknown)?.saturating_sub(1),
        false => value.i32("number of members")?,
    };
    for _ in 0..count.max(0) {
        group.members.push(read_member(&mut value, version)?);
    }
    if is_flexible {
        value.tagged_fields(|_, _| Ok(()))?;
    }
    Ok(group)
}

fn read_member(value: &mut Reader<'_>, version: i16) -> Result<MemberValue, RecordError> {
    let is_flexible = version >= 4;
    let read_bytes = |value: &mut Reader<'_>, wanted| match is_flexible {
        true => value.compact_bytes(wanted),
        false => value.bytes(wanted),
    };
    let member = MemberValue {
        member_id: read_string(value, is_flexible, "member id")?,
        group_instance_id: match version >= 3 {
            true => read_nullable_string(value, is_flexible, "group instance id")?,
            false => None,
        },
        client_id: read_string(value, is_flexible, "client id")?,
        client_host: read_string(value, is_flexible, "client host")?,
        rebalance_timeout_ms: if version >= 1 { value.i32("rebalance timeout")? } else { -1 },
        session_timeout_ms: value.i32("session timeout")?,
        subscription: read_bytes(value, "subscription")?,
        assignment: read_bytes(value, "assignment")?,
    };
    if is_flexible {
        value.tagged_fields(|_, _| Ok(()))?;
    }
    Ok(member)
}

fn read_string(value: &mut Reader<'_>, is_flexible: bool, wanted: &'static str) -> Result<String, RecordError> {
    if is_flexible { value.compact_string(wanted) } else { value.string(wanted) }
}

fn read_nullable_string(
    value: &mut Reader<'_>,
    is_flexible: bool,
    wanted: &'static str,
) -> Result<Option<String>, RecordError> {
    if is_flexible { value.compact_nullable_string(wanted) } else { value.nullable_string(wanted) }
}
