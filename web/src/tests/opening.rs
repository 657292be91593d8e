//! A run is opened a slice at a time.

use super::{mount, settled};
use crate::opening::{Playing, Source, Wanted, open};
use crate::page::Tone;
use leptos::prelude::*;
use runnel_sandbox::viewing::Viewing;
use wasm_bindgen_test::wasm_bindgen_test;

const STORY: &str = "topic orders partitions=3\nproducer shop\nwire shop orders\n\
    consumer anna group=billing topics=orders\nsend shop rate=5/s keys=user1..user9\nwait 20s\ncrash anna\nwait 10s";

fn file() -> String {
    Viewing::of_script(STORY).unwrap().story().to_file()
}

#[wasm_bindgen_test]
fn a_run_that_is_played_in_slices_is_the_same_as_in_one_piece() {
    let file = file();
    let whole = Viewing::of_file(&file).unwrap();
    let mut playing = Playing::of_file(&file, Some(whole.story().start())).unwrap();
    let mut slices = 0;
    while !playing.go_on(|| false).unwrap() {
        slices += 1;
        assert!(playing.percent() <= 100);
    }
    assert!(slices > 100, "{slices}");
    let mut played = playing.into_viewing();
    assert_eq!(played.now(), played.story().start(), "it stands where it was left");
    assert_eq!(played.story().to_file(), file);
    played.seek(played.story().end());
    assert_eq!(played.scene().cluster, whole.scene().cluster);

    let mut script = Playing::of_script(STORY).unwrap();
    while !script.go_on(|| false).unwrap() {}
    assert_eq!(script.into_viewing().story().to_file(), file);
}

#[wasm_bindgen_test]
fn what_cannot_be_played_says_why() {
    let damaged = file().replace("crash anna", "crash bert");
    let mut playing = Playing::of_file(&damaged, None).unwrap();
    let reason = playing.go_on(|| true).unwrap_err();
    assert!(reason.contains("bert"), "{reason}");
    let changed = file().replace("rate=5/s", "rate=6/s");
    let reason = Playing::of_file(&changed, None).unwrap().go_on(|| true).unwrap_err();
    assert!(reason.contains("wanted sum"), "{reason}");
    assert!(Playing::of_file("nothing", None).is_err());
    let reason = Playing::of_script("topic orders\ntopic orders").unwrap().go_on(|| true).unwrap_err();
    assert!(reason.starts_with("line 2: "), "{reason}");
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
    open(page, wanted(Playing::of_file(&file(), None).unwrap()));
    assert!(page.opening.is_under_way() && page.view.scene(|scene| scene.cluster.topics.contains_key("mine")));
    while page.opening.is_under_way() {
        next_picture().await;
    }
    assert!(page.view.scene(|scene| scene.cluster.topics.contains_key("orders")));
    assert_eq!((page.title.get_untracked().as_str(), page.steps.get_untracked()), ("theirs", (1, 0)));

    open(page, wanted(Playing::of_file(&file().replace("crash anna", "crash bert"), None).unwrap()));
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
