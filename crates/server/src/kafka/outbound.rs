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
