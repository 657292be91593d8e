//! Links in Markdown lead somewhere.

use crate::files::{ending_with, expect_none, read, root};
use std::path::Path;

/// The targets of `[text](target)` in a text, outside code.
fn targets(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        // Every second piece between backquotes is code.
        for prose in line.split('`').step_by(2) {
            let ends = prose.split("](").skip(1);
            targets.extend(ends.filter_map(|end| end.split([')', ' ']).next()).map(str::to_owned));
        }
    }
    targets
}

/// The anchor that a heading gets: small letters, dashes for blanks, nothing else but letters and digits.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

fn has_anchor(file: &str, wanted: &str) -> bool {
    read(file).is_some_and(|text| text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == wanted))
}

#[test]
fn links_in_markdown_resolve() {
    let mut findings = Vec::new();
    for file in ending_with(&[".md"]) {
        for target in targets(&read(&file).unwrap_or_default()) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, heading) =
                target.split_once('#').map_or((target.as_str(), None), |(path, end)| (path, Some(end)));
            let folder = Path::new(&file).parent().unwrap();
            let path = if path.is_empty() { file.clone() } else { folder.join(path).display().to_string() };
            if !root().join(&path).exists() {
                findings.push(format!("{file}: {target}: no such file"));
            } else if heading.is_some_and(|heading| path.ends_with(".md") && !has_anchor(&path, heading)) {
                findings.push(format!("{file}: {target}: no such heading"));
            }
        }
    }
    expect_none("links in Markdown", &findings);
}

#[test]
fn links_are_found_outside_code() {
    assert_eq!(targets("see [a](b.md) and [c](d.md#e \"t\")\n```\n[x](y)\n```\n`[p](q)`"), ["b.md", "d.md#e"]);
    assert_eq!(anchor("## What is kafka? (really)"), "what-is-kafka-really");
}
