//! Names that stand on the stage, and those of Kafka's tools.

use runnel_sandbox::scene::{ClientRole, ClientState, Scene};
use runnel_tools::TOOLS;

/// The tool that a word names as a line's first: `kafka-topics.sh`, `./kafka-topics.sh`, `bin/kafka-topics`. Of a name
/// that begins like one it is that name.
pub(super) fn tool(word: &str) -> Option<&str> {
    Some(bare(word)).filter(|name| name.starts_with("kafka-"))
}

/// A script's name without its folder and `.sh`.
pub(super) fn bare(word: &str) -> &str {
    let name = word.rsplit('/').next().unwrap_or(word);
    name.strip_suffix(".sh").unwrap_or(name)
}

/// The tools as a line begins with them, in the way in which it began: with `./`, with `bin/`, or with neither.
pub(super) fn tools(begun: &str) -> Vec<String> {
    let folder = begun.rfind('/').map_or("", |end| &begun[..=end]);
    TOOLS.iter().map(|tool| format!("{folder}{tool}.sh")).collect()
}

/// Clients that are on the stage.
pub(super) fn clients(scene: &Scene, is_wanted: impl Fn(ClientRole, ClientState) -> bool) -> Vec<String> {
    let wanted = scene.clients.values().filter(|client| is_wanted(client.card.role, client.state));
    wanted.map(|client| client.card.name.clone()).collect()
}

/// Topics that are not Kafka's own.
pub(super) fn topics(scene: &Scene) -> Vec<String> {
    scene.cluster.topics.iter().filter(|(_, topic)| !topic.internal).map(|(name, _)| name.clone()).collect()
}

/// Groups that brokers know, and those that have a place on the stage.
pub(super) fn groups(scene: &Scene) -> Vec<String> {
    let joined = scene.clients.values().filter_map(|client| client.card.group.clone());
    let mut groups: Vec<String> = scene.cluster.groups.keys().cloned().chain(joined).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// `orders-0`, `orders-1`.
pub(super) fn partitions(scene: &Scene) -> Vec<String> {
    let topics = scene.cluster.topics.iter().filter(|(_, topic)| !topic.internal);
    topics.flat_map(|(name, topic)| topic.lanes.iter().map(move |lane| format!("{name}-{}", lane.partition))).collect()
}

/// Brokers by their numbers.
pub(super) fn brokers(scene: &Scene) -> Vec<String> {
    scene.cluster.brokers.keys().map(ToString::to_string).collect()
}
