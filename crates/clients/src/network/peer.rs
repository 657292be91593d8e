//! One peer: how far the connection to it is, what was asked, and what waits.

use super::{NetworkSettings, RequestId};
use crate::backoff::spread;
use crate::carrier::{Address, LinkId};
use bytes::Bytes;
use runnel_protocol::{ApiKey, DecodeError, Random, Request, Response, SmallMap, Timestamp, frame};
use std::collections::VecDeque;
use std::time::Duration;

/// A request that is not sent yet.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) id: RequestId,
    pub(super) request: Request,
    pub(super) timeout: Duration,
    /// Whether the broker will answer it.
    pub(super) answered: bool,
}

/// A request whose answer is awaited.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    id: RequestId,
    api: ApiKey,
    version: i16,
    correlation_id: i32,
    until: Timestamp,
}

/// How far a connection is.
#[derive(Clone, Debug, Default)]
pub(super) enum Stage {
    /// There is none, and nobody asks for one.
    #[default]
    Idle,
    /// It is made again at `at`.
    BackingOff { at: Timestamp, address: Address },
    /// It is being made.
    Connecting { link: LinkId, until: Timestamp },
    /// ApiVersions is under way.
    Introducing { link: LinkId, attempt: usize, version: i16, correlation_id: i32, until: Timestamp },
    /// Requests go out at once.
    Ready { link: LinkId, versions: SmallMap<i16, (i16, i16)> },
}

/// One peer.
#[derive(Clone, Debug, Default)]
pub(super) struct PeerState {
    pub(super) stage: Stage,
    pub(super) waiting: VecDeque<Asked>,
    pub(super) sent: VecDeque<Sent>,
    /// Failures since the peer was last ready.
    pub(super) failures_count: u32,
    /// No connection before this.
    not_before: Option<Timestamp>,
}

impl PeerState {
    pub(super) fn link(&self) -> Option<LinkId> {
        match self.stage {
            Stage::Idle | Stage::BackingOff { .. } => None,
            Stage::Connecting { link, .. } | Stage::Introducing { link, .. } | Stage::Ready { link, .. } => Some(link),
        }
    }

    /// When a connection may be made.
    pub(super) fn connect_at(&self, now: Timestamp) -> Timestamp {
        self.not_before.map_or(now, |at| at.max(now))
    }

    pub(super) fn next_wakeup(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Idle => None,
            Stage::BackingOff { at, .. } => Some(at),
            Stage::Connecting { until, .. } | Stage::Introducing { until, .. } => Some(until),
            // Seldom is more than one under way, and everybody is asked after each input.
            Stage::Ready { .. } => match self.sent.front() {
                Some(only) if self.sent.len() == 1 => Some(only.until),
                _ => self.sent.iter().map(|sent| sent.until).min(),
            },
        }
    }

    /// Takes note of a request that was sent. Returns until when its answer is waited for.
    pub(super) fn sent(&mut self, now: Timestamp, asked: &Asked, version: i16, correlation_id: i32) -> Timestamp {
        let (api, until) = (asked.request.api_key(), now + asked.timeout);
        self.sent.push_back(Sent { id: asked.id, api, version, correlation_id, until });
        until
    }

    /// Reads an answer. Brokers answer in order, so it is the oldest request's; `None` if it is not.
    pub(super) fn answer(&mut self, bytes: &Bytes) -> Result<Option<(RequestId, Response)>, DecodeError> {
        let wanted = DecodeError { at: 0, wanted: "correlation_id: int32" };
        let correlation_id = i32::from_be_bytes(*bytes.first_chunk().ok_or(wanted)?);
        let Some(sent) = self.sent.front().filter(|sent| sent.correlation_id == correlation_id) else {
            return Ok(None);
        };
        let (_, response) = frame::decode_response(sent.api, sent.version, bytes)?;
        let id = sent.id;
        self.sent.pop_front();
        Ok(Some((id, response)))
    }

    /// Forgets the requests whose time is over.
    pub(super) fn expire(&mut self, now: Timestamp) -> Vec<RequestId> {
        let (late, waiting) = std::mem::take(&mut self.sent).into_iter().partition(|sent| sent.until <= now);
        self.sent = waiting;
        let late: VecDeque<Sent> = late;
        late.into_iter().map(|sent| sent.id).collect()
    }

    /// How long to wait before the next connection: doubled with each failure, then spread.
    pub(super) fn backoff(&mut self, settings: &NetworkSettings, random: &mut Random) -> Duration {
        let doubled =
            settings.reconnect_backoff.saturating_mul(1_u32.checked_shl(self.failures_count).unwrap_or(u32::MAX));
        self.failures_count = self.failures_count.saturating_add(1).min(31);
        spread(doubled.min(settings.reconnect_backoff_max), settings.reconnect_spread, random)
    }

    /// The connection is over. Returns what was asked and is not answered.
    pub(super) fn end(&mut self, now: Timestamp, backoff: Option<Duration>) -> Vec<RequestId> {
        self.stage = Stage::Idle;
        self.not_before = backoff.map(|backoff| now + backoff);
        let sent = std::mem::take(&mut self.sent).into_iter().map(|sent| sent.id);
        let waiting = std::mem::take(&mut self.waiting).into_iter().map(|asked| asked.id);
        sent.chain(waiting).collect()
    }
}
