//! How kafkajs sends: each call of `send` is a request to each broker that leads one of its partitions, at once, and is
//! tried again as a whole.
//!
//! ```text
//! connect --> topics known? --> partition every record --> one Produce a broker --> all answered: the call is done
//!                 ^                                             |
//!                 '---- wait <---- refresh metadata <-----------'  an error that may pass
//! ```
//!
//! With each try the partitioner is asked anew, so that a record without a key may go to another partition than before,
//! where its twin lies already. A broker that has answered is not asked again.

use super::call_link::Link;
use super::core::{Core, Heard};
use super::record::{ProducerRecord, RecordPlace, SendFailure, SendId};
use super::view::ProducerView;
use crate::TopicPartition;
use crate::backoff::{KafkajsRetrier, KafkajsRetry};
use crate::event::ProducerEvent;
use crate::metadata::{MetadataFailure, MetadataOutcome};
use crate::network::{Failure, RequestId};
use runnel_protocol::{ErrorCode, SmallMap, Timestamp};
use std::collections::VecDeque;

/// The calls under way, and the connection that the program awaits before its first.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    pub(super) calls: SmallMap<u64, Call>,
    next_call: u64,
    pub(super) requests: SmallMap<RequestId, SentRequest>,
    /// Requests that wait for one before them: `maxInFlightRequests`, and one at a time with `idempotent`.
    pub(super) pending: VecDeque<(i32, SentRequest)>,
    pub(super) link: Link,
    /// Which of `brokers` is connected to next.
    pub(super) turn: usize,
    pub(super) identity: Option<(i64, i16)>,
    pub(super) asking_identity: Option<RequestId>,
    pub(super) sequences: SmallMap<TopicPartition, i32>,
    pub(super) held_bytes: u64,
    pub(super) wake_at: Option<Timestamp>,
    is_closing: bool,
}

/// One call of `send`.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) records: Vec<(SendId, ProducerRecord)>,
    pub(super) bytes: u64,
    pub(super) step: Step,
    pub(super) retrier: KafkajsRetrier,
    /// Which try this is, from 0.
    pub(super) attempt: u32,
    /// Requests of this try without answer.
    pub(super) awaited_count: usize,
    /// Brokers that were asked, and whether they have answered.
    pub(super) brokers: SmallMap<i32, bool>,
    pub(super) places: SmallMap<SendId, RecordPlace>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    AwaitConnect,
    /// The next try begins.
    Begin,
    /// The topics of the call are new.
    AwaitTopics,
    /// The picture was too old.
    AwaitFresh,
    Producing,
    /// Something failed, and the picture is refreshed before the next try.
    AwaitRepair {
        cause: SendFailure,
    },
    BackingOff {
        at: Timestamp,
    },
}

/// One request under way.
#[derive(Clone, Debug)]
pub(super) struct SentRequest {
    pub(super) call: u64,
    pub(super) attempt: u32,
    pub(super) node_id: i32,
    pub(super) parts: Vec<Part>,
}

/// The records of one partition in a request.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) place: TopicPartition,
    pub(super) records: Vec<(SendId, ProducerRecord)>,
    /// What each says of its time, filled in when the request is made.
    pub(super) timestamps: Vec<i64>,
}

impl Calls {
    pub(super) fn new(core: &Core) -> Self {
        let mut random = core.random.clone();
        let retrier = KafkajsRetrier::new(core.settings.metadata.kafkajs_retry, &mut random);
        Calls {
            calls: SmallMap::new(),
            next_call: 0,
            requests: SmallMap::new(),
            pending: VecDeque::new(),
            link: Link::BackingOff { retrier, at: Timestamp(i64::MIN) },
            turn: 0,
            identity: None,
            asking_identity: None,
            sequences: SmallMap::new(),
            held_bytes: 0,
            wake_at: Some(Timestamp(i64::MIN)),
            is_closing: false,
        }
    }

