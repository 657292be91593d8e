//! The assignors that forget: range, round robin, and kafkajs's round robin.

use super::hash_order::{compare, walk};
use super::{Assignment, Member};
use crate::TopicPartition;
use runnel_protocol::{SmallMap, SmallSet};
use std::cmp::Ordering;

/// The topics that somebody wants and that exist, with their partition counts, in the order of Java's `HashMap` that
/// an assignor is given.
pub(super) fn partitions_per_topic<'a>(
    members: &'a [Member],
    partition_counts: &SmallMap<String, i32>,
) -> Vec<(&'a str, i32)> {
    let mut seen = SmallSet::new();
    let wanted = members_walked(members).into_iter().flat_map(|member| &member.topics).map(String::as_str);
    let wanted: Vec<&str> = wanted.filter(|topic| seen.insert(*topic)).collect();
    let count = |topic: &str| partition_counts.get(topic).copied().filter(|count| *count > 0);
    let known = walk(wanted).into_iter().filter(|topic| count(topic).is_some());
    walk(known).into_iter().map(|topic| (topic, count(topic).unwrap_or(0))).collect()
}

/// Members in the order in which Java walks the map of their subscriptions.
pub(super) fn members_walked(members: &[Member]) -> Vec<&Member> {
    let by_id: SmallMap<&str, &Member> = members.iter().map(|member| (member.member_id.as_str(), member)).collect();
    walk(members.iter().map(|member| member.member_id.as_str())).into_iter().map(|id| by_id[id]).collect()
}

/// Static members come first, by instance id; the others by member id.
fn java_member_order(left: &&Member, right: &&Member) -> Ordering {
    match (&left.group_instance_id, &right.group_instance_id) {
        (Some(left), Some(right)) => compare(left, right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => compare(&left.member_id, &right.member_id),
    }
}

fn nothing_for_each(members: &[Member]) -> Assignment {
    members.iter().map(|member| (member.member_id.clone(), Vec::new())).collect()
}

/// Each topic for itself: with 7 partitions and 3 members, the first gets 0 to 2, the second 3 and 4, the third 5 and 6.
pub(super) fn range(members: &[Member], partition_counts: &SmallMap<String, i32>) -> Assignment {
    let mut assignment = nothing_for_each(members);
    for (topic, partitions_count) in partitions_per_topic(members, partition_counts) {
        let walked = members_walked(members).into_iter();
        let mut consumers: Vec<&Member> =
            walked.filter(|member| member.topics.iter().any(|wanted| wanted == topic)).collect();
        consumers.sort_by(java_member_order);
        let Some(consumers_count) = i32::try_from(consumers.len()).ok().filter(|count| *count > 0) else { continue };
        let (each, mut extra) = (partitions_count / consumers_count, partitions_count % consumers_count);
        let mut next = 0;
        for member in consumers {
            let size = each + i32::from(extra > 0);
            extra -= i32::from(extra > 0);
            if let Some(partitions) = assignment.get_mut(&member.member_id) {
                partitions.extend((next..next + size).map(|partition| TopicPartition::new(topic, partition)));
            }
            next += size;
        }
    }
    assignment
}

/// All partitions in order, one to each member in turn; who does not want the topic is passed over.
pub(super) fn round_robin(members: &[Member], partition_counts: &SmallMap<String, i32>) -> Assignment {
    let mut assignment = nothing_for_each(members);
    let mut circle = members_walked(members);
    circle.sort_by(java_member_order);
    let mut topics = partitions_per_topic(members, partition_counts);
    topics.sort_by(|left, right| compare(left.0, right.0));
    let mut next = 0;
    for (topic, partitions_count) in topics {
        for partition in 0..partitions_count {
            while !circle[next].topics.iter().any(|wanted| wanted == topic) {
                next = (next + 1) % circle.len();
            }
            if let Some(partitions) = assignment.get_mut(&circle[next].member_id) {
                partitions.push(TopicPartition::new(topic, partition));
            }
            next = (next + 1) % circle.len();
        }
    }
    assignment
}

/// The leader's topics, dealt to all members by member id, whatever they subscribed to.
pub(super) fn kafkajs(
    members: &[Member],
    leader_topics: &[String],
    partition_counts: &SmallMap<String, i32>,
) -> Assignment {
    let mut ids: Vec<&str> = members.iter().map(|member| member.member_id.as_str()).collect();
    ids.sort_by(|left, right| compare(left, right));
    let mut assignment = Assignment::new();
    let partitions = leader_topics.iter().flat_map(|topic| {
        let count = partition_counts.get(topic).copied().unwrap_or(0);
        (0..count).map(move |partition| TopicPartition::new(topic.as_str(), partition))
    });
    for (index, partition) in partitions.enumerate() {
        assignment.entry(ids[index % ids.len()].to_owned()).or_default().push(partition);
    }
    assignment
}
