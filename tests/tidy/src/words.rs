//! One word per API: its schema and its handler have the same name.

use crate::files::{ending_with, expect_none, read};

/// Names of the files right in a folder, without their ending.
fn names(folder: &str, ending: &str) -> Vec<String> {
    let files = ending_with(&[ending]);
    let names = files.iter().filter_map(|file| file.strip_prefix(folder)?.strip_suffix(ending));
    names.filter(|name| !name.contains('/')).map(str::to_owned).collect()
}

#[test]
fn every_schema_has_a_handler_of_its_name() {
    let handlers = names("crates/broker/src/handlers/", ".rs");
    let schemas = names("crates/protocol/schema/", ".txt");
    assert!(!schemas.is_empty(), "there are schemas");
    let missing = schemas.iter().filter(|name| !handlers.contains(name));
    let missing: Vec<String> =
        missing.map(|name| format!("crates/protocol/schema/{name}.txt has no handlers/{name}.rs")).collect();
    expect_none("one word per API", &missing);
}

#[test]
fn every_handler_of_an_api_has_a_schema_of_its_name() {
    let schemas = names("crates/protocol/schema/", ".txt");
    let mut findings = Vec::new();
    for name in names("crates/broker/src/handlers/", ".rs") {
        let text = read(&format!("crates/broker/src/handlers/{name}.rs")).unwrap();
        // `//! Heartbeat (API key 12): ...` is how a handler opens; what handlers share does not.
        let answers_an_api = text.lines().next().is_some_and(|first| first.contains("(API key "));
        if answers_an_api && !schemas.contains(&name) {
            findings.push(format!("handlers/{name}.rs answers an API without schema/{name}.txt"));
        }
        if !answers_an_api && schemas.contains(&name) {
            findings.push(format!("handlers/{name}.rs does not open with `//! Name (API key N): ...`"));
        }
    }
    expect_none("one word per API", &findings);
}
