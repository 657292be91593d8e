//! The switchboard: one handler a request kind, each a clerk that unpacks, asks a room, and packs.
//!
//! Adding an API: a schema file in `protocol`, a handler here, a line in [`dispatch`],
//! or in `rare` if only tools and programs from outside ask for it.

mod alter_configs;
mod api_versions;
mod config_change;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_topic_partitions;
mod errors;
mod fetch;
mod find_coordinator;
mod groups;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_groups;
mod list_offsets;
mod metadata;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
mod produce;
mod rare;
mod sync_group;

use crate::core::{Core, Turn};
use crate::ids::{BrokerId, ConnectionId};
use crate::purgatory::{Written, WrittenWait};
use crate::timers::ReplyId;
use runnel_protocol::messages::{Request, Response};

pub(crate) use api_versions::unsupported_version;
pub(crate) use errors::{first_error, mark_all_failed};
pub(crate) use fetch::{ParkedFetch, TopicName, resume as resume_fetch};
pub(crate) use groups::answer as group_answer;
pub use rare::RareHandlers;

/// One request: who asks, in which version, and where the answer goes.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) broker: BrokerId,
    pub(crate) connection: ConnectionId,
    pub(crate) listener: usize,
    pub(crate) version: i16,
    pub(crate) correlation_id: i32,
    pub(crate) reply: ReplyId,
}

/// What a handler says.
#[derive(Debug)]
pub(crate) enum Reply {
    /// Here is the answer.
    Now(Response),
    /// Here is the answer, once what it confirms is written as surely as the cluster promises.
    After(Box<Written>),
    /// The request is parked; the purgatory has it.
    Parked,
    /// The client wants no answer (acks=0).
    Silence,
    /// There is no answer in words: the connection is closed, with the reason for the log.
    Close(String),
}

impl Reply {
    /// The answer, once `waits` are written; at once if there are none.
    fn after(response: impl Into<Response>, waits: Vec<WrittenWait>) -> Self {
        Reply::After(Box::new(Written { response: response.into(), waits }))
    }
}

impl<T: Into<Response>> From<T> for Reply {
    fn from(response: T) -> Self {
        Reply::Now(response.into())
    }
}

/// Hands a request to its handler.
pub(crate) fn dispatch(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: Request) -> Reply {
    match request {
        Request::Produce(request) => produce::handle(core, turn, call, request),
        Request::Fetch(request) => fetch::handle(core, turn, call, request),
        Request::ListOffsets(request) => list_offsets::handle(core, turn, call, request).into(),
        Request::Metadata(request) => metadata::handle(core, turn, call, request),
        Request::OffsetCommit(request) => offset_commit::handle(core, turn, call, request),
        Request::OffsetFetch(request) => offset_fetch::handle(core, call, request).into(),
        Request::FindCoordinator(request) => find_coordinator::handle(core, turn, call, request),
        Request::JoinGroup(request) => join_group::handle(core, turn, call, request),
        Request::Heartbeat(request) => heartbeat::handle(core, turn, call, request).into(),
        Request::LeaveGroup(request) => leave_group::handle(core, turn, call, request),
        Request::SyncGroup(request) => sync_group::handle(core, turn, call, request),
        Request::ApiVersions(request) => api_versions::handle(core, call, request).into(),
        Request::CreateTopics(request) => create_topics::handle(core, turn, request),
        Request::DeleteTopics(request) => delete_topics::handle(core, turn, call, request),
        Request::InitProducerId(request) => init_producer_id::handle(core, turn, call, request),
        Request::OffsetForLeaderEpoch(request) => offset_for_leader_epoch::handle(core, call, request).into(),
        Request::CreatePartitions(request) => create_partitions::handle(core, turn, request),
        Request::DeleteGroups(request) => delete_groups::handle(core, turn, call, request),
        Request::IncrementalAlterConfigs(request) => incremental_alter_configs::handle(core, turn, call, request),
        Request::DescribeGroups(_)
        | Request::ListGroups(_)
        | Request::DeleteRecords(_)
        | Request::DescribeConfigs(_)
        | Request::AlterConfigs(_)
        | Request::OffsetDelete(_)
        | Request::DescribeCluster(_)
        | Request::DescribeTopicPartitions(_) => rare::dispatch(core, turn, call, request),
    }
}
