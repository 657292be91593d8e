//! What stands around a message: its size, and a header that says what it is.
//!
//! ```text
//! request    size i32 | api_key i16 | api_version i16 | correlation_id i32 | client_id | tagged fields | body
//! response   size i32 | correlation_id i32 | tagged fields | body
//! ```
//!
//! Two oddities (KIP-482, KIP-511): `client_id` is a classic string that may be null, also where the rest of the
//! request is flexible, so that any broker can read a header to its end; and the response to ApiVersions has no tagged
//! fields in its header in any version, since the client does not know yet what the broker speaks. Tagged fields stand
//! in the headers of flexible versions only, and Kafka has none for requests' and responses' headers so far.
//!
//! Functions that read take a frame without its size, which whoever cuts a stream into frames has read.

use crate::api_key::ApiKey;
use crate::chunk::Chunks;
use crate::messages::{Request, Response};
use crate::primitives::{DecodeError, EncodeError, Reader, Writer};
use bytes::Bytes;
use bytestring::ByteString;

#[cfg(test)]
mod tests;

/// What stands before a request's body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestHeader {
    /// The API as it stood in the header, known or not.
    pub api_key: i16,
    /// The version as it stood in the header, known or not.
    pub api_version: i16,
    /// The client's number for the request; the response carries it back.
    pub correlation_id: i32,
    /// What the client calls itself.
    pub client_id: Option<ByteString>,
}

impl RequestHeader {
    /// The API, if it is one with a schema and the version is one that we accept.
    pub fn api(&self) -> Option<ApiKey> {
        ApiKey::from_number(self.api_key).filter(|key| key.accepted().contains(&self.api_version))
    }
}

/// Reads the header of a request and returns it with a reader at the first byte of the body.
///
/// A header whose key or version is unknown is read as far as `client_id`: ApiVersions has to be answered in any
/// version, and whoever closes the connection can say who it was.
///
/// # Errors
/// Where the bytes are not a request's header.
pub fn decode_request_header(frame: &Bytes) -> Result<(RequestHeader, Reader), DecodeError> {
    let mut reader = Reader::new(frame.clone());
    let header = RequestHeader {
        api_key: reader.i16("api_key: int16")?,
        api_version: reader.i16("api_version: int16")?,
        correlation_id: reader.i32("correlation_id: int32")?,
        client_id: reader.nullable_string(false, "client_id: string or null")?,
    };
    if header.api().is_some_and(|key| key.request_header_version(header.api_version) >= 2) {
        reader.skip_tagged_fields()?;
    }
    Ok((header, reader))
}

/// Reads a whole request.
///
/// # Errors
/// Where the bytes are not a request that we accept.
pub fn decode_request(frame: &Bytes) -> Result<(RequestHeader, Request), DecodeError> {
    let (header, mut reader) = decode_request_header(frame)?;
    let key = ApiKey::from_number(header.api_key).ok_or(DecodeError { at: 0, wanted: "the key of a known API" })?;
    let request = Request::decode(key, header.api_version, &mut reader)?;
    Ok((header, request))
}

/// Writes a request with its size and header.
///
/// # Errors
/// When the version cannot say what the request says.
pub fn encode_request(
    api_version: i16,
    correlation_id: i32,
    client_id: Option<&str>,
    request: &Request,
) -> Result<Chunks, EncodeError> {
    let key = request.api_key();
    let mut writer = Writer::for_frame();
    writer.i16(key.number());
    writer.i16(api_version);
    writer.i32(correlation_id);
    match client_id {
        Some(client_id) => writer.string(client_id, false, "RequestHeader.client_id")?,
        None => writer.null_string(false),
    }
    if key.request_header_version(api_version) >= 2 {
        writer.unsigned_varint(0);
    }
    request.encode(&mut writer, api_version)?;
    writer.into_frame()
}

/// Writes a response with its size and header.
///
/// # Errors
/// When the version cannot say what the response says.
///
/// # Panics
/// If `response` is not one of `key`.
pub fn encode_response(
    key: ApiKey,
    api_version: i16,
    correlation_id: i32,
    response: &Response,
) -> Result<Chunks, EncodeError> {
    assert!(response.api_key() == key, "a request is answered with the response of its own API");
    let mut writer = Writer::for_frame();
    writer.i32(correlation_id);
    if key.response_header_version(api_version) >= 1 {
        writer.unsigned_varint(0);
    }
    response.encode(&mut writer, api_version)?;
    writer.into_frame()
}

/// Reads a response to a request of the given API and version, and returns its correlation id with it.
///
/// # Errors
/// Where the bytes are not such a response.
pub fn decode_response(key: ApiKey, api_version: i16, frame: &Bytes) -> Result<(i32, Response), DecodeError> {
    let mut reader = Reader::new(frame.clone());
    let correlation_id = reader.i32("correlation_id: int32")?;
    if key.response_header_version(api_version) >= 1 {
        reader.skip_tagged_fields()?;
    }
    let response = Response::decode(key, api_version, &mut reader)?;
    Ok((correlation_id, response))
}
