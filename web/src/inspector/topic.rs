//! A topic: its partitions, its configs, how much goes through it.

use super::Gone;
use super::act::{Act, Lead, attempt, count};
use crate::page::Page;
use crate::widgets::{Apply, Edited, Fact, Facts, Section};
use leptos::prelude::*;
use runnel_broker::configs::Key;
use runnel_sandbox::scene::{Client, ClientRole, NodeId, Scene, Topic};
use runnel_sandbox::script::quote;

/// Seconds over which a rate is counted.
const RATE_SECONDS: i64 = 10;

/// What is shown of a topic as a whole.
#[derive(Clone, PartialEq, Debug, Default)]
struct About {
    partitions: usize,
    replication: usize,
    records: i64,
    produced: String,
    consumed: String,
    topic_id: String,
    is_internal: bool,
}

fn about(scene: &Scene, name: &str) -> Option<About> {
    let topic = scene.cluster.topics.get(name)?;
    let rates = scene.seen.rates.topics.get(name);
    let rate = |counted: i64| format!("{}.{} in a second", counted / RATE_SECONDS, counted % RATE_SECONDS);
    Some(About {
        partitions: topic.lanes.len(),
        replication: topic.lanes.iter().map(|lane| lane.replicas.len()).max().unwrap_or(0),
        records: topic.lanes.iter().map(runnel_sandbox::scene::Lane::offsets_count).sum(),
        produced: rate(rates.map_or(0, |rates| rates.produced.counted_within(scene.time, RATE_SECONDS))),
        consumed: rate(rates.map_or(0, |rates| rates.consumed.counted_within(scene.time, RATE_SECONDS))),
        topic_id: topic.topic_id.clone(),
        is_internal: topic.internal,
    })
}

#[component]
pub(super) fn TopicPanel(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let about = page.view.memo(move |scene| about(scene, &at));
    let is_there = Memo::new(move |_| about.with(Option::is_some));
    let gone = format!("topic {name}");
    view! {
        <Show when=move || is_there.get() fallback=move || view! { <Gone what=gone.clone() /> }>
            <Body name=name.clone() about />
        </Show>
    }
}

#[component]
fn Body(name: String, about: Memo<Option<About>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let of = move |read: fn(&About) -> String| {
        Signal::derive(move || about.with(|about| about.as_ref().map(read).unwrap_or_default()))
    };
    let altered = name.clone();
    let partitions: Apply = Callback::new(move |text: String| {
        let now = about.with_untracked(|about| about.as_ref().map_or(0, |about| about.partitions));
        match text.trim().parse::<usize>() {
            Ok(wanted) if (1..now).contains(&wanted) => make_anew(page, &altered, &altered, wanted),
            Ok(_) | Err(_) => {
                attempt(page, &format!("alter topic {} partitions={}", quote(&altered), quote(text.trim())))
            }
        }
    });
    let (renamed, shown) = (name.clone(), name.clone());
    let rename: Apply = Callback::new(move |text: String| {
        let partitions = about.with_untracked(|about| about.as_ref().map_or(1, |about| about.partitions));
        make_anew(page, &renamed, text.trim(), partitions)?;
        page.select(NodeId::Topic(text.trim().to_owned()));
        Ok(())
    });
    let crumb = of(|about| if about.is_internal { "topic of Kafka's own" } else { "topic" }.to_owned());
    view! {
        <p class="crumb">{move || crumb.get()}</p>
        <h2 class="panel-title">{name.clone()}</h2>
        <Section title="Topic">
            <Edited
                name="name"
                value=shown.clone()
                apply=rename
                hint="Kafka renames no topic: while it has no records it is deleted and made anew"
            />
            <Edited
                name="partitions"
                value=of(|about| about.partitions.to_string())
                apply=partitions
                hint="More can be added; none is ever taken away, but while there are no records the topic can be made anew"
            />
            <Facts>
                <Fact name="replication" value=of(|about| about.replication.to_string()) is_data=true />
                <Fact name="records" value=of(|about| about.records.to_string()) is_data=true />
                <Fact name="produced" value=of(|about| about.produced.clone()) is_data=true />
                <Fact name="consumed" value=of(|about| about.consumed.clone()) is_data=true />
                <Fact name="topic id" value=of(|about| about.topic_id.clone()) is_data=true />
            </Facts>
        </Section>
        <Partitions name=name.clone() />
        <Configs name=name.clone() />
        <Actions name />
    }
}

/// Deletes a topic without records, and makes it anew under a name with so many partitions; clients follow it.
fn make_anew(page: Page, old: &str, new: &str, partitions: usize) -> Result<(), String> {
    let script = page.view.scene(|scene| anew(scene, old, new, partitions))?;
    attempt(page, &script)
}

