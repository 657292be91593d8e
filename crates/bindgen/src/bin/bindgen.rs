//! Makes a page's WebAssembly and its JavaScript from what the compiler made: wasm-bindgen's own command, taken from its
//! library.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}
