//! The list of functions that are not run while the page begins.

use crate::own_functions;
use anyhow::{Context, ensure};
use std::collections::BTreeSet;
use walrus::{FunctionId, Module};

/// A function with fewer instructions stays: what stands in its place would be as long.
const INSTRUCTIONS_MIN: u64 = 12;

/// Functions by a checksum of their names, as names of generic functions fill pages.
#[derive(Debug)]
pub(crate) struct List(BTreeSet<u32>);

impl List {
    /// Reads one checksum a line, in hexadecimal.
    pub(crate) fn parse(text: &str) -> anyhow::Result<List> {
        let checksum = |(index, line): (usize, &str)| {
            ensure!(line.len() == 8, "line {}: wanted eight digits, found {line:?}", index + 1);
            u32::from_str_radix(line, 16)
                .with_context(|| format!("line {}: wanted eight digits, found {line:?}", index + 1))
        };
        text.lines().enumerate().map(checksum).collect::<anyhow::Result<_>>().map(List)
    }

    pub(crate) fn to_text(&self) -> String {
        self.0.iter().map(|checksum| format!("{checksum:08x}\n")).collect()
    }

    /// Whether a function is in it. One without a name is in no list.
    pub(crate) fn has(&self, program: &Module, id: FunctionId) -> bool {
        checksum(program, id).is_some_and(|checksum| self.0.contains(&checksum))
    }
}

/// What was not called, of a program whose functions of these numbers were.
pub(crate) fn learned(program: &Module, called: &BTreeSet<usize>) -> List {
    let (mut not_called, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for (number, id) in own_functions(program).into_iter().enumerate() {
        let Some(checksum) = checksum(program, id) else { continue };
        let is_small = program.funcs.get(id).kind.unwrap_local().size() < INSTRUCTIONS_MIN;
        // Of functions of one name all are in the list, or none.
        if is_small || called.contains(&number) { &mut kept } else { &mut not_called }.insert(checksum);
    }
    List(&not_called - &kept)
}

fn checksum(program: &Module, id: FunctionId) -> Option<u32> {
    let name = program.funcs.get(id).name.as_deref()?;
    // The alternate form leaves out the hashes, which differ from one build of a crate to the next.
    Some(crc32c::crc32c(format!("{:#}", rustc_demangle::demangle(name)).as_bytes()))
}
