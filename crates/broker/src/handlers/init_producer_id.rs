//! InitProducerId (API key 22): a number under which a producer's batches are known, so that none is written twice.
//!
//! Versions 0 to 5. v3: a producer may renew its epoch (KIP-360).
//! Not done: transactional ids; they are refused with `UNSUPPORTED_VERSION`, which clients take as final.
//! Spec: <https://kafka.apache.org/protocol#The_Messages_InitProducerId>

use super::{Call, Reply};
use crate::core::{Core, Turn};
use crate::event::EventKind;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};

pub(super) fn handle(core: &mut Core, turn: &mut Turn<'_>, call: &Call, request: InitProducerIdRequest) -> Reply {
    match request.transactional_id.as_deref() {
        None => {}
        Some("") => return refuse(ErrorCode::InvalidRequest).into(),
        Some(_) => return refuse(ErrorCode::UnsupportedVersion).into(),
    }
    // Kafka: an identifier and an epoch come together or not at all.
    if (request.producer_id < 0) != (request.producer_epoch < 0) {
        return refuse(ErrorCode::InvalidRequest).into();
    }
    // Without a transactional id the old number is not looked at: the producer gets a new one.
    let (producer_id, wait) = match core.next_producer_id(turn, call.broker) {
        Ok(assigned) => assigned,
        Err(code) => return refuse(code).into(),
    };
    core.emit(call.broker, || EventKind::ProducerIdAssigned {
        producer_id,
        producer_epoch: 0,
        connection: call.connection,
    });
    let response = InitProducerIdResponse { producer_id, producer_epoch: 0, ..Default::default() };
    Reply::after(response, vec![wait])
}

fn refuse(code: ErrorCode) -> InitProducerIdResponse {
    InitProducerIdResponse { error_code: code.number(), producer_id: -1, producer_epoch: -1, ..Default::default() }
}
