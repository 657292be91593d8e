//! Keys, gestures, and whose work the page stands on.

use leptos::prelude::*;

const KEYS: [(&str, &str); 9] = [
    ("Space", "play or pause"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("← →", "on the time line: a second back or forth; with Shift ten; Home and End to the ends"),
    ("Enter", "on a piece of the palette: puts it onto the stage"),
    ("Tab", "from part to part of the page"),
    ("↑ ↓ ← →", "in the outline: from thing to thing, open and close"),
    ("Shift+F10, menu key", "in the outline: everything that can be done with a thing"),
    ("Enter", "in the outline: shows it in the inspector"),
    ("Escape", "ends a drag, closes a window, selects nothing"),
];

const GESTURES: [(&str, &str); 6] = [
    ("Drag from the palette", "makes a producer, topic, consumer, group or broker"),
    ("Drag from a producer to a topic", "draws a wire: there it sends"),
    ("Drag a consumer into a group or out", "it joins, or leaves"),
    ("Drag the ground", "moves the picture; the wheel or two fingers enlarge it"),
    ("Click on a record", "tells why it is in its partition"),
    ("Go back and do it differently", "the future that was there stands beside, to compare"),
];

const LIBRARIES: [(&str, &str); 7] = [
    ("Leptos, Rust's web-sys, js-sys and wasm-bindgen", "MIT; MIT or Apache-2.0"),
    ("serde, serde_json, base64, flate2, bytes, uuid", "MIT or Apache-2.0"),
    ("zlib-rs", "Zlib"),
    ("snap", "BSD-3-Clause"),
    ("ruzstd, lz4_flex, twox-hash, pulldown-cmark", "MIT"),
    ("litemap", "Unicode-3.0"),
    ("Runnel itself", "Apache-2.0"),
];

fn pairs(pairs: &'static [(&'static str, &'static str)]) -> impl IntoView {
    let pair = |(name, says): &(&'static str, &'static str)| view! { <dt>{*name}</dt><dd>{*says}</dd> };
    view! { <dl class="help-list">{pairs.iter().map(pair).collect_view()}</dl> }
}

#[component]
pub(crate) fn Help() -> impl IntoView {
    view! {
            <p>"A whole Kafka runs in this page: real brokers and clients that send each other real frames. Whatever you do is a command, and time can go back."</p>
            <h3 class="section-title">"Keys"</h3>
            {pairs(&KEYS)}
            <h3 class="section-title">"Gestures"</h3>
            {pairs(&GESTURES)}
            <h3 class="section-title">"Libraries"</h3>
            {pairs(&LIBRARIES)}
            {licences().map(|address| view! {
                <p><a href=address target="_blank" rel="noopener">"All of them, with their licences"</a></p>
            })}
    }
}

/// Where the texts of all licences lie; a page that `trunk` serves has none.
fn licences() -> Option<String> {
    let link = document().query_selector("head link[rel=license]").ok().flatten()?;
    link.get_attribute("href")
}
