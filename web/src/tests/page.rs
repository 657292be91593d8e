//! Gestures are commands: all or nothing, and they can be undone.

use super::{mount, settled};
use crate::page::{Named, Tone, free_name};
use leptos::prelude::*;
use runnel_sandbox::script::quote;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_gesture_is_undone_and_done_again_with_the_same_frames() {
    let mounted = mount("topic orders\nproducer shop\nsettle", |_| ().into_any());
    let page = mounted.page;
    let hash = || page.view.with(|viewing| viewing.story().world().trace_hash());
    let before = hash();
    assert!(page.run("send shop orders key=a count=3\nsettle"));
    let after = hash();
    assert_ne!(before, after);
    page.undo();
    assert_eq!((hash(), page.steps.get_untracked()), (before, (0, 1)));
    page.redo();
    assert_eq!((hash(), page.steps.get_untracked()), (after, (1, 0)));
    settled().await;
}

#[wasm_bindgen_test]
async fn what_is_refused_is_said_and_changes_nothing() {
    let mounted = mount("topic orders", |_| ().into_any());
    let page = mounted.page;
    assert!(!page.run("topic more\ntopic orders"));
    let report = page.report.get_untracked().unwrap();
    assert_eq!(report.tone, Tone::Refused);
    assert!(report.text.starts_with("line 2: ") && report.text.contains("orders"), "{}", report.text);
    assert!(page.view.scene(|scene| !scene.cluster.topics.contains_key("more")));
    assert_eq!(page.steps.get_untracked(), (0, 0));
    settled().await;
}

#[wasm_bindgen_test]
async fn what_is_done_in_the_past_lays_the_future_beside() {
    let mounted = mount("topic orders\nwait 5s", |_| ().into_any());
    let page = mounted.page;
    page.view.update(|viewing| viewing.seek(viewing.story().start()));
    assert!(page.run("topic others"));
    let beside = page.beside.get_untracked().expect("the future that was there");
    assert!(beside.with(|viewing| viewing.story().end() > page.view.with(|viewing| viewing.story().end())));
    page.change_sides();
    assert!(page.view.scene(|scene| !scene.cluster.topics.contains_key("others")));
    settled().await;
}

#[wasm_bindgen_test]
fn names_are_free_and_words_are_quoted_where_they_must_be() {
    let mounted = mount("topic payment-done\nconsumer anna group=billing topics=payment-done", |_| ().into_any());
    let named = |named| mounted.page.view.scene(|scene| free_name(scene, named));
    assert_eq!((named(Named::Topic), named(Named::Consumer)), ("orders".to_owned(), "bob".to_owned()));
    assert_eq!(named(Named::Group), "mailing");
    assert_eq!((quote("billing"), quote("it's a group")), ("billing".to_owned(), "\"it's a group\"".to_owned()));
}
