//! Natively the hashes are kept; in WebAssembly they are met.

/// What came natively.
const HASHES: &str = include_str!("../hashes.txt");

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_hashes_are_those_of_native_runs() {
    let found = super::hashes();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/hashes.txt"), &found).expect("the file can be written");
    } else {
        assert_eq!(found, HASHES, "UPDATE_EXPECT=1 writes hashes.txt anew");
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn every_story_of_the_sandbox_is_played() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/sandbox/transcripts");
    let files = std::fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    let mut names: Vec<String> =
        files.filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".txt")?.to_owned())).collect();
    names.sort();
    let played: Vec<&str> = super::world::STORIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(played, names, "src/world.rs lists the stories");
}

/// How much faster than life WebAssembly plays the tutorial: `cargo xtask bench world` asks.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
#[ignore = "it measures, and wants optimisations"]
fn the_stories_are_timed() {
    #[wasm_bindgen::prelude::wasm_bindgen]
    extern "C" {
        /// Milliseconds since some moment.
        #[wasm_bindgen(js_namespace = performance)]
        fn now() -> f64;
    }
    let started = now();
    let lasted: f64 = super::world::STORIES.iter().map(|(_, text)| super::world::seconds(text)).sum();
    let took = (now() - started) / 1e3;
    wasm_bindgen_test::console_log!(
        "tutorial in WebAssembly: {} stories, {lasted:.0} s of their time in {took:.2} s, {:.0} times real time",
        super::world::STORIES.len(),
        lasted / took,
    );
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn the_same_runs_give_the_same_frames_in_webassembly() {
    assert_eq!(super::hashes(), HASHES);
}
