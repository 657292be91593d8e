//! From the queue to the wire: choosing the version, and the frame.

use super::peer::Stage;
use super::{Failure, Network, NetworkSettings, Peer, Reply};
use crate::carrier::Carried;
use runnel_protocol::{ApiKey, EncodeError, Request, SmallMap, Timestamp, frame};

impl Network {
    /// Sends what waits, once the peer is introduced.
    pub(super) fn send_waiting(&mut self, now: Timestamp, peer: Peer) {
        loop {
            let Some(state) = self.peers.get_mut(&peer) else { return };
            let Stage::Ready { link, versions } = &state.stage else { return };
            let Some(asked) = state.waiting.pop_front() else { return };
            let link = *link;
            let api = asked.request.api_key();
            let Some(version) = common_version(&self.settings, versions, api) else {
                let outcome = Err(Failure::UnsupportedVersion { api });
                self.replies.push_back(Reply { id: asked.id, peer, outcome });
                continue;
            };
            let correlation_id = self.next_correlation();
            match encode(&self.settings, version, correlation_id, &asked.request) {
                Ok(bytes) => {
                    self.outputs.push_back(Carried::Send { link, bytes });
                    if asked.answered
                        && let Some(state) = self.peers.get_mut(&peer)
                    {
                        state.sent(now, &asked, version, correlation_id);
                    }
                }
                Err(error) => {
                    let outcome = Err(Failure::Encode(error.to_string()));
                    self.replies.push_back(Reply { id: asked.id, peer, outcome });
                }
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
    Ok(chunks.as_bytes().unwrap_or_else(|| {
        // Records of a Produce are chunks of their own.
        let gathered = chunks.gather(|_| Err(()));
        gathered.expect("a client's request lies in no store")
    }))
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
