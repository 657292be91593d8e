//! What the two handlers that alter configs share.

use crate::configs::{ConfigRefusal, Overrides};
use crate::core::{Core, Turn};
use crate::purgatory::WrittenWait;
use bytestring::ByteString;

/// What an answer says of one resource: code and message.
pub(super) fn outcome(outcome: Result<(), ConfigRefusal>) -> (i16, Option<ByteString>) {
    match outcome {
        Ok(()) => (0, None),
        Err(refusal) => (refusal.code.number(), refusal.message.map(ByteString::from)),
    }
}

/// Writes the new overrides of a resource, unless the request only asks whether it could.
pub(super) fn write(
    core: &mut Core,
    turn: &mut Turn<'_>,
    (resource_type, resource): (i8, &str),
    (before, after): (&Overrides, &Overrides),
    validate_only: bool,
) -> Result<Option<WrittenWait>, ConfigRefusal> {
    if validate_only {
        return Ok(None);
    }
    core.set_overrides(turn, resource_type, resource, before, after).map_err(ConfigRefusal::from)
}
