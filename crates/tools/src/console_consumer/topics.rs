//! Finds the topics that `--include` means, before the consumer begins.

use crate::admin::{Admin, AdminSettings, Call, Whom};
use crate::java::{IncludeList, Properties};
use runnel_clients::{Address, Carried, LinkId, Signal};
use runnel_protocol::messages::metadata::MetadataRequest;
use runnel_protocol::{Request, Response, Timestamp};
use std::time::Duration;

/// Links of the consumer are numbered after all that the lookup can have opened.
const FIRST_LINK: u32 = 1 << 16;

/// Wait before topics are looked for again where there was none: `metadata.max.age.ms`.
const AGAIN: Duration = Duration::from_secs(300);

/// A lookup under way.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    include: IncludeList,
    admin: Admin,
    again_at: Option<Timestamp>,
}

impl Lookup {
    pub(super) fn new(
        include: IncludeList,
        bootstrap: Vec<Address>,
        client_id: &str,
        seed: u64,
        now: Timestamp,
    ) -> Self {
        let servers: Vec<String> = bootstrap.iter().map(Address::to_string).collect();
        let mut properties = Properties::default();
        properties.set("bootstrap.servers", servers.join(","));
        properties.set("client.id", client_id);
        let settings = AdminSettings::new(&properties).expect("the addresses were read before");
        let mut lookup = Lookup { include, admin: Admin::new(settings, seed), again_at: None };
        lookup.ask(now);
        lookup
    }

    fn ask(&mut self, now: Timestamp) {
        let request = MetadataRequest { topics: None, allow_auto_topic_creation: false, ..Default::default() };
        self.admin.ask(now, Call::new("listTopics", Whom::Any, Request::Metadata(request)));
    }

    pub(super) fn handle_signal(&mut self, now: Timestamp, signal: Signal) {
        self.admin.handle_signal(now, signal);
        if self.again_at.is_some_and(|at| at <= now) {
            self.again_at = None;
            self.ask(now);
        }
    }

    /// The topics, once there is one.
    pub(super) fn take_found(&mut self, now: Timestamp) -> Option<Vec<String>> {
        while let Some((_, answer)) = self.admin.poll_answer() {
            let topics = match answer.map(|told| told.response) {
                Ok(Response::Metadata(metadata)) => metadata.topics,
                _ => Vec::new(),
            };
            let names = topics.into_iter().filter(|topic| !topic.is_internal).filter_map(|topic| topic.name);
            let names: Vec<String> =
                names.map(|name| name.to_string()).filter(|name| self.include.allows(name)).collect();
            if !names.is_empty() {
                return Some(names);
            }
            self.again_at = Some(now + AGAIN);
        }
        None
    }

    pub(super) fn close(&mut self, now: Timestamp) {
        self.admin.close(now);
    }

    pub(super) fn poll_output(&mut self) -> Option<Carried> {
        self.admin.poll_output()
    }

    pub(super) fn poll_log(&mut self) -> Option<String> {
        self.admin.poll_log()
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        self.admin.next_wakeup().into_iter().chain(self.again_at).min()
    }
}

/// What the consumer wants carried, on links of numbers that the lookup has not used.
pub(super) fn shifted(carried: Carried, is_after_lookup: bool) -> Carried {
    if !is_after_lookup {
        return carried;
    }
    let up = |link: LinkId| LinkId(link.0 + FIRST_LINK);
    match carried {
        Carried::Connect { link, address } => Carried::Connect { link: up(link), address },
        Carried::Send { link, bytes } => Carried::Send { link: up(link), bytes },
        Carried::Disconnect { link } => Carried::Disconnect { link: up(link) },
    }
}

/// A signal for the consumer; `None` for one of the lookup's links.
pub(super) fn own(signal: Signal, is_after_lookup: bool) -> Option<Signal> {
    if !is_after_lookup {
        return Some(signal);
    }
    let down = |link: LinkId| link.0.checked_sub(FIRST_LINK).map(LinkId);
    Some(match signal {
        Signal::Connected { link } => Signal::Connected { link: down(link)? },
        Signal::Frame { link, bytes } => Signal::Frame { link: down(link)?, bytes },
        Signal::Disconnected { link, reason } => Signal::Disconnected { link: down(link)?, reason },
        Signal::Timer => Signal::Timer,
    })
}
