//! The little that a coordinator reads of what consumers say to each other through it.
//!
//! Newer versions only add fields at the end, so everything is read as version 0.

use bytes::Bytes;
use runnel_protocol::kinds::consumer_protocol_assignment::ConsumerProtocolAssignment;
use runnel_protocol::kinds::consumer_protocol_subscription::ConsumerProtocolSubscription;
use runnel_protocol::{DecodeError, Message, Reader};

/// Larger subscriptions and assignments are not read for watchers.
const SHOWN_SIZE_MAX: usize = 1 << 20;

/// The topics of a subscription.
///
/// # Errors
/// Where the bytes are not a subscription.
pub(super) fn topics(subscription: &Bytes) -> Result<Vec<String>, DecodeError> {
    let subscription: ConsumerProtocolSubscription = read(subscription)?;
    Ok(subscription.topics.iter().map(ToString::to_string).collect())
}

/// The topics of a subscription, for watchers; nothing if it is not one.
pub(super) fn shown_topics(subscription: &Bytes) -> Vec<String> {
    if subscription.len() > SHOWN_SIZE_MAX {
        return Vec::new();
    }
    topics(subscription).unwrap_or_default()
}

/// The partitions of an assignment, by topic; nothing if it is not one.
pub(super) fn assigned_partitions(assignment: &Bytes) -> Vec<(String, Vec<i32>)> {
    if assignment.len() > SHOWN_SIZE_MAX {
        return Vec::new();
    }
    let assignment: ConsumerProtocolAssignment = read(assignment).unwrap_or_default();
    assignment.assigned_partitions.into_iter().map(|topic| (topic.topic.to_string(), topic.partitions)).collect()
}

fn read<M: Message>(bytes: &Bytes) -> Result<M, DecodeError> {
    let mut reader = Reader::new(bytes.clone());
    if reader.i16("version: int16")? < 0 {
        return Err(reader.error("a version from 0 on"));
    }
    M::decode(&mut reader, 0)
}
