//! What is said to a line that belongs to a real machine: the tutorial starts a container, goes into it, and installs.

use super::names;
use runnel_broker::BrokerState;
use runnel_sandbox::scene::Scene;
use runnel_sandbox::world::{FIRST_PORT, HOST};
use runnel_tools::TOOLS;

/// What the tutorial's programs are started by.
const PROGRAMS: &str = "npm run consume, npm run produce, npm run produce:user and npm run start";

/// What is said, if nothing is to be done.
pub(super) fn answer(scene: &Scene, words: &[String]) -> Option<String> {
    let (first, rest) = words.split_first()?;
    let second = rest.first().map_or("", String::as_str);
    match (first.as_str(), second) {
        ("docker" | "podman", "run" | "start" | "compose" | "pull") => Some(format!(
            "No container is needed: Kafka runs on this page already. {}\nTry ./kafka-topics.sh --list --bootstrap-server \
             {HOST}:{FIRST_PORT}",
            brokers(scene)
        )),
        ("docker" | "podman", "ps") => Some(format!("There is no container here. {}", brokers(scene))),
        ("docker" | "podman", "exec" | "attach") => {
            Some("You are where Kafka's scripts are already. Try ls, or ./kafka-topics.sh --help".to_owned())
        }
        ("docker" | "podman", "stop" | "kill" | "rm" | "restart" | "logs") => Some(
            "There is no container here: kill broker 1 ends a broker's process, revive broker 1 starts it again"
                .to_owned(),
        ),
        ("docker" | "podman", _) => Some("There are no containers here, and none is needed".to_owned()),
        ("cd", _) => Some("Kafka's scripts are at hand in every folder here".to_owned()),
        ("pwd", _) => Some("/opt/kafka/bin".to_owned()),
        ("ls" | "dir", _) => Some(TOOLS.map(|tool| format!("{tool}.sh")).join("\n")),
        ("npm", "init" | "install" | "i" | "ci" | "add") | ("npx" | "tsc" | "yarn" | "pnpm", _) => Some(format!(
            "Nothing has to be installed: the tutorial's programs are here, compiled. Start them with {PROGRAMS}"
        )),
        ("sleep", time) => {
            let seconds = time.trim_end_matches('s');
            let is_number = !seconds.is_empty() && seconds.bytes().all(|letter| letter.is_ascii_digit());
            Some(format!("Time is the stage's: wait {}s lets it pass at once", if is_number { seconds } else { "5" }))
        }
        (script, _) => match names::bare(script) {
            "kafka-server-start" | "kafka-storage" | "kafka-run-class" => {
                Some(format!("Nothing has to be started: {}", brokers(scene)))
            }
            "kafka-server-stop" => {
                Some("kill broker 1 ends a broker's process, revive broker 1 starts it again".to_owned())
            }
            other if other.starts_with("zookeeper-") => Some(
                "Kafka needs no ZooKeeper any more: since Kafka 4 brokers keep the metadata themselves (KRaft)"
                    .to_owned(),
            ),
            _other => None,
        },
    }
}

/// Which brokers run, and where they listen.
fn brokers(scene: &Scene) -> String {
    let told = scene.cluster.brokers.values().map(|broker| match broker.state {
        BrokerState::Up | BrokerState::Starting => {
            format!("broker {} listens on {}", broker.id, broker.endpoints.join(", "))
        }
        BrokerState::Down => format!("broker {0} is down (revive broker {0} starts it)", broker.id),
    });
    let told: Vec<String> = told.collect();
    format!("{}.", told.join(", "))
}
