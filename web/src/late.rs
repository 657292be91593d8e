//! What the page does not begin with: programs of their own, which are loaded behind the first picture, at the first
//! sign of a visitor's hand.
//!
//! With the feature `split` the source says, here, what goes into two of them, panels and extras: whoever wants those
//! waits and sees it. `cargo xtask page` takes out a third, the rest: what is left of the beginning and not called while
//! the page begins. Nobody has to know what is in that one, since `web/build/rest.js` fetches it at the first call that
//! cannot do without. Without the feature, as in tests, everything is there from the beginning.

use crate::course;
use crate::examples::Examples;
use crate::head::Help;
use crate::inspector::Panel;
use crate::outline;
use crate::page::{Selection, View};
use crate::share::Share;
use crate::terminal;
use crate::timeline::{Charts, Compared, Countdowns, Log};
use leptos::prelude::*;
use runnel_sandbox::world::Extras;

/// Parts of the page, each as what draws it.
#[derive(Debug)]
pub(crate) struct Panels {
    /// Everything about what is selected.
    pub(crate) inspector: fn(Selection) -> AnyView,
    /// The lessons.
    pub(crate) course: fn() -> AnyView,
    /// All that is on the stage, as a tree.
    pub(crate) outline: fn() -> AnyView,
    /// What the windows hold.
    pub(crate) examples: fn(RwSignal<bool>) -> AnyView,
    pub(crate) share: fn(RwSignal<bool>) -> AnyView,
    pub(crate) help: fn() -> AnyView,
    /// What stands below the time line.
    pub(crate) charts: fn() -> AnyView,
    pub(crate) countdowns: fn() -> AnyView,
    pub(crate) log: fn() -> AnyView,
    pub(crate) terminal: fn() -> AnyView,
    /// In what two worlds differ.
    pub(crate) compared: fn(View) -> AnyView,
}

static PANELS: Panels = Panels {
    inspector: |selection| view! { <Panel selection /> }.into_any(),
    course: || view! { <course::Panel /> }.into_any(),
    outline: || view! { <outline::Content /> }.into_any(),
    examples: |is_open| view! { <Examples is_open /> }.into_any(),
    share: |is_open| view! { <Share is_open /> }.into_any(),
    help: || view! { <Help /> }.into_any(),
    charts: || view! { <Charts /> }.into_any(),
    countdowns: || view! { <Countdowns /> }.into_any(),
    log: || view! { <Log /> }.into_any(),
    terminal: || view! { <terminal::Panel /> }.into_any(),
    compared: |beside| view! { <Compared beside /> }.into_any(),
};

/// How far the loading is.
#[derive(Clone, Copy)]
enum Loaded {
    /// It is asked for, or will be.
    No,
    /// It could not be loaded.
    Failed,
    Yes(&'static Panels),
}

#[cfg(feature = "split")]
mod parts {
    //! Where the program is taken apart: what is reached only from here is not what the page begins with.

    use super::{PANELS, Panels};
    use leptos::wasm_split::{self, SplitLoaderError, wasm_split};
    use runnel_sandbox::world::Extras;
    use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

    #[wasm_split(panels, wasm_split_path = wasm_split, fallible)]
    pub(super) fn panels() -> Result<&'static Panels, SplitLoaderError> {
        Ok(&PANELS)
    }

    #[wasm_split(extras, wasm_split_path = wasm_split, fallible)]
    pub(super) fn extras() -> Result<Extras, SplitLoaderError> {
        Ok(Extras::ALL)
    }

    // `web/build/rest.js` goes into the script that loads the others.
    #[wasm_bindgen(raw_module = "./split.js")]
    extern "C" {
        /// Asks for the rest, so that it is on its way together with what else is asked for.
        #[wasm_bindgen(js_name = fetchRest)]
        pub(super) fn fetch_rest();
        #[wasm_bindgen(js_name = loadRest, catch)]
        pub(super) async fn load_rest() -> Result<JsValue, JsValue>;
        #[wasm_bindgen(js_name = isRestThere)]
        pub(super) fn is_rest_there() -> bool;
        /// Waits for a hand or a key, or so many milliseconds.
        #[wasm_bindgen(js_name = firstSign)]
        pub(super) async fn first_sign(milliseconds: u32);
    }
}

