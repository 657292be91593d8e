//! DescribeCluster (API key 60): the brokers, the controller, the cluster's identifier.
//!
//! Versions 0 to 2. v1: brokers or controllers (KIP-919), v2: fenced brokers.
//! Not done: the controllers' own listener (`endpoint_type` 2); brokers answer it as Kafka's do, with a mismatch.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_DescribeCluster>

use super::Call;
use crate::core::Core;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};

/// What may be done with a topic, a bit an operation of Kafka's ACL table: read (3), write, create, delete, alter,
/// describe (8), describe configs (10), alter configs (11). Without an authorizer everything may.
pub(super) const TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;
/// Likewise with the cluster: create (5), alter (7), describe, cluster action, describe configs, alter configs,
/// idempotent write (12).
pub(super) const CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;
/// Likewise with a group: read (3), delete (6), describe (8), describe configs (10), alter configs (11).
pub(super) const GROUP_OPERATIONS: i32 = 0b1101_0100_1000;

/// `endpoint_type`: brokers.
const BROKERS: i8 = 1;
/// `endpoint_type`: controllers.
const CONTROLLERS: i8 = 2;

pub(super) fn handle(core: &Core, call: &Call, request: DescribeClusterRequest) -> DescribeClusterResponse {
    match request.endpoint_type {
        BROKERS => {}
        CONTROLLERS => {
            return refuse(
                ErrorCode::MismatchedEndpointType,
                "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER",
            );
        }
        other => {
            let message = format!("Unsupported endpoint type {other}");
            return refuse(ErrorCode::UnsupportedEndpointType, &message);
        }
    }
    DescribeClusterResponse {
        cluster_id: core.cluster_id.clone(),
        controller_id: core.controller().0,
        brokers: core
            .endpoints(call.listener)
            .map(|(broker, endpoint)| DescribeClusterBroker {
                broker_id: broker.0,
                host: ByteString::from(endpoint.host.as_str()),
                port: i32::from(endpoint.port),
                rack: None,
                ..Default::default()
            })
            .collect(),
        cluster_authorized_operations: if request.include_cluster_authorized_operations {
            CLUSTER_OPERATIONS
        } else {
            i32::MIN
        },
        ..Default::default()
    }
}

fn refuse(code: ErrorCode, message: &str) -> DescribeClusterResponse {
    DescribeClusterResponse {
        error_code: code.number(),
        error_message: Some(ByteString::from(message)),
        ..Default::default()
    }
}
