//! What stands in files: module docs at the top; no reminders, no paths of somebody's machine, no registry's address.

use crate::files::{all, ending_with, expect_none, read};

/// Words, put together here so that this file does not hold them.
fn reminders() -> [String; 3] {
    [["FIX", "ME"].concat(), ["TO", "DO"].concat(), ["XX", "X:"].concat()]
}

/// Beginnings of paths that exist on one machine only.
fn machine_paths() -> Vec<String> {
    ["work", "root", "home", "Users", "mnt"].map(|folder| format!("/{folder}/")).to_vec()
}

/// Addresses from which packages come. Which one is used is the machine's choice, not the repository's.
fn registries() -> Vec<String> {
    let hosts =
        ["registry.npmjs", "repo.maven.apache", "repo1.maven", "proxy.golang", "files.pythonhosted", "index.crates"];
    hosts.iter().map(|host| [host, "."].concat()).collect()
}

/// Where in the tree one of the words stands.
fn places(files: &[String], words: &[String], counts: impl Fn(&str, usize, usize) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let Some(text) = read(file) else { continue };
        for (index, line) in text.lines().enumerate() {
            for word in words {
                if line.match_indices(word.as_str()).any(|(at, _)| counts(line, at, word.len())) {
                    found.push(format!("{file}:{}: {word}", index + 1));
                }
            }
        }
    }
    found
}

/// Files that people write; what a tool writes in full is left out.
fn written() -> Vec<String> {
    all().into_iter().filter(|file| !file.ends_with("Cargo.lock") && !file.starts_with("tests/tidy/")).collect()
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = ending_with(&[".rs"]).into_iter().filter(|file| {
        // Attributes of the whole crate may stand before it.
        let text = read(file).unwrap_or_default();
        let first = text.lines().find(|line| !line.starts_with("#![") && !line.trim().is_empty());
        !first.is_some_and(|line| line.starts_with("//!"))
    });
    expect_none("every module starts with `//!`: what this room is for", &silent.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later_in_a_comment() {
    let whole_word = |line: &str, at: usize, size: usize| {
        let near = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !near(line[..at].chars().next_back()) && !near(line[at + size..].chars().next())
    };
    let found =
        places(&ending_with(&[".rs", ".ts", ".js", ".java", ".go", ".py", ".md", ".toml"]), &reminders(), whole_word);
    expect_none("what is not there is named in the file's header as \"Not done\"", &found);
}

#[test]
fn no_path_of_somebodys_machine_is_in_the_tree() {
    // `a/home/b` is a path from somewhere else.
    let absolute = |line: &str, at: usize, _: usize| {
        !line[..at].chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || "._}~-".contains(letter))
    };
    expect_none("paths that exist on one machine only", &places(&written(), &machine_paths(), absolute));
}

#[test]
fn no_registry_is_named_in_the_tree() {
    expect_none("which registry is used is the machine's choice", &places(&written(), &registries(), |_, _, _| true));
}
