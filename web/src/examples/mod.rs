//! Ready worlds, each with a sentence that says what to look at.

use crate::opening::{self, Source, Wanted};
use crate::page::Page;
use leptos::prelude::*;
use runnel_sandbox::viewing::Playing;

/// A ready world.
#[derive(Clone, Copy, Debug)]
struct Example {
    title: &'static str,
    says: &'static str,
    script: &'static str,
}

const EXAMPLES: [Example; 13] = [
    Example {
        title: "The tutorial's payment app",
        says: "An API tells that a payment is done; one group writes e-mails, another one counts.",
        script: include_str!("payment-app.txt"),
    },
    Example {
        title: "As many consumers as partitions",
        says: "Three consumers, three partitions: each reads one.",
        script: include_str!("three-on-three.txt"),
    },
    Example {
        title: "Fewer consumers than partitions",
        says: "Two consumers share three partitions, so one of them reads two.",
        script: include_str!("fewer.txt"),
    },
    Example {
        title: "More consumers than partitions",
        says: "The fourth has nothing to read: it is a spare. Crash another one.",
        script: include_str!("more.txt"),
    },
    Example {
        title: "Two groups",
        says: "Each group reads every record, each at its own speed.",
        script: include_str!("two-groups.txt"),
    },
    Example {
        title: "Keys",
        says: "The same key always lands in the same partition, in the order in which it was sent.",
        script: include_str!("keys.txt"),
    },
    Example {
        title: "A hot key",
        says: "One key has most of the records, so one partition and one consumer have most of the work.",
        script: include_str!("hot-key.txt"),
    },
    Example {
        title: "A slow consumer",
        says: "One consumer needs three seconds for a record: watch its lag grow.",
        script: include_str!("slow-consumer.txt"),
    },
    Example {
        title: "Crash and takeover",
        says: "A consumer is gone without a goodbye; when its session times out, the other one takes over.",
        script: include_str!("crash.txt"),
    },
    Example {
        title: "Three brokers, one is killed",
        says: "Each partition has one copy here, so those of the killed broker wait until it is revived.",
        script: include_str!("three-brokers.txt"),
    },
    Example {
        title: "No keys",
        says: "Without a key kafkajs goes from partition to partition, Java stays with one for a whole batch.",
        script: include_str!("no-keys.txt"),
    },
    Example {
        title: "A log that is compacted",
        says: "Of each key the latest record stays; a tombstone takes the key away.",
        script: include_str!("compacted.txt"),
    },
    Example {
        title: "Retention",
        says: "Segments that are older than retention.ms go, whole ones only.",
        script: include_str!("retention.txt"),
    },
];

fn open(page: Page, example: Example) {
    let (title, what) = (example.title.to_owned(), example.title.to_owned());
    let playing = Playing::of_script(example.script).map_err(|reason| format!("{what}: {reason}"));
    let wanted = |playing| Wanted { playing, title, source: Source::Chosen, what, is_playing: true };
    opening::try_open(page, playing.map(wanted));
}

#[component]
pub(crate) fn Examples(is_open: RwSignal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    let card = move |example: Example| {
        let chosen = move |_| {
            is_open.set(false);
            open(page, example);
        };
        view! {
            <li>
                <button class="example" on:click=chosen>
                    <b>{example.title}</b>
                    <span>{example.says}</span>
                </button>
            </li>
        }
    };
    view! {
            <p class="crumb">"Each replaces what is on the stage. Undo brings it back."</p>
            <ul class="examples">{EXAMPLES.into_iter().map(card).collect_view()}</ul>
    }
}
