//! Faults that wait for their message.

use super::Party;
use crate::script::Direction;
use runnel_protocol::ApiKey;
use std::time::Duration;

/// What happens to a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It is lost.
    Drop,
    /// It is late by so much.
    Delay(Duration),
}

/// A fault that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Armed {
    /// For a message of this API, or any.
    pub api: Option<ApiKey>,
    /// In this direction
    pub direction: Direction,
    /// of this client.
    pub party: Party,
    /// What it does.
    pub fault: Fault,
}

/// Takes the first fault that waits for such a message.
pub(super) fn strike(armed: &mut Vec<Armed>, party: Party, direction: Direction, api: Option<i16>) -> Option<Fault> {
    let fits = |armed: &Armed| {
        armed.party == party
            && armed.direction == direction
            && armed.api.is_none_or(|wanted| api == Some(wanted.number()))
    };
    let place = armed.iter().position(fits)?;
    Some(armed.remove(place).fault)
}
