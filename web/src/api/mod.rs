//! `window.runnel`: what programs can do with the page. The same commands as anywhere else.
//!
//! | Call | What it does |
//! | --- | --- |
//! | `run(text)` | runs a script; a promise of an array of sentences that tell what happened, or of the refusal |
//! | `scene()` | the scene as an object, as `crates/sandbox/src/scene/README.md` describes it |
//! | `seek(ms)` | goes to a time since the story's beginning, and pauses |
//! | `now()` | where it stands, in milliseconds since the beginning |
//! | `play()`, `pause()` | lets time pass, or not |
//! | `traceHash()` | the hash of every frame so far |
//! | `link()` | a promise of a link to this page with the story in it |
//! | `version` | the version of the page |

use crate::late;
use crate::page::Page;
use crate::share;
use crate::timeline::go_to;
use js_sys::{Array, JSON, Object, Promise, Reflect};
use leptos::prelude::*;
use runnel_broker::Timestamp;
use runnel_sandbox::telling::Teller;
use runnel_sandbox::world::{Extras, Happening};
use wasm_bindgen::convert::{FromWasmAbi, IntoWasmAbi, ReturnWasmAbi};
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::future_to_promise;

/// Sets one name of an object; what is an object of ours takes all of them.
fn set(object: &Object, name: &str, value: &JsValue) {
    _ = Reflect::set(object, &JsValue::from_str(name), value);
}

fn method<A: FromWasmAbi + 'static, R: ReturnWasmAbi + IntoWasmAbi + 'static>(
    object: &Object,
    name: &str,
    call: impl FnMut(A) -> R + 'static,
) {
    set(object, name, &Closure::<dyn FnMut(A) -> R>::new(call).into_js_value());
}

fn refused(reason: &str) -> JsValue {
    js_sys::Error::new(reason).into()
}

fn run(page: Page, script: &JsValue) -> Promise {
    let Some(script) = script.as_string() else { return Promise::reject(&refused("run(text) wants a text")) };
    page.ghost.set(script.lines().next().unwrap_or_default().to_owned());
    if !late::is_rest_there() || Extras::are_missing_for(&script) {
        return future_to_promise(async move {
            late::load_rest().await.map_err(|reason| refused(&reason))?;
            if Extras::are_missing_for(&script) {
                late::load_extras().await.map_err(|reason| refused(&reason))?;
            }
            tell(page.try_run(&script))
        });
    }
    match tell(page.try_run(&script)) {
        Ok(told) => Promise::resolve(&told),
        Err(reason) => Promise::reject(&reason),
    }
}

/// What happened, in sentences.
fn tell(done: Result<Vec<Happening>, String>) -> Result<JsValue, JsValue> {
    match done {
        Ok(happenings) => {
            let mut teller = Teller::default();
            for happening in &happenings {
                teller.note(happening);
            }
            let told: Array = teller.take().into_iter().map(JsValue::from).collect();
            Ok(told.into())
        }
        Err(reason) => Err(refused(&reason)),
    }
}

fn scene(page: Page) -> JsValue {
    let text = page.view.scene(|scene| serde_json::to_string(&scene.document()));
    text.ok().and_then(|text| JSON::parse(&text).ok()).unwrap_or(JsValue::NULL)
}

fn seek(page: Page, millis: f64) {
    let millis = if millis.is_finite() { millis.clamp(0.0, 1e14) } else { 0.0 };
    let start = page.view.with(|viewing| viewing.story().start());
    let passed = std::time::Duration::from_secs_f64(millis / 1000.0);
    go_to(page, Timestamp(start.0) + passed);
}

/// Puts `runnel` into the window.
pub(crate) fn offer(page: Page) {
    let api = Object::new();
    set(&api, "version", &JsValue::from_str(env!("CARGO_PKG_VERSION")));
    method(&api, "run", move |script: JsValue| -> JsValue { run(page, &script).into() });
    method(&api, "scene", move |_: JsValue| -> JsValue { scene(page) });
    method(&api, "seek", move |millis: JsValue| -> JsValue {
        seek(page, millis.as_f64().unwrap_or_default());
        JsValue::UNDEFINED
    });
    method(&api, "now", move |_: JsValue| -> JsValue {
        JsValue::from_f64(page.view.with(|viewing| viewing.now().since(viewing.story().start()).as_secs_f64() * 1000.0))
    });
    method(&api, "play", move |_: JsValue| -> JsValue {
        page.is_playing.set(true);
        JsValue::UNDEFINED
    });
    method(&api, "pause", move |_: JsValue| -> JsValue {
        page.is_playing.set(false);
        JsValue::UNDEFINED
    });
    method(&api, "traceHash", move |_: JsValue| -> JsValue {
        let hash = page.view.with(|viewing| viewing.story().world().trace_hash());
        JsValue::from_str(&format!("{hash:016x}"))
    });
    method(&api, "link", move |_: JsValue| -> JsValue {
        let link = match share::link_of(page) {
            Ok(link) => Promise::resolve(&JsValue::from_str(&link)),
            Err(reason) => Promise::reject(&refused(&reason)),
        };
        link.into()
    });
    _ = Reflect::set(&window(), &JsValue::from_str("runnel"), &api);
}
