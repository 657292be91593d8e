//! Parcels on the wires: moved at every picture, so they are kept and set by hand.

use super::Picture;
use super::shapes::{colour_class, outline};
use leptos::prelude::*;
use leptos::svg;
use runnel_sandbox::scene::{Fate, Look, Point, Scene};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Parcels that are drawn at most.
const DRAWN_MAX: usize = 160;

/// A parcel as it is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Drawn {
    at: Point,
    /// Of the record that it carries; nothing if it carries none.
    look: Option<Look>,
    fate: Fate,
}

fn drawn(scene: &Scene) -> Vec<Drawn> {
    let mut all = Vec::new();
    for parcel in scene.seen.parcels.values() {
        if all.len() >= DRAWN_MAX {
            break;
        }
        let Some(at) = scene.parcel_at(parcel) else { continue };
        let looks = parcel.contents.cargo.first().map(|cargo| cargo.looks.first().copied().unwrap_or(Look::KEYLESS));
        all.push(Drawn { at, look: looks, fate: parcel.fate });
    }
    all
}

/// An element of the pool, and what it shows.
struct Kept {
    element: Element,
    shown: Option<(Option<Look>, Fate)>,
}

#[component]
pub(super) fn Parcels(picture: Picture) -> impl IntoView {
    let layer = NodeRef::<svg::G>::new();
    let pool: StoredValue<Vec<Kept>, LocalStorage> = StoredValue::new_local(Vec::new());
    let parcels = picture.view.memo(drawn);
    Effect::new(move |_| {
        let Some(layer) = layer.get() else { return };
        let layer: Element = layer.unchecked_into();
        parcels.with(|parcels| {
            pool.update_value(|pool| {
                while pool.len() < parcels.len() {
                    let Some(element) = new_element(&layer) else { return };
                    pool.push(Kept { element, shown: None });
                }
                for (kept, parcel) in pool.iter_mut().zip(parcels) {
                    kept.show(parcel);
                }
                for kept in pool.iter_mut().skip(parcels.len()) {
                    kept.hide();
                }
            });
        });
    });
    view! { <g class="parcels" node_ref=layer aria-hidden="true"></g> }
}

fn new_element(layer: &Element) -> Option<Element> {
    let element = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "path").ok()?;
    layer.append_child(&element).ok()?;
    Some(element)
}

impl Kept {
    fn show(&mut self, parcel: &Drawn) {
        let looks = Some((parcel.look, parcel.fate));
        if self.shown != looks {
            let shape = parcel.look.map_or("M0-2.2a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.4z", outline);
            let colour = parcel.look.map_or("empty", colour_class);
            let fate = match parcel.fate {
                Fate::UnderWay => "",
                Fate::Delayed => " delayed",
                Fate::Dropped => " dropped",
            };
            self.set("d", shape);
            self.set("class", &format!("parcel {colour}{fate}"));
            self.shown = looks;
        }
        self.set("transform", &format!("translate({:.1} {:.1})", parcel.at.x, parcel.at.y));
    }

    fn hide(&mut self) {
        if self.shown.take().is_some() {
            self.set("class", "parcel none");
        }
    }

    fn set(&self, name: &str, value: &str) {
        // A name that is an attribute's is never refused.
        _ = self.element.set_attribute(name, value);
    }
}
