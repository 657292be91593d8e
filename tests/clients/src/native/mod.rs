//! A small client in Rust that knows what it sends: for questions that no ready-made client can ask.
//!
//! It keeps many requests under way on one connection, says exactly what was acknowledged, and costs so little itself
//! that a measurement with it is one of the broker.
//!
//! Not done: retries, reconnects, more than one broker. A failure is returned, and its meaning is the caller's.

mod consume;
mod produce;

pub use consume::{drain, fetch, fetch_all, join, latest};
pub use produce::{Acknowledged, Pipeline, batch, create_topic, prepare};

use bytes::Bytes;
use runnel_protocol::{ApiKey, ErrorCode, Request, Response, frame};
use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// How long an answer may take. Long polls ask for less.
const ANSWER: Duration = Duration::from_secs(30);

/// The largest answer that is read.
const ANSWER_SIZE_MAX: usize = 256 << 20;

/// Why a call brought no answer that one can use.
#[derive(Debug)]
pub enum CallError {
    /// The connection broke, or an answer did not come in time.
    Io(io::Error),
    /// The broker refused.
    Refused(ErrorCode),
    /// The answer is none that this client understands.
    Malformed(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Io(error) => write!(out, "connection: {error}"),
            CallError::Refused(code) => write!(out, "refused: {code:?}"),
            CallError::Malformed(what) => write!(out, "malformed answer: {what}"),
        }
    }
}

impl std::error::Error for CallError {}

impl From<io::Error> for CallError {
    fn from(error: io::Error) -> Self {
        CallError::Io(error)
    }
}

/// A connection to a broker on loopback.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
    next_id: i32,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn open(port: u16) -> io::Result<Connection> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        Ok(Connection { stream: BufReader::with_capacity(256 << 10, stream), next_id: 0 })
    }

    /// Sends a request, without waiting for the answer.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send(&mut self, version: i16, request: &Request) -> Result<(), CallError> {
        let bytes = encode(version, self.next_id, request)?;
        self.send_frame(&bytes)
    }

    /// Sends bytes that are a whole request.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send_frame(&mut self, frame: &[u8]) -> Result<(), CallError> {
        self.next_id = self.next_id.wrapping_add(1);
        Ok(self.stream.get_mut().write_all(frame)?)
    }

    /// Waits for the next answer; answers come in the order of the requests.
    ///
    /// # Errors
    /// When the connection breaks, or what comes is no answer to such a request.
    pub fn receive(&mut self, key: ApiKey, version: i16) -> Result<Response, CallError> {
        let mut size = [0; 4];
        self.stream.read_exact(&mut size)?;
        let size = usize::try_from(i32::from_be_bytes(size)).unwrap_or(usize::MAX);
        if size > ANSWER_SIZE_MAX {
            return Err(CallError::Malformed(format!("an answer of {size} bytes")));
        }
        let mut bytes = vec![0; size];
        self.stream.read_exact(&mut bytes)?;
        let answer = frame::decode_response(key, version, &Bytes::from(bytes));
        answer.map(|(_, response)| response).map_err(|error| CallError::Malformed(error.to_string()))
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// As [`Connection::send`] and [`Connection::receive`].
    pub fn call(&mut self, version: i16, request: impl Into<Request>) -> Result<Response, CallError> {
        let request = request.into();
        self.send(version, &request)?;
        self.receive(request.api_key(), version)
    }
}

/// A whole request as bytes.
///
/// # Errors
/// When the version cannot say what the request says.
pub fn encode(version: i16, correlation_id: i32, request: &Request) -> Result<Bytes, CallError> {
    let chunks = frame::encode_request(version, correlation_id, Some("native"), request)
        .map_err(|error| CallError::Malformed(format!("the request cannot be written: {error}")))?;
    chunks.gather(|range| Err(CallError::Malformed(format!("{range:?} does not lie in memory"))))
}

/// `Ok` for code 0, else the refusal.
fn accepted(code: i16) -> Result<(), CallError> {
    match ErrorCode::from_number(code) {
        Some(ErrorCode::None) => Ok(()),
        Some(code) => Err(CallError::Refused(code)),
        None => Err(CallError::Malformed(format!("error code {code}"))),
    }
}

/// An answer of another API than the one that was asked.
fn unexpected(response: &Response) -> CallError {
    CallError::Malformed(format!("an answer of {:?}", response.api_key()))
}
