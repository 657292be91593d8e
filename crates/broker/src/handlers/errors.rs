//! The errors in an answer: for counters, and for answers whose writes failed after all.

use runnel_protocol::ErrorCode;
use runnel_protocol::messages::Response;

/// The error numbers of an answer, one per part that can fail, as places to read or to write.
fn error_places(response: &mut Response) -> Vec<&mut i16> {
    match response {
        Response::Produce(response) => response
            .responses
            .iter_mut()
            .flat_map(|topic| &mut topic.partition_responses)
            .map(|partition| &mut partition.error_code)
            .collect(),
        Response::Fetch(response) => std::iter::once(&mut response.error_code)
            .chain(
                response
                    .responses
                    .iter_mut()
                    .flat_map(|topic| &mut topic.partitions)
                    .map(|partition| &mut partition.error_code),
            )
            .collect(),
        Response::ListOffsets(response) => response
            .topics
            .iter_mut()
            .flat_map(|topic| &mut topic.partitions)
            .map(|partition| &mut partition.error_code)
            .collect(),
        Response::Metadata(response) => response.topics.iter_mut().map(|topic| &mut topic.error_code).collect(),
        Response::OffsetCommit(response) => response
            .topics
            .iter_mut()
            .flat_map(|topic| &mut topic.partitions)
            .map(|partition| &mut partition.error_code)
            .collect(),
        Response::OffsetFetch(response) => std::iter::once(&mut response.error_code)
            .chain(response.groups.iter_mut().map(|group| &mut group.error_code))
            .collect(),
        Response::FindCoordinator(response) => std::iter::once(&mut response.error_code)
            .chain(response.coordinators.iter_mut().map(|coordinator| &mut coordinator.error_code))
            .collect(),
        Response::JoinGroup(response) => vec![&mut response.error_code],
        Response::Heartbeat(response) => vec![&mut response.error_code],
        Response::LeaveGroup(response) => vec![&mut response.error_code],
        Response::SyncGroup(response) => vec![&mut response.error_code],
        Response::DescribeGroups(response) => response.groups.iter_mut().map(|group| &mut group.error_code).collect(),
        Response::ListGroups(response) => vec![&mut response.error_code],
        Response::ApiVersions(response) => vec![&mut response.error_code],
        Response::CreateTopics(response) => response.topics.iter_mut().map(|topic| &mut topic.error_code).collect(),
        Response::DeleteTopics(response) => response.responses.iter_mut().map(|topic| &mut topic.error_code).collect(),
        Response::DeleteRecords(response) => response
            .topics
            .iter_mut()
            .flat_map(|topic| &mut topic.partitions)
            .map(|partition| &mut partition.error_code)
            .collect(),
        Response::InitProducerId(response) => vec![&mut response.error_code],
        Response::OffsetForLeaderEpoch(response) => response
            .topics
            .iter_mut()
            .flat_map(|topic| &mut topic.partitions)
            .map(|partition| &mut partition.error_code)
            .collect(),
        Response::DescribeConfigs(response) => {
            response.results.iter_mut().map(|resource| &mut resource.error_code).collect()
        }
        Response::AlterConfigs(response) => {
            response.responses.iter_mut().map(|resource| &mut resource.error_code).collect()
        }
        Response::CreatePartitions(response) => {
            response.results.iter_mut().map(|topic| &mut topic.error_code).collect()
        }
        Response::DeleteGroups(response) => response.results.iter_mut().map(|group| &mut group.error_code).collect(),
        Response::IncrementalAlterConfigs(response) => {
            response.responses.iter_mut().map(|resource| &mut resource.error_code).collect()
        }
        Response::OffsetDelete(response) => vec![&mut response.error_code],
        Response::DescribeCluster(response) => vec![&mut response.error_code],
        Response::DescribeTopicPartitions(response) => {
            response.topics.iter_mut().map(|topic| &mut topic.error_code).collect()
        }
    }
}

/// The first error that an answer says.
pub(crate) fn first_error(response: &mut Response) -> Option<ErrorCode> {
    let is_error = |number: &i16| *number != ErrorCode::None.number();
    // Most answers are of these two kinds: theirs are read where they stand.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are all alike")]
    let number = match response {
        Response::Produce(response) => {
            let partitions = response.responses.iter().flat_map(|topic| &topic.partition_responses);
            partitions.map(|partition| partition.error_code).find(is_error)
        }
        Response::Fetch(response) => {
            let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
            let numbers = partitions.map(|partition| partition.error_code);
            std::iter::once(response.error_code).chain(numbers).find(is_error)
        }
        other => error_places(other).into_iter().map(|number| *number).find(is_error),
    };
    ErrorCode::from_number(number?)
}

/// Says an error in every part of an answer that had none: what it confirms was not written after all.
pub(crate) fn mark_all_failed(response: &mut Response, code: ErrorCode) {
    for number in error_places(response) {
        if *number == ErrorCode::None.number() {
            *number = code.number();
        }
    }
}
