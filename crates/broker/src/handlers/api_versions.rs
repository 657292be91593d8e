//! ApiVersions (API key 18): which requests this broker understands, in which versions.
//!
//! Versions 0 to 4. v3: the client names its software (KIP-511), the broker its features (KIP-584); flexible, but the
//! response header stays v0 in every version, since the client does not yet know what the broker speaks.
//! Not done: finalized features of APIs that are not here (transactions, the newer group protocols).
//! Spec: <https://kafka.apache.org/protocol#The_Messages_ApiVersions>

use super::Call;
use crate::core::Core;
use crate::event::EventKind;
use crate::metadata::{METADATA_VERSION_LEVEL, METADATA_VERSION_LEVEL_MIN};
use bytestring::ByteString;
use runnel_protocol::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};
use runnel_protocol::{ApiKey, ErrorCode};

pub(super) fn handle(core: &mut Core, call: &Call, request: ApiVersionsRequest) -> ApiVersionsResponse {
    if call.version >= 3 {
        if !is_software_name(&request.client_software_name) || !is_software_name(&request.client_software_version) {
            return ApiVersionsResponse { error_code: ErrorCode::InvalidRequest.number(), ..Default::default() };
        }
        if let Some(connection) = core.connections.get_mut(&call.connection) {
            connection.client.software = request.client_software_name.clone();
            connection.client.version = request.client_software_version.clone();
            let client_id = connection.client.client_id.to_string();
            core.emit(call.broker, || EventKind::ClientIdentified {
                connection: call.connection,
                client_id,
                software: request.client_software_name.to_string(),
                version: request.client_software_version.to_string(),
            });
        }
    }
    let features = &core.metadata.image().features;
    ApiVersionsResponse {
        error_code: ErrorCode::None.number(),
        api_keys: ApiKey::all().map(range_of).collect(),
        supported_features: features
            .keys()
            .map(|name| SupportedFeatureKey {
                name: ByteString::from(name.as_str()),
                min_version: METADATA_VERSION_LEVEL_MIN,
                max_version: METADATA_VERSION_LEVEL,
            })
            .collect(),
        finalized_features_epoch: core.metadata.end_offset(),
        finalized_features: features
            .iter()
            .map(|(name, level)| FinalizedFeatureKey {
                name: ByteString::from(name.as_str()),
                max_version_level: *level,
                min_version_level: *level,
            })
            .collect(),
        ..Default::default()
    }
}

/// The answer to a version of ApiVersions that this broker does not know: in the layout of v0, with the range that it
/// does know, so that the client can ask again.
pub(crate) fn unsupported_version() -> ApiVersionsResponse {
    ApiVersionsResponse {
        error_code: ErrorCode::UnsupportedVersion.number(),
        api_keys: vec![range_of(ApiKey::ApiVersions)],
        ..Default::default()
    }
}

fn range_of(key: ApiKey) -> ApiVersion {
    let advertised = key.advertised();
    ApiVersion { api_key: key.number(), min_version: *advertised.start(), max_version: *advertised.end() }
}

/// KIP-511: letters, digits, dots and dashes, beginning and ending with a letter or digit.
fn is_software_name(text: &str) -> bool {
    let inner = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    inner && edge(text.bytes().next()) && edge(text.bytes().last())
}
