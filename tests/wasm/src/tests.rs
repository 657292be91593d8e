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

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn the_same_runs_give_the_same_frames_in_webassembly() {
    assert_eq!(super::hashes(), HASHES);
}
