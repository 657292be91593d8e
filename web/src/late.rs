//! What the page does not begin with: a program of its own, which is loaded once the first picture stands.
//!
//! `cargo xtask page` takes it apart from the rest, with the feature `split`. Without it, as in tests, everything is
//! there from the beginning.

use crate::api;
use crate::course;
use crate::examples::Examples;
use crate::head::Help;
use crate::inspector::Panel;
use crate::outline;
use crate::page::{Page, Selection, View};
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
    /// Puts what programs can do with the page into the window.
    pub(crate) offer: fn(Page),
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
    offer: api::offer,
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

    #[wasm_split(panels, wasm_split_path = wasm_split, fallible)]
    pub(super) fn panels() -> Result<&'static Panels, SplitLoaderError> {
        Ok(&PANELS)
    }

    #[wasm_split(extras, wasm_split_path = wasm_split, fallible)]
    pub(super) fn extras() -> Result<Extras, SplitLoaderError> {
        Ok(Extras::ALL)
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
}

thread_local! {
    static LOADED: ArcRwSignal<Loaded> = ArcRwSignal::new(if cfg!(feature = "split") { Loaded::No } else { Loaded::Yes(&PANELS) });
}

/// Loads it, if it is not there. What was not loaded is asked for again.
pub(crate) async fn load() {
    let loaded = LOADED.with(Clone::clone);
    match loaded.get_untracked() {
        Loaded::Yes(_) => return,
        Loaded::No | Loaded::Failed => {}
    }
    loaded.set(match parts::panels().await {
        Ok(panels) => Loaded::Yes(panels),
        Err(_) => Loaded::Failed,
    });
}

/// Loads Kafka's tools, codecs and documentation, if they are not there.
///
/// # Errors
/// Why what wants them cannot be done, for the visitor.
pub(crate) async fn load_extras() -> Result<(), String> {
    if Extras::are_there() {
        return Ok(());
    }
    match parts::extras().await {
        Ok(extras) => {
            extras.bring();
            Ok(())
        }
        Err(_) => Err("the rest of this page, with Kafka's tools and codecs, could not be loaded: see whether you are online, and try again".to_owned()),
    }
}

/// Loads everything once the first picture stands, so that nobody waits for it.
pub(crate) fn load_soon() {
    let all = async {
        load().await;
        // Whoever wants them asks again, and is told.
        _ = load_extras().await;
    };
    request_animation_frame(|| {
        request_animation_frame(|| leptos::task::spawn_local(all));
    });
}

/// Lets programs use the page as soon as what they use is there.
pub(crate) fn offer_api(page: Page) {
    let loaded = LOADED.with(Clone::clone);
    Effect::new(move |_| match loaded.get() {
        Loaded::Yes(panels) => (panels.offer)(page),
        Loaded::No | Loaded::Failed => {}
    });
}

/// A part of the page, as soon as it is there.
pub(crate) fn late(show: impl Fn(&'static Panels) -> AnyView + Send + 'static) -> AnyView {
    let loaded = LOADED.with(Clone::clone);
    let again = |_| leptos::task::spawn_local(load());
    (move || match loaded.get() {
        Loaded::Yes(panels) => show(panels),
        Loaded::No => view! { <p class="quiet-text">"Is being loaded…"</p> }.into_any(),
        Loaded::Failed => view! {
            <p class="refused-text" role="alert">"This part of the page could not be loaded."</p>
            <button on:click=again>"Try again"</button>
        }
        .into_any(),
    })
    .into_any()
}
