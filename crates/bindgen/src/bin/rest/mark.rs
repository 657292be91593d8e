//! A program that remembers which of its functions were called: each has a byte behind the program's memory.

use crate::own_functions;
use anyhow::Context;
use std::collections::BTreeSet;
use walrus::ir::{Const, Instr, MemArg, Store, StoreKind, Value};
use walrus::{ConstExpr, Module, ValType};

const PAGE_BYTES: u64 = 65_536;

/// The program with its marks. It says where they are, and how many, in the globals `marks` and `marks_count`.
pub(crate) fn marked(mut program: Module) -> anyhow::Result<Module> {
    let memory = program.get_memory_id()?;
    let functions = own_functions(&program);
    let count = u64::try_from(functions.len())?;
    let pages = program.memories.get_mut(memory);
    let marks = pages.initial * PAGE_BYTES;
    pages.initial += count.div_ceil(PAGE_BYTES);
    for (name, value) in [("marks", marks), ("marks_count", count)] {
        let value = ConstExpr::Value(Value::I32(i32::try_from(value)?));
        let global = program.globals.add_local(ValType::I32, false, false, value);
        program.exports.add(name, global);
    }
    for (mark, id) in (i32::try_from(marks)?..).zip(functions) {
        let arg = MemArg { align: 1, offset: 0 };
        let instructions: [Instr; 3] = [
            Const { value: Value::I32(mark) }.into(),
            Const { value: Value::I32(1) }.into(),
            Store { memory, kind: StoreKind::I32_8 { atomic: false }, arg }.into(),
        ];
        let mut body = program.funcs.get_mut(id).kind.unwrap_local_mut().builder_mut().func_body();
        for (position, instruction) in instructions.into_iter().enumerate() {
            body.instr_at(position, instruction);
        }
    }
    Ok(program)
}

/// The numbers of the functions that were called, one a line.
pub(crate) fn numbers(text: &str) -> anyhow::Result<BTreeSet<usize>> {
    let number = |(index, line): (usize, &str)| {
        line.parse().with_context(|| format!("line {}: wanted a number, found {line:?}", index + 1))
    };
    text.lines().enumerate().map(number).collect()
}
