//! What the stage draws of a world.

use super::{mount, settled};
use crate::stage::Stage;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

const PAYMENTS: &str = "topic payment-done partitions=3\n\
    producer checkout\n\
    wire checkout payment-done\n\
    consumer anna group=billing topics=payment-done\n\
    consumer bob group=billing topics=payment-done\n\
    settle\n\
    send checkout key=user1 value=paid count=2\n\
    settle\n";

fn stage(script: &str) -> super::Mounted {
    mount(script, |page| view! { <Stage view=page.view /> }.into_any())
}

#[wasm_bindgen_test]
async fn lanes_hold_records_and_consumers_say_what_they_own() {
    let mounted = stage(PAYMENTS);
    settled().await;
    assert_eq!(mounted.count(".lane"), 3);
    let offsets = mounted.texts(".lane .cell:not(.none) text");
    assert_eq!(offsets, ["0", "1"], "both records with one key lie in one lane");
    let mut owned = mounted.texts(".client.consumer .client-line");
    owned.sort();
    assert_eq!(owned, ["owns 0, 2", "owns 1"]);
    assert_eq!(mounted.texts(".fence-name"), ["billing"]);
    assert!(mounted.texts(".fence-state")[0].starts_with("Stable · gen "));
    assert_eq!(mounted.count(".wire"), 6, "three from the producer, three to the consumers");
}

#[wasm_bindgen_test]
async fn the_picture_follows_the_world() {
    let mounted = stage(PAYMENTS);
    settled().await;
    assert!(mounted.page.run("crash anna\nkill broker 1"));
    settled().await;
    assert_eq!(mounted.count(".client.crashed"), 1);
    assert_eq!(mounted.count(".frame.down"), 1);
    mounted.page.undo();
    settled().await;
    assert_eq!((mounted.count(".client.crashed"), mounted.count(".frame.down")), (0, 0));
}

#[wasm_bindgen_test]
async fn an_empty_stage_says_how_to_begin() {
    let mounted = stage("brokers 1");
    settled().await;
    assert!(mounted.texts(".empty-stage")[0].contains("Drag a topic"));
    assert!(mounted.page.run("topic orders"));
    settled().await;
    assert_eq!(mounted.count(".empty-stage"), 0);
}

#[wasm_bindgen_test]
async fn a_long_log_folds_without_losing_its_ends() {
    let mounted = stage("topic orders\nproducer shop\nsend shop orders key=a count=500\nsettle");
    settled().await;
    let cells = mounted.texts(".lane .cell:not(.none) text");
    assert_eq!((cells.first().map(String::as_str), cells.last().map(String::as_str)), (Some("0"), Some("499")));
    assert!(cells.iter().any(|cell| cell.starts_with('+')), "{cells:?}");
}
