//! What follows a viewing through time beside its scene: a lesson's goals, for one.

use crate::scene::Scene;
use crate::world::Happening;
use runnel_protocol::Timestamp;
use std::any::Any;
use std::fmt;

/// Something that is told everything that happens, with the scene, and is what it was when time goes back.
///
/// It has to be a plain fold: what it is follows from what it was told, and from nothing else.
pub trait Companion: fmt::Debug + Send + Sync {
    /// Where the scene is set that it begins with; said before anything else is.
    fn begin(&mut self, time: Timestamp);

    /// Time has come so far; the scene has everything that happened before.
    fn reach(&mut self, scene: &Scene, time: Timestamp);

    /// Something happened; the scene has it already.
    fn note(&mut self, scene: &Scene, happening: &Happening);

    /// A copy that goes on by itself.
    fn copy(&self) -> Box<dyn Companion>;

    /// Itself, for who knows what it is.
    fn as_any(&self) -> &dyn Any;
}

impl Clone for Box<dyn Companion> {
    fn clone(&self) -> Self {
        self.copy()
    }
}
