//! Topics that are made because a request named them.

use super::creation::NewTopic;
use super::names::{CONSUMER_OFFSETS, check_name, is_internal};
use crate::core::{Core, Turn};
use crate::purgatory::WrittenWait;
use runnel_protocol::ErrorCode;

/// What became of a topic that a request named and nobody had made.
#[derive(Debug)]
pub(crate) enum AutoCreation {
    /// It is there; what was written for it is to be waited for.
    Created(WrittenWait),
    /// It is not.
    Refused(ErrorCode),
}

/// Makes a topic because a request named it, if the cluster's settings and the client allow that.
pub(crate) fn create_automatically(
    core: &mut Core,
    turn: &mut Turn<'_>,
    name: &str,
    client_allows: bool,
) -> AutoCreation {
    if check_name(name).is_err() {
        return AutoCreation::Refused(ErrorCode::InvalidTopicException);
    }
    let allowed = client_allows && (core.auto_create_topics() || name == CONSUMER_OFFSETS);
    // The other internal topics come with what they serve.
    if !allowed || is_internal(name) && name != CONSUMER_OFFSETS {
        return AutoCreation::Refused(ErrorCode::UnknownTopicOrPartition);
    }
    let topic = NewTopic {
        name: name.to_owned(),
        partitions: core.default_partitions(name),
        replication_factor: core.default_replication_factor(name),
        assignments: Vec::new(),
        configs: core.internal_topic_configs(name).into_iter().map(|(name, value)| (name, Some(value))).collect(),
    };
    match core.plan_topics(&[topic]).pop() {
        Some((name, Ok(planned))) => match core.create_topic(turn, &name, planned, true) {
            Ok((_, wait)) => AutoCreation::Created(wait),
            Err(code) => AutoCreation::Refused(code),
        },
        Some((_, Err(refusal))) => AutoCreation::Refused(refusal.code),
        None => AutoCreation::Refused(ErrorCode::UnknownTopicOrPartition),
    }
}
