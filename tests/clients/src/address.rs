//! The address that every tutorial uses, and the one where the server under test really listens.

use std::net::TcpListener;

/// What commands and programs say. The harness puts the real address in its place, and back in what they print.
pub const WRITTEN: &str = "localhost:9092";

/// The port in it.
pub const WRITTEN_PORT: &str = "9092";

/// A port on loopback that nothing listens on.
///
/// # Panics
/// If the system has none.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}

/// Commands and programs, with the server's port in the place of the written one.
pub fn aim(text: &str, port: u16) -> String {
    text.replace(WRITTEN, &format!("localhost:{port}")).replace("127.0.0.1:9092", &format!("127.0.0.1:{port}"))
}
