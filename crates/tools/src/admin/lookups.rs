//! Short calls that several tools make: topics, configs, the cluster's brokers.

use super::{Call, Verdict, Whom};
use crate::java::Exception;
use crate::story::{Outcome, Story};
use runnel_protocol::messages::describe_cluster::{DescribeClusterBroker, DescribeClusterRequest};
use runnel_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
};
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponseTopic};
use runnel_protocol::{ErrorCode, Request, Response};
use std::collections::BTreeMap;

/// What has configs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum ConfigResource {
    /// A topic.
    Topic,
    /// A broker, or all of them where no name is said.
    Broker,
}

impl ConfigResource {
    /// Its number on the wire.
    pub(crate) fn number(self) -> i8 {
        match self {
            ConfigResource::Topic => 2,
            ConfigResource::Broker => 4,
        }
    }
}

/// All topics, sorted by name.
///
/// # Errors
/// Java's exception.
pub(crate) fn list_topics(story: &mut Story<'_>) -> Outcome<Vec<MetadataResponseTopic>> {
    let request = MetadataRequest { topics: None, allow_auto_topic_creation: true, ..Default::default() };
    let call = Call::new("listTopics", Whom::Any, Request::Metadata(request));
    let Response::Metadata(mut metadata) = story.ask(call)?.map_err(Exception::execution)? else {
        panic!("Metadata is answered with Metadata")
    };
    // A topic without a name, or that is being deleted, is not listed.
    metadata.topics.retain(|topic| topic.name.is_some());
    metadata.topics.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(metadata.topics)
}

/// The brokers of the cluster.
///
/// # Errors
/// Java's exception.
pub(crate) fn broker_nodes(story: &mut Story<'_>) -> Outcome<Vec<DescribeClusterBroker>> {
    let request = DescribeClusterRequest { endpoint_type: 1, ..Default::default() };
    let call = Call::new("listNodes", Whom::Any, Request::DescribeCluster(request));
    match story.ask(call)? {
        Ok(Response::DescribeCluster(cluster)) if cluster.error_code == 0 => Ok(cluster.brokers),
        Ok(Response::DescribeCluster(cluster)) => {
            Err(Exception::of_number(cluster.error_code, cluster.error_message.as_deref()).execution().into())
        }
        Ok(_) => panic!("DescribeCluster is answered with DescribeCluster"),
        Err(exception) if exception.code() == Some(ErrorCode::UnsupportedVersion) => {
            let request = MetadataRequest { topics: Some(Vec::new()), ..Default::default() };
            let call = Call::new("listNodes", Whom::Any, Request::Metadata(request));
            let Response::Metadata(metadata) = story.ask(call)?.map_err(Exception::execution)? else {
                panic!("Metadata is answered with Metadata")
            };
            let brokers = metadata.brokers.into_iter().map(|broker| DescribeClusterBroker {
                broker_id: broker.node_id,
                host: broker.host,
                port: broker.port,
                rack: broker.rack,
                is_fenced: false,
            });
            Ok(brokers.collect())
        }
        Err(exception) => Err(exception.execution().into()),
    }
}

/// The configs of resources, by name.
///
/// # Errors
/// If the story stops.
pub(crate) fn describe_configs(
    story: &mut Story<'_>,
    resource: ConfigResource,
    names: &[String],
    include_synonyms: bool,
) -> Outcome<BTreeMap<String, Result<Vec<DescribeConfigsResourceResult>, Exception>>> {
    let mut by_whom: BTreeMap<Option<i32>, Vec<&String>> = BTreeMap::new();
    for name in names {
        // A broker tells of itself; anybody tells of what all brokers have in common.
        let node = if resource == ConfigResource::Broker { name.parse().ok() } else { None };
        by_whom.entry(node).or_default().push(name);
    }
    let calls = by_whom.iter().map(|(node, names)| {
        let resources = names.iter().map(|name| DescribeConfigsResource {
            resource_type: resource.number(),
            resource_name: name.as_str().into(),
            configuration_keys: None,
        });
        let resources = resources.collect();
        let request = DescribeConfigsRequest { resources, include_synonyms, include_documentation: false };
        let whom = node.map_or(Whom::Any, Whom::Node);
        Call::new("describeConfigs", whom, Request::DescribeConfigs(request))
    });
    let calls: Vec<Call> = calls.collect();
    let mut described = BTreeMap::new();
    for (answer, names) in story.ask_all(calls)?.into_iter().zip(by_whom.into_values()) {
        match answer.map(|told| told.response) {
            Ok(Response::DescribeConfigs(response)) => {
                for result in response.results {
                    let outcome = match result.error_code {
                        0 => Ok(result.configs),
                        code => Err(Exception::of_number(code, result.error_message.as_deref())),
                    };
                    described.insert(result.resource_name.to_string(), outcome);
                }
            }
            Ok(_) => panic!("DescribeConfigs is answered with DescribeConfigs"),
            Err(exception) => described.extend(names.into_iter().map(|name| (name.clone(), Err(exception.clone())))),
        }
    }
    Ok(described)
}

/// Looks whether the controller moved, in answers of calls that only the controller takes.
pub(crate) fn controller_moved(codes: impl IntoIterator<Item = i16>) -> Verdict {
    let moved = ErrorCode::NotController.number();
    if codes.into_iter().any(|code| code == moved) { Verdict::Elsewhere } else { Verdict::Done }
}
