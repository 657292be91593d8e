//! Many things on one level of the picture, each drawn anew only when its own picture differs.

use super::Shape;
use super::shown::Shown;
use std::collections::BTreeMap;
use web_sys::Element;

/// Something that is drawn: what it was drawn from, and its element.
struct Kept<P> {
    picture: P,
    shown: Shown,
    /// At which show it was last there.
    seen: u64,
}

/// A level of the picture.
pub(crate) struct Layer<K, P> {
    group: Element,
    kept: BTreeMap<K, Kept<P>>,
    shows: u64,
}

impl<K: Ord, P: PartialEq> Layer<K, P> {
    /// An empty level inside an element, above those that are there already.
    pub(crate) fn new(parent: &Element, class: &'static str) -> Option<Layer<K, P>> {
        let group = Shown::new(Shape::classed("g", class))?.element;
        parent.append_child(&group).ok()?;
        Some(Layer { group, kept: BTreeMap::new(), shows: 0 })
    }

    /// Shows these and nothing else.
    pub(crate) fn show(&mut self, pictures: impl Iterator<Item = (K, P)>, draw: fn(&K, &P) -> Shape) {
        self.shows += 1;
        for (key, picture) in pictures {
            if let Some(kept) = self.kept.get_mut(&key) {
                kept.seen = self.shows;
                if kept.picture != picture {
                    kept.shown.change(draw(&key, &picture));
                    kept.picture = picture;
                }
            } else if let Some(shown) = Shown::new(draw(&key, &picture)) {
                // A group takes any element.
                _ = self.group.append_child(&shown.element);
                self.kept.insert(key, Kept { picture, shown, seen: self.shows });
            }
        }
        let shows = self.shows;
        self.kept.retain(|_, kept| {
            let stays = kept.seen == shows;
            if !stays {
                kept.shown.element.remove();
            }
            stays
        });
    }
}
