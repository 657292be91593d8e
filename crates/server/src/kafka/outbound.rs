//! Answers on their way out: bytes at hand and ranges of files, written as the socket takes them.

use crate::files::read_exact;
use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::Arc;
use tokio::net::TcpStream;

/// Up to this size a range is read and goes out in one call with the bytes around it.
const COPIED_SIZE_MAX: usize = 16 * 1024;

/// Most of a file that one call sends, so that a cold file does not hold up the other connections for long.
const SENT_AT_ONCE_MAX: usize = 512 * 1024;

/// Most pieces that one call takes.
const SLICES_MAX: usize = 64;

/// What is still to be written to one connection.
#[derive(Debug, Default)]
pub(crate) struct Outbound {
    pieces: VecDeque<Piece>,
    size: usize,
}

#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    File { file: Arc<File>, position: u64, size: usize },
}

/// How far one turn of writing came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Written {
    /// Nothing is left.
    All,
    /// The socket takes no more for the moment.
    Blocked,
    /// There is more to write, and others are to have their turn first.
    TurnOver,
}

impl Outbound {
    /// Bytes that are still to be written.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Adds bytes at hand.
    pub(crate) fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.size += bytes.len();
            self.pieces.push_back(Piece::Bytes(bytes));
        }
    }

    /// Adds a range of a file.
    ///
    /// # Errors
    /// The system's refusal to read it, for a range that is small enough to be read at once.
    pub(crate) fn push_file(&mut self, file: Arc<File>, position: u64, size: usize) -> io::Result<()> {
        if size <= COPIED_SIZE_MAX {
            let mut buffer = BytesMut::zeroed(size);
            read_exact(&file, &mut buffer, position)?;
            self.push(buffer.freeze());
        } else {
            self.size += size;
            self.pieces.push_back(Piece::File { file, position, size });
        }
        Ok(())
    }

    /// Takes out all bytes before the first range of a file; `None` if there are none.
    pub(super) fn take_bytes(&mut self) -> Option<Bytes> {
        let mut taken = BytesMut::new();
        while let Some(Piece::Bytes(bytes)) = self.pieces.front() {
            taken.extend_from_slice(bytes);
            self.size -= bytes.len();
            self.pieces.pop_front();
        }
        (!taken.is_empty()).then(|| taken.freeze())
    }

    /// Writes until the socket is full, nothing is left, or the turn is over.
    ///
    /// # Errors
    /// The connection's or the file's end.
    pub(super) fn write(&mut self, stream: &TcpStream) -> io::Result<Written> {
        let mut turn = 0;
        while !self.pieces.is_empty() {
            if turn >= SENT_AT_ONCE_MAX {
                return Ok(Written::TurnOver);
            }
            let result = match self.pieces.front() {
                Some(Piece::File { .. }) => self.write_file(stream),
                Some(Piece::Bytes(_)) | None => self.write_bytes(stream),
            };
            match result {
                Ok(written) => turn += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Written::Blocked),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Written::All)
    }

    fn write_bytes(&mut self, stream: &TcpStream) -> io::Result<usize> {
        let mut slices: [IoSlice<'_>; SLICES_MAX] = [IoSlice::new(&[]); SLICES_MAX];
        let mut count = 0;
        for piece in self.pieces.iter().take(SLICES_MAX) {
            let Piece::Bytes(bytes) = piece else { break };
            slices[count] = IoSlice::new(bytes);
            count += 1;
        }
        let more_follows = count < self.pieces.len();
        let written = send(stream, &slices[..count], more_follows)?;
        self.advance(written)?;
        Ok(written)
    }

    #[cfg(target_os = "linux")]
    fn write_file(&mut self, stream: &TcpStream) -> io::Result<usize> {
        let Some(Piece::File { file, position, size }) = self.pieces.front() else { return Ok(0) };
        let (mut from, count) = (*position, (*size).min(SENT_AT_ONCE_MAX));
        let written = stream.try_io(tokio::io::Interest::WRITABLE, || {
            rustix::fs::sendfile(stream, &**file, Some(&mut from), count).map_err(io::Error::from)
        })?;
        self.advance(written)?;
        Ok(written)
    }

    /// Reads the next piece of the range; the next call writes it.
    #[cfg(not(target_os = "linux"))]
    fn write_file(&mut self, _stream: &TcpStream) -> io::Result<usize> {
        let Some(Piece::File { file, position, size }) = self.pieces.front_mut() else { return Ok(0) };
        let mut buffer = BytesMut::zeroed((*size).min(SENT_AT_ONCE_MAX / 8));
        read_exact(file, &mut buffer, *position)?;
        *position += buffer.len() as u64;
        *size -= buffer.len();
        if *size == 0 {
            self.pieces.pop_front();
        }
        self.pieces.push_front(Piece::Bytes(buffer.freeze()));
        Ok(0)
    }

    /// Takes what was written from the front.
    fn advance(&mut self, mut written: usize) -> io::Result<()> {
        if written == 0 {
            // A file that ends before its range does was cut behind our back, and the frame cannot be completed.
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.size -= written;
        while written > 0
            && let Some(piece) = self.pieces.front_mut()
        {
            let taken = written.min(piece.size());
            piece.advance(taken);
            if piece.size() == 0 {
                self.pieces.pop_front();
            }
            written -= taken;
        }
        Ok(())
    }
}

impl Piece {
    fn size(&self) -> usize {
        match self {
            Piece::Bytes(bytes) => bytes.len(),
            Piece::File { size, .. } => *size,
        }
    }

    fn advance(&mut self, count: usize) {
        match self {
            Piece::Bytes(bytes) => bytes.advance(count),
            Piece::File { position, size, .. } => {
                *position += count as u64;
                *size -= count;
            }
        }
    }
}

/// Sends the slices, and lets the system wait for what follows rather than sending a small packet ahead of it.
#[cfg(target_os = "linux")]
fn send(stream: &TcpStream, slices: &[IoSlice<'_>], more_follows: bool) -> io::Result<usize> {
    use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
    if !more_follows {
        return stream.try_write_vectored(slices);
    }
    stream.try_io(tokio::io::Interest::WRITABLE, || {
        let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
        sendmsg(stream, slices, &mut SendAncillaryBuffer::default(), flags).map_err(io::Error::from)
    })
}

#[cfg(not(target_os = "linux"))]
fn send(stream: &TcpStream, slices: &[IoSlice<'_>], _more_follows: bool) -> io::Result<usize> {
    stream.try_write_vectored(slices)
}

#[cfg(test)]
mod tests {
    //! What is put in comes out at the other end of a socket, in order and whole.

    use super::{COPIED_SIZE_MAX, Outbound, SENT_AT_ONCE_MAX, Written};
    use std::io::Write;
    use std::sync::Arc;
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};

    /// Bytes that differ from place to place.
    fn pattern(size: usize) -> Vec<u8> {
        (0..size).map(|place| u8::try_from(place * 7 % 251).unwrap()).collect()
    }

    #[test]
    fn bytes_and_ranges_of_files_arrive_in_order() {
        let path = std::env::temp_dir().join(format!("runnel-outbound-{}", std::process::id()));
        let content = pattern(3 * SENT_AT_ONCE_MAX);
        std::fs::File::create(&path).unwrap().write_all(&content).unwrap();
        let file = Arc::new(std::fs::File::open(&path).unwrap());
        std::fs::remove_file(&path).unwrap();

        let mut outbound = Outbound::default();
        let mut expected = Vec::new();
        for (position, size) in [(5, 10), (0, COPIED_SIZE_MAX), (3, COPIED_SIZE_MAX + 1), (0, content.len()), (7, 0)] {
            outbound.push(vec![1, 2, 3].into());
            expected.extend([1, 2, 3]);
            outbound.push_file(file.clone(), position, size).unwrap();
            let position = usize::try_from(position).unwrap();
            expected.extend(&content[position..position + size]);
        }
        outbound.push(vec![9].into());
        expected.push(9);
        assert_eq!(outbound.size(), expected.len());

        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let arrived = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let sender = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (mut receiver, _) = listener.accept().await.unwrap();
            let mut arrived = vec![0; expected.len()];
            let write = async {
                loop {
                    match outbound.write(&sender).unwrap() {
                        Written::All => break,
                        Written::Blocked => sender.writable().await.unwrap(),
                        Written::TurnOver => tokio::task::yield_now().await,
                    }
                }
            };
            let (_, read) = tokio::join!(write, receiver.read_exact(&mut arrived));
            read.unwrap();
            arrived
        });
        assert!(arrived == expected);
        assert_eq!(outbound.size(), 0);
    }

    #[test]
    fn a_range_past_the_end_of_its_file_is_an_error_and_not_a_wait() {
        let path = std::env::temp_dir().join(format!("runnel-outbound-short-{}", std::process::id()));
        std::fs::write(&path, pattern(100)).unwrap();
        let file = Arc::new(std::fs::File::open(&path).unwrap());
        std::fs::remove_file(&path).unwrap();
        let mut outbound = Outbound::default();
        assert!(outbound.push_file(file.clone(), 50, 51).is_err());
        outbound.push_file(file, 0, COPIED_SIZE_MAX + 1).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let sender = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            sender.writable().await.unwrap();
            assert!(outbound.write(&sender).is_err());
        });
    }
}
