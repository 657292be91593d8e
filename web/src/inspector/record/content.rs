//! What a record says, in full: as text, set out as JSON where it is some, or as bytes.

use super::Place;
use crate::page::Page;
use crate::widgets::{Section, hex};
use leptos::prelude::*;

/// Bytes of a key or a value that are shown.
const SHOWN_SIZE_MAX: usize = 32 * 1024;

/// A key, a value, or that of a header.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Piece {
    name: String,
    bytes: Option<Vec<u8>>,
}

/// How bytes are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Text,
    Hex,
}

impl Piece {
    fn shown(&self, way: Way) -> String {
        let Some(bytes) = &self.bytes else { return "null".to_owned() };
        let cut = &bytes[..bytes.len().min(SHOWN_SIZE_MAX)];
        let mut shown = match (way, std::str::from_utf8(bytes)) {
            (Way::Text, Ok(text)) => set_out(text).unwrap_or_else(|| String::from_utf8_lossy(cut).into_owned()),
            (Way::Text, Err(_)) | (Way::Hex, _) => hex::dump(cut),
        };
        if bytes.len() > SHOWN_SIZE_MAX {
            shown.push_str(&format!("\n… and {} bytes more", bytes.len() - SHOWN_SIZE_MAX));
        }
        if shown.is_empty() { "(empty)".to_owned() } else { shown }
    }

    fn is_text(&self) -> bool {
        self.bytes.as_ref().is_none_or(|bytes| std::str::from_utf8(bytes).is_ok())
    }
}

/// JSON with a line for each member.
fn set_out(text: &str) -> Option<String> {
    if text.len() > SHOWN_SIZE_MAX || !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    serde_json::to_string_pretty(&value).ok()
}

#[component]
pub(super) fn ContentSection(place: Place) -> impl IntoView {
    let page = expect_context::<Page>();
    let record =
        page.view.with(|viewing| viewing.story().world().cluster().record(&place.topic, place.partition, place.offset));
    let mut pieces = Vec::new();
    if let Some(record) = record {
        pieces.push(Piece { name: "key".to_owned(), bytes: record.key.map(|key| key.to_vec()) });
        let name = if record.value.is_none() { "value: a tombstone" } else { "value" };
        pieces.push(Piece { name: name.to_owned(), bytes: record.value.map(|value| value.to_vec()) });
        pieces.extend(record.headers.iter().map(|header| {
            let name = format!("header {}", header.key);
            Piece { name, bytes: header.value.as_ref().map(|value| value.to_vec()) }
        }));
    }
    let pieces = StoredValue::new(pieces);
    view! {
        <Section title="Content">
            {move || pieces.get_value().into_iter().map(|piece| view! { <PieceView piece /> }).collect_view()}
        </Section>
    }
}

#[component]
fn PieceView(piece: Piece) -> impl IntoView {
    let way = RwSignal::new(if piece.is_text() { Way::Text } else { Way::Hex });
    let name = piece.name.clone();
    let size = piece.bytes.as_ref().map(|bytes| format!("{} bytes", bytes.len()));
    let is_choice = piece.is_text() && piece.bytes.as_ref().is_some_and(|bytes| !bytes.is_empty());
    let pressed = move |this: Way| move || (way.get() == this).to_string();
    view! {
        <div class="content">
            <div class="content-head">
                <span>{name}</span>
                <span class="section-note">{size}</span>
                {is_choice
                    .then(|| view! {
                        <span class="ways" role="group" aria-label="Shown as">
                            <button class="way" aria-pressed=pressed(Way::Text) on:click=move |_| way.set(Way::Text)>
                                "text"
                            </button>
                            <button class="way" aria-pressed=pressed(Way::Hex) on:click=move |_| way.set(Way::Hex)>
                                "hex"
                            </button>
                        </span>
                    })}
            </div>
            <pre class="bytes mono" tabindex="0">{move || piece.shown(way.get())}</pre>
        </div>
    }
}
