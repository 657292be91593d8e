//! A run is opened a slice at a time.

use super::{mount, settled};
use crate::opening::{Source, Wanted, open};
use crate::page::Tone;
use leptos::prelude::*;
use runnel_sandbox::viewing::{Playing, Viewing};
use wasm_bindgen_test::wasm_bindgen_test;

const STORY: &str = "topic orders partitions=3\nproducer shop\nwire shop orders\n\
    consumer anna group=billing topics=orders\nsend shop rate=5/s keys=user1..user9\nwait 20s\ncrash anna\nwait 10s";

fn file() -> String {
    Viewing::of_script(STORY).unwrap().story().to_file()
}

#[wasm_bindgen_test]
async fn until_a_run_is_played_the_stage_stays_as_it_was() {
    let mounted = mount("topic mine", |_| ().into_any());
    let page = mounted.page;
    let wanted = |playing| Wanted {
        playing,
        title: "theirs".to_owned(),
        source: Source::Chosen,
        what: "it".to_owned(),
        is_playing: false,
    };
    open(page, wanted(Playing::of_file(&file()).unwrap()));
    assert!(page.opening.is_under_way() && page.view.scene(|scene| scene.cluster.topics.contains_key("mine")));
    while page.opening.is_under_way() {
        next_picture().await;
    }
    assert!(page.view.scene(|scene| scene.cluster.topics.contains_key("orders")));
    assert_eq!((page.title.get_untracked().as_str(), page.steps.get_untracked()), ("theirs", (1, 0)));

    let impossible = "topic orders\ntopic orders";
    open(page, wanted(Playing::of_script(impossible).unwrap()));
    while page.opening.is_under_way() {
        next_picture().await;
    }
    assert_eq!(page.report.get_untracked().unwrap().tone, Tone::Refused);
    assert_eq!(page.steps.get_untracked(), (1, 0), "the stage stays as it was");
    settled().await;
}

/// Waits for the next picture.
async fn next_picture() {
    let next = js_sys::Promise::new(&mut |done, _| {
        window().request_animation_frame(&done).unwrap();
    });
    wasm_bindgen_futures::JsFuture::from(next).await.unwrap();
}
