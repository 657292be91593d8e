//! The same frames in a browser. The tests in `src` are Node's: a test binary runs in one of the two.
#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test::wasm_bindgen_test]
fn the_same_runs_give_the_same_frames_in_a_browser() {
    assert_eq!(runnel_wasm_tests::hashes(), include_str!("../hashes.txt"));
}
