//! IncrementalAlterConfigs (API key 44): single configs are set, reset, or changed as lists (KIP-339).
//!
//! Versions 0 to 1. v1: flexible.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_IncrementalAlterConfigs>

use super::{Call, Reply, config_change};
use crate::configs::{self, Change, ConfigRefusal};
use crate::core::{Core, Turn};
use crate::purgatory::WrittenWait;
use runnel_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
};

pub(super) fn handle(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    request: IncrementalAlterConfigsRequest,
) -> Reply {
    let named: Vec<(i8, &str)> =
        request.resources.iter().map(|resource| (resource.resource_type, &*resource.resource_name)).collect();
    let repeated = configs::repeated_resources(&named);
    let mut waits = Vec::new();
    let mut responses = Vec::with_capacity(request.resources.len());
    for (resource, repeated) in request.resources.iter().zip(repeated) {
        let outcome = match repeated {
            Some(refusal) => Err(refusal),
            None => alter(core, turn, call, resource, request.validate_only, &mut waits),
        };
        let (error_code, error_message) = config_change::outcome(outcome);
        responses.push(AlterConfigsResourceResponse {
            error_code,
            error_message,
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.clone(),
        });
    }
    let response = IncrementalAlterConfigsResponse { responses, ..Default::default() };
    Reply::after(response, waits)
}

fn alter(
    core: &mut Core,
    turn: &mut Turn<'_>,
    call: &Call,
    resource: &AlterConfigsResource,
    validate_only: bool,
    waits: &mut Vec<WrittenWait>,
) -> Result<(), ConfigRefusal> {
    let changes: Vec<Change> = resource
        .configs
        .iter()
        .map(|config| Change {
            name: config.name.to_string(),
            operation: config.config_operation,
            value: config.value.as_ref().map(ToString::to_string),
        })
        .collect();
    let target = core.config_target(call.broker, resource.resource_type, &resource.resource_name);
    let after = configs::incremental_alter(&target, &changes)?;
    let before = target.current.cloned().unwrap_or_default();
    let named = (resource.resource_type, &*resource.resource_name);
    waits.extend(config_change::write(core, turn, named, (&before, &after), validate_only)?);
    Ok(())
}
