//! The form to produce: one record, many, or at a rate.

use crate::inspector::act::attempt;
use crate::page::Page;
use crate::widgets::{Section, element_name};
use leptos::prelude::*;
use runnel_sandbox::scene::Scene;
use runnel_sandbox::script::quote;

/// Users of the payment stream, and how many payments each makes in a minute: no two beat together.
const PAYMENTS: [(u32, u32); 9] =
    [(11, 42), (13, 17), (17, 99), (7, 250), (19, 5), (9, 120), (23, 64), (8, 31), (14, 75)];

/// How many records are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Amount {
    One,
    Many,
    Rate,
}

/// What the form says.
#[derive(Clone, Copy)]
struct Form {
    topic: RwSignal<String>,
    key: RwSignal<String>,
    value: RwSignal<String>,
    headers: RwSignal<String>,
    partition: RwSignal<String>,
    is_tombstone: RwSignal<bool>,
    amount: RwSignal<Amount>,
    count: RwSignal<String>,
    rate: RwSignal<String>,
}

impl Form {
    fn new() -> Form {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Form {
            topic: text(""),
            key: text("user1"),
            value: text("hi there"),
            headers: text(""),
            partition: text(""),
            is_tombstone: RwSignal::new(false),
            amount: RwSignal::new(Amount::One),
            count: text("10"),
            rate: text("2/s"),
        }
    }

    /// The topic that records go to: the chosen one, or the only one that the producer is wired to.
    fn goes_to(&self, scene: &Scene, name: &str) -> Option<String> {
        let chosen = self.topic.with_untracked(|topic| topic.trim().to_owned());
        if !chosen.is_empty() {
            return Some(chosen);
        }
        let topics = &scene.clients.get(name)?.card.topics;
        topics.first().filter(|_| topics.len() == 1).cloned()
    }

    /// Whether the partition that is asked for is there, before anything is sent.
    fn check_partition(&self, scene: &Scene, name: &str) -> Result<(), String> {
        let wanted = self.partition.with_untracked(|text| text.trim().to_owned());
        let Some(topic) = self.goes_to(scene, name).filter(|_| !wanted.is_empty()) else { return Ok(()) };
        let Some(found) = scene.cluster.topics.get(&topic) else { return Ok(()) };
        let is_there =
            wanted.parse::<i32>().is_ok_and(|wanted| found.lanes.iter().any(|lane| lane.partition == wanted));
        let last = found.lanes.len().saturating_sub(1);
        match (is_there, last) {
            (true, _) => Ok(()),
            (false, 0) => Err(format!("{topic} has only partition 0, found partition \"{wanted}\"")),
            (false, last) => Err(format!("{topic} has partitions 0 to {last}, found partition \"{wanted}\"")),
        }
    }

    /// The command that it is.
    fn command(&self, name: &str) -> Result<String, String> {
        let trimmed = |signal: RwSignal<String>| signal.with_untracked(|text| text.trim().to_owned());
        let mut command = format!("send {name}");
        let topic = trimmed(self.topic);
        if !topic.is_empty() {
            command.push_str(&format!(" {}", quote(&topic)));
        }
        let key = self.key.get_untracked();
        let is_several = key.contains("..") || key.contains(',');
        match (key.is_empty(), is_several && self.amount.get_untracked() != Amount::One) {
            (true, _) => {}
            (false, true) => command.push_str(&format!(" keys={}", quote(key.trim()))),
            (false, false) => command.push_str(&format!(" key={}", quote(&key))),
        }
        if self.is_tombstone.get_untracked() {
            command.push_str(" tombstone");
        } else {
            command.push_str(&format!(" value={}", quote(&self.value.get_untracked())));
        }
        let partition = trimmed(self.partition);
        if !partition.is_empty() {
            command.push_str(&format!(" partition={}", quote(&partition)));
        }
        for header in self.headers.get_untracked().split(';').map(str::trim).filter(|header| !header.is_empty()) {
            let (name, value) =
                header.split_once('=').ok_or_else(|| format!("wanted a header like trace=7, found \"{header}\""))?;
            command.push_str(&format!(" header:{}={}", name.trim(), quote(value.trim())));
        }
        match self.amount.get_untracked() {
            Amount::One => {}
            Amount::Many => command.push_str(&format!(" count={}", quote(&trimmed(self.count)))),
            Amount::Rate => command.push_str(&format!(" rate={}", quote(&trimmed(self.rate)))),
        }
        Ok(command)
    }
}

/// A stream like that of the tutorial: each user pays now and then.
fn payments(name: &str, topic: &str) -> String {
    let topic = if topic.is_empty() { String::new() } else { format!(" {}", quote(topic)) };
    let lines = PAYMENTS.iter().zip(1..).map(|((rate, amount), user)| {
        let value = format!("{{\"user\":\"user{user}\",\"amount\":{amount}}}");
        format!("send {name}{topic} key=user{user} value={} rate={rate}/m\n", quote(&value))
    });
    lines.collect()
}

