//! What the group handlers share: parking a request with the coordinator, and turning its word into an answer.

use super::{Call, Reply, delete_groups, join_group, leave_group, offset_commit, offset_delete, sync_group};
use crate::core::Core;
use crate::groups::{GroupReply, ReplyId};
use crate::purgatory::{Parked, Wait};
use runnel_protocol::messages::Response;

/// Parks the request: the coordinator answers it, at once or by its own deadline.
pub(super) fn park(core: &mut Core, call: &Call) -> (ReplyId, Reply) {
    core.purgatory.park(call.reply, Parked::of(call, Wait::Group, None), []);
    (ReplyId(call.reply.0), Reply::Parked)
}

/// The client's address as Kafka writes it.
pub(super) fn client_host(core: &Core, call: &Call) -> String {
    core.connections.get(&call.connection).map_or_else(String::new, |connection| format!("/{}", connection.peer))
}

/// The client id of the request's header.
pub(super) fn client_id(core: &Core, call: &Call) -> String {
    core.connections.get(&call.connection).map_or_else(String::new, |from| str::to_owned(&from.client.client_id))
}

/// The coordinator's word as an answer of the version in which the question came.
pub(crate) fn answer(version: i16, answer: GroupReply) -> Response {
    match answer {
        GroupReply::Join(answer) => join_group::answer(version, answer).into(),
        GroupReply::Sync(answer) => sync_group::answer(answer).into(),
        GroupReply::Leave(answer) => leave_group::answer(version, answer).into(),
        GroupReply::Commit(topics) => offset_commit::answer(topics).into(),
        GroupReply::DeleteGroups(groups) => delete_groups::answer(groups).into(),
        GroupReply::DeleteOffsets(outcome) => offset_delete::answer(outcome).into(),
    }
}
