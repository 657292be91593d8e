//! The operator's hand: commands about topics act at once, as requests to a broker that no cable carries.

use super::{Refusal, World};
use crate::script::Direction;
use bytes::Bytes;
use runnel_broker::{BrokerId, ConnectionId, Input};
use runnel_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic,
};
use runnel_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use runnel_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse};
use runnel_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
};
use runnel_protocol::{ErrorCode, Request, Response, frame};
use std::collections::BTreeMap;

/// Milliseconds that the operator would wait; the answer comes at once.
const TIMEOUT_MS: i32 = 30_000;
/// A topic among the kinds of resources that have configs.
const TOPIC_RESOURCE: i8 = 2;

/// A question of the operator's that is being answered.
#[derive(Clone, Debug)]
pub(super) struct Operator {
    pub(super) connection: ConnectionId,
    pub(super) answer: Option<Bytes>,
}

impl World {
    pub(super) fn create_topic(
        &mut self,
        name: &str,
        partitions: Option<u32>,
        replication: Option<u32>,
        configs: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let configs = configs.iter().map(|(name, value)| CreatableTopicConfig {
            name: name.as_str().into(),
            value: Some(value.as_str().into()),
        });
        let topic = CreatableTopic {
            name: name.into(),
            num_partitions: partitions.map_or(-1, |count| i32::try_from(count).unwrap_or(i32::MAX)),
            replication_factor: replication.map_or(-1, |count| i16::try_from(count).unwrap_or(i16::MAX)),
            configs: configs.collect(),
            ..CreatableTopic::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], timeout_ms: TIMEOUT_MS, ..Default::default() };
        let response: CreateTopicsResponse = self.ask(&Request::CreateTopics(request))?;
        response.topics.iter().try_for_each(|topic| check(topic.error_code, topic.error_message.as_deref()))
    }

    pub(super) fn alter_topic(
        &mut self,
        name: &str,
        partitions: Option<u32>,
        configs: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        if let Some(count) = partitions {
            let topic = CreatePartitionsTopic {
                name: name.into(),
                count: i32::try_from(count).unwrap_or(i32::MAX),
                assignments: None,
            };
            let request = CreatePartitionsRequest { topics: vec![topic], timeout_ms: TIMEOUT_MS, validate_only: false };
            let response: CreatePartitionsResponse = self.ask(&Request::CreatePartitions(request))?;
            response.results.iter().try_for_each(|result| check(result.error_code, result.error_message.as_deref()))?;
        }
        if configs.is_empty() {
            return Ok(());
        }
        let configs = configs.iter().map(|(name, value)| AlterableConfig {
            name: name.as_str().into(),
            config_operation: i8::from(value.is_empty()),
            value: (!value.is_empty()).then(|| value.as_str().into()),
        });
        let resource = AlterConfigsResource {
            resource_type: TOPIC_RESOURCE,
            resource_name: name.into(),
            configs: configs.collect(),
        };
        let request = IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
        let response: IncrementalAlterConfigsResponse = self.ask(&Request::IncrementalAlterConfigs(request))?;
        response.responses.iter().try_for_each(|result| check(result.error_code, result.error_message.as_deref()))
    }

    pub(super) fn delete_topic(&mut self, name: &str) -> Result<(), Refusal> {
        let topic = DeleteTopicState { name: Some(name.into()), ..DeleteTopicState::default() };
        let request = DeleteTopicsRequest { topics: vec![topic], timeout_ms: TIMEOUT_MS, ..Default::default() };
        let response: DeleteTopicsResponse = self.ask(&Request::DeleteTopics(request))?;
        response.responses.iter().try_for_each(|result| check(result.error_code, result.error_message.as_deref()))
    }

    /// Asks the first broker that is alive, and takes the answer.
    fn ask<A: TryFrom<Response>>(&mut self, request: &Request) -> Result<A, Refusal> {
        let alive = self.broker_ids().find(|id| self.is_broker_alive(*id));
        self.ask_at(alive.ok_or_else(|| Refusal::new("no broker is alive"))?, request)
    }

    /// Asks a broker, and takes the answer.
    pub(super) fn ask_at<A: TryFrom<Response>>(&mut self, broker: i32, request: &Request) -> Result<A, Refusal> {
        let broker = BrokerId(broker);
        let key = request.api_key();
        let version = *key.accepted().end();
        let chunks = frame::encode_request(version, 1, Some("operator"), request);
        let chunks = chunks.map_err(|error| Refusal::new(error.to_string()))?;
        let bytes = chunks.as_bytes().ok_or_else(unexpected)?;
        let connection = self.cables.reserve();
        self.operator = Some(Operator { connection, answer: None });
        let peer = "127.0.0.1".to_owned();
        self.cluster_input(Input::ConnectionOpened { connection, broker, listener: 0, peer });
        self.trace.note(self.now, connection, Direction::Request, &bytes);
        self.cluster_input(Input::Frame { connection, bytes: bytes.slice(4..) });
        self.cluster_input(Input::ConnectionClosed { connection });
        let answer = self.operator.take().and_then(|operator| operator.answer);
        let answer = answer.ok_or_else(|| Refusal::new(format!("broker {broker} has not answered {key}")))?;
        self.trace.note(self.now, connection, Direction::Answer, &answer);
        let (_, response) = frame::decode_response(key, version, &answer.slice(4..))
            .map_err(|error| Refusal::new(format!("broker {broker}: {error}")))?;
        A::try_from(response).map_err(|_| unexpected())
    }
}

/// What the broker says, in its own words.
fn check(error_code: i16, message: Option<&str>) -> Result<(), Refusal> {
    match ErrorCode::from_number(error_code) {
        Some(ErrorCode::None) => Ok(()),
        Some(code) => Err(Refusal::new(message.map_or_else(|| code.name().to_owned(), str::to_owned))),
        None => Err(Refusal::new(format!("error {error_code}"))),
    }
}

fn unexpected() -> Refusal {
    Refusal::new("the broker gave another answer than was asked for")
}