#[component]
pub(super) fn RecordsSection(name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let form = Form::new();
    let error = RwSignal::new(None::<String>);
    let at = name.clone();
    let rates = page.view.memo(move |scene| {
        let rates = scene.clients.get(&at).map(|client| client.rates.values().cloned().collect::<Vec<_>>());
        let rates = rates.unwrap_or_default();
        match rates.as_slice() {
            [] => String::new(),
            [only] => format!("sends {} to {}", only.rate, only.topic),
            several => format!("sends at {} rates", several.len()),
        }
    });
    let note = Signal::derive(move || rates.get());
    let sender = name.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let checked = page.view.scene(|scene| form.check_partition(scene, &sender));
        let done = checked.and_then(|()| form.command(&sender)).and_then(|command| attempt(page, &command));
        error.set(done.err());
    };
    let (payer, stopper) = (name.clone(), name);
    let pay = move |_| {
        let script = form.topic.with_untracked(|topic| payments(&payer, topic.trim()));
        error.set(attempt(page, &script).err());
    };
    let stop = move |_| error.set(attempt(page, &format!("stop {stopper}")).err());
    view! {
        <Section title="Produce" note>
            <form class="produce" on:submit=submit.clone()>
                <Fields form />
                <p class="field-error" role="alert" class:none=move || error.with(Option::is_none)>
                    {move || error.get()}
                </p>
                <div class="acts">
                    <button class="primary act">
                        {move || match form.amount.get() {
                            Amount::One => "send",
                            Amount::Many => "send all",
                            Amount::Rate => "start",
                        }}
                    </button>
                    <button
                        type="button"
                        class="act"
                        title="A stream of payments of user1 to user9, as in the tutorial"
                        on:click=pay.clone()
                    >
                        "payments"
                    </button>
                    <button
                        type="button"
                        class="act"
                        prop:disabled=move || rates.with(String::is_empty)
                        on:click=stop.clone()
                    >
                        "stop"
                    </button>
                </div>
            </form>
        </Section>
    }
}

#[component]
fn Fields(form: Form) -> impl IntoView {
    let page = expect_context::<Page>();
    let topics = page.view.memo(|scene| {
        let topics = scene.cluster.topics.iter().filter(|(_, topic)| !topic.internal);
        topics.map(|(name, _)| name.clone()).collect::<Vec<String>>()
    });
    let topic_id = element_name("topic");
    let options = move || {
        topics
            .get()
            .into_iter()
            .map(|topic| view! { <option value=topic.clone()>{topic.clone()}</option> })
            .collect_view()
    };
    let choice = move |amount: Amount, text: &'static str| {
        view! {
            <button
                type="button"
                class="way"
                aria-pressed=move || (form.amount.get() == amount).to_string()
                on:click=move |_| form.amount.set(amount)
            >
                {text}
            </button>
        }
    };
    let is_one = move || form.amount.get() == Amount::One;
    let key_hint = Signal::derive(move || if is_one() { "none" } else { "user1..user9, or anna,bert" }.to_owned());
    view! {
        <div class="field">
            <label for=topic_id.clone()>"topic"</label>
            <select id=topic_id on:change=move |event| form.topic.set(event_target_value(&event))>
                <option value="">"its only wire"</option>
                {options}
            </select>
        </div>
        <Text name="key" signal=form.key hint=key_hint />
        <Text name="value" signal=form.value hint="" off=Signal::derive(move || form.is_tombstone.get()) />
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || form.is_tombstone.get()
                on:change=move |event| form.is_tombstone.set(event_target_checked(&event))
            />
            "tombstone: no value"
        </label>
        <Text name="headers" signal=form.headers hint="trace=7; kind=card" />
        <Text name="partition" signal=form.partition hint="as the key says" />
        <div class="field">
            <span>"how many"</span>
            <span class="ways" role="group" aria-label="How many">
                {choice(Amount::One, "one")}
                {choice(Amount::Many, "many")}
                {choice(Amount::Rate, "a rate")}
            </span>
        </div>
        <div class:none=move || form.amount.get() != Amount::Many>
            <Text name="count" signal=form.count hint="10" />
        </div>
        <div class:none=move || form.amount.get() != Amount::Rate>
            <Text name="rate" signal=form.rate hint="2/s, 30/m" />
        </div>
    }
}

/// A line of text of the form.
#[component]
fn Text(
    name: &'static str,
    signal: RwSignal<String>,
    #[prop(into)] hint: Signal<String>,
    #[prop(optional, into)] off: Signal<bool>,
) -> impl IntoView {
    let id = element_name(name);
    view! {
        <div class="field">
            <label for=id.clone()>{name}</label>
            <input
                id=id
                class="mono"
                autocomplete="off"
                spellcheck="false"
                placeholder=move || hint.get()
                prop:disabled=move || off.get()
                prop:value=move || signal.get()
                on:input=move |event| signal.set(event_target_value(&event))
            />
        </div>
    }
}
