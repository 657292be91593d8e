//! Takes from the part with which the page begins what is not run while it begins: the rest, which is loaded behind the
//! first picture, or at the first call of something that is in it.
//!
//! What is run is learned by running it: `mark` makes a program that remembers which of its functions were called, and
//! `learn` writes down which were not. `part` makes two programs of one by that list. A function that the list does not
//! know, since it is new or has another name now, stays where it was: an old list costs bytes and nothing else. All three
//! want the program as wasm-bindgen leaves it, with names.

mod list;
mod mark;
mod part;

use anyhow::{Context, bail};
use std::path::Path;
use walrus::{FunctionId, Module, ModuleConfig};

const USAGE: &str = "usage: page-rest mark PROGRAM MARKED
       page-rest learn PROGRAM NUMBERS LIST
       page-rest part PROGRAM LIST BEGINNING REST";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["mark", program, marked] => write(marked, &mark::marked(read(program)?)?.emit_wasm()),
        ["learn", program, numbers, list] => {
            let numbers = mark::numbers(&text(numbers)?).with_context(|| format!("{numbers} is no list of numbers"))?;
            write(list, list::learned(&read(program)?, &numbers).to_text().as_bytes())
        }
        ["part", program, list, beginning, rest] => {
            let list = list::List::parse(&text(list)?).with_context(|| format!("{list} is no list of functions"))?;
            let mut parted = part::parted(read(program)?, read(program)?, &list)?;
            write(beginning, &parted.beginning.emit_wasm())?;
            write(rest, &parted.rest.emit_wasm())
        }
        _ => bail!(USAGE),
    }
}

/// The functions that a program has of its own, in an order that is the same whenever it is read.
fn own_functions(program: &Module) -> Vec<FunctionId> {
    program.funcs.iter_local().map(|(id, _)| id).collect()
}

fn read(path: &str) -> anyhow::Result<Module> {
    ModuleConfig::new()
        .generate_name_section(true)
        .parse_file(Path::new(path))
        .with_context(|| format!("cannot read {path}"))
}

fn text(path: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

fn write(path: &str, content: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, content).with_context(|| format!("cannot write {path}"))
}
