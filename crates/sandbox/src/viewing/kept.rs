//! Scenes on the way, so that going back does not mean to watch everything again.

use super::Companion;
use crate::history::thin;
use crate::scene::Scene;
use runnel_protocol::Timestamp;
use std::sync::Arc;

/// Steps of the world between two scenes that are kept.
const STEPS_BETWEEN: u64 = 1_000;
/// Most scenes.
const SCENES_MAX: usize = 192;

/// A scene at the end of an instant: everything that was due has happened.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) time: Timestamp,
    pub(super) scene: Arc<Scene>,
    /// The companion at that time, if there is one.
    pub(super) companion: Option<Box<dyn Companion>>,
    /// Steps of the world until then.
    steps: u64,
}

/// Scenes in the order of time, far apart long ago and close together lately.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptScenes(Vec<Kept>);

impl KeptScenes {
    /// Keeps a scene if the last one is long ago, and says whether it did.
    pub(super) fn consider(
        &mut self,
        time: Timestamp,
        steps: u64,
        scene: &Scene,
        companion: Option<&dyn Companion>,
    ) -> bool {
        let (last_time, last_steps) = self.0.last().map_or((None, 0), |last| (Some(last.time), last.steps));
        if last_time.is_some_and(|last| last >= time) || steps < last_steps.saturating_add(STEPS_BETWEEN) {
            return false;
        }
        self.0.push(Kept { time, scene: Arc::new(scene.clone()), companion: companion.map(Companion::copy), steps });
        thin(&mut self.0, SCENES_MAX, |kept| kept.time);
        true
    }

    /// The last scene at or before a time.
    pub(super) fn before(&self, time: Timestamp) -> Option<&Kept> {
        let place = self.0.partition_point(|kept| kept.time <= time).checked_sub(1)?;
        self.0.get(place)
    }

    /// Forgets scenes of an instant at which more is done, and of the future behind it.
    pub(super) fn forget_from(&mut self, time: Timestamp) {
        let keep = self.0.partition_point(|kept| kept.time < time);
        self.0.truncate(keep);
    }

    /// When they are.
    pub(super) fn times(&self) -> impl Iterator<Item = Timestamp> {
        self.0.iter().map(|kept| kept.time)
    }
}