    pub(super) fn send(&mut self, core: &mut Core, records: Vec<(SendId, ProducerRecord)>) {
        let sizes = records.iter().map(|(_, record)| u64::try_from(record.memory_size()).unwrap_or(u64::MAX));
        let bytes = sizes.fold(0_u64, u64::saturating_add);
        if self.is_closing || self.held_bytes.saturating_add(bytes) > core.settings.buffer_memory {
            let failure = if self.is_closing { SendFailure::Closed } else { SendFailure::QueueFull };
            return fail_records(core, &records, &failure);
        }
        self.held_bytes += bytes;
        let mut policy = core.settings.kafkajs_retry;
        if core.settings.is_idempotent() && !core.settings.kafkajs_retries_were_set {
            policy = KafkajsRetry { retries: u32::MAX, ..policy };
        }
        let retrier = KafkajsRetrier::new(policy, &mut core.random);
        let call = Call {
            records,
            bytes,
            step: Step::AwaitConnect,
            retrier,
            attempt: 0,
            awaited_count: 0,
            brokers: SmallMap::new(),
            places: SmallMap::new(),
        };
        self.calls.insert(self.next_call, call);
        self.next_call += 1;
        if matches!(self.link, Link::Off) {
            self.start_connecting(core);
        }
    }

    /// What has no request under way is given up.
    pub(super) fn close(&mut self, core: &mut Core) {
        self.is_closing = true;
        self.pending.clear();
        for (id, call) in &mut self.calls {
            let of_call = self.requests.values().filter(|one| one.call == *id && one.attempt == call.attempt);
            call.awaited_count = of_call.count();
        }
        let is_under_way = |call: &Call| matches!(call.step, Step::Producing) && call.awaited_count > 0;
        let idle: Vec<u64> = self.calls.iter().filter(|(_, call)| !is_under_way(call)).map(|(id, _)| *id).collect();
        for id in idle {
            self.fail(core, id, SendFailure::Closed);
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.calls.is_empty()
    }

    /// Everything that follows from an input.
    pub(super) fn advance(&mut self, core: &mut Core, now: Timestamp) {
        loop {
            while let Some(heard) = core.poll_reply(now) {
                match heard {
                    Heard::Metadata(outcome) => self.handle_metadata(core, now, &outcome),
                    Heard::Reply(reply) => self.handle_reply(core, now, reply),
                }
            }
            self.connect(core, now);
            let ids: Vec<u64> = self.calls.keys().copied().collect();
            for id in ids {
                self.proceed(core, now, id);
            }
            self.send_pending(core, now);
            core.metadata.refresh_if_due(now, &mut core.network);
            if !core.network.has_replies() {
                break;
            }
        }
        let of_calls = self.calls.values().filter_map(|call| match call.step {
            Step::BackingOff { at } => Some(at),
            Step::AwaitConnect
            | Step::Begin
            | Step::AwaitTopics
            | Step::AwaitFresh
            | Step::Producing
            | Step::AwaitRepair { .. } => None,
        });
        let of_link = match self.link {
            Link::BackingOff { at, .. } => Some(at),
            Link::Off | Link::Connecting { .. } | Link::GettingIdentity { .. } | Link::On => None,
        };
        self.wake_at = of_calls.chain(of_link).min();
    }

    /// Brings one call forward as far as nothing has to be waited for.
    fn proceed(&mut self, core: &mut Core, now: Timestamp, id: u64) {
        let is_connected = matches!(self.link, Link::On);
        let Some(call) = self.calls.get_mut(&id) else { return };
        match call.step {
            Step::AwaitConnect if is_connected => call.step = Step::Begin,
            Step::BackingOff { at } if at <= now => call.step = Step::Begin,
            Step::AwaitConnect
            | Step::Begin
            | Step::AwaitTopics
            | Step::AwaitFresh
            | Step::Producing
            | Step::AwaitRepair { .. }
            | Step::BackingOff { .. } => {}
        }
        if !matches!(call.step, Step::Begin) {
            return;
        }
        let mut is_new = core.metadata.brokers().is_empty();
        for (_, record) in &call.records {
            is_new |= core.metadata.want(now, &record.topic);
        }
        if is_new {
            core.metadata.demand();
            call.step = Step::AwaitTopics;
            return;
        }
        self.produce_fresh(core, now, id);
    }

    /// Sends, after a refresh where the picture is too old.
    fn produce_fresh(&mut self, core: &mut Core, now: Timestamp, id: u64) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if core.metadata.is_stale(now) {
            core.metadata.demand();
            call.step = Step::AwaitFresh;
        } else {
            self.produce(core, now, id);
        }
    }