fn anew(scene: &Scene, old: &str, new: &str, partitions: usize) -> Result<String, String> {
    let topic = scene.cluster.topics.get(old).ok_or_else(|| format!("there is no topic {old}"))?;
    let records: i64 = topic.lanes.iter().map(runnel_sandbox::scene::Lane::offsets_count).sum();
    if topic.lanes.iter().any(|lane| lane.log_end_offset > 0) {
        let of = count(records, "record");
        return Err(format!(
            "Kafka renames no topic and takes no partition away; {old} has {of}, so it stays as it is"
        ));
    }
    let mut script = String::new();
    let wired: Vec<&Client> = scene.clients.values().filter(|client| client.card.topics.contains(old)).collect();
    for producer in wired.iter().filter(|client| client.card.role == ClientRole::Producer && old != new) {
        script.push_str(&format!("unwire {} {}\n", producer.card.name, quote(old)));
    }
    script.push_str(&format!("delete topic {}\n", quote(old)));
    let replication = topic.lanes.iter().map(|lane| lane.replicas.len()).max().unwrap_or(1);
    script.push_str(&format!("topic {} partitions={partitions} replication={replication}", quote(new)));
    for (config, value) in &topic.configs {
        script.push_str(&format!(" config:{config}={}", quote(value)));
    }
    script.push('\n');
    for client in wired.iter().filter(|_| old != new) {
        let name = &client.card.name;
        match client.card.role {
            ClientRole::Producer => script.push_str(&format!("wire {name} {}\n", quote(new))),
            ClientRole::Consumer => {
                let topics = client.card.topics.iter().map(|topic| if topic == old { new } else { topic });
                let topics: Vec<&str> = topics.collect();
                script.push_str(&format!("set {name} topics={}\n", topics.join(",")));
            }
            ClientRole::Tool => {}
        }
    }
    Ok(script)
}

#[component]
fn Partitions(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let rows = page.view.memo(move |scene| {
        let lanes = scene.cluster.topics.get(&at).map(|topic| topic.lanes.as_slice()).unwrap_or_default();
        let row = |lane: &runnel_sandbox::scene::Lane| {
            let leader = if lane.leader < 0 { "offline".to_owned() } else { format!("broker {}", lane.leader) };
            (lane.partition, format!("{} · {leader}", count(lane.offsets_count(), "record")))
        };
        lanes.iter().map(row).collect::<Vec<(i32, String)>>()
    });
    let name = StoredValue::new(name);
    let row = move |(partition, text): (i32, String)| {
        view! {
            <li>
                <Lead to=NodeId::lane(&name.get_value(), partition) text=format!("partition {partition}") />
                <span class="section-note mono">{text}</span>
            </li>
        }
    };
    view! {
        <Section title="Partitions">
            <ul class="rows">{move || rows.get().into_iter().map(row).collect_view()}</ul>
        </Section>
    }
}

/// Configs that were set, and behind a fold all others with their defaults.
#[component]
fn Configs(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let at = name.clone();
    let configs = page.view.memo(move |scene| {
        scene.cluster.topics.get(&at).map(|topic: &Topic| topic.configs.clone()).unwrap_or_default()
    });
    let set = Memo::new(move |_| configs.with(|configs| configs.keys().cloned().collect::<Vec<String>>()));
    let setter = move |config: &str| -> Apply {
        let (name, config) = (name.clone(), config.to_owned());
        Callback::new(move |text: String| {
            attempt(page, &format!("alter topic {} config:{config}={}", quote(&name), quote(text.trim())))
        })
    };
    let own_setter = setter.clone();
    let own = move |config: String| {
        let at = config.clone();
        let value = Signal::derive(move || configs.with(|configs| configs.get(&at).cloned().unwrap_or_default()));
        let apply = own_setter(&config);
        view! { <Edited name=config.clone() value apply placeholder=default_of(&config) hint=words_of(&config) /> }
    };
    let others = move || {
        let set = set.get();
        let free = Key::all_of_topic().filter(|key| !key.internal && !set.iter().any(|name| name == key.name));
        let field = |key: &'static Key| {
            let apply = setter(key.name);
            view! { <Edited name=key.name value="" apply placeholder=default_of(key.name) hint=words_of(key.name) /> }
        };
        free.map(field).collect_view()
    };
    view! {
        <Section title="Configs">
            <For each=move || set.get() key=Clone::clone children=own.clone() />
            <p class="quiet-text small" class:none=move || !set.with(Vec::is_empty)>
                "Nothing is set: all is as the brokers have it."
            </p>
            <p class="quiet-text small" class:none=move || set.with(Vec::is_empty)>
                "An empty field takes a config back to the brokers' default."
            </p>
        </Section>
        <Section title="Other configs">{others.clone()}</Section>
    }
}

fn default_of(config: &str) -> String {
    Key::of_topic(config).and_then(|key| key.default).unwrap_or("none").to_owned()
}

/// The first sentence of Kafka's words about a config.
fn words_of(config: &str) -> String {
    let words = Key::of_topic(config).map(Key::documentation).unwrap_or_default();
    words.split_once(". ").map_or_else(|| words.clone(), |(first, _)| format!("{first}."))
}

/// The same topic again, without its records.
fn duplicate(scene: &Scene, name: &str) -> Option<(String, String)> {
    let topic = scene.cluster.topics.get(name)?;
    let copies = (2..).map(|number: u32| format!("{name}-{number}"));
    let copy = copies.take(1_000).find(|copy| !scene.cluster.topics.contains_key(copy))?;
    let replication = topic.lanes.iter().map(|lane| lane.replicas.len()).max().unwrap_or(1);
    let mut script = format!("topic {copy} partitions={} replication={replication}", topic.lanes.len());
    for (config, value) in &topic.configs {
        script.push_str(&format!(" config:{config}={}", quote(value)));
    }
    Some((copy, script))
}

#[component]
fn Actions(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let delete = format!("delete topic {}", quote(&name));
    let copied = name.clone();
    let copy = move |_| {
        if let Some((copy, script)) = page.view.scene(|scene| duplicate(scene, &copied))
            && page.run(&script)
        {
            page.select(NodeId::Topic(copy));
        }
    };
    view! {
        <Section title="Actions">
            <div class="acts">
                <button class="act" on:click=copy.clone()>
                    "duplicate"
                </button>
                <Act name="delete" script=delete.clone() is_danger=true hint="The topic and its records are gone" />
            </div>
        </Section>
    }
}
