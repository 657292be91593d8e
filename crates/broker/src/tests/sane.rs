//! A request of every kind and version that does no harm and is right.

use super::client::batch_at;
use super::produce_and_fetch::{fetch_request, produce_request};
use bytestring::ByteString;
use runnel_protocol::messages::api_versions::ApiVersionsRequest;
use runnel_protocol::{ApiKey, Request, messages as m};
use uuid::Uuid;

pub(super) fn software(name: &str, version: &str) -> ApiVersionsRequest {
    ApiVersionsRequest { client_software_name: name.into(), client_software_version: version.into() }
}

/// A request that is right in every version of its kind, on a cluster with topic `orders`.
pub(super) fn sane(key: ApiKey, version: i16, topic_id: Uuid) -> Request {
    let topic = || ByteString::from_static("orders");
    let group = || ByteString::from_static("billing");
    match key {
        ApiKey::Produce => {
            let mut request = produce_request("orders", -1, batch_at(1_700_000_000_000, "a"));
            if version >= 13 {
                request.topic_data[0].name = ByteString::new();
                request.topic_data[0].topic_id = topic_id;
            }
            request.into()
        }
        ApiKey::Fetch => {
            let mut request = fetch_request("orders", 0, 100);
            if version >= 13 {
                request.topics[0].topic = ByteString::new();
                request.topics[0].topic_id = topic_id;
            }
            request.into()
        }
        ApiKey::ListOffsets => {
            let partitions = vec![m::list_offsets::ListOffsetsPartition { timestamp: -1, ..Default::default() }];
            let topics = vec![m::list_offsets::ListOffsetsTopic { name: topic(), partitions }];
            m::list_offsets::ListOffsetsRequest { replica_id: -1, topics, ..Default::default() }.into()
        }
        ApiKey::Metadata => m::metadata::MetadataRequest {
            topics: Some(vec![m::metadata::MetadataRequestTopic { name: Some(topic()), ..Default::default() }]),
            ..Default::default()
        }
        .into(),
        ApiKey::OffsetCommit => {
            let partitions =
                vec![m::offset_commit::OffsetCommitRequestPartition { committed_offset: 1, ..Default::default() }];
            let (name, id) = if version >= 10 { (ByteString::new(), topic_id) } else { (topic(), Uuid::nil()) };
            let topics = vec![m::offset_commit::OffsetCommitRequestTopic { name, topic_id: id, partitions }];
            m::offset_commit::OffsetCommitRequest { group_id: group(), topics, ..Default::default() }.into()
        }
        ApiKey::OffsetFetch if version < 8 => {
            let topics = vec![m::offset_fetch::OffsetFetchRequestTopic { name: topic(), partition_indexes: vec![0] }];
            m::offset_fetch::OffsetFetchRequest { group_id: group(), topics: Some(topics), ..Default::default() }.into()
        }
        ApiKey::OffsetFetch => {
            let (name, id) = if version >= 10 { (ByteString::new(), topic_id) } else { (topic(), Uuid::nil()) };
            let topics =
                vec![m::offset_fetch::OffsetFetchRequestTopics { name, topic_id: id, partition_indexes: vec![0] }];
            let groups = vec![m::offset_fetch::OffsetFetchRequestGroup {
                group_id: group(),
                topics: Some(topics),
                ..Default::default()
            }];
            m::offset_fetch::OffsetFetchRequest { groups, ..Default::default() }.into()
        }
        ApiKey::FindCoordinator if version < 4 => {
            m::find_coordinator::FindCoordinatorRequest { key: group(), ..Default::default() }.into()
        }
        ApiKey::FindCoordinator => {
            m::find_coordinator::FindCoordinatorRequest { coordinator_keys: vec![group()], ..Default::default() }.into()
        }
        ApiKey::JoinGroup => m::join_group::JoinGroupRequest {
            group_id: ByteString::from(format!("joined-v{version}")),
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: if version == 0 { -1 } else { 10_000 },
            protocol_type: "consumer".into(),
            protocols: vec![m::join_group::JoinGroupRequestProtocol { name: "range".into(), ..Default::default() }],
            ..Default::default()
        }
        .into(),
        ApiKey::Heartbeat => m::heartbeat::HeartbeatRequest { group_id: group(), ..Default::default() }.into(),
        ApiKey::LeaveGroup if version < 3 => {
            m::leave_group::LeaveGroupRequest { group_id: group(), ..Default::default() }.into()
        }
        ApiKey::LeaveGroup => {
            let members = vec![m::leave_group::MemberIdentity::default()];
            m::leave_group::LeaveGroupRequest { group_id: group(), members, ..Default::default() }.into()
        }
        ApiKey::SyncGroup => m::sync_group::SyncGroupRequest {
            group_id: group(),
            protocol_type: (version >= 5).then(|| "consumer".into()),
            protocol_name: (version >= 5).then(|| "range".into()),
            ..Default::default()
        }
        .into(),
        ApiKey::DescribeGroups => {
            m::describe_groups::DescribeGroupsRequest { groups: vec![group()], ..Default::default() }.into()
        }
        ApiKey::ListGroups => m::list_groups::ListGroupsRequest::default().into(),
        ApiKey::ApiVersions if version >= 3 => software("runnel", "1").into(),
        ApiKey::ApiVersions => ApiVersionsRequest::default().into(),
        ApiKey::CreateTopics => {
            let name = ByteString::from(format!("new-v{version}"));
            let (num_partitions, replication_factor) = (1, 1);
            let topics = vec![m::create_topics::CreatableTopic {
                name,
                num_partitions,
                replication_factor,
                ..Default::default()
            }];
            m::create_topics::CreateTopicsRequest { topics, ..Default::default() }.into()
        }
        ApiKey::DeleteTopics if version < 6 => {
            m::delete_topics::DeleteTopicsRequest { topic_names: vec!["gone".into()], ..Default::default() }.into()
        }
        ApiKey::DeleteTopics => {
            let topics = vec![m::delete_topics::DeleteTopicState { name: Some("gone".into()), ..Default::default() }];
            m::delete_topics::DeleteTopicsRequest { topics, ..Default::default() }.into()
        }
        ApiKey::DeleteRecords => {
            let partitions = vec![m::delete_records::DeleteRecordsPartition::default()];
            let topics = vec![m::delete_records::DeleteRecordsTopic { name: topic(), partitions }];
            m::delete_records::DeleteRecordsRequest { topics, ..Default::default() }.into()
        }
        ApiKey::InitProducerId => {
            m::init_producer_id::InitProducerIdRequest { transactional_id: None, ..Default::default() }.into()
        }
        ApiKey::OffsetForLeaderEpoch => {
            let partitions = vec![m::offset_for_leader_epoch::OffsetForLeaderPartition::default()];
            let topics = vec![m::offset_for_leader_epoch::OffsetForLeaderTopic { topic: topic(), partitions }];
            let replica_id = if version >= 3 { -1 } else { -2 };
            m::offset_for_leader_epoch::OffsetForLeaderEpochRequest { replica_id, topics }.into()
        }
        ApiKey::DescribeConfigs => {
            let resources = vec![m::describe_configs::DescribeConfigsResource {
                resource_type: 2,
                resource_name: topic(),
                configuration_keys: None,
            }];
            m::describe_configs::DescribeConfigsRequest { resources, ..Default::default() }.into()
        }
        ApiKey::AlterConfigs => {
            let resources = vec![m::alter_configs::AlterConfigsResource {
                resource_type: 2,
                resource_name: topic(),
                configs: Vec::new(),
            }];
            m::alter_configs::AlterConfigsRequest { resources, ..Default::default() }.into()
        }
        ApiKey::CreatePartitions => {
            let wanted = m::create_partitions::CreatePartitionsTopic {
                name: topic(),
                count: 2 + i32::from(version),
                assignments: None,
            };
            m::create_partitions::CreatePartitionsRequest { topics: vec![wanted], ..Default::default() }.into()
        }
        ApiKey::DeleteGroups => m::delete_groups::DeleteGroupsRequest { groups_names: vec![group()] }.into(),
        ApiKey::IncrementalAlterConfigs => {
            let resources = vec![m::incremental_alter_configs::AlterConfigsResource {
                resource_type: 2,
                resource_name: topic(),
                configs: Vec::new(),
            }];
            m::incremental_alter_configs::IncrementalAlterConfigsRequest { resources, ..Default::default() }.into()
        }
        ApiKey::OffsetDelete => {
            m::offset_delete::OffsetDeleteRequest { group_id: group(), ..Default::default() }.into()
        }
        ApiKey::DescribeCluster => m::describe_cluster::DescribeClusterRequest::default().into(),
        ApiKey::DescribeTopicPartitions => {
            let topics = vec![m::describe_topic_partitions::TopicRequest { name: topic() }];
            m::describe_topic_partitions::DescribeTopicPartitionsRequest { topics, ..Default::default() }.into()
        }
    }
}
