//! What stands around the stage: outline, charts, forms.

use super::{Mounted, mount, settled};
use crate::inspector::Inspector;
use crate::outline::{Outline, OutlineShown};
use crate::timeline::Timeline;
use leptos::prelude::*;
use runnel_sandbox::scene::NodeId;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement, HtmlInputElement};

impl Mounted {
    fn element(&self, selector: &str) -> HtmlElement {
        self.body.query_selector(selector).unwrap().expect(selector).unchecked_into()
    }

    /// Presses the button that says so.
    fn press(&self, selector: &str, text: &str) {
        let found = self.body.query_selector_all(selector).unwrap();
        let all = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok());
        let is_it = |button: &HtmlElement| button.text_content().is_some_and(|found| found.trim() == text);
        all.into_iter().find(is_it).expect(text).click();
    }
}

#[wasm_bindgen_test]
async fn the_keyboard_stays_on_its_row_while_what_the_row_tells_changes() {
    let mounted = mount("topic orders\nproducer shop\nwire shop orders", |_| {
        let shown = OutlineShown::new();
        shown.0.set(true);
        provide_context(shown);
        view! { <Outline /> }.into_any()
    });
    settled().await;
    let row = mounted.element("[id='outline-client:shop']");
    row.focus().unwrap();
    assert!(row.text_content().unwrap().contains("producer, runs → orders"));
    assert!(mounted.page.run("pause shop"));
    settled().await;
    assert!(row.text_content().unwrap().contains("producer, paused"));
    let focused = document().active_element().and_then(|found| found.get_attribute("id"));
    assert_eq!(focused.as_deref(), Some("outline-client:shop"));
}

#[wasm_bindgen_test]
async fn the_chart_of_a_short_run_begins_where_the_run_begins() {
    let mounted = mount("topic orders\nproducer shop\nwire shop orders\nsend shop rate=2/s\nwait 40s", |page| {
        page.is_playing.set(false);
        view! { <Timeline /> }.into_any()
    });
    settled().await;
    if mounted.count(".plot") == 0 {
        mounted.press(".tab", "Charts");
    }
    settled().await;
    assert_eq!(mounted.texts(".plot-from")[0], "00:00");
    assert_eq!(mounted.texts(".plot-to")[0], "01:00");
    assert_eq!(mounted.count(".plot-box.none"), 1, "there is no lag to draw without a group");
    mounted.press(".tab", "Charts");
}

#[wasm_bindgen_test]
async fn a_partition_that_is_not_there_is_said_before_anything_is_sent() {
    let mounted = mount("topic orders partitions=3\nproducer shop\nwire shop orders\nsettle", |page| {
        page.select(NodeId::Client("shop".to_owned()));
        view! { <Inspector /> }.into_any()
    });
    settled().await;
    let labels = mounted.body.query_selector_all(".produce label").unwrap();
    let labels = (0..labels.length()).filter_map(|at| labels.item(at)?.dyn_into::<HtmlElement>().ok());
    let label = labels.into_iter().find(|label| label.text_content().as_deref() == Some("partition")).unwrap();
    let input: HtmlInputElement =
        document().get_element_by_id(&label.get_attribute("for").unwrap()).unwrap().unchecked_into();
    let send = |partition: &str| {
        input.set_value(partition);
        input.dispatch_event(&Event::new("input").unwrap()).unwrap();
        mounted.press(".produce button", "send");
    };
    send("3");
    settled().await;
    assert_eq!(mounted.texts(".produce .field-error"), ["orders has partitions 0 to 2, found partition \"3\""]);
    assert_eq!(mounted.page.steps.get_untracked(), (0, 0), "nothing was sent");
    send("2");
    settled().await;
    assert_eq!(mounted.texts(".produce .field-error"), [""]);
    assert_eq!(mounted.page.steps.get_untracked(), (1, 0));
}
