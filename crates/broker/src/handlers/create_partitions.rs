//! CreatePartitions (API key 37): a topic grows; keys hash to other partitions from then on.
//!
//! Versions 0 to 3. v2: flexible.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_CreatePartitions>

use super::{Reply, config_change};
use crate::configs::ConfigRefusal;
use crate::core::{Core, Turn};
use crate::topics::creation::MorePartitions;
use bytestring::ByteString;
use runnel_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic, CreatePartitionsTopicResult,
};

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, request: CreatePartitionsRequest) -> Reply {
    let wanted: Vec<MorePartitions> = request.topics.iter().map(unpack).collect();
    let mut waits = Vec::new();
    let results = core
        .plan_partitions(&wanted)
        .into_iter()
        .map(|(name, planned)| {
            let outcome = planned.and_then(|replicas| {
                if !request.validate_only {
                    waits.push(core.add_partitions(turn, &name, &replicas).map_err(ConfigRefusal::from)?);
                }
                Ok(())
            });
            let (error_code, error_message) = config_change::outcome(outcome);
            CreatePartitionsTopicResult { name: ByteString::from(name), error_code, error_message }
        })
        .collect();
    let response = CreatePartitionsResponse { results, ..Default::default() };
    Reply::after(response, waits)
}

fn unpack(topic: &CreatePartitionsTopic) -> MorePartitions {
    let assignments = topic.assignments.as_ref();
    MorePartitions {
        name: topic.name.to_string(),
        count: topic.count,
        assignments: assignments
            .map(|assignments| assignments.iter().map(|assignment| assignment.broker_ids.clone()).collect()),
    }
}
