//! Who is at the other end, as far as it has said, for the log.

use bytes::Bytes;
use bytestring::ByteString;
use runnel_protocol::{ApiKey, Request, frame};
use std::fmt;

/// A client in words: `kafkajs 2.2.4, my-app`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct ClientName {
    client_id: ByteString,
    software: ByteString,
    version: ByteString,
}

impl ClientName {
    /// Learns from a request. Only ApiVersions tells the software, and clients send it first; so everything after the
    /// first few requests is passed over unread.
    pub(crate) fn learn(&mut self, request: &Bytes) {
        if !self.client_id.is_empty() && request.first_chunk() != Some(&ApiKey::ApiVersions.number().to_be_bytes()) {
            return;
        }
        let Ok((header, mut reader)) = frame::decode_request_header(request) else { return };
        self.client_id = own(&header.client_id.clone().unwrap_or_default());
        if header.api() == Some(ApiKey::ApiVersions)
            && let Ok(Request::ApiVersions(versions)) =
                Request::decode(ApiKey::ApiVersions, header.api_version, &mut reader)
        {
            self.software = own(&versions.client_software_name);
            self.version = own(&versions.client_software_version);
        }
    }
}

/// A copy of its own, which does not keep the frame in memory, and no longer than a log line bears.
fn own(text: &ByteString) -> ByteString {
    text.chars().filter(|c| !c.is_control()).take(100).collect::<String>().into()
}

impl fmt::Display for ClientName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.software.is_empty(), self.client_id.is_empty()) {
            (true, true) => out.write_str("a client without a name"),
            (true, false) => out.write_str(&self.client_id),
            (false, true) => write!(out, "{} {}", self.software, self.version),
            (false, false) => write!(out, "{} {}, {}", self.software, self.version, self.client_id),
        }
    }
}
