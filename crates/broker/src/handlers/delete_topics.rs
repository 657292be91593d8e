//! DeleteTopics (API key 20): topics and their files go, at once and on every broker.
//!
//! Versions 0 to 6. v5: messages, v6: by name or by id.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_DeleteTopics>

use super::{Call, Reply};
use crate::configs::ConfigRefusal;
use crate::core::{Core, Turn};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::delete_topics::{DeletableTopicResult, DeleteTopicsRequest, DeleteTopicsResponse};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: DeleteTopicsRequest) -> Reply {
    let mut responses = Vec::new();
    if !core.delete_topics_enabled() {
        let code = if call.version < 3 { ErrorCode::InvalidRequest } else { ErrorCode::TopicDeletionDisabled };
        for name in request.topic_names.iter().map(Some).chain(request.topics.iter().map(|topic| topic.name.as_ref())) {
            responses.push(answer(name, Uuid::nil(), Err(code.into())));
        }
        return DeleteTopicsResponse { responses, ..Default::default() }.into();
    }
    let mut names: BTreeMap<ByteString, u32> = BTreeMap::new();
    let mut ids: BTreeMap<Uuid, u32> = BTreeMap::new();
    for name in request.topic_names {
        *names.entry(name).or_default() += 1;
    }
    for topic in request.topics {
        let refuse = |message: &str| Err(ConfigRefusal::invalid_request(message));
        match (topic.name, topic.topic_id.is_nil()) {
            (Some(name), true) => *names.entry(name).or_default() += 1,
            (None, false) => *ids.entry(topic.topic_id).or_default() += 1,
            (None, true) => {
                responses.push(answer(None, Uuid::nil(), refuse("Neither topic name nor id were specified.")));
            }
            (Some(name), false) => responses.push(answer(
                Some(&name),
                topic.topic_id,
                refuse("You may not specify both topic name and topic id."),
            )),
        }
    }
    let mut doomed: BTreeSet<Uuid> = BTreeSet::new();
    for (id, times) in ids {
        if times > 1 {
            let refusal = ConfigRefusal::invalid_request("Duplicate topic id.");
            responses.push(answer(None, id, Err(refusal)));
        } else if core.metadata.image().topic(id).is_none() {
            responses.push(answer(None, id, Err(ErrorCode::UnknownTopicId.into())));
        } else {
            doomed.insert(id);
        }
    }
    for (name, times) in names {
        let id = core.metadata.image().topic_named(&name).map(|topic| topic.id);
        let outcome = match id {
            _ if times > 1 => Err(ConfigRefusal::invalid_request("Duplicate topic name.")),
            None => Err(ErrorCode::UnknownTopicOrPartition.into()),
            Some(id) if !doomed.insert(id) => {
                doomed.remove(&id);
                Err(ConfigRefusal::invalid_request("The provided topic name maps to an ID that was already supplied."))
            }
            Some(_) => continue,
        };
        responses.push(answer(Some(&name), id.filter(|_| times == 1).unwrap_or_default(), outcome));
    }
    let mut waits = Vec::new();
    for id in doomed {
        let name = core.metadata.image().topic(id).map(|topic| topic.name.clone());
        let outcome = core.delete_topic(turn, id).map(|wait| waits.push(wait)).map_err(ConfigRefusal::from);
        responses.push(answer(name.as_ref(), id, outcome));
    }
    let response = DeleteTopicsResponse { responses, ..Default::default() };
    Reply::after(response, waits)
}

fn answer(name: Option<&ByteString>, topic_id: Uuid, outcome: Result<(), ConfigRefusal>) -> DeletableTopicResult {
    let (error_code, error_message) = match outcome {
        Ok(()) => (ErrorCode::None.number(), None),
        Err(refusal) => (refusal.code.number(), refusal.message.map(ByteString::from)),
    };
    DeletableTopicResult { name: name.cloned(), topic_id, error_code, error_message }
}
