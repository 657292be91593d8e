//! The shapes of keys: what number 3 looks like is decided here and in the colours of the style.

use leptos::prelude::*;
use runnel_sandbox::scene::Look;

/// Outlines around the middle, about 12 units wide; the first is for records without a key.
pub(super) const OUTLINES: [&str; 7] = [
    "M-4.5-2h9a2 2 0 0 1 0 4h-9a2 2 0 0 1 0-4z",
    "M0-5.4a5.4 5.4 0 1 1 0 10.8a5.4 5.4 0 1 1 0-10.8z",
    "M-4-4.9h8a.9.9 0 0 1 .9.9v8a.9.9 0 0 1-.9.9h-8a.9.9 0 0 1-.9-.9v-8a.9.9 0 0 1 .9-.9z",
    "M0-5.8L6 4.7H-6z",
    "M0-6.4L6.4 0L0 6.4L-6.4 0z",
    "M-2-5.6h4v3.6h3.6v4H2v3.6h-4V2h-3.6v-4H-2z",
    "M-2.9-5.4h5.8L6 0L2.9 5.4h-5.8L-6 0z",
];

/// The outline of a key.
pub(crate) fn outline(look: Look) -> &'static str {
    shape_at(&OUTLINES, look).copied().unwrap_or_default()
}

/// What belongs to the shape of a key, in a row of such things; that of records without a key for a shape which is not in it.
pub(super) fn shape_at<T>(row: &[T], look: Look) -> Option<&T> {
    row.get(usize::from(look.shape)).or_else(|| row.first())
}

/// The class that gives a key its colour.
pub(crate) fn colour_class(look: Look) -> &'static str {
    const CLASSES: [&str; 9] = ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"];
    CLASSES.get(usize::from(look.colour)).copied().unwrap_or(CLASSES[0])
}

/// The dots of the ground.
#[component]
pub(super) fn ShapeSymbols() -> impl IntoView {
    view! {
        <defs>
            <pattern id="ground" width="22" height="22" patternUnits="userSpaceOnUse">
                <circle cx="11" cy="11" r="0.9" class="ground-dot" />
            </pattern>
        </defs>
        <rect x="-100000" y="-100000" width="200000" height="200000" fill="url(#ground)" class="ground" />
    }
}
