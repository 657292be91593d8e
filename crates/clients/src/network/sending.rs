//! From the queue to the wire: choosing the version, and the frame.

use super::peer::{Asked, Stage};
use super::{Failure, Network, NetworkSettings, Peer, Reply, following};
use crate::carrier::Carried;
use runnel_protocol::{ApiKey, EncodeError, Request, SmallMap, Timestamp, frame};

impl Network {
    /// Sends what waits, once the peer is introduced.
    pub(super) fn send_waiting(&mut self, now: Timestamp, peer: Peer) {
        while let Some(state) = self.peers.get_mut(&peer)
            && matches!(state.stage, Stage::Ready { .. })
            && let Some(asked) = state.waiting.pop_front()
        {
            self.send(now, peer, &asked);
        }
    }

    /// Sends a request to a peer that is introduced.
    pub(super) fn send(&mut self, now: Timestamp, peer: Peer, asked: &Asked) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        let Stage::Ready { link, versions } = &state.stage else { return };
        let link = *link;
        let api = asked.request.api_key();
        let Some(version) = common_version(&self.settings, versions, api) else {
            let outcome = Err(Failure::UnsupportedVersion { api });
            return self.replies.push_back(Reply { id: asked.id, peer, outcome });
        };
        let correlation_id = self.next_correlation;
        self.next_correlation = following(correlation_id);
        match encode(&self.settings, version, correlation_id, &asked.request) {
            Ok(bytes) => {
                self.outputs.push_back(Carried::Send { link, bytes });
                if asked.answered {
                    let until = state.sent(now, asked, version, correlation_id);
                    self.quiet_until = self.quiet_until.min(until);
                }
            }
            Err(error) => {
                let outcome = Err(Failure::Encode(error.to_string()));
                self.replies.push_back(Reply { id: asked.id, peer, outcome });
            }
        }
    }
}

pub(super) fn encode(
    settings: &NetworkSettings,
    version: i16,
    correlation_id: i32,
    request: &Request,
) -> Result<bytes::Bytes, EncodeError> {
    let chunks = frame::encode_request(version, correlation_id, settings.client_id.as_deref(), request)?;
    // Large records of a Produce are chunks of their own.
    Ok(chunks.into_gathered(|_| Err(())).expect("a client's request lies in no store"))
}

/// The newest version that client and broker both speak.
pub(super) fn common_version(
    settings: &NetworkSettings,
    versions: &SmallMap<i16, (i16, i16)>,
    api: ApiKey,
) -> Option<i16> {
    let (min, max) = versions.get(&api.number())?;
    let version = settings.version_max(api).min(*max);
    (version >= *min && version >= *api.accepted().start()).then_some(version)
}
