//! A proxy on loopback that writes down which requests pass, by connection.

use runnel_protocol::frame;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// API key and version of a request.
pub(crate) type Asked = (i16, i16);

/// What passed so far: for each connection, in the order in which they were made, its requests.
#[derive(Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Vec<Asked>>>>);

impl Record {
    pub(crate) fn connections(&self) -> Vec<Vec<Asked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn open(&self) -> usize {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Vec::new());
        all.len() - 1
    }

    fn add(&self, connection: usize, asked: Asked) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[connection].push(asked);
    }
}

/// Listens at a free port and carries everything to the server at `port`, for as long as this process lives.
pub(crate) fn start(port: u16) -> (u16, Record) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    let record = Record::default();
    let kept = record.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
            carry(client, server, &record);
        }
    });
    (own, kept)
}

fn carry(mut client: TcpStream, mut server: TcpStream, record: &Record) {
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        // Either side may end it; then the other is told.
        let _ = io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let record = record.clone();
    let connection = record.open();
    std::thread::spawn(move || {
        while let Ok(bytes) = next_frame(&mut client) {
            let (header, _) = frame::decode_request_header(&bytes.clone().into()).unwrap();
            record.add(connection, (header.api_key, header.api_version));
            let size = u32::try_from(bytes.len()).unwrap().to_be_bytes();
            if server.write_all(&[&size[..], &bytes].concat()).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
    });
}

fn next_frame(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut size = [0; 4];
    stream.read_exact(&mut size)?;
    let mut bytes = vec![0; usize::try_from(u32::from_be_bytes(size)).unwrap()];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}
