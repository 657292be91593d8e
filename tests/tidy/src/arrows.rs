//! Arrows between crates point one way: who may use whom.

use crate::files::{expect_none, read, root};
use std::fs;

/// Each room, and the rooms that it may use. Tests may look at more: `[dev-dependencies]` are not counted.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("crates/protocol", &[]),
    ("crates/broker", &["protocol"]),
    ("crates/clients", &["protocol"]),
    ("crates/tools", &["protocol", "clients"]),
    ("crates/sandbox", &["protocol", "broker", "clients", "tools"]),
    ("crates/lessons", &["protocol", "broker", "clients", "tools", "sandbox"]),
    ("crates/server", &["protocol", "broker", "tools"]),
    ("crates/xtask", &[]),
    ("crates/bindgen", &[]),
    ("web", &["protocol", "broker", "clients", "tools", "sandbox", "lessons"]),
];

/// The rooms that a manifest names under `[dependencies]` and `[build-dependencies]`.
fn used(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut used = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim();
        } else if section.ends_with("dependencies]") && !section.contains("dev-") {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            used.extend(name.strip_prefix("runnel-").map(str::to_owned));
        }
    }
    used
}

#[test]
fn crates_use_only_the_crates_below_them() {
    let mut findings = Vec::new();
    for (room, may_use) in MAY_USE {
        let Some(manifest) = read(&format!("{room}/Cargo.toml")) else { continue };
        let wrong = used(&manifest).into_iter().filter(|name| !may_use.contains(&name.as_str()));
        findings.extend(wrong.map(|name| format!("{room} uses {name}")));
    }
    expect_none("arrows point one way (ARCHITECTURE.md)", &findings);
}

#[test]
fn every_crate_has_its_arrows() {
    let rooms = fs::read_dir(root().join("crates")).unwrap();
    let rooms = rooms.map(|entry| format!("crates/{}", entry.unwrap().file_name().into_string().unwrap()));
    let unknown: Vec<String> = rooms.filter(|room| MAY_USE.iter().all(|(known, _)| known != room)).collect();
    expect_none("a new crate: say in tests/tidy/src/arrows.rs which crates it may use", &unknown);
}

#[test]
fn dev_dependencies_are_not_counted() {
    let manifest = "[dependencies]\nrunnel-protocol.workspace = true\nbytes = \"1\"\n\
                    [dev-dependencies]\nrunnel-broker = { path = \"x\" }\n[lints]\nworkspace = true\n";
    assert_eq!(used(manifest), ["protocol"]);
}
