//! The scene of a watcher who comes to a world: at its beginning, after a seek, after a fork.

use super::client::{ClientRole, ClientState, SendingRate};
use super::fold::happening::node_of_script;
use super::{Point, Scene};
use crate::world::{End, ProcessState, World};

impl Scene {
    /// The scene of a world at this instant; its happenings from here on are folded in.
    ///
    /// What only who has watched can know is not there: sentences, figures, parcels. Tools that have ended are gone.
    pub fn of_world(world: &World) -> Scene {
        let mut scene = Scene::from_snapshot(&world.cluster().snapshot());
        let stage = world.stage();
        scene.advance(stage.time);
        for process in &stage.processes {
            let state = match process.state {
                ProcessState::Running | ProcessState::Leaving => ClientState::Running,
                ProcessState::Paused => ClientState::Paused,
                ProcessState::Ended(End::Crashed | End::Failed) => ClientState::Crashed,
                ProcessState::Ended(End::Left) => ClientState::Closed,
                ProcessState::Ended(End::Exited(_)) => continue,
            };
            scene.admit_process(&process.name, process.role, &process.command);
            scene.set_client_state(&process.name, state);
            for connection in &process.connections {
                scene.note_caller(connection.0, &process.name);
            }
            if let Some(view) = world.consumer_view(&process.name) {
                if let Some(client) = scene.clients.get_mut(&process.name) {
                    client.member_id = Some(view.member_id.clone()).filter(|member_id| !member_id.is_empty());
                }
                scene.see_consumer(&process.name, view, stage.time);
            }
            if let Some(view) = world.producer_view(&process.name) {
                scene.see_producer(&process.name, view, stage.time);
            }
        }
        for (producer, topic) in stage.wires {
            if let Some(client) = scene.clients.get_mut(&producer) {
                client.card.topics.insert(topic);
            }
        }
        for rate in stage.rates {
            if let Some(client) = scene.clients.get_mut(&rate.producer) {
                let (topic, since) = (rate.topic, rate.started);
                client.rates.insert(rate.number, SendingRate { topic, rate: rate.rate, since });
            }
        }
        scene.fences = stage.groups.into_iter().collect();
        let places = stage.places.iter();
        scene.placed = places
            .filter_map(|(node, x, y)| Some((node_of_script(node)?, Point::new(f64::from(*x), f64::from(*y)))))
            .collect();
        scene.restage();
        scene
    }

    /// The world's tools on the stage, by name.
    pub fn tools(&self) -> impl Iterator<Item = &super::Client> {
        self.clients.values().filter(|client| client.card.role == ClientRole::Tool)
    }
}
