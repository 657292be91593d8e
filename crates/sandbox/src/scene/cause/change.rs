//! Sentences for what a person changed in the world.

use super::Told;
use super::Weight::{Notable, Warning};
use crate::scene::Scene;
use crate::scene::node::NodeId;
use crate::scene::words::millis;
use crate::world::{Change, End};

pub(super) fn told(scene: &Scene, change: &Change) -> Told {
    let told = |kind, weight, head: &str, text: String| Told::new(kind, weight, head, text);
    let client = |told: Told, name: &str| told.about(scene.node_of_client(name));
    match change {
        Change::WorldStarted { seed, brokers, .. } => {
            let text = format!("begins with {brokers} brokers and the seed {seed}");
            told("world_started", Notable, "the world", text).about(NodeId::Broker(1))
        }
        Change::ProcessStarted { name, command, incarnation, .. } => {
            let again = if *incarnation > 1 { format!(" for the {incarnation}. time") } else { String::new() };
            told("process_started", Notable, name, format!("starts{again}: {command}"))
                .about(NodeId::Client(name.clone()))
        }
        Change::ProcessEnded { name, how } => {
            let (weight, text) = match how {
                End::Crashed => {
                    (Warning, "is gone without a goodbye: nobody is told, so others find out by time-outs".to_owned())
                }
                End::Left => (Notable, "has said goodbye and is gone".to_owned()),
                End::Failed => (Warning, "has given up with an error and is gone".to_owned()),
                End::Exited(status) => (Notable, format!("has ended with status {status}")),
            };
            client(told("process_ended", weight, name, text), name)
        }
        Change::ProcessPaused { name, paused: true } => {
            let text = "is stopped in its tracks: its connections stand, and nothing in it goes on".to_owned();
            client(told("process_paused", Warning, name, text), name)
        }
        Change::ProcessPaused { name, paused: false } => {
            client(told("process_paused", Notable, name, "goes on with what came meanwhile".to_owned()), name)
        }
        Change::Renamed { from, to } => {
            client(told("renamed", Notable, from, format!("is called {to} from here on")), from)
        }
        Change::Removed { name } => client(told("removed", Notable, name, "is taken off the stage".to_owned()), name),
        Change::SetUp { name, command, restarts, .. } => {
            let how = if *restarts { "it closes, and starts anew as" } else { "its next start is" };
            client(told("set_up", Notable, name, format!("is set up otherwise: {how} {command}")), name)
        }
        Change::GroupDrawn { group, drawn } => {
            let text = if *drawn {
                "has no members yet: Kafka knows a group from its first member on"
            } else {
                "is taken off the stage"
            };
            told("group_drawn", Notable, &format!("group {group}"), text.to_owned()).about(NodeId::Group(group.clone()))
        }
        Change::Wired { producer, topic, wired } => {
            let text = if *wired { format!("is wired to {topic}") } else { format!("is wired to {topic} no more") };
            client(told("wired", Notable, producer, text), producer).about(NodeId::Topic(topic.clone()))
        }
        Change::Placed { node, x, y } => {
            client(told("placed", super::Weight::Routine, node, format!("stands at {x},{y}")), node)
        }
        Change::Slowed { name, processing_us, .. } => {
            let each = millis(i64::try_from(processing_us / 1_000).unwrap_or(i64::MAX));
            client(told("slowed", Notable, name, format!("takes {each} for each record from here on")), name)
        }
        Change::Subscribed { name, topics, .. } => {
            client(told("subscribed", Notable, name, format!("subscribes to {}", topics.join(", "))), name)
        }
        Change::Sought { name, topic, partition, to } => {
            let text = format!("is moved on {topic}-{partition} to {to}");
            client(told("sought", Notable, name, text), name).about(NodeId::Topic(topic.clone()))
        }
        Change::RateChanged { producer, topic, rate, .. } => {
            let text = match rate {
                Some(rate) => format!("sends to {topic} at a rate: {rate}"),
                None => format!("ends its rate to {topic}"),
            };
            client(told("rate_changed", Notable, producer, text), producer).about(NodeId::Topic(topic.clone()))
        }
        Change::BrokerChanged { broker, alive } => {
            let (weight, text) = if *alive { (Notable, "is started") } else { (Warning, "is killed") };
            let head = format!("broker {broker}");
            told("broker_changed", weight, &head, text.to_owned()).about(NodeId::Broker(*broker))
        }
        Change::CableChanged { client: name, broker, cut } => {
            let (weight, text) = if *cut {
                (Warning, format!("is cut off from broker {broker}: what is under way is lost"))
            } else {
                (Notable, format!("can reach broker {broker} again"))
            };
            client(told("cable_changed", weight, name, text), name).about(NodeId::Broker(*broker))
        }
        Change::LatencyChanged { client: name, broker, latency_us } => {
            let each = millis(i64::try_from(latency_us / 1_000).unwrap_or(i64::MAX));
            let text = format!("is {each} away from broker {broker}");
            client(told("latency_changed", Notable, name, text), name).about(NodeId::Broker(*broker))
        }
        Change::FaultArmed { fault } => {
            told("fault_armed", Warning, "a fault", format!("waits for its message: {fault}")).about(NodeId::Broker(1))
        }
        Change::Typed { name, line } => client(told("typed", Notable, name, format!("is given a line: {line}")), name),
    }
}
