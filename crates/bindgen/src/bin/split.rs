//! Takes the page's WebAssembly apart: a part that the page begins with, and those that it loads once they are wanted.
//!
//! It comes before wasm-bindgen, and wants what the linker says about addresses: `--emit-relocs`. Arguments: the program,
//! and the folder into which the parts go. That of the beginning is `main.wasm`; `split.js` loads the others.

use anyhow::Context;
use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(folder), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: page-split PROGRAM.wasm FOLDER");
    };
    let program = std::fs::read(&input).with_context(|| format!("cannot read {}", input.display()))?;
    let main = folder.join("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(&program);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.main_module = "./runnel.js";
    options.link_name = "./split.js";
    wasm_split_cli_support::transform(options)
        .map(drop)
        .map_err(|error| anyhow::anyhow!("cannot take {} apart: {error:?}", input.display()))
}
