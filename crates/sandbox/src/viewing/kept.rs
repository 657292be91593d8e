//! Scenes on the way, so that going back does not mean to watch everything again.

use crate::scene::Scene;
use runnel_protocol::Timestamp;
use std::sync::Arc;

/// Steps of the world between two scenes that are kept.
const STEPS_BETWEEN: u64 = 2_000;
/// Most scenes.
const SCENES_MAX: usize = 96;

/// Scenes at the end of an instant, in the order of time. Of many the older half loses every second one.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptScenes {
    scenes: Vec<(Timestamp, Arc<Scene>)>,
    /// Steps of the world at the newest.
    newest: u64,
}

impl KeptScenes {
    /// Keeps a scene if the last one is long ago. Everything that is due at its instant must have happened.
    pub(super) fn consider(&mut self, time: Timestamp, steps: u64, scene: &Scene) {
        let is_later = self.scenes.last().is_none_or(|(last, _)| *last < time);
        if !is_later || steps < self.newest.saturating_add(STEPS_BETWEEN) {
            return;
        }
        self.newest = steps;
        self.scenes.push((time, Arc::new(scene.clone())));
        if self.scenes.len() > SCENES_MAX {
            let half = self.scenes.len() / 2;
            let mut place = 0;
            self.scenes.retain(|_| {
                place += 1;
                place > half || place % 2 == 1
            });
        }
    }

    /// The last scene at or before a time.
    pub(super) fn before(&self, time: Timestamp) -> Option<(Timestamp, &Arc<Scene>)> {
        let place = self.scenes.partition_point(|(at, _)| *at <= time).checked_sub(1)?;
        self.scenes.get(place).map(|(at, scene)| (*at, scene))
    }

    /// Forgets scenes of an instant at which more is done, and of the future behind it.
    pub(super) fn forget_from(&mut self, time: Timestamp) {
        let keep = self.scenes.partition_point(|(at, _)| *at < time);
        self.scenes.truncate(keep);
    }

    /// When they are.
    pub(super) fn times(&self) -> impl Iterator<Item = Timestamp> {
        self.scenes.iter().map(|(time, _)| *time)
    }
}
