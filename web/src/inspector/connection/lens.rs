//! A frame opened: its fields as a tree beside its bytes. A field that is pointed at lights its bytes, a byte its field.

use super::tap;
use crate::page::Page;
use crate::stage::shortened;
use crate::widgets::hex::LINE_BYTES;
use leptos::prelude::*;
use runnel_sandbox::scene::{Field, Opened};
use std::ops::Range;

/// Bytes and fields that are drawn.
const BYTES_MAX: usize = 1_024;
const FIELDS_MAX: usize = 400;

/// What is lit: a field by its place in the list, and the bytes that it and all that it holds take.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Lit {
    field: usize,
    own: Range<usize>,
    whole: Range<usize>,
}

fn lit(field: usize, of: &Field) -> Lit {
    Lit { field, own: of.start..of.end, whole: of.whole_start..of.whole_end }
}

#[component]
pub(super) fn Lens(id: u64, number: u64) -> impl IntoView {
    let page = expect_context::<Page>();
    // A frame does not change: it is looked into once.
    let (opened, bytes) = page.view.with(|viewing| {
        let tap = tap(viewing, id);
        let bytes = tap.bytes(number).map(|bytes| bytes.to_vec()).unwrap_or_default();
        (tap.open(number), bytes)
    });
    let Some(opened) = opened else {
        return view! { <p class="quiet-text">"Its request was not seen, so its fields cannot be told."</p> }
            .into_any();
    };
    let shown = RwSignal::new(None::<Lit>);
    let error = opened.error.clone().map(|error| view! { <p class="warning">{error}</p> });
    let left_out = opened.fields.len().saturating_sub(FIELDS_MAX) + opened.fields_left_out;
    let more =
        (left_out > 0).then(|| view! { <p class="quiet-text small">{format!("and {left_out} fields more")}</p> });
    let opened = StoredValue::new(opened);
    view! {
        <div class="lens">
            {error} <Hex bytes opened shown /> <Fields opened shown /> {more}
        </div>
    }
    .into_any()
}

#[component]
fn Fields(opened: StoredValue<Opened>, shown: RwSignal<Option<Lit>>) -> impl IntoView {
    let fields = opened.with_value(|opened| opened.fields.iter().take(FIELDS_MAX).cloned().collect::<Vec<Field>>());
    let row = |(place, field): (usize, Field)| {
        let here = lit(place, &field);
        let there = here.clone();
        let is_lit = move || shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.field == place));
        let indent = format!("padding-left:{}px", 4 + field.depth.min(8) * 10);
        let value = shortened(&field.value, 60);
        let title =
            format!("{} · {} · bytes {} to {}", field.path, field.type_name, field.whole_start, field.whole_end);
        view! {
            <li>
                <button
                    class="field-row mono"
                    class:lit=is_lit
                    style=indent
                    title=title
                    on:pointerenter=move |_| shown.set(Some(here.clone()))
                    on:focus=move |_| shown.set(Some(there.clone()))
                >
                    <span class="field-name">{field.name}</span>
                    <span class="field-type">{field.type_name}</span>
                    <span class="field-value">{value}</span>
                </button>
            </li>
        }
    };
    view! { <ol class="fields">{fields.into_iter().enumerate().map(row).collect_view()}</ol> }
}

#[component]
fn Hex(bytes: Vec<u8>, opened: StoredValue<Opened>, shown: RwSignal<Option<Lit>>) -> impl IntoView {
    let more = bytes.len().saturating_sub(BYTES_MAX);
    let point = move |position: usize| {
        opened.with_value(|opened| {
            let found = opened.fields.iter().position(|field| (field.start..field.end).contains(&position));
            if let Some((place, field)) = found.and_then(|place| Some((place, opened.fields.get(place)?))) {
                shown.set(Some(lit(place, field)));
            }
        });
    };
    let byte = move |position: usize, byte: u8| {
        let class = move || {
            shown.with(|shown| match shown {
                Some(lit) if lit.own.contains(&position) => "byte lit",
                Some(lit) if lit.whole.contains(&position) => "byte inside",
                Some(_) | None => "byte",
            })
        };
        view! {
            <button
                class=class
                aria-label=format!("byte {position}")
                tabindex=if position == 0 { "0" } else { "-1" }
                on:pointerenter=move |_| point(position)
                on:focus=move |_| point(position)
                on:keydown=move |event| step(&event)
            >
                {format!("{byte:02x}")}
            </button>
        }
    };
    let lines = bytes.iter().take(BYTES_MAX).copied().collect::<Vec<u8>>();
    let lines = lines.chunks(LINE_BYTES).enumerate().map(|(line, chunk)| {
        let first = line * LINE_BYTES;
        let cells = chunk.iter().enumerate().map(|(place, value)| byte(first + place, *value)).collect_view();
        let letters = crate::widgets::hex::letters(chunk);
        view! {
            <div class="hex-line">
                <span class="hex-place">{format!("{first:04x}")}</span>
                <span class="hex-bytes">{cells}</span>
                <span class="hex-letters">{letters}</span>
            </div>
        }
    });
    let lines = lines.collect_view();
    let field = move || {
        shown.with(|shown| {
            let place = shown.as_ref()?.field;
            opened.with_value(|opened| {
                let field = opened.fields.get(place)?;
                Some(format!("{}: {} = {}", field.path, field.type_name, shortened(&field.value, 80)))
            })
        })
    };
    view! {
        <div class="hex mono" role="group" aria-label="Bytes of the frame">
            {lines}
        </div>
        <p class="quiet-text small">
            {(more > 0).then(|| format!("and {more} bytes more. "))}
            {move || field().unwrap_or_else(|| "Point at a byte or a field.".to_owned())}
        </p>
    }
}

/// Goes from byte to byte with the arrow keys.
fn step(event: &leptos::ev::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let steps = match event.key().as_str() {
        "ArrowRight" => 1,
        "ArrowLeft" => -1,
        "ArrowDown" => i32::try_from(LINE_BYTES).unwrap_or(8),
        "ArrowUp" => -i32::try_from(LINE_BYTES).unwrap_or(8),
        _ => return,
    };
    event.prevent_default();
    let go = || {
        let byte = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
        let bytes = byte.closest(".hex").ok()??.query_selector_all(".byte").ok()?;
        let place = (0..bytes.length()).find(|at| bytes.item(*at).as_ref() == Some(byte.as_ref()))?;
        let next = u32::try_from(i32::try_from(place).ok()? + steps).ok()?;
        bytes.item(next)?.dyn_into::<web_sys::HtmlElement>().ok()?.focus().ok()
    };
    _ = go();
}
