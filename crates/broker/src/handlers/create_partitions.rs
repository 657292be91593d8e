//! CreatePartitions (API key 37): a topic grows; keys hash to other partitions from then on.
//!
//! Versions 0 to 3. v2: flexible.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_CreatePartitions>

use super::Reply;
use crate::core::{Core, Turn};
use crate::ids::BrokerId;
use crate::purgatory::{Written, WrittenWait};
use crate::topics::{self, Refusal};
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic, CreatePartitionsTopicResult,
};
use std::collections::BTreeMap;

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, request: CreatePartitionsRequest) -> Reply {
    let mut times_named: BTreeMap<ByteString, u32> = BTreeMap::new();
    for topic in &request.topics {
        *times_named.entry(topic.name.clone()).or_default() += 1;
    }
    let mut results = Vec::with_capacity(request.topics.len());
    let mut waits = Vec::new();
    for topic in request.topics {
        let outcome = match times_named.get(&topic.name) {
            Some(1) => grow(core, turn, &topic, request.validate_only, &mut waits),
            Some(_) => {
                times_named.remove(&topic.name);
                Err(Refusal::new(ErrorCode::InvalidRequest, "Duplicate topic name."))
            }
            None => continue,
        };
        let (error_code, error_message) = match outcome {
            Ok(()) => (ErrorCode::None.number(), None),
            Err(refusal) => (refusal.code.number(), Some(ByteString::from(refusal.message))),
        };
        results.push(CreatePartitionsTopicResult { name: topic.name, error_code, error_message });
    }
    let response = CreatePartitionsResponse { results, ..Default::default() };
    if waits.is_empty() {
        return response.into();
    }
    Reply::After(Box::new(Written { response: response.into(), waits }))
}

fn grow(
    core: &mut Core,
    turn: &mut Turn<'_>,
    topic: &CreatePartitionsTopic,
    validate_only: bool,
    waits: &mut Vec<WrittenWait>,
) -> Result<(), Refusal> {
    let assignments: Option<Vec<Vec<BrokerId>>> = topic.assignments.as_ref().map(|assignments| {
        assignments
            .iter()
            .map(|assignment| assignment.broker_ids.iter().map(|broker| BrokerId(*broker)).collect())
            .collect()
    });
    let replicas = topics::plan_partitions(core, &topic.name, topic.count, assignments.as_deref())?;
    if !validate_only {
        waits.push(core.add_partitions(turn, &topic.name, replicas)?);
    }
    Ok(())
}
