//! The ports that Kafka clients connect to.

use super::Limits;
use super::connection::{Connection, Shared};
use super::mailbox::Mailbox;
use crate::address::HostPort;
use crate::driver::Driver;
use crate::options::{ListenerOptions, Options};
use crate::start_error::StartError;
use runnel_broker::{BrokerId, ConnectionId, Endpoint};
use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections that wait to be taken.
const BACKLOG: u32 = 1024;

/// How long no connection is taken after the system had no room for one.
const PAUSE_WHEN_FULL: Duration = Duration::from_millis(100);

/// How long it takes until a port that somebody else has taken is tried again.
const PAUSE_WHEN_TAKEN: Duration = Duration::from_secs(1);

/// One port of one broker.
#[derive(Debug)]
pub(crate) struct Port {
    listener: TcpListener,
    broker: BrokerId,
    /// Position of the listener, by which the core knows which addresses its clients are told.
    listener_index: usize,
    /// The listener's name, for the log.
    name: String,
    /// Where it listens, with the port that it has: there again after its broker was away.
    bind: SocketAddr,
    /// The same as the command line names it.
    pub(crate) address: HostPort,
    pub(crate) advertised: HostPort,
}

/// All ports.
#[derive(Debug)]
pub(crate) struct Ports(Vec<Port>);

impl Ports {
    /// Takes all ports. From here on clients can connect; they wait until they are served.
    ///
    /// # Errors
    /// The first address that cannot be had.
    pub(crate) fn open(options: &Options) -> Result<Self, StartError> {
        let mut ports = Vec::new();
        for (listener_index, listener) in options.listeners.iter().enumerate() {
            for (broker, addresses) in (1..).zip(&listener.brokers) {
                let socket = listen(addresses.bind, &addresses.listen, "--listen")?;
                let bind = SocketAddr::new(addresses.bind.ip(), port_of(&socket)?);
                let address = HostPort { port: bind.port(), ..addresses.listen.clone() };
                let advertised = addresses.advertised.clone().unwrap_or_else(|| address.clone());
                let name = name_of(listener);
                ports.push(Port {
                    listener: socket,
                    broker: BrokerId(broker),
                    listener_index,
                    name,
                    bind,
                    address,
                    advertised,
                });
            }
        }
        Ok(Ports(ports))
    }

    /// What a broker tells its clients, an entry for each listener.
    pub(crate) fn endpoints(&self, broker: BrokerId) -> Vec<Endpoint> {
        let own = self.0.iter().filter(|port| port.broker == broker);
        own.map(|port| Endpoint {
            listener: port.name.clone(),
            host: port.advertised.host.clone(),
            port: port.advertised.port,
        })
        .collect()
    }

    /// Where the first listener of each broker is.
    pub(crate) fn first_addresses(&self) -> Vec<String> {
        self.0.iter().filter(|port| port.listener_index == 0).map(|port| port.address.to_string()).collect()
    }

    /// Every port.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Port> {
        self.0.iter()
    }

    /// Begins to take connections.
    pub(crate) fn serve(self, driver: &Rc<Driver>, limits: Limits) {
        let shared = Rc::new(Acceptor {
            driver: driver.clone(),
            connections_max: limits.connections_max,
            shared: Rc::new(Shared::new(limits)),
            connection_count: Cell::new(0),
            id_next: Cell::new(1),
        });
        for port in self.0 {
            tokio::task::spawn_local(accept(port, shared.clone()));
        }
    }
}

/// Takes an address.
///
/// # Errors
/// Why it cannot be had.
pub(crate) fn listen(bind: SocketAddr, shown: &HostPort, flag: &str) -> Result<TcpListener, StartError> {
    let taken = || -> io::Result<TcpListener> {
        let socket = if bind.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
        // Without this a restart would have to wait for old connections to fade. On Windows it means another thing.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(bind)?;
        socket.listen(BACKLOG)
    };
    taken().map_err(|error| {
        StartError::new(if error.kind() == io::ErrorKind::AddrInUse {
            format!("{flag} {shown}: the port is taken by another process; name another, or 0 for a free one")
        } else {
            format!("{flag} {shown}: {error}")
        })
    })
}

/// The port that a listener has.
pub(crate) fn port_of(listener: &TcpListener) -> Result<u16, StartError> {
    listener.local_addr().map(|address| address.port()).map_err(|error| StartError::new(error.to_string()))
}

fn name_of(listener: &ListenerOptions) -> String {
    listener.name.clone().unwrap_or_else(|| "PLAINTEXT".to_owned())
}

/// What all ports share.
struct Acceptor {
    driver: Rc<Driver>,
    shared: Rc<Shared>,
    connections_max: usize,
    connection_count: Cell<usize>,
    id_next: Cell<u64>,
}

async fn accept(mut port: Port, acceptor: Rc<Acceptor>) {
    loop {
        let changed = acceptor.driver.lives_changed();
        if !acceptor.driver.is_listening(port.broker) {
            drop(port.listener);
            port.listener = wait_for_broker(port.broker, port.bind, &port.address, &acceptor.driver).await;
            continue;
        }
        let accepted = tokio::select! {
            accepted = port.listener.accept() => accepted,
            () = changed => continue,
        };
        match accepted {
            Ok((stream, peer)) => acceptor.clone().take(&port, stream, peer),
            Err(error) => {
                // Out of descriptors, most likely: existing clients are served, new ones wait in the backlog.
                tracing::warn!("cannot take a connection on {}: {error}", port.address);
                tokio::time::sleep(PAUSE_WHEN_FULL).await;
            }
        }
    }
}

/// The port of a broker that is away is closed, as with the process that had it. It opens with the broker.
async fn wait_for_broker(broker: BrokerId, bind: SocketAddr, address: &HostPort, driver: &Driver) -> TcpListener {
    loop {
        let changed = driver.lives_changed();
        if !driver.is_listening(broker) {
            changed.await;
            continue;
        }
        match listen(bind, address, "broker") {
            Ok(listener) => return listener,
            Err(error) => {
                tracing::warn!("broker {broker} cannot have its port back yet: {error}");
                tokio::time::sleep(PAUSE_WHEN_TAKEN).await;
            }
        }
    }
}

impl Acceptor {
    fn take(self: Rc<Self>, port: &Port, stream: TcpStream, peer: SocketAddr) {
        if self.connection_count.get() >= self.connections_max {
            tracing::warn!(
                "closed a connection from {peer}: {} are open, and that is max.connections",
                self.connections_max
            );
            return;
        }
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("a connection from {peer} was gone at once: {error}");
            return;
        }
        self.connection_count.set(self.connection_count.get() + 1);
        let id = ConnectionId(self.id_next.get());
        self.id_next.set(id.0 + 1);
        let mailbox = Rc::new(Mailbox::default());
        self.driver.opened(id, port.broker, port.listener_index, peer.ip().to_string(), mailbox.clone());
        let broker = port.broker;
        tokio::task::spawn_local(async move {
            let connection =
                Connection { id, stream, driver: self.driver.clone(), mailbox, shared: self.shared.clone() };
            let end = connection.run().await;
            let client = self.driver.closed(id);
            if end.is_ordinary() {
                tracing::debug!("broker {broker}: {client} ({peer}) is gone: {end}");
            } else {
                tracing::warn!("broker {broker}: closed the connection of {client} ({peer}): {end}");
            }
            self.connection_count.set(self.connection_count.get() - 1);
        });
    }
}
