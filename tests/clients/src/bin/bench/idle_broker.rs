//! The least that a broker can do: what Kafka's own producer tool says of it bounds what it can say of any broker.
//!
//! It answers each Produce as soon as it has come, without a look at the records, and keeps nothing. All other requests
//! go to a `runnel` behind it, which tells clients this broker's address.

use bytes::Bytes;
use runnel_clients_tests::folders;
use runnel_clients_tests::server::{Kind, Server};
use runnel_protocol::messages::produce::{PartitionProduceResponse, ProduceResponse, TopicProduceResponse};
use runnel_protocol::{ApiKey, Request, Response, frame};
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

/// Bytes that one read takes.
const PIECE: usize = 128 << 10;

/// The largest frame that is taken; the tool's are far smaller.
const FRAME_SIZE_MAX: usize = 8 << 20;

/// The broker and the server behind it. Its threads end with their connections, the listener with the process.
pub(crate) struct IdleBroker {
    behind: Server,
    port: u16,
}

impl IdleBroker {
    pub(crate) fn start() -> Result<IdleBroker, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("idle broker: {error}"))?;
        let port = listener.local_addr().map_err(|error| format!("idle broker: {error}"))?.port();
        let mut behind = Server::new(Kind::Runnel, &folders::fresh("bench-idle")).ephemeral().advertising(port);
        behind.resume()?;
        let server_port = behind.port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that breaks is its client's to notice.
                std::thread::spawn(move || serve(&stream, server_port));
            }
        });
        Ok(IdleBroker { behind, port })
    }

    /// Where clients connect to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The server that answers everything but Produce.
    pub(crate) fn behind(&self) -> &Server {
        &self.behind
    }
}

fn serve(stream: &TcpStream, server_port: u16) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port))?;
    server.set_nodelay(true)?;
    let (mut requests, mut answers) = (BufReader::with_capacity(PIECE, stream), stream);
    loop {
        let request = read_frame(&mut requests)?;
        if request.starts_with(&ApiKey::Produce.number().to_be_bytes()) {
            answers.write_all(&acknowledge(&Bytes::from(request))?)?;
        } else {
            write_frame(&mut server, &request)?;
            write_frame(&mut answers, &read_frame(&mut server)?)?;
        }
    }
}

/// The answer to a Produce of which every batch was taken.
fn acknowledge(request: &Bytes) -> io::Result<Bytes> {
    let (header, request) = frame::decode_request(request).map_err(invalid)?;
    let Request::Produce(request) = request else { return Err(invalid("not a Produce")) };
    let topics = request.topic_data.iter().map(|topic| TopicProduceResponse {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partition_responses: topic
            .partition_data
            .iter()
            .map(|partition| PartitionProduceResponse { index: partition.index, ..Default::default() })
            .collect(),
    });
    let response = Response::Produce(ProduceResponse { responses: topics.collect(), ..Default::default() });
    let answer = frame::encode_response(ApiKey::Produce, header.api_version, header.correlation_id, &response);
    answer.map_err(invalid)?.as_bytes().ok_or_else(|| invalid("an answer in one piece"))
}

fn read_frame(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut size = [0; 4];
    stream.read_exact(&mut size)?;
    let size = usize::try_from(i32::from_be_bytes(size)).map_err(invalid)?;
    if size > FRAME_SIZE_MAX {
        return Err(invalid(format!("a frame of {size} bytes")));
    }
    let mut frame = vec![0; size];
    stream.read_exact(&mut frame)?;
    Ok(frame)
}

fn write_frame(stream: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let size = u32::try_from(frame.len()).map_err(invalid)?;
    stream.write_all(&[&size.to_be_bytes(), frame].concat())
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}
