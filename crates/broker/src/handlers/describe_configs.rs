//! DescribeConfigs (API key 32): every key of a topic or broker, its value and where that comes from.
//!
//! Versions 0 to 4. v1: sources and synonyms (KIP-226), v3: types and documentation (KIP-569).
//! Spec: <https://kafka.apache.org/protocol#The_Messages_DescribeConfigs>

use super::Call;
use crate::configs::{self, Describe, Entry, ResourceType};
use crate::core::Core;
use bytestring::ByteString;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult, DescribeConfigsResponse,
    DescribeConfigsResult, DescribeConfigsSynonym,
};

pub(super) fn handle(core: &Core, call: &Call, request: DescribeConfigsRequest) -> DescribeConfigsResponse {
    let (include_synonyms, include_documentation) = (request.include_synonyms, request.include_documentation);
    // Kafka fails the whole request over one type that it does not know.
    let unknown = request.resources.iter().any(|resource| ResourceType::from_number(resource.resource_type).is_none());
    let results = request
        .resources
        .into_iter()
        .map(|mut resource| {
            let named = resource.resource_type;
            if unknown {
                resource.resource_type = 0;
            }
            let result = describe(core, call, resource, include_synonyms, include_documentation);
            DescribeConfigsResult { resource_type: named, ..result }
        })
        .collect();
    DescribeConfigsResponse { results, ..Default::default() }
}

fn describe(
    core: &Core,
    call: &Call,
    resource: DescribeConfigsResource,
    include_synonyms: bool,
    include_documentation: bool,
) -> DescribeConfigsResult {
    let keys: Vec<String> = resource.configuration_keys.iter().flatten().map(ToString::to_string).collect();
    let wanted = Describe { keys: &keys, include_synonyms, include_documentation };
    let target = core.config_target(call.broker, resource.resource_type, &resource.resource_name);
    let mut result = DescribeConfigsResult {
        resource_type: resource.resource_type,
        resource_name: resource.resource_name.clone(),
        ..Default::default()
    };
    match configs::describe(&target, &wanted) {
        Ok(entries) => result.configs = entries.into_iter().map(|entry| pack(call.version, entry)).collect(),
        Err(refusal) => {
            result.error_code = refusal.code.number();
            // Kafka sends an empty text here where its other answers send none.
            result.error_message = Some(ByteString::from(refusal.message.unwrap_or_default()));
        }
    }
    debug_assert!(result.error_code == ErrorCode::None.number() || result.configs.is_empty(), "one or the other");
    result
}

fn pack(version: i16, entry: Entry) -> DescribeConfigsResourceResult {
    DescribeConfigsResourceResult {
        // Only v0 has it; later versions name the source.
        is_default: version == 0 && entry.is_default(),
        name: ByteString::from(entry.name),
        value: entry.value.map(ByteString::from),
        read_only: entry.read_only,
        config_source: entry.source.number(),
        is_sensitive: entry.sensitive,
        synonyms: entry
            .synonyms
            .into_iter()
            .map(|synonym| DescribeConfigsSynonym {
                name: ByteString::from(synonym.name),
                value: synonym.value.map(ByteString::from),
                source: synonym.source.number(),
            })
            .collect(),
        config_type: entry.value_type.map_or(0, configs::ValueType::number),
        documentation: entry.documentation.map(ByteString::from),
    }
}
