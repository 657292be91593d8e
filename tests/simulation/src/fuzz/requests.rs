//! Random requests, with limits on how long they may wait: a run that lasts a minute shall see their end.

use bytes::Bytes;
use runnel_protocol::arbitrary::{Familiar, MESSAGES, Row, Source};
use runnel_protocol::messages::Request;
use runnel_protocol::{ApiKey, frame};

/// The longest time that a request of these may wait once its turn has come, in milliseconds.
pub(super) const WAIT_MAX_MS: i32 = 5_000;

fn row_of(key: ApiKey) -> &'static Row {
    let row = MESSAGES.iter().find(|row| row.name.strip_suffix("Request") == Some(key.name()));
    row.expect("every API has a request")
}

/// Every API with every version, in order.
pub(super) fn pair(number: u64) -> (ApiKey, i16) {
    let all: Vec<_> = ApiKey::all().flat_map(|key| key.accepted().map(move |version| (key, version))).collect();
    all[usize::try_from(number % all.len() as u64).expect("it is below a length")]
}

pub(super) fn head(key: i16, version: i16, is_flexible: bool, correlation: i32) -> Vec<u8> {
    let mut head = [key.to_be_bytes(), version.to_be_bytes()].concat();
    head.extend_from_slice(&correlation.to_be_bytes());
    head.extend_from_slice(&[0, 4, b'f', b'u', b'z', b'z']);
    if is_flexible {
        head.push(0);
    }
    head
}

/// A request that can be read and may mean something.
pub(super) fn sensible(seed: u64, key: ApiKey, version: i16, correlation: i32, familiar: Familiar) -> Bytes {
    let mut bytes = head(key.number(), version, key.is_flexible(version), correlation);
    let body = (row_of(key).random)(&mut Source::familiar(seed, familiar), version);
    bytes.extend_from_slice(&body.expect("a random message fits its version"));
    Bytes::from(bytes)
}

/// The frame, changed and with shorter waits if it is a request that can be read.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are answered at once, or by a limit of these")]
pub(super) fn limited(bytes: Bytes, change: impl FnOnce(&mut Request)) -> Bytes {
    let Ok((header, mut request)) = frame::decode_request(&bytes) else { return bytes };
    change(&mut request);
    match &mut request {
        Request::Fetch(request) => request.max_wait_ms = request.max_wait_ms.min(WAIT_MAX_MS),
        Request::Produce(request) => request.timeout_ms = request.timeout_ms.min(WAIT_MAX_MS),
        Request::JoinGroup(request) => {
            request.rebalance_timeout_ms = request.rebalance_timeout_ms.min(WAIT_MAX_MS);
            // Below the least that a group takes, some of the time.
            request.session_timeout_ms = request.session_timeout_ms.min(4 * WAIT_MAX_MS);
        }
        _ => {}
    }
    let (version, correlation) = (header.api_version, header.correlation_id);
    let again = frame::encode_request(version, correlation, header.client_id.as_deref(), &request);
    let again = again.ok().and_then(|chunks| chunks.gather(Err::<Bytes, _>).ok());
    again.map_or(bytes, |again| again.slice(4..))
}
