//! One call of the admin client.

use crate::java::Exception;
use runnel_clients::{Address, Peer};
use runnel_protocol::{Request, Response, SmallMap, Timestamp};

/// Whom to ask.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Whom {
    /// Any broker.
    Any,
    /// The controller, as metadata names it: any broker in a cluster of Kafka 4.
    Controller,
    /// A broker.
    Node(i32),
    /// The coordinator of a group.
    Coordinator(String),
}

/// What an answer means for its call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// It is the answer.
    Done,
    /// The same has to be asked again, after a while.
    Again,
    /// Another broker has to be asked.
    Elsewhere,
}

/// A request, and who is to answer it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Java's name for it, which messages show.
    pub(crate) name: &'static str,
    /// Whom to ask.
    pub(crate) whom: Whom,
    /// What.
    pub(crate) request: Request,
    /// Looks at an answer.
    pub(crate) verdict: fn(&Response) -> Verdict,
}

impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        (self.name, &self.whom, &self.request) == (other.name, &other.whom, &other.request)
    }
}

impl Call {
    /// A call whose first answer is the answer.
    pub(crate) fn new(name: &'static str, whom: Whom, request: Request) -> Call {
        Call { name, whom, request, verdict: |_| Verdict::Done }
    }

    /// The same call with a look at its answers.
    pub(crate) fn with_verdict(self, verdict: fn(&Response) -> Verdict) -> Call {
        Call { verdict, ..self }
    }
}

/// What came of a call.
pub(crate) type Answer = Result<Told, Exception>;

/// An answer, and what its broker told of its versions.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Told {
    /// The answer.
    pub(crate) response: Response,
    /// By API: the oldest and the newest version.
    pub(crate) versions: Option<SmallMap<i16, (i16, i16)>>,
    /// The broker's number and address.
    pub(crate) from: Option<(i32, Address)>,
}

/// A call under way.
#[derive(Clone, Debug)]
pub(super) struct CallState {
    pub(super) call: Call,
    pub(super) deadline: Timestamp,
    pub(super) tries_count: u32,
    pub(super) stage: Stage,
}

#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// To be sent from this time on.
    Waiting { not_before: Timestamp },
    /// Sent, to this peer.
    Sent {
        #[expect(dead_code, reason = "shown by Debug, for whoever looks at a tool that waits")]
        peer: Peer,
    },
}

impl CallState {
    /// From when on it is to be sent; `None` if it was.
    pub(super) fn not_before(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Waiting { not_before } => Some(not_before),
            Stage::Sent { .. } => None,
        }
    }

    /// The exception of a call whose time is over.
    pub(super) fn timed_out(&self, now: Timestamp) -> Exception {
        let name = self.call.name;
        let message = if self.tries_count == 0 {
            format!("Timed out waiting for a node assignment. Call: {name}")
        } else {
            let (deadline, at) = (self.deadline.as_millis(), now.as_millis());
            let tries = self.tries_count;
            format!(
                "Call(callName={name}, deadlineMs={deadline}, tries={tries}, nextAllowedTryMs={at}) timed out at {at} \
                 after {tries} attempt(s)"
            )
        };
        Exception::new("org.apache.kafka.common.errors.TimeoutException", message)
    }
}
