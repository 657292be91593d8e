//! `help`: what can be typed, from the grammar that the commands are read by.

use super::{PageWord, names, npm, rows_of};
use runnel_sandbox::script::grammar;
use runnel_sandbox::world::Extras;
use runnel_tools::TOOLS;

/// Where lines of words end.
const WIDTH: usize = 76;

/// The words with which a command begins, each once; not those that only a script's head has.
pub(super) fn first_words() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let rows = grammar::commands().into_iter().filter(|row| !row.about.contains("the head"));
    for usage in rows.flat_map(|row| row.usages) {
        let word = usage.split(' ').next().unwrap_or_default();
        if names::tool(word).is_none() && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// All that can be typed, by kind.
pub(super) fn overview() -> String {
    let of_page = PageWord::ALL.iter().map(|(name, ..)| *name).chain(["help"]);
    let tools = TOOLS.iter().map(|tool| format!("{tool}.sh"));
    let programs = npm::SCRIPTS.iter().map(|script| format!("npm run {script}"));
    [
        "The stage's commands; `help send` tells of one:",
        &listed(first_words()),
        "Kafka's tools, with or without ./ or bin/ before and .sh behind; --help tells of one:",
        &listed(tools),
        "The tutorial's programs, with GROUP=..., TOPIC=... or KEY=... before them for other names:",
        &listed(programs),
        "Of this terminal:",
        &listed(of_page.map(str::to_owned)),
        "Tab completes (Shift-Tab leaves), arrows bring lines back, Ctrl-C interrupts, Ctrl-D ends the input.",
    ]
    .join("\n")
    .replace('`', "")
}

/// Words in lines, each line a little to the right.
fn listed(words: impl IntoIterator<Item = String>) -> String {
    let mut lines = vec![String::new()];
    for word in words {
        let line = lines.last_mut().filter(|line| line.len() + word.len() + 4 <= WIDTH);
        match line {
            Some(line) => line.push_str(&format!("{}{word}", if line.is_empty() { "  " } else { ", " })),
            None => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n")
}

/// What a word does; nothing of a word that does nothing.
pub(super) fn about(word: &str) -> Option<String> {
    let of_page = PageWord::ALL.iter().find(|(name, ..)| *name == word);
    let of_page = of_page.map(|(name, _, about)| format!("{name}\n  {about}"));
    of_page.or_else(|| of_command(word)).or_else(|| of_tool(word)).or_else(|| match word {
        "npm" => Some(programs()),
        _other => None,
    })
}

/// How a command is typed, and what it does.
pub(super) fn of_command(word: &str) -> Option<String> {
    let rows = rows_of(word);
    let told = rows.iter().map(|row| {
        let usages = row.usages.iter().filter(|usage| usage.split(' ').next() == Some(word));
        let usages: Vec<&str> = usages.map(String::as_str).collect();
        format!("{}\n  {}", usages.join("\n"), row.about.replace('`', ""))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

fn of_tool(word: &str) -> Option<String> {
    let name = names::tool(word).and_then(|name| TOOLS.iter().find(|tool| **tool == name))?;
    let options = Extras::tool_options(name);
    let width = options.iter().map(|option| option.name.len()).max().unwrap_or(0);
    let lines = options.iter().map(|option| format!("  {:width$}  {}", option.name, option.about));
    let lines: Vec<String> = lines.collect();
    Some(format!("{name}.sh\n{}\n{name}.sh --help prints what Kafka prints.", lines.join("\n")))
}

fn programs() -> String {
    let scripts = npm::SCRIPTS.iter().zip([
        "a kafkajs consumer of group my-app3 that reads quickstart-events from the beginning",
        "a kafkajs producer that sends \"hi there\" to quickstart-events and stays",
        "the same to payment-done, with the key user1",
        "both of the first two",
    ]);
    let scripts: Vec<String> = scripts.map(|(script, about)| format!("npm run {script}\n  {about}")).collect();
    format!("{}\nGROUP=... TOPIC=... KEY=... before it stand for other names.", scripts.join("\n"))
}
