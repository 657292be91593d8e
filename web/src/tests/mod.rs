//! Components in a real browser: what they draw of a world, and what gestures mean.

mod around;
mod opening;
mod page;
mod stage;

use crate::page::Page;
use crate::terminal::Terminals;
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::tachys::view::any_view::AnyViewState;
use runnel_sandbox::viewing::Viewing;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test_configure;
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

/// A page of a world, with a component on it.
struct Mounted {
    page: Page,
    body: HtmlElement,
    _handle: UnmountHandle<AnyViewState>,
}

/// Shows a component of a world.
fn mount(script: &str, component: impl FnOnce(Page) -> AnyView + 'static) -> Mounted {
    let viewing = Viewing::of_script(script).unwrap();
    let body: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&body).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let handle = mount_to(body.clone(), move || {
        let page = Page::new(viewing, "a test");
        provide_context(page);
        provide_context(Terminals::new());
        sender.send(page).unwrap();
        component(page)
    });
    Mounted { page: receiver.recv().unwrap(), body, _handle: handle }
}

impl Mounted {
    /// The text of every element that a selector finds.
    fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.body.query_selector_all(selector).unwrap();
        let all = (0..found.length()).filter_map(|at| found.item(at)?.text_content());
        all.map(|text| text.trim().to_owned()).collect()
    }

    fn count(&self, selector: &str) -> u32 {
        self.body.query_selector_all(selector).unwrap().length()
    }
}

/// Lets effects run.
async fn settled() {
    leptos::task::tick().await;
    leptos::task::tick().await;
}