#[cfg(not(feature = "split"))]
mod parts {
    use super::{PANELS, Panels};
    use runnel_sandbox::world::Extras;
    use std::convert::Infallible;

    pub(super) async fn panels() -> Result<&'static Panels, Infallible> {
        Ok(&PANELS)
    }

    pub(super) async fn extras() -> Result<Extras, Infallible> {
        Ok(Extras::ALL)
    }

    pub(super) fn fetch_rest() {}

    pub(super) async fn load_rest() -> Result<(), Infallible> {
        Ok(())
    }

    pub(super) fn is_rest_there() -> bool {
        true
    }

    pub(super) async fn first_sign(_milliseconds: u32) {}
}

thread_local! {
    static LOADED: ArcRwSignal<Loaded> = ArcRwSignal::new(if cfg!(feature = "split") { Loaded::No } else { Loaded::Yes(&PANELS) });
}

/// How long the page waits for a visitor's hand before it loads what she may want: the first picture, and what moves in
/// it, have the network and the machine for themselves.
const SIGN_MS: u32 = 3000;

/// Loads the panels, if they are not there. What was not loaded is asked for again.
pub(crate) async fn load() {
    let loaded = LOADED.with(Clone::clone);
    match loaded.get_untracked() {
        Loaded::Yes(_) => return,
        Loaded::No | Loaded::Failed => {}
    }
    parts::fetch_rest();
    let panels = parts::panels().await;
    // The panels can be shown without it, and fetch it if they must.
    _ = parts::load_rest().await;
    // Somebody else may have waited for the same.
    match loaded.get_untracked() {
        Loaded::Yes(_) => {}
        Loaded::No | Loaded::Failed => loaded.set(panels.map_or(Loaded::Failed, Loaded::Yes)),
    }
}

/// Whether whatever the extras are not needed for can be done without waiting.
pub(crate) fn is_rest_there() -> bool {
    parts::is_rest_there()
}

/// Loads the rest, if it is not there.
///
/// # Errors
/// Why what wants it cannot be done, for the visitor.
pub(crate) async fn load_rest() -> Result<(), String> {
    parts::load_rest()
        .await
        .map(drop)
        .map_err(|_| "the rest of this page could not be loaded: see whether you are online, and try again".to_owned())
}

/// Loads Kafka's tools, codecs and documentation, if they are not there.
///
/// # Errors
/// Why what wants them cannot be done, for the visitor.
pub(crate) async fn load_extras() -> Result<(), String> {
    if Extras::are_there() {
        return Ok(());
    }
    load_rest().await?;
    match parts::extras().await {
        Ok(extras) => {
            extras.bring();
            Ok(())
        }
        Err(_) => Err("the rest of this page, with Kafka's tools and codecs, could not be loaded: see whether you are online, and try again".to_owned()),
    }
}

/// Loads everything once the first picture stands and a hand moves, so that nobody waits for it.
pub(crate) fn load_soon() {
    let all = async {
        parts::first_sign(SIGN_MS).await;
        load().await;
        // Whoever wants them asks again, and is told.
        _ = load_extras().await;
    };
    request_animation_frame(|| {
        request_animation_frame(|| leptos::task::spawn_local(all));
    });
}

/// A part of the page, as soon as it is there.
pub(crate) fn late(show: impl Fn(&'static Panels) -> AnyView + Send + 'static) -> AnyView {
    let loaded = LOADED.with(Clone::clone);
    let again = |_| leptos::task::spawn_local(load());
    (move || match loaded.get() {
        Loaded::Yes(panels) => show(panels),
        Loaded::No => {
            leptos::task::spawn_local(load());
            view! { <p class="quiet-text">"Is being loaded…"</p> }.into_any()
        }
        Loaded::Failed => view! {
            <p class="refused-text" role="alert">"This part of the page could not be loaded."</p>
            <button on:click=again>"Try again"</button>
        }
        .into_any(),
    })
    .into_any()
}
