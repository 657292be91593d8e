//! Which part of the stage is shown, and how large.

use super::Picture;
use leptos::prelude::*;
use leptos::svg;
use runnel_sandbox::scene::{Area, Flow, Point};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::ResizeObserver;

/// Room around everything, in pixels: left, at the top for the palette, right, at the bottom for the sentence.
const ROOM: (f64, f64, f64, f64) = (20.0, 104.0, 20.0, 64.0);
/// The same on a phone, where the sentence may have two lines.
const PHONE_ROOM: (f64, f64, f64, f64) = (12.0, 90.0, 12.0, 66.0);
/// A surface of a phone is not wider than this.
const PHONE_WIDTH: f64 = 640.0;
/// How much things are enlarged at most when everything fits.
const FIT_ZOOM_MAX: f64 = 1.15;
/// A surface that is narrower than this part of its height shows data flow from top to bottom.
const NARROW: f64 = 0.8;
const ZOOM_MIN: f64 = 0.15;
const ZOOM_MAX: f64 = 4.0;

/// Which part of the stage is shown.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Viewport {
    /// The stage's point in the upper left corner.
    pub(crate) corner: Point,
    /// Pixels for one unit of the stage.
    pub(crate) zoom: f64,
    /// Width and height of the surface in pixels.
    pub(crate) size: (f64, f64),
    /// Whether it follows what there is, until somebody moves it.
    pub(crate) follows: bool,
}

impl Default for Viewport {
    fn default() -> Self {
        Viewport { corner: Point::new(0.0, 0.0), zoom: 1.0, size: (800.0, 600.0), follows: true }
    }
}

impl Viewport {
    /// As SVG says it.
    pub(crate) fn view_box(&self) -> String {
        let (width, height) = (self.size.0 / self.zoom, self.size.1 / self.zoom);
        format!("{:.2} {:.2} {:.2} {:.2}", self.corner.x, self.corner.y, width, height)
    }

    /// The stage's point under a point of the surface in pixels.
    pub(crate) fn point(&self, x: f64, y: f64) -> Point {
        Point::new(self.corner.x + x / self.zoom, self.corner.y + y / self.zoom)
    }

    /// Shows all of it.
    pub(crate) fn fit(&mut self, bounds: Area) {
        let (left, top, right, bottom) = if self.size.0 > PHONE_WIDTH { ROOM } else { PHONE_ROOM };
        let (width, height) = ((self.size.0 - left - right).max(80.0), (self.size.1 - top - bottom).max(80.0));
        let zoom = (width / bounds.width.max(1.0)).min(height / bounds.height.max(1.0)).min(FIT_ZOOM_MAX);
        self.zoom = zoom.clamp(ZOOM_MIN, ZOOM_MAX);
        let spare = (width - bounds.width * self.zoom, height - bounds.height * self.zoom);
        self.corner = Point::new(
            bounds.x - (left + spare.0.max(0.0) / 2.0) / self.zoom,
            bounds.y - (top + spare.1.max(0.0) / 2.0) / self.zoom,
        );
    }

    /// Makes things larger or smaller around a point of the surface in pixels.
    pub(crate) fn zoom_by(&mut self, factor: f64, x: f64, y: f64) {
        let fixed = self.point(x, y);
        self.zoom = (self.zoom * factor).clamp(ZOOM_MIN, ZOOM_MAX);
        self.corner = Point::new(fixed.x - x / self.zoom, fixed.y - y / self.zoom);
        self.follows = false;
    }

    /// Moves what is shown by so many pixels.
    pub(crate) fn pan_by(&mut self, x: f64, y: f64) {
        self.corner = Point::new(self.corner.x - x / self.zoom, self.corner.y - y / self.zoom);
        self.follows = false;
    }
}

/// Keeps the viewport true to the size of its surface, and to what there is while it follows.
pub(super) fn follow(picture: Picture, surface: NodeRef<svg::Svg>) {
    let bounds = picture.view.memo(|scene| scene.stage.bounds);
    Effect::new(move |_| {
        let bounds = bounds.get();
        if picture.viewport.with_untracked(|viewport| viewport.follows) {
            picture.viewport.update(|viewport| viewport.fit(bounds));
        }
    });
    Effect::new(move |_| {
        let Some(surface) = surface.get() else { return };
        let element: web_sys::Element = surface.unchecked_into();
        let measured = element.clone();
        let measure = Closure::<dyn FnMut()>::new(move || {
            let found = measured.get_bounding_client_rect();
            let flow = if found.width() < found.height() * NARROW { Flow::Down } else { Flow::Across };
            if picture.view.scene(|scene| scene.flow != flow) {
                picture.view.update(|viewing| viewing.set_flow(flow));
            }
            picture.viewport.update(|viewport| {
                viewport.size = (found.width().max(1.0), found.height().max(1.0));
                if viewport.follows {
                    viewport.fit(bounds.get_untracked());
                }
            });
        });
        if let Ok(observer) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = StoredValue::new_local((observer, measure));
            on_cleanup(move || _ = kept.try_update_value(|(observer, _)| observer.disconnect()));
        }
    });
}

/// Larger, smaller, everything, tidy.
#[component]
pub(super) fn Controls(picture: Picture) -> impl IntoView {
    let page = expect_context::<crate::page::Page>();
    let zoom = move |factor: f64| {
        picture.viewport.update(|viewport| viewport.zoom_by(factor, viewport.size.0 / 2.0, viewport.size.1 / 2.0));
    };
    let fit = move |_| {
        let bounds = picture.view.scene(|scene| scene.stage.bounds);
        picture.viewport.update(|viewport| {
            viewport.follows = true;
            viewport.fit(bounds);
        });
    };
    view! {
        <div class="controls" role="group" aria-label="What is shown">
            <button class="zoom" aria-label="Larger" title="Larger" on:click=move |_| zoom(1.25)>"+"</button>
            <button class="zoom" aria-label="Smaller" title="Smaller" on:click=move |_| zoom(0.8)>"−"</button>
            <button title="Show everything" on:click=fit>"fit"</button>
            {picture
                .is_active
                .then(|| view! {
                    <button title="Put everything where it belongs" on:click=move |_| super::gesture::tidy(page)>
                        "tidy"
                    </button>
                })}
        </div>
    }
}
