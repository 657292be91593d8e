//! From frames to handlers and back.

use super::{Core, Turn};
use crate::event::EventKind;
use crate::handlers::{self, Call, Reply};
use crate::ids::ConnectionId;
use crate::output::Output;
use crate::purgatory::{Parked, Wait};
use crate::timers::ReplyId;
use bytes::Bytes;
use runnel_protocol::messages::{Request, Response};
use runnel_protocol::time::Timestamp;
use runnel_protocol::{ApiKey, frame};
use std::hint::cold_path;
use std::time::Duration;

/// How long an answer waits for the disk or for other writes that it confirms, where the request sets no limit.
const WRITTEN_TIMEOUT: Duration = Duration::from_secs(30);

/// From this version of ApiVersions on clients say which software they are.
const SOFTWARE_NAMED_FROM: i16 = 3;

impl Parked {
    pub(crate) fn of(call: &Call, wait: Wait, until: Option<Timestamp>) -> Self {
        Parked {
            connection: call.connection,
            broker: call.broker,
            version: call.version,
            correlation_id: call.correlation_id,
            until,
            wait,
        }
    }
}

impl Core {
    pub(crate) fn handle_frame(&mut self, connection: ConnectionId, bytes: Bytes) {
        let Some(state) = self.connections.get_mut(&connection) else { return };
        match state.push(bytes) {
            Ok(()) => {
                if state.answering.is_none() {
                    self.ready.insert(connection);
                }
            }
            Err(reason) => self.close_connection(connection, reason),
        }
    }

    /// Handles the next request of a connection, if none of its requests waits.
    pub(crate) fn next_request(&mut self, turn: &mut Turn<'_>, connection: ConnectionId) {
        let Some(state) = self.connections.get_mut(&connection) else { return };
        if state.answering.is_some() {
            return;
        }
        let Some(bytes) = state.pop() else { return };
        if !state.queue.is_empty() {
            self.ready.insert(connection);
        }
        if let Err(reason) = self.handle_request(turn, connection, bytes) {
            self.close_connection(connection, reason);
        }
    }

    /// `Err` closes the connection: a broker has no other way to answer what it cannot read.
    fn handle_request(&mut self, turn: &mut Turn<'_>, connection: ConnectionId, bytes: Bytes) -> Result<(), String> {
        let size = bytes.len();
        let (header, mut reader) = frame::decode_request_header(&bytes).map_err(|error| {
            cold_path();
            format!("a request header of {size} bytes: {error}")
        })?;
        let Some(key) = ApiKey::from_number(header.api_key) else {
            return Err(format!("a request of unknown kind {} (version {})", header.api_key, header.api_version));
        };
        let Some(state) = self.connections.get_mut(&connection) else { return Ok(()) };
        let (broker, listener) = (state.broker, state.listener);
        let client_id = header.client_id.unwrap_or_default();
        if state.client.client_id != client_id {
            cold_path();
            state.client.client_id = client_id;
            let client = state.client.clone();
            // Who asks for ApiVersions tells more of itself there.
            if key != ApiKey::ApiVersions || header.api_version < SOFTWARE_NAMED_FROM {
                self.emit(broker, || EventKind::ClientIdentified {
                    connection,
                    client_id: client.client_id.to_string(),
                    software: client.software.to_string(),
                    version: client.version.to_string(),
                });
            }
        }
        self.next_reply += 1;
        let call = Call {
            broker,
            connection,
            listener,
            version: header.api_version,
            correlation_id: header.correlation_id,
            reply: ReplyId(self.next_reply),
        };
        if !key.accepted().contains(&header.api_version) {
            cold_path();
            if key == ApiKey::ApiVersions {
                let response = handlers::unsupported_version().into();
                return self.send(&Call { version: 0, ..call }, &response);
            }
            let accepted = key.accepted();
            return Err(format!(
                "{} in version {}, which is not among {} to {}",
                key.name(),
                header.api_version,
                accepted.start(),
                accepted.end()
            ));
        }
        let request = Request::decode(key, header.api_version, &mut reader).map_err(|error| {
            cold_path();
            format!("{} v{} of {size} bytes: {error}", key.name(), header.api_version)
        })?;
        self.metrics.requested(key, size);
        if let Some(state) = self.connections.get_mut(&connection) {
            state.answering = Some(call.reply);
            state.began = turn.now;
        }
        match handlers::dispatch(self, turn, &call, request) {
            Reply::Now(mut response) => self.answer(&call, &mut response),
            Reply::After(written) => {
                let mut written = written;
                written.waits.retain(|wait| {
                    self.partition(self.owner_of(wait.partition).unwrap_or(call.broker), wait.partition)
                        .is_some_and(|partition| partition.high_watermark < wait.end)
                });
                if written.waits.is_empty() {
                    return self.answer(&call, &mut written.response);
                }
                let watched: Vec<_> = written.waits.iter().map(|wait| wait.partition).collect();
                let until = turn.now + WRITTEN_TIMEOUT;
                self.purgatory.park(call.reply, Parked::of(&call, Wait::Written(written), Some(until)), watched);
                self.timers.set_reply(call.reply, until);
                Ok(())
            }
            Reply::Parked => Ok(()),
            Reply::Silence => {
                self.answered(&call);
                Ok(())
            }
            Reply::Close(reason) => Err(reason),
        }
    }

