//! The first words on a connection: ApiVersions, until the broker knows the version in which it is asked.

use super::peer::Stage;
use super::sending::encode;
use super::{ConnectionChange, Failure, Handshake, Network, Peer};
use crate::carrier::{Carried, LinkId};
use runnel_protocol::messages::api_versions::ApiVersionsRequest;
use runnel_protocol::{ApiKey, DecodeError, ErrorCode, Request, Response, SmallMap, Timestamp, frame};

impl Network {
    /// Sends the handshake number `attempt` of the settings.
    pub(super) fn introduce(&mut self, now: Timestamp, peer: Peer, link: LinkId, attempt: usize) {
        let Some(&version) = self.settings.handshakes.get(attempt) else {
            return self.give_up(now, peer, &Failure::UnsupportedVersion { api: ApiKey::ApiVersions });
        };
        let request = Request::ApiVersions(ApiVersionsRequest {
            client_software_name: self.settings.software.name.as_str().into(),
            client_software_version: self.settings.software.version.as_str().into(),
        });
        let correlation_id = self.next_correlation();
        match encode(&self.settings, version, correlation_id, &request) {
            Ok(bytes) => {
                self.outputs.push_back(Carried::Send { link, bytes });
                let until = now + self.settings.request_timeout;
                self.quiet_until = self.quiet_until.min(until);
                if let Some(state) = self.peers.get_mut(&peer) {
                    state.stage = Stage::Introducing { link, attempt, version, correlation_id, until };
                }
            }
            Err(error) => self.give_up(now, peer, &Failure::Encode(error.to_string())),
        }
    }

    /// Reads the answer to a handshake. One of an unknown version is answered in the layout of version 0 (KIP-511).
    pub(super) fn introduced(
        &mut self,
        now: Timestamp,
        peer: Peer,
        link: LinkId,
        (attempt, version, correlation_id): (usize, i16, i32),
        bytes: &bytes::Bytes,
    ) {
        let error_at = bytes.get(4..6).map(|code| i16::from_be_bytes([code[0], code[1]]));
        if error_at == Some(ErrorCode::UnsupportedVersion.number()) {
            return self.introduce(now, peer, link, attempt + 1);
        }
        let versions = match frame::decode_response(ApiKey::ApiVersions, version, bytes) {
            Ok((id, Response::ApiVersions(response))) if id == correlation_id => {
                response.api_keys.iter().map(|api| (api.api_key, (api.min_version, api.max_version))).collect()
            }
            Ok(_) => {
                let error = DecodeError { at: 0, wanted: "the answer to ApiVersions" };
                return self.give_up(now, peer, &Failure::Decode(error));
            }
            Err(error) => return self.give_up(now, peer, &Failure::Decode(error)),
        };
        if self.settings.handshake == Handshake::First {
            self.versions = Some(SmallMap::clone(&versions));
        }
        if let Some(state) = self.peers.get_mut(&peer) {
            state.stage = Stage::Ready { link, versions };
            state.failures_count = 0;
            self.note(|| ConnectionChange::Connected { peer, link });
        }
        self.send_waiting(now, peer);
    }
}
