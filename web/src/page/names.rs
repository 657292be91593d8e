//! Names for what is dragged onto the stage.

use runnel_sandbox::scene::Scene;

const PRODUCERS: [&str; 8] = ["checkout", "shop", "desk", "kiosk", "till", "portal", "mobile", "backend"];
const CONSUMERS: [&str; 16] = [
    "anna", "bob", "carl", "dora", "emil", "fay", "gus", "hana", "ivan", "june", "kofi", "lena", "mira", "noor",
    "otto", "pia",
];
const TOPICS: [&str; 6] = ["payment-done", "orders", "invoices", "shipments", "clicks", "audit"];
const GROUPS: [&str; 6] = ["billing", "mailing", "reports", "search", "fraud", "archive"];

/// What a name is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Named {
    Producer,
    Consumer,
    Topic,
    Group,
}

/// A name that nothing of its kind has yet.
pub(crate) fn free_name(scene: &Scene, named: Named) -> String {
    let names: &[&str] = match named {
        Named::Producer => &PRODUCERS,
        Named::Consumer => &CONSUMERS,
        Named::Topic => &TOPICS,
        Named::Group => &GROUPS,
    };
    let is_taken = |name: &str| match named {
        Named::Producer | Named::Consumer => scene.clients.contains_key(name),
        Named::Topic => scene.cluster.topics.contains_key(name),
        Named::Group => is_group(scene, name),
    };
    let numbered = (2..).flat_map(|round: u32| names.iter().map(move |name| format!("{name}-{round}")));
    let all = names.iter().map(|name| (*name).to_owned()).chain(numbered);
    all.into_iter().find(|name| !is_taken(name)).expect("there are always more numbers")
}

fn is_group(scene: &Scene, name: &str) -> bool {
    let joined = scene.clients.values().any(|client| client.card.group.as_deref() == Some(name));
    joined || scene.cluster.groups.contains_key(name) || scene.fences.contains(name)
}
