//! What happens inside the world's clients. Live mode has none of this, and nothing of it changes the cluster.

use crate::scene::client::{Client, ClientState, ClientView};
use crate::scene::countdown::CountdownKind;
use crate::scene::group::Wait;
use crate::scene::seen::HandledRecord;
use crate::scene::{Scene, Shape, cause};
use runnel_broker::Timestamp;
use runnel_clients::TopicPartition;
use runnel_clients::consumer::{ConsumerEvent, ConsumerView};
use std::collections::BTreeMap;

impl Scene {
    /// Takes in what happened inside a consumer of the world. One that nobody introduced is not known.
    pub fn fold_consumer(&mut self, name: &str, event: &ConsumerEvent, time: Timestamp) {
        if !self.clients.contains_key(name) {
            return;
        }
        self.advance(time);
        if let ConsumerEvent::ProcessingFinished { partition, offset } = event {
            let record = HandledRecord { time, partition: partition.clone(), offset: *offset };
            self.seen.handled.entry(name.to_owned()).or_default().push(record);
        }
        let told = cause::of_consumer(self, name, event, time);
        let shape = self.clients.get_mut(name).map_or(Shape::Same, |client| client.fold_consumer(event, time));
        self.seen.causes.push(told);
        if shape == Shape::Changed {
            self.restage();
        }
    }

    /// Takes in how a consumer is: its positions, and what it waits for.
    pub fn see_consumer(&mut self, name: &str, view: ConsumerView, time: Timestamp) {
        self.advance(time);
        let Some(client) = self.clients.get_mut(name) else { return };
        client.positions.clear();
        for known in &view.partitions {
            if let Some(position) = known.position {
                client.set_position(&known.partition, position);
            }
        }
        let waits = view.countdowns.iter().filter_map(|one| Some((kind_of(one.name)?, String::new(), one.until)));
        client.set_waits(waits.collect(), time);
        let is_renamed = view.member_id != client.member_id.clone().unwrap_or_default();
        if is_renamed {
            client.member_id = Some(view.member_id.clone()).filter(|member_id| !member_id.is_empty());
        }
        client.view = Some(ClientView::Consumer(Box::new(view)));
        if is_renamed {
            self.restage();
        }
    }
}

/// The wait that a consumer's count-down shows. The session and the wait for others are shown where the coordinator
/// tells of them.
fn kind_of(name: &str) -> Option<CountdownKind> {
    match name {
        "heartbeat" => Some(CountdownKind::Heartbeat),
        "poll_interval" => Some(CountdownKind::PollInterval),
        "auto_commit" => Some(CountdownKind::AutoCommit),
        "processing" => Some(CountdownKind::Processing),
        "retry" | "join_backoff" => Some(CountdownKind::Retry),
        "sleep" => Some(CountdownKind::Sleep),
        "close" => Some(CountdownKind::Close),
        _ => None,
    }
}

impl Client {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are told in sentences only")]
    fn fold_consumer(&mut self, event: &ConsumerEvent, time: Timestamp) -> Shape {
        match event {
            ConsumerEvent::MemberIdGiven { member_id } | ConsumerEvent::Joined { member_id, .. } => {
                let is_new = self.member_id.as_ref() != Some(member_id);
                self.member_id = Some(member_id.clone());
                return if is_new { Shape::Changed } else { Shape::Same };
            }
            ConsumerEvent::Assigned { partitions, .. } => {
                let is_owned = |topic: &String, partition: &i32| {
                    partitions.iter().any(|one| one.topic == *topic && one.partition == *partition)
                };
                for (topic, positions) in &mut self.positions {
                    positions.retain(|partition, _| is_owned(topic, partition));
                }
                self.positions.retain(|_, positions| !positions.is_empty());
            }
            ConsumerEvent::Revoked { partitions } | ConsumerEvent::Lost { partitions, .. } => {
                for partition in partitions {
                    if let Some(positions) = self.positions.get_mut(&*partition.topic) {
                        positions.remove(&partition.partition);
                    }
                }
                self.positions.retain(|_, positions| !positions.is_empty());
            }
            ConsumerEvent::PositionMoved { partition, to, .. } => self.set_position(partition, *to),
            ConsumerEvent::ProcessingStarted { partition, until, .. } => {
                let wait = Wait { started: time, due: *until };
                self.waits.insert((CountdownKind::Processing, partition.to_string()), wait);
            }
            ConsumerEvent::ProcessingFinished { partition, offset } => {
                self.waits.remove(&(CountdownKind::Processing, partition.to_string()));
                self.set_position(partition, offset.saturating_add(1));
            }
            ConsumerEvent::Left { .. } => self.member_id = None,
            ConsumerEvent::Closed => self.state = ClientState::Closed,
            _ => {}
        }
        Shape::Same
    }

    fn set_position(&mut self, partition: &TopicPartition, position: i64) {
        match self.positions.get_mut(&*partition.topic) {
            Some(positions) => _ = positions.insert(partition.partition, position),
            None => {
                let positions = BTreeMap::from([(partition.partition, position)]);
                self.positions.insert(partition.topic.to_string(), positions);
            }
        }
    }

    /// Takes over what a view says is waited for. What was waited for before keeps its beginning.
    pub(super) fn set_waits(&mut self, waits: Vec<(CountdownKind, String, Timestamp)>, time: Timestamp) {
        let before = std::mem::take(&mut self.waits);
        for (kind, detail, due) in waits {
            let known = before.get(&(kind, detail.clone())).filter(|known| known.due == due);
            let started = known.map_or(time, |known| known.started);
            self.waits.insert((kind, detail), Wait { started, due });
        }
    }
}
