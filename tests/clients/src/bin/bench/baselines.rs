//! What the machine itself gives: the disk a sequential buffered write, the loopback a plain copy over a socket.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Instant;

/// Bytes per write and per read.
const PIECE: usize = 1 << 20;

/// Writes a file of this size, as large pieces into the page cache, and removes it.
pub(crate) fn disk_mb_per_second(folder: &Path, size: usize) -> Result<f64, String> {
    let path = folder.join("baseline");
    let piece = vec![b'r'; PIECE];
    let began = Instant::now();
    let mut file = File::create(&path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    for _ in 0..size.div_ceil(PIECE) {
        file.write_all(&piece).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let rate = rate(size, began);
    fs::remove_file(&path).map_err(|error| format!("cannot remove {}: {error}", path.display()))?;
    Ok(rate)
}

/// Copies so many bytes from one thread to another over a socket on loopback.
pub(crate) fn loopback_mb_per_second(size: usize) -> Result<f64, String> {
    let copy = || -> std::io::Result<f64> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mut near = TcpStream::connect(listener.local_addr()?)?;
        let (mut far, _) = listener.accept()?;
        let began = Instant::now();
        let reader = std::thread::spawn(move || {
            let mut piece = vec![0; PIECE];
            while let Ok(1..) = far.read(&mut piece) {}
        });
        let piece = vec![b'r'; PIECE];
        for _ in 0..size.div_ceil(PIECE) {
            near.write_all(&piece)?;
        }
        drop(near);
        // A reader that panicked has read nothing more; the time is what it is.
        let _ = reader.join();
        Ok(rate(size, began))
    };
    copy().map_err(|error| format!("loopback: {error}"))
}

fn rate(size: usize, began: Instant) -> f64 {
    let megabytes = f64::from(u32::try_from(size.div_ceil(PIECE)).unwrap_or(u32::MAX)) * 1.048_576;
    megabytes / began.elapsed().as_secs_f64()
}
