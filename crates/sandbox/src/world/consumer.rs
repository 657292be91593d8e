//! Consumers: from a script's words to the library's settings, and when they have no work.

use super::Refusal;
use crate::script::{Assignor, CommitPolicy, ConsumerSpec};
use runnel_clients::consumer::{self, ConsumerSettings, ConsumerView, GroupState, OffsetReset, Reads};
use runnel_clients::{Address, ClientKind, assignors};

/// The settings that a script asks for.
pub(super) fn settings(spec: &ConsumerSpec, bootstrap: Vec<Address>) -> Result<ConsumerSettings, Refusal> {
    let mut settings = ConsumerSettings::of(spec.kind);
    settings.client_id.clone_from(&spec.name);
    settings.bootstrap = bootstrap;
    settings.group_id = Some(spec.group.clone());
    settings.reads = Reads::Topics(spec.topics.clone());
    if spec.from_beginning {
        settings.auto_offset_reset = OffsetReset::Earliest;
    }
    if !spec.assignors.is_empty() {
        let read = |assignor: &Assignor| assignor_of(spec.kind, *assignor);
        settings.assignors = spec.assignors.iter().map(read).collect::<Result<_, _>>()?;
    }
    if let Some(processing) = spec.processing {
        settings.processing_time = processing;
    }
    if let Some(commit) = spec.commit {
        settings.commit_policy = match commit {
            CommitPolicy::Auto => consumer::CommitPolicy::Auto,
            CommitPolicy::Each => consumer::CommitPolicy::AfterEach,
            CommitPolicy::Before => consumer::CommitPolicy::BeforeEach,
            CommitPolicy::After => consumer::CommitPolicy::AfterBatch,
            CommitPolicy::Never => consumer::CommitPolicy::ByHand,
        };
    }
    let concurrent = spec.concurrent.map(|count| ("partitionsConsumedConcurrently".to_owned(), count.to_string()));
    if spec.concurrent.is_some_and(|count| count > 1) && spec.kind != ClientKind::Kafkajs {
        return Err(Refusal::new(format!("only kafkajs works on several partitions at once; this is {}", spec.kind)));
    }
    let instance = spec.instance.clone().map(|instance| ("group.instance.id".to_owned(), instance));
    let named = concurrent.into_iter().chain(instance).chain(spec.configs.clone());
    for (name, value) in named {
        settings.set(&name, &value).map_err(|error| Refusal::new(error.to_string()))?;
    }
    Ok(settings)
}

/// The assignor under that word in the library, if it has one.
fn assignor_of(kind: ClientKind, assignor: Assignor) -> Result<assignors::Assignor, Refusal> {
    let found = match (kind, assignor) {
        (ClientKind::Kafkajs, Assignor::RoundRobin) => Some(assignors::Assignor::Kafkajs),
        (ClientKind::Kafkajs, Assignor::Range | Assignor::Sticky | Assignor::CooperativeSticky)
        | (ClientKind::Librdkafka, Assignor::Sticky) => None,
        (_, Assignor::Range) => Some(assignors::Assignor::Range),
        (_, Assignor::RoundRobin) => Some(assignors::Assignor::RoundRobin),
        (_, Assignor::Sticky) => Some(assignors::Assignor::Sticky),
        (_, Assignor::CooperativeSticky) => Some(assignors::Assignor::CooperativeSticky),
    };
    found.ok_or_else(|| Refusal::new(format!("{kind} has no assignor {assignor}")))
}

/// Whether a consumer is in its group and has read and worked on all there is.
pub(super) fn is_settled(view: &ConsumerView, high_watermark: impl Fn(&str, i32) -> Option<i64>) -> bool {
    let has_joined =
        view.group_id.is_none() || (view.group_state == GroupState::Stable && view.rejoin_reason.is_none());
    let has_worked = view.queued_count == 0 && view.batch_count == 0 && view.processing.is_empty();
    let mut partitions = view.partitions.iter().filter(|partition| !partition.is_paused);
    has_joined
        && has_worked
        && partitions.all(|partition| {
            let end = high_watermark(&partition.partition.topic, partition.partition.partition);
            partition.position.is_some_and(|position| end.is_none_or(|end| position >= end))
        })
}
