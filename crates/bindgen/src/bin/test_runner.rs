//! Runs a test binary for wasm32 in Node or in a browser: `CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER` names it.
//!
//! It is `wasm-bindgen-test-runner`, taken from the library that wasm-bindgen's own command is made of, so that nothing
//! has to be installed and its version cannot drift from that of `wasm-bindgen`.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
