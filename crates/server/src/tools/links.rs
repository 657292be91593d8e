//! A tool's connections: a task each, which tells what came.

use bytes::{Bytes, BytesMut};
use runnel_tools::{Address, LinkId, Signal};
use std::io::{self, ErrorKind};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

/// Largest frame that is taken; a broker's answers are bounded by what was asked for.
const FRAME_SIZE_MAX: usize = 512 << 20;

/// Connects, sends what is to be sent, and tells what comes, until one side closes.
pub(crate) async fn carry(
    link: LinkId,
    address: Address,
    mut to_send: UnboundedReceiver<Bytes>,
    signals: UnboundedSender<Signal>,
) {
    let outcome = async {
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
        stream.set_nodelay(true)?;
        let _ = signals.send(Signal::Connected { link });
        exchange(&stream, link, &mut to_send, &signals).await
    };
    if let Err(error) = outcome.await {
        let reason = if error.kind() == ErrorKind::ConnectionRefused {
            "connection refused".to_owned()
        } else if error.kind() == ErrorKind::UnexpectedEof {
            "the broker closed it".to_owned()
        } else {
            error.to_string()
        };
        let _ = signals.send(Signal::Disconnected { link, reason });
    }
}

/// Ends without an error when the tool has let go of the link and all was sent.
async fn exchange(
    stream: &TcpStream,
    link: LinkId,
    to_send: &mut UnboundedReceiver<Bytes>,
    signals: &UnboundedSender<Signal>,
) -> io::Result<()> {
    let mut received = BytesMut::with_capacity(16 << 10);
    let mut sending = Bytes::new();
    let mut is_let_go = false;
    loop {
        if sending.is_empty() && is_let_go {
            return Ok(());
        }
        tokio::select! {
            more = to_send.recv(), if sending.is_empty() => match more {
                Some(bytes) => sending = bytes,
                None => is_let_go = true,
            },
            writable = stream.writable(), if !sending.is_empty() => {
                writable?;
                match stream.try_write(&sending) {
                    Ok(count) => sending = sending.slice(count..),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
            readable = stream.readable() => {
                readable?;
                received.reserve(16 << 10);
                match stream.try_read_buf(&mut received) {
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    Ok(_) => tell_frames(&mut received, link, signals)?,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

fn tell_frames(received: &mut BytesMut, link: LinkId, signals: &UnboundedSender<Signal>) -> io::Result<()> {
    while let Some(size) = received.first_chunk::<4>() {
        let size = usize::try_from(i32::from_be_bytes(*size)).unwrap_or(usize::MAX);
        if size > FRAME_SIZE_MAX {
            return Err(io::Error::new(ErrorKind::InvalidData, "what came is no frame of Kafka's"));
        }
        if received.len() < 4 + size {
            return Ok(());
        }
        let mut frame = received.split_to(4 + size);
        let bytes = frame.split_off(4).freeze();
        let _ = signals.send(Signal::Frame { link, bytes });
    }
    Ok(())
}
