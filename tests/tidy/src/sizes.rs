//! Files stay small enough to be read in one go.
//!
//! A file past the limit asks which second thing it does. Those that were past it when the rule came stand in a list
//! with their size, which may only fall: whoever makes one smaller writes the new size down, or takes it off the list.

use crate::files::{ending_with, expect_none, read};
use std::collections::BTreeMap;

/// Lines in a source file, tests with it.
const LINES_MAX: usize = 400;

/// Larger files: tables that are long because Kafka's are.
const LARGER: [(&str, usize); 1] = [("crates/protocol/src/error_code.rs", 1184)];

#[test]
fn source_files_are_small_or_shrink() {
    let larger = BTreeMap::from(LARGER);
    let mut findings = Vec::new();
    for file in ending_with(&[".rs", ".ts", ".js", ".java", ".go", ".py", ".css"]) {
        let lines = read(&file).unwrap_or_default().lines().count();
        match larger.get(file.as_str()) {
            Some(&known) if lines > known => findings.push(format!("{file} grew from {known} to {lines} lines")),
            Some(&known) if lines < known => {
                findings.push(format!("{file} shrank from {known} to {lines} lines: well done, write it down here"));
            }
            None if lines > LINES_MAX => {
                findings
                    .push(format!("{file} has {lines} lines, more than {LINES_MAX}: which second thing does it do?"));
            }
            _ => {}
        }
    }
    expect_none("file sizes (tests/tidy/src/sizes.rs)", &findings);
}

#[test]
fn the_list_of_larger_files_names_files_that_are_there() {
    let gone = LARGER.iter().filter(|(file, _)| read(file).is_none());
    let gone: Vec<String> = gone.map(|(file, _)| format!("{file} is not there: take it off the list")).collect();
    expect_none("file sizes (tests/tidy/src/sizes.rs)", &gone);
}