    fn handle_metadata(&mut self, core: &mut Core, now: Timestamp, outcome: &MetadataOutcome) {
        let failure = match outcome {
            MetadataOutcome::Updated { .. } => None,
            MetadataOutcome::Failed { will_retry: true, .. } => return,
            MetadataOutcome::Failed { failure, will_retry: false } => Some(failure),
        };
        if let Link::GettingIdentity { is_refreshed } = &mut self.link {
            *is_refreshed = failure.is_none();
            if let Some(failure) = failure {
                self.connect_failed(core, &failure.to_string());
            }
        }
        let waiting: Vec<u64> = self.calls.keys().copied().collect();
        for id in waiting {
            let Some(call) = self.calls.get(&id) else { continue };
            match (call.step.clone(), failure) {
                (Step::AwaitTopics, None) => self.produce_fresh(core, now, id),
                (Step::AwaitFresh, None) => self.produce(core, now, id),
                (Step::AwaitRepair { cause }, None) => self.try_again(core, now, id, cause),
                (Step::AwaitTopics | Step::AwaitRepair { .. }, Some(failure)) => {
                    let (cause, may_pass) = cause_of(failure);
                    if may_pass { self.try_again(core, now, id, cause) } else { self.fail(core, id, cause) }
                }
                (Step::AwaitFresh, Some(failure)) => {
                    let (cause, may_pass) = cause_of(failure);
                    if may_pass { self.repair(core, id, cause) } else { self.fail(core, id, cause) }
                }
                (Step::AwaitConnect | Step::Begin | Step::Producing | Step::BackingOff { .. }, _) => {}
            }
        }
    }

    /// Refreshes the picture before the next try.
    pub(super) fn repair(&mut self, core: &mut Core, id: u64, cause: SendFailure) {
        core.metadata.demand();
        if let Some(call) = self.calls.get_mut(&id) {
            call.step = Step::AwaitRepair { cause };
        }
    }

    /// Waits, then tries the whole call again; gives it up where no try is left.
    pub(super) fn try_again(&mut self, core: &mut Core, now: Timestamp, id: u64, cause: SendFailure) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(wait) = call.retrier.next_wait(&mut core.random) else {
            return self.fail(core, id, SendFailure::RetriesExceeded { cause: Box::new(cause) });
        };
        call.attempt += 1;
        call.step = Step::BackingOff { at: now + wait };
        let first = call.records.first().map_or(SendId(0), |(id, _)| *id);
        let (records_count, attempt) = (call.records.len(), call.attempt + 1);
        core.counters.retries_count += 1;
        core.note(|| ProducerEvent::CallRetried {
            first,
            records_count,
            reason: cause.to_string(),
            attempt,
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        });
    }

    pub(super) fn fail(&mut self, core: &mut Core, id: u64, failure: SendFailure) {
        if let Some(call) = self.calls.remove(&id) {
            self.held_bytes = self.held_bytes.saturating_sub(call.bytes);
            fail_records(core, &call.records, &failure);
        }
    }

    pub(super) fn show(&self, core: &Core, view: &mut ProducerView) {
        view.producer_id = self.identity.map(|(id, _)| id);
        view.producer_epoch = self.identity.map(|(_, epoch)| epoch);
        view.buffer_used = self.held_bytes;
        let waiting = self.calls.values().filter(|call| !matches!(call.step, Step::Producing));
        view.waiting_count = waiting.map(|call| call.records.len()).sum();
        view.waiting_until = self.wake_at.filter(|at| at.0 > i64::MIN);
        for request in self.requests.values() {
            view.in_flight.extend(request.parts.iter().map(|part| part.show(core, request)));
        }
    }
}

/// The failure that a program sees, and whether kafkajs tries again because of it.
fn cause_of(failure: &MetadataFailure) -> (SendFailure, bool) {
    match failure {
        MetadataFailure::Topic(error) => {
            let cause = SendFailure::Refused { error: *error, message: None };
            // Metadata has waited for the leader as often as it may.
            (cause, error.is_retriable() && *error != ErrorCode::LeaderNotAvailable)
        }
        MetadataFailure::NoAnswer(failure) => {
            let may_pass = !matches!(failure, Failure::NotConnected { .. });
            (SendFailure::NoAnswer(failure.clone()), may_pass)
        }
    }
}

fn fail_records(core: &mut Core, records: &[(SendId, ProducerRecord)], failure: &SendFailure) {
    let Some((first, record)) = records.first() else { return };
    core.note(|| ProducerEvent::RecordsFailed {
        topic: record.topic.to_string(),
        partition: record.partition,
        first: *first,
        records_count: records.len(),
        reason: failure.to_string(),
    });
    for (id, _) in records {
        core.finish(*id, Err(failure.clone()));
    }
}
