//! Parcels on the wires. They move at every picture, so they are painted on a canvas above the rest, which then neither
//! has to be laid out nor painted anew.

use super::Picture;
use super::shapes::{OUTLINES, shape_at};
use super::viewport::Viewport;
use crate::page::Page;
use leptos::html;
use leptos::prelude::*;
use runnel_sandbox::scene::{Fate, Look, Point, Scene};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, Path2d};

/// Parcels that are drawn at most.
const DRAWN_MAX: usize = 400;
/// Sharper than this nobody sees.
const SHARPNESS_MAX: f64 = 2.0;
/// How much is seen of a parcel without records.
const EMPTY_OPACITY: f64 = 0.45;

/// A parcel as it is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Drawn {
    at: Point,
    /// Of the record that it carries; nothing if it carries none.
    look: Option<Look>,
    fate: Fate,
}

fn drawn(scene: &Scene) -> Vec<Drawn> {
    let parcels = scene.seen.parcels.values().take(DRAWN_MAX);
    let drawn = parcels.filter_map(|parcel| {
        let at = scene.parcel_at(parcel)?;
        let look = parcel.contents.cargo.first().map(|cargo| cargo.looks.first().copied().unwrap_or(Look::KEYLESS));
        Some(Drawn { at, look, fate: parcel.fate })
    });
    drawn.collect()
}

#[component]
pub(super) fn Parcels(picture: Picture) -> impl IntoView {
    let page = expect_context::<Page>();
    let canvas = NodeRef::<html::Canvas>::new();
    let brush: StoredValue<Option<Brush>, LocalStorage> = StoredValue::new_local(None);
    let parcels = picture.view.memo(drawn);
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let viewport = picture.viewport.get();
        let is_dark = page.is_dark.get();
        brush.update_value(|brush| {
            if brush.is_none() {
                *brush = Brush::new(canvas, is_dark);
            }
            if let Some(brush) = brush {
                brush.become_dark(is_dark);
                parcels.with(|parcels| brush.paint(&viewport, parcels));
            }
        });
    });
    view! { <canvas class="parcels" node_ref=canvas aria-hidden="true"></canvas> }
}

/// The colours of the page that parcels have.
struct Colours {
    keys: Vec<String>,
    empty: String,
    edge: String,
    delayed: String,
    dropped: String,
}

impl Colours {
    fn of(canvas: &HtmlCanvasElement) -> Option<Colours> {
        let style = window().get_computed_style(canvas).ok().flatten()?;
        let colour = |name: &str| style.get_property_value(name).unwrap_or_default();
        Some(Colours {
            keys: (0..9).map(|key| colour(&format!("--k{key}"))).collect(),
            empty: colour("--ink-3"),
            edge: colour("--bg"),
            delayed: colour("--warn"),
            dropped: colour("--bad"),
        })
    }
}

/// What paints the canvas.
struct Brush {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    shapes: Vec<Path2d>,
    dot: Path2d,
    colours: Colours,
    is_dark: bool,
    is_clear: bool,
}

impl Brush {
    /// Nothing if the browser cannot paint.
    fn new(canvas: HtmlCanvasElement, is_dark: bool) -> Option<Brush> {
        let context = canvas.get_context("2d").ok().flatten()?.dyn_into::<CanvasRenderingContext2d>().ok()?;
        let shapes = OUTLINES.iter().map(|outline| Path2d::new_with_path_string(outline).ok());
        let shapes = shapes.collect::<Option<Vec<Path2d>>>()?;
        let dot = Path2d::new_with_path_string("M0-2.2a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 1 1 0-4.4z").ok()?;
        let colours = Colours::of(&canvas)?;
        Some(Brush { canvas, context, shapes, dot, colours, is_dark, is_clear: true })
    }

    /// Takes other colours when the page has others.
    fn become_dark(&mut self, is_dark: bool) {
        if self.is_dark != is_dark
            && let Some(colours) = Colours::of(&self.canvas)
        {
            (self.colours, self.is_dark) = (colours, is_dark);
        }
    }

    fn paint(&mut self, viewport: &Viewport, parcels: &[Drawn]) {
        if parcels.is_empty() && self.is_clear {
            return;
        }
        self.is_clear = parcels.is_empty();
        let sharpness = window().device_pixel_ratio().clamp(1.0, SHARPNESS_MAX);
        let (width, height) = (viewport.size.0 * sharpness, viewport.size.1 * sharpness);
        let (width, height) = (pixels(width), pixels(height));
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        self.place(1.0, 0.0, 0.0);
        self.context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
        self.context.set_line_width(1.0);
        let scale = viewport.zoom * sharpness;
        for parcel in parcels {
            let (x, y) = (parcel.at.x - viewport.corner.x, parcel.at.y - viewport.corner.y);
            self.place(scale, x * scale, y * scale);
            self.parcel(parcel);
        }
    }

    /// Where the next shape goes, and how large.
    fn place(&self, scale: f64, x: f64, y: f64) {
        // Six finite numbers are never refused.
        _ = self.context.set_transform(scale, 0.0, 0.0, scale, x, y);
    }

    fn parcel(&self, parcel: &Drawn) {
        let (path, fill, opacity) = match parcel.look {
            Some(look) => (shape_at(&self.shapes, look), self.colours.keys.get(usize::from(look.colour)), 1.0),
            None => (Some(&self.dot), Some(&self.colours.empty), EMPTY_OPACITY),
        };
        let path = path.unwrap_or(&self.dot);
        let edge = match parcel.fate {
            Fate::UnderWay => &self.colours.edge,
            Fate::Delayed => &self.colours.delayed,
            Fate::Dropped => &self.colours.dropped,
        };
        self.context.set_global_alpha(opacity);
        if parcel.fate != Fate::Dropped {
            self.context.set_fill_style_str(fill.unwrap_or(&self.colours.empty));
            self.context.fill_with_path_2d(path);
        }
        self.context.set_stroke_style_str(edge);
        self.context.stroke_with_path(path);
    }
}

/// A length in whole pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn pixels(length: f64) -> u32 {
    length.round().clamp(1.0, 16_384.0) as u32
}