    /// Sends the answer of a request and lets the connection's next one come.
    pub(crate) fn answer(&mut self, call: &Call, response: &mut Response) -> Result<(), String> {
        if let Some(state) = self.connections.get(&call.connection) {
            let took = self.now.since(state.began);
            self.metrics.answered(response.api_key(), took, handlers::first_error(response));
        }
        self.send(call, response)?;
        self.answered(call);
        Ok(())
    }

    fn send(&mut self, call: &Call, response: &Response) -> Result<(), String> {
        let chunks = frame::encode_response(response.api_key(), call.version, call.correlation_id, response).map_err(
            |error| {
                cold_path();
                format!("{} v{} cannot be answered: {error}", response.api_key().name(), call.version)
            },
        )?;
        self.outputs.push_back(Output::Send { connection: call.connection, chunks });
        Ok(())
    }

    fn answered(&mut self, call: &Call) {
        if let Some(state) = self.connections.get_mut(&call.connection)
            && state.answering == Some(call.reply)
        {
            state.answering = None;
            if !state.queue.is_empty() {
                self.ready.insert(call.connection);
            }
        }
    }

    /// Answers a parked request, or closes its connection if the answer cannot be said.
    pub(crate) fn answer_parked(&mut self, reply: ReplyId, parked: &Parked, response: &mut Response) {
        if let Some(until) = parked.until {
            self.timers.cancel_reply(reply, until);
        }
        let call = self.call_of(reply, parked);
        if let Err(reason) = self.answer(&call, response) {
            self.close_connection(call.connection, reason);
        }
    }

    pub(crate) fn call_of(&self, reply: ReplyId, parked: &Parked) -> Call {
        Call {
            broker: parked.broker,
            connection: parked.connection,
            listener: self.connections.get(&parked.connection).map_or(0, |connection| connection.listener),
            version: parked.version,
            correlation_id: parked.correlation_id,
            reply,
        }
    }

    /// Ends a connection from this side.
    pub(crate) fn close_connection(&mut self, connection: ConnectionId, reason: String) {
        self.outputs.push_back(Output::Close { connection, reason: reason.clone() });
        self.connection_closed(connection, reason);
    }

    /// Forgets a connection and what it waited for.
    pub(crate) fn connection_closed(&mut self, connection: ConnectionId, reason: String) {
        let Some(state) = self.connections.remove(&connection) else { return };
        self.ready.remove(&connection);
        if let Some(reply) = state.answering {
            if let Some(until) = self.purgatory.take(reply).and_then(|parked| parked.until) {
                self.timers.cancel_reply(reply, until);
            }
            self.groups(state.broker).forget_reply(crate::groups::ReplyId(reply.0));
        }
        self.emit(state.broker, || EventKind::ConnectionClosed { connection, reason });
    }
}
