//! Two fingers: together they move the stage, apart they make it larger.

use super::Picture;
use leptos::ev::PointerEvent;
use leptos::prelude::*;

/// The fingers that touch the stage, by their pointers' numbers.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Fingers(Vec<(i32, f64, f64)>);

impl Fingers {
    /// The middle of two fingers and how far they are apart.
    fn span(&self) -> Option<(f64, f64, f64)> {
        let [(_, first_x, first_y), (_, second_x, second_y)] = self.0.as_slice() else { return None };
        let apart = (first_x - second_x).hypot(first_y - second_y);
        Some(((first_x + second_x) / 2.0, (first_y + second_y) / 2.0, apart.max(1.0)))
    }

    fn put(&mut self, pointer: i32, x: f64, y: f64) {
        if let Some(finger) = self.0.iter_mut().find(|finger| finger.0 == pointer) {
            *finger = (pointer, x, y);
        } else if self.0.len() < 2 {
            self.0.push((pointer, x, y));
        }
    }
}

/// A finger comes down; `true` if it is the second one, so that what the first one dragged is let go.
pub(super) fn down(picture: Picture, event: &PointerEvent, x: f64, y: f64) -> bool {
    if event.pointer_type() != "touch" {
        return false;
    }
    picture.fingers.update_value(|fingers| fingers.put(event.pointer_id(), x, y));
    picture.fingers.with_value(|fingers| fingers.0.len() == 2)
}

/// A finger moves; `true` if there are two, and so the stage follows them.
pub(super) fn moved(picture: Picture, event: &PointerEvent, x: f64, y: f64) -> bool {
    let Some(before) = picture.fingers.with_value(Fingers::span) else { return false };
    picture.fingers.update_value(|fingers| fingers.put(event.pointer_id(), x, y));
    let Some(after) = picture.fingers.with_value(Fingers::span) else { return false };
    picture.viewport.update(|viewport| {
        viewport.pan_by(after.0 - before.0, after.1 - before.1);
        viewport.zoom_by(after.2 / before.2, after.0, after.1);
    });
    true
}

/// A finger is lifted.
pub(super) fn up(picture: Picture, event: &PointerEvent) {
    picture.fingers.update_value(|fingers| fingers.0.retain(|finger| finger.0 != event.pointer_id()));
}
