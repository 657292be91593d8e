//! The settings of a client, each edited where it stands: `set NAME ...`.

use crate::inspector::act::attempt;
use crate::page::Page;
use crate::widgets::{Apply, Edited, Section};
use leptos::prelude::*;
use runnel_sandbox::scene::{ClientRole, Scene};
use runnel_sandbox::script::Command;
use runnel_sandbox::script::quote;
use std::collections::BTreeMap;

/// A setting: the word of the command language, what it is called, the values that there are, what it means.
struct Known {
    word: &'static str,
    name: &'static str,
    choices: &'static [(&'static str, &'static str)],
    hint: &'static str,
}

const KINDS: &[(&str, &str)] = &[("kafkajs", "kafkajs"), ("java", "Java"), ("librdkafka", "librdkafka")];
const DEFAULT: (&str, &str) = ("", "as its library");

const PRODUCER: &[Known] = &[
    Known { word: "kind", name: "library", choices: KINDS, hint: "Whose habits it has" },
    Known {
        word: "acks",
        name: "acks",
        choices: &[DEFAULT, ("0", "0: no answer"), ("1", "1: the leader"), ("all", "all in sync")],
        hint: "Who must have a record before it counts as sent",
    },
    Known { word: "linger", name: "linger", choices: &[], hint: "How long a batch waits for more records: 20ms" },
    Known {
        word: "idempotence",
        name: "idempotence",
        choices: &[DEFAULT, ("true", "on"), ("false", "off")],
        hint: "Records are numbered, so that none is written twice",
    },
];

const CONSUMER: &[Known] = &[
    Known { word: "kind", name: "library", choices: KINDS, hint: "Whose habits it has" },
    Known { word: "group", name: "group", choices: &[], hint: "Whose work it shares" },
    Known { word: "topics", name: "topics", choices: &[], hint: "What it subscribes to, with commas between" },
    Known { word: "processing", name: "processing", choices: &[], hint: "How long it works on a record: 400ms" },
    Known {
        word: "commit",
        name: "commit",
        choices: &[
            DEFAULT,
            ("auto", "auto"),
            ("each", "each record"),
            ("before", "before the work"),
            ("after", "after the work"),
            ("never", "never"),
        ],
        hint: "When it commits its positions",
    },
    Known {
        word: "from-beginning",
        name: "begins with",
        choices: &[("false", "new records"), ("true", "the oldest record")],
        hint: "Where it begins when its group has committed nothing",
    },
    Known {
        word: "assignor",
        name: "assignor",
        choices: &[
            DEFAULT,
            ("range", "range"),
            ("roundrobin", "roundrobin"),
            ("sticky", "sticky"),
            ("cooperative-sticky", "cooperative-sticky"),
        ],
        hint: "How the leader of the group deals the partitions",
    },
    Known { word: "concurrent", name: "concurrent", choices: &[], hint: "How many partitions it works on at once" },
    Known { word: "instance", name: "instance id", choices: &[], hint: "group.instance.id: a static member" },
];

/// What a client is set to, by word; other settings by their own names behind `config:`.
fn settings(scene: &Scene, name: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(client) = scene.clients.get(name) else { return found };
    let mut put = |word: &str, text: String| _ = found.insert(word.to_owned(), text);
    // Times stand in the command as a script has them.
    for word in client.command.split(' ') {
        if let Some((word, text)) = word.split_once('=')
            && matches!(word, "linger" | "processing" | "idempotence" | "concurrent")
        {
            put(word, text.to_owned());
        }
    }
    let configs = match client.command.parse::<Command>() {
        Ok(Command::Producer(spec)) => {
            put("kind", spec.kind.to_string());
            put("acks", spec.acks.map_or_else(String::new, |acks| acks.to_string()));
            spec.configs
        }
        Ok(Command::Consumer(spec)) => {
            put("kind", spec.kind.to_string());
            put("group", spec.group);
            put("topics", spec.topics.join(","));
            put("from-beginning", spec.from_beginning.to_string());
            put("commit", spec.commit.map_or_else(String::new, |commit| commit.to_string()));
            let assignors: Vec<String> = spec.assignors.iter().map(ToString::to_string).collect();
            put("assignor", assignors.join(","));
            put("instance", spec.instance.unwrap_or_default());
            spec.configs
        }
        Ok(_) | Err(_) => BTreeMap::new(),
    };
    for (config, text) in configs {
        put(&format!("config:{config}"), text);
    }
    found
}

#[component]
pub(super) fn SettingsSection(name: String, role: ClientRole) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let found = page.view.memo(move |scene| settings(scene, &at));
    let known = if role == ClientRole::Producer { PRODUCER } else { CONSUMER };
    let fields = {
        let name = name.clone();
        move || {
            let fields = known.iter().map(|known| {
                let word = known.word;
                let value = Signal::derive(move || found.with(|found| found.get(word).cloned().unwrap_or_default()));
                let choices = known.choices.iter().map(|(choice, name)| ((*choice).to_owned(), (*name).to_owned()));
                let choices: Vec<(String, String)> = choices.collect();
                view! {
                    <Edited
                        name=known.name
                        value
                        apply=setter(page, name.clone(), word.to_owned())
                        choices
                        placeholder="as its library"
                        hint=known.hint
                    />
                }
            });
            fields.collect_view()
        }
    };
    let configs = Memo::new(move |_| {
        let is_config = |word: &&String| word.starts_with("config:");
        found.with(|found| found.keys().filter(is_config).cloned().collect::<Vec<String>>())
    });
    let config = {
        let name = name.clone();
        move |word: String| {
            let shown = word.strip_prefix("config:").unwrap_or(&word).to_owned();
            let at = word.clone();
            let value = Signal::derive(move || found.with(|found| found.get(&at).cloned().unwrap_or_default()));
            view! { <Edited name=shown value apply=setter(page, name.clone(), word) placeholder="as its library" /> }
        }
    };
    view! {
        <Section title="Settings">
            {fields.clone()}
            <For each=move || configs.get() key=Clone::clone children=config.clone() />
            <Edited
                name="any other"
                value=""
                placeholder=example(role)
                apply=any_other(page, name.clone(), role)
                hint="A setting by the name of Kafka's documentation, with its value"
            />
        </Section>
    }
}

/// A setting that such a client may have.
fn example(role: ClientRole) -> &'static str {
    match role {
        ClientRole::Producer => "batch.size=32768",
        ClientRole::Consumer | ClientRole::Tool => "max.poll.records=10",
    }
}

/// Sets one word.
fn setter(page: Page, name: String, word: String) -> Apply {
    Callback::new(move |text: String| attempt(page, &format!("set {name} {word}={}", quote(text.trim()))))
}

/// Sets what was typed as `name=value`.
fn any_other(page: Page, name: String, role: ClientRole) -> Apply {
    Callback::new(move |text: String| match text.split_once('=') {
        Some((config, value)) => attempt(page, &format!("set {name} config:{}={}", config.trim(), quote(value.trim()))),
        None => Err(format!("wanted name=value, like {}, found \"{text}\"", example(role))),
    })
}
