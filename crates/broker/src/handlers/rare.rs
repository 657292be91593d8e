//! What only tools and programs from outside ask for. A program that is loaded in parts may bring these handlers later:
//! with the feature `late-handlers` they are there once somebody has called [`RareHandlers::bring`], and without it always.

use super::{
    Call, Reply, alter_configs, delete_records, describe_cluster, describe_configs, describe_groups,
    describe_topic_partitions, list_groups, offset_delete,
};
use crate::core::{Core, Turn};
use runnel_protocol::messages::Request;
use std::sync::OnceLock;

type Handle = fn(&mut Core, &mut Turn<'_>, &Call, Request) -> Option<Reply>;

/// The handlers of what is rarely asked.
#[derive(Clone, Copy, Debug)]
pub struct RareHandlers {
    handle: Handle,
}

/// Those that were brought.
static BROUGHT: OnceLock<RareHandlers> = OnceLock::new();

impl RareHandlers {
    /// All of them. What names them has them with it.
    pub const ALL: RareHandlers = RareHandlers { handle };

    /// Answers with these from now on; the first that are brought stay.
    pub fn bring(self) {
        BROUGHT.get_or_init(|| self);
    }

    fn there() -> Option<RareHandlers> {
        if cfg!(feature = "late-handlers") { BROUGHT.get().copied() } else { Some(RareHandlers::ALL) }
    }
}

/// Hands a request to its handler.
pub(super) fn dispatch(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: Request) -> Reply {
    let reply = RareHandlers::there().and_then(|rare| (rare.handle)(core, turn, call, request));
    reply.unwrap_or_else(|| Reply::Close("what answers such requests is not loaded".to_owned()))
}

/// `None`: it is another one's.
fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: Request) -> Option<Reply> {
    Some(match request {
        Request::DescribeGroups(request) => describe_groups::handle(core, call, request).into(),
        Request::ListGroups(request) => list_groups::handle(core, call, request).into(),
        Request::DeleteRecords(request) => delete_records::handle(core, turn, call, request).into(),
        Request::DescribeConfigs(request) => describe_configs::handle(core, call, request).into(),
        Request::AlterConfigs(request) => alter_configs::handle(core, turn, call, request),
        Request::OffsetDelete(request) => offset_delete::handle(core, turn, call, request),
        Request::DescribeCluster(request) => describe_cluster::handle(core, call, request).into(),
        Request::DescribeTopicPartitions(request) => describe_topic_partitions::handle(core, request).into(),
        Request::Produce(_)
        | Request::Fetch(_)
        | Request::ListOffsets(_)
        | Request::Metadata(_)
        | Request::OffsetCommit(_)
        | Request::OffsetFetch(_)
        | Request::FindCoordinator(_)
        | Request::JoinGroup(_)
        | Request::Heartbeat(_)
        | Request::LeaveGroup(_)
        | Request::SyncGroup(_)
        | Request::ApiVersions(_)
        | Request::CreateTopics(_)
        | Request::DeleteTopics(_)
        | Request::InitProducerId(_)
        | Request::OffsetForLeaderEpoch(_)
        | Request::CreatePartitions(_)
        | Request::DeleteGroups(_)
        | Request::IncrementalAlterConfigs(_) => return None,
    })
}
